"""The pages that people open: their files are all our own, and the browser is told to take no others."""
