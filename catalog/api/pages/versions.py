"""Two versions of models side by side: data, code, environment, metrics, labels, approvals, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import NOT_THERE, Asking
from catalog.api.pages.kinds import Link, links_to, name_of
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query, together
from catalog.api.pages.words import worded
from catalog.approvals.model import Approval
from catalog.approvals.queries import approvals_of
from catalog.errors import AskerError
from catalog.labels.taint.answers import EffectiveLabels
from catalog.labels.taint.queries import effective_labels
from catalog.reading import Complete
from catalog.releases.model import ModelVersionRecord, SnapshotUse
from catalog.releases.queries import model_versions, versions_of
from graph_schema.identity import label_of
from graph_schema.nodes import Model, ModelVersion

_LABEL: Final = "ModelVersion"
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """What is recorded of one version, and the entries behind it."""

    text: str
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is recorded of one of two versions or of both."""

    of: str
    left: Cell | None
    right: Cell | None

    @property
    def differs(self) -> bool:
        """Tell whether it is not recorded alike; the entries may be others all the same."""
        return self.left is None or self.right is None or self.left.text != self.right.text


@dataclass(frozen=True, slots=True)
class Group:
    """What is compared of one kind."""

    title: str
    lines: tuple[Line, ...]
    """Those that differ come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage(Context):
    """What the page of two versions shows."""

    left: Link
    right: Link | None
    """None where there is no other version, or none is named and there is none before."""
    others: tuple[Link, ...]
    """The other versions of the first one's model."""
    more_others: int
    model: str
    """The model of the first one, by id."""
    groups: tuple[tuple[str, Several], ...]
    """What is compared, by the title of each kind."""
    differing: int
    """How many things are not recorded alike."""


def read(asking: Asking) -> VersionsPage:
    """Read both, by default the version before as the second; raises AskerError 404 where one is not there."""
    view, identifier = asking.view, asking.identifier({_LABEL})
    other = asking.text("other")
    node = view.nodes([identifier]).get(identifier)
    if (other and label_of(other) != _LABEL) or node is None or not isinstance(node.node, ModelVersion):
        raise AskerError(NOT_THERE)
    model = Model(node.node.namespace, node.node.model).id
    every = tuple(versions_of(view, [model]).get(model, ()))
    siblings = tuple(one for one in every if one != identifier)
    if not other and siblings:
        earlier = every[: every.index(identifier)]
        other = earlier[-1] if earlier else siblings[0]
    pair = [one for one in (identifier, other) if one]
    records = model_versions(view, pair)
    if len(records) < len(set(pair)):
        raise AskerError(NOT_THERE)
    labels = effective_labels(view, pair)
    approvals = approvals_of(view, pair)
    uses = (use.dataset for one in records.values() for use in _uses(one))
    links = links_to(view, {*pair, *siblings[:_MOST], *uses})
    sides = [_side(records[one], links, labels.get(one), approvals.get(one, ())) for one in pair]
    groups = compared(sides[0], sides[1] if len(sides) > 1 else {})
    selection = "{\n    ... on ModelVersion { registrations { artifactDigest metrics { name value } } } \n  }"
    both = [query(f"side{at}: node", {"id": one}, selection, view.as_of) for at, one in enumerate(pair, 1)]
    return VersionsPage(
        title=f"{name_of(node.node)} beside another version",
        graphql=together(*both),
        command=command("lineage", identifier, as_of=view.as_of),
        found=next((one.completeness for one in labels.values() if not isinstance(one.completeness, Complete)), None),
        subjects=tuple(pair),
        left=links[identifier],
        right=links.get(other) if other else None,
        others=tuple(links[one] for one in siblings[:_MOST] if one in links),
        more_others=len(siblings[_MOST:]),
        model=model,
        groups=tuple(
            (one.title, Several.of(asking, one.title.lower(), one.lines, lambda line: line.of, _MOST)) for one in groups
        ),
        differing=sum(line.differs for group in groups for line in group.lines) if len(pair) > 1 else 0,
    )


def compared(left: Mapping[str, Mapping[str, Cell]], right: Mapping[str, Mapping[str, Cell]]) -> tuple[Group, ...]:
    """Return two sides line by line, each by its kinds and what they are of: those that differ first, then by name."""
    groups = []
    for title in dict.fromkeys((*left, *right)):
        one, two = left.get(title, {}), right.get(title, {})
        lines = sorted(
            (Line(of, one.get(of), two.get(of)) for of in one.keys() | two.keys()),
            key=lambda line: (not line.differs, line.of),
        )
        groups.append(Group(title, tuple(lines)))
    return tuple(groups)


def _uses(record: ModelVersionRecord) -> tuple[SnapshotUse, ...]:
    one = record.registration
    return () if one is None else (*one.trained_on, *one.evaluated_on)


def _side(
    record: ModelVersionRecord,
    links: Mapping[str, Link],
    labels: EffectiveLabels | None,
    approvals: tuple[Approval, ...],
) -> Mapping[str, Mapping[str, Cell]]:
    """Return what is recorded of a version by its newest registration, its labels and the newest of its approvals."""
    one = record.registration
    found: dict[str, dict[str, Cell]] = {
        title: {} for title in ("Data", "Code", "Environment", "Artifact", "Metrics", "Labels", "Approvals")
    }
    if one is not None:
        by = (one.entry,)
        for of, uses in (("trained on", one.trained_on), ("evaluated on", one.evaluated_on)):
            for name, digests in _by_name(uses, links):
                found["Data"][f"{of} {name}"] = Cell(", ".join(digests), by)
        clean = {None: "", True: ", clean", False: ", with changes that no commit holds"}[one.code.clean]
        found["Code"][one.code.repository] = Cell(f"{one.code.revision}{clean}", by)
        found["Environment"]["digest"] = Cell(one.environment.digest, by)
        found["Environment"]["description"] = Cell(one.environment.description or "", by)
        found["Artifact"]["digest"] = Cell(one.artifact_digest, by)
        found["Artifact"]["signature"] = Cell("signed" if one.signature else "not signed", by)
        found["Artifact"]["intended use"] = Cell(one.intended_use or "", by)
        for metric in one.metrics:
            found["Metrics"][f"{metric.name} on {metric.split}" if metric.split else metric.name] = Cell(
                metric.value, by
            )
    for label in () if labels is None else labels.labels:
        codes = " ".join(code.code for code in label.codes)
        found["Labels"][worded(label.kind)] = Cell(f"{worded(label.origin.value)} {codes}".strip(), label.entries)
    for approval in approvals:
        of = f"{worded(approval.approval_kind)} for {approval.use_case}"
        found["Approvals"][of] = Cell(worded(approval.state.value), (approval.request,))
    return found


def _by_name(uses: tuple[SnapshotUse, ...], links: Mapping[str, Link]) -> Iterator[tuple[str, list[str]]]:
    """Yield the datasets of a version's data by name with the digests of their states; what is hidden has no name."""
    names = sorted({links[use.dataset].name if use.dataset in links else "" for use in uses})
    for name in names:
        digests = sorted(
            use.digest for use in uses if (links[use.dataset].name if use.dataset in links else "") == name
        )
        yield name or "what is not shown", digests


PAGE = Page("versions", "Two versions", VersionsPage, read, ("id", "other", "behind"))
