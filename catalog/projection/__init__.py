"""From the ledger into the graph: in order, at least once, exactly once in effect."""
