"""Datasets, columns, jobs and runs as the catalog describes them: what is declared, stated and missing."""
