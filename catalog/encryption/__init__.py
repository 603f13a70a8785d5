"""Keys that data is encrypted under: their ids, scopes and holders, never a key itself."""
