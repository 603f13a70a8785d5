"""What the routes are built upon: the composition root makes it, tests make it of fakes."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.ledger.protocol import Ledger
from catalog.metrics import Metrics
from catalog.settings import Settings
from catalog.store.protocol import Store
