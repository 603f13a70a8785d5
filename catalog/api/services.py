"""What the routes are built upon: the composition root makes it, tests make it of fakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from catalog.access.keys import Authenticator, NewKey
from catalog.access.model import Actor
from catalog.errors import EvidenceError
from catalog.ledger.protocol import Ledger, Receipt
from catalog.metrics import Metrics
from catalog.settings import Settings, is_loopback
from catalog.store.protocol import Store
from ingest_hooks.openlineage.wire import JSON, Flag

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
