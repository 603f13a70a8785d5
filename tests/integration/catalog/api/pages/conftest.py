"""A made-up pipeline in a catalog, for what is looked at in lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.catalog.api.test_access import key_of
from tests.support import made_up_lineage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.catalog.api.conftest import Catalog


@pytest.fixture
def pipeline(serve: Callable[..., Catalog]) -> Catalog:
    """A catalog of the pipeline, in which a steward attested one step."""
    catalog = serve(owner=True)
    made_up_lineage.record(catalog, key_of(catalog, "testperson-beta", "steward", "engineer"))
    return catalog
