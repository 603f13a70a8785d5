"""Datasets, columns, jobs and runs as the catalog describes them: what was declared, what emitters said, what is missing."""
