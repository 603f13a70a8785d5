"""What the page is made of on which a record of any kind is written: its fields, and what somebody typed in them."""
