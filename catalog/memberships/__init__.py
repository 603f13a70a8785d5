"""Projects, and who belongs to a project or a site, from when until when."""
