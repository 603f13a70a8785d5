"""The service: one way into the ledger, one way out of it into the graph, and every question asked of the two."""
