"""Model versions: what they were trained and evaluated on, from which code, in which environment, approved by whom."""
