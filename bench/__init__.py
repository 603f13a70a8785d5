"""Measurements of this product on the machine at hand, each a command; `python -m bench` runs them all.

No number here is asserted anywhere: a test that fails on a slow machine teaches nothing. RESULTS.md says what was
measured, on which machine, and where it falls short of the aim.
"""
