"""Findings: everything that the records show to be wrong or missing, by named rules, each decided here alone."""
