"""How labels flow along lineage, and what takes them away."""
