"""The rules that are held to everything in the catalog, and not only to what one model version rests on."""
