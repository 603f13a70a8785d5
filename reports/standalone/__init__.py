"""The verifier of a report: standard library and `cryptography` alone, put together into one file for an auditor."""
