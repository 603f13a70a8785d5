"""From pipelines to facts: wire formats are read, searched for what may not be stored, and turned into facts."""
