"""Lineage between columns: which column was made of which, at the times at which datasets were."""
