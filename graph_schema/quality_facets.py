"""What dataQualityAssertions (1-1-0) says of each assertion: which it is and how it came out, never a value."""

from __future__ import annotations

from collections.abc import Iterator

from graph_schema.aspects.quality import Check
from graph_schema.facet_reading import objects, text
from graph_schema.vocabulary.words import CheckOutcome


def checks(facet: object, job: str | None) -> Iterator[Check]:
    """Yield each assertion of the facet with its outcome, as of a job by id; one that has no name says nothing."""
    for item in objects(facet, "assertions"):
        name = text(item, "name")
        assertion = text(item, "assertion") or text(item, "type") or name
        if assertion is not None:
            outcome = _outcome(item.get("success")).value
            yield Check(assertion, outcome, name, text(item, "column"), text(item, "severity"), job)


def _outcome(success: object) -> CheckOutcome:
    if isinstance(success, bool):
        return CheckOutcome.PASSED if success else CheckOutcome.FAILED
    return CheckOutcome.UNKNOWN
