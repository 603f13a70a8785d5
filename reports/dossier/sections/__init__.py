"""The dossier's sections: each takes the whole context and yields the blocks under its heading."""
