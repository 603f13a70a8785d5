"""Places where data can be: a tree that a site declares, in time."""
