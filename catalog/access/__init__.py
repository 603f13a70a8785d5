"""Who acts: principals, their roles and keys, and what a role may do."""
