"""The HTTP routes: each takes a request apart, asks one capability, and writes the answer down."""
