"""What a consent reaches: what is touched where it ends, each thing by a shortest way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.errors import AskerError
from catalog.use.impact import ASKED_OF, ConsentImpact, Touched, consent_impact
from graph_schema.identity import label_of

_BUDGET: Final = 2_000
_MOST = 100
_WORDS: Final = {
    "Dataset": "dataset",
    "Snapshot": "snapshot",
    "ModelVersion": "model version",
    "Approval": "approval",
    "Deployment": "deployment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage(Context):
    """What the page of what a consent reaches shows."""

    of: Link
    impact: ConsentImpact
    counts: Mapping[str, int]
    """How much it reaches, by kind."""
    statements: Several
    """The statements of its use that consent is behind."""
    touched: Several
    names: Mapping[str, Link]
    """Of what is touched, and of what lies on the ways of those shown; what may not be seen is absent."""

    def kind(self, one: Touched) -> str:
        """Return what kind of thing it is, in words."""
        return _WORDS[label_of(one.id)]

    def way(self, one: Touched) -> Sequence[Link]:
        """Return what lies on the way to a thing that may be seen, from what was asked about on."""
        passed = [edge.source for edge in one.path] + ([one.on] if one.path else [])
        return [self.names[each] for each in passed if each in self.names]


def read(asking: Asking) -> ConsentPage:
    """Ask; raises AskerError 404 where there is nothing of this id."""
    view, identifier = asking.view, asking.identifier(ASKED_OF)
    of = links_to(view, [identifier]).get(identifier)
    if of is None:
        raise AskerError(NOT_THERE)
    impact = consent_impact(view, identifier, budget=_BUDGET)
    touched = Several.of(asking, "touched", impact.touched, lambda one: one.id, _MOST)
    met = {each for one in touched.shown for each in (one.id, one.on, *(edge.source for edge in one.path))}
    return ConsentPage(
        title=f"What a consent reaches: {of.name}",
        graphql=query(
            "consentImpact",
            {"of": identifier, "budget": _BUDGET},
            "{\n    ... on ConsentImpact { counts { kind count } touched { id boundBy } }\n  }",
            view.as_of,
        ),
        command=command("use", "impact", identifier, as_of=view.as_of),
        found=impact.completeness,
        subjects=(identifier,),
        of=of,
        impact=impact,
        counts=Counter(_WORDS[label_of(one.id)] for one in impact.touched),
        statements=Several.by_digest(
            asking, "statements", impact.statements, lambda one: f"{one.id} {one.entry}", _MOST
        ),
        touched=touched,
        names=links_to(view, met),
    )


PAGE = Page("consent", "Consent", ConsentPage, read, ("id", "behind"))
