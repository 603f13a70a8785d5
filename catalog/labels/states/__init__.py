"""How far identifiers are gone from a dataset, as each law counts: what was said, held against what it holds."""
