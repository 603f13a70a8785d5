"""Whether a dataset is safe for a use: by rules that a site may define, and why not."""
