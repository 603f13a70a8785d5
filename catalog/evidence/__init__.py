"""From an answer back to the ledger entries that it rests on, with their proofs."""
