"""Exact states of datasets: sealed over a manifest, verified again, superseded."""
