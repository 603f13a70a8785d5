"""Lineage: who made what from what, crisp for people and cautious for safety, at any time."""
