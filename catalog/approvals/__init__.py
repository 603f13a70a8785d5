"""Approvals: asked for, decided by someone else, bound to exact digests, never deleted."""
