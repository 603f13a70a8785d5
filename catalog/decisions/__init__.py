"""Access decisions: asked after OpenID AuthZEN 1.0, decided by the policies in force, and recorded."""
