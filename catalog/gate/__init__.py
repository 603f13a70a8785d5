"""The release gate: named checks on a model version, each by what is recorded; what is unknown blocks."""
