"""Claims of k-anonymity and l-diversity: what was measured of a dataset, and since when that says nothing any more."""
