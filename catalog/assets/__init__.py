"""Datasets, columns, jobs and runs as the catalog describes them: what is declared, said and missing."""
