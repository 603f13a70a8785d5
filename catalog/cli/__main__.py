"""`python -m catalog.cli` is `lineward`."""

from __future__ import annotations

from catalog.cli import main

main()
