"""What an auditor takes along: one file that imports nothing of this project."""
