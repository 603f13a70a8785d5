"""PHI labels as people and emitters assert them, and the attestations that a step removes identifiers."""
