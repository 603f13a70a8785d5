"""A local MLflow registry as OpenLineage events: models, their versions and aliases, and the runs that made these."""
