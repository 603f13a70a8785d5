"""Finding assets by text and facets, on what is current."""
