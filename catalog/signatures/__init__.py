"""Signatures over model artifacts: the keys that may sign, and whether a registered signature holds."""
