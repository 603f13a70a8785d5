"""OpenLineage in: bytes to a JSON value (`wire`), to a model (`event`), to facts (`facts`)."""
