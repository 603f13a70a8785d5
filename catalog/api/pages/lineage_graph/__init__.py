"""What the page of a lineage is made of: what its address says, the walk, what is collapsed, marks, panel and files."""
