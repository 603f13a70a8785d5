"""Any receiver of OpenLineage at a URL beside Lineward, in one run: the same events, the same questions, one truth."""
