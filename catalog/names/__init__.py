"""Which names stand for one dataset: pointers in time, rules of namespaces, and what stewards join and part."""
