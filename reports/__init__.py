"""A context in, a document out: no graph, no ledger, no HTTP, no clock.

`render_pdf`, `render_html` and `render_json` give the same bytes for the same context on any machine;
`verify` checks such a file with nothing but the file and a key.
"""
