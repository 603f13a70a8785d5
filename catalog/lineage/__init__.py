"""Lineage: what was made from what, current or ever stated, at any time."""
