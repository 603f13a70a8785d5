"""What a site lets facets and tags of its own mean: rules as records, applied when reading, never when projecting."""
