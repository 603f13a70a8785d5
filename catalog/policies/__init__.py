"""Policies as code: published as records with a digest, and evaluated by Cedar."""
