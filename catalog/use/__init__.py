"""What data may be used for: statements of its authorities, and the decision that they come to."""
