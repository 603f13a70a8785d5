"""Grants of access: data with an end, beside the policies that bound them."""
