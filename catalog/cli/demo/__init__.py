"""`lineward demo`: what it runs, and a module for each kind of question that it asks."""
