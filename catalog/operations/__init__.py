"""What is done to the catalog itself and is a record as well: erasing bodies, restoring an older ledger."""
