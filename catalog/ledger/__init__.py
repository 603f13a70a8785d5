"""The append-only ledger: entries in a Merkle tree, signed checkpoints over it, proofs out of it."""
