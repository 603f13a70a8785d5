"""Which programs send events, how many, and in which ways they deviate from the standard."""
