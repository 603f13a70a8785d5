"""A context in, a document out: no graph, no ledger, no HTTP, no clock.

`drawing.draw` and `Drawing.finish` give the same bytes for the same context on any machine; `verify` checks such a
file with nothing but the file and a key.
"""
