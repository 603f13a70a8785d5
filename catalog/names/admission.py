"""What must hold before a rule of names, or who joins and parts datasets, is taken."""

from __future__ import annotations

from catalog.errors import SenderError
from catalog.names.records import EndNamespaceRule, StitchDatasets, UnstitchDatasets
from catalog.record import DECLARE_FIRST, Admission, Admitted


def admit_end(record: EndNamespaceRule, admission: Admission) -> Admitted:
    """Hold the rule to be known, and not to be ended before it was last defined: it would hold again from then on."""
    admission.require([(record.node, "/rule", "define it first; `lineward names rules` lists those there are")])
    stated = admission.view.statements([record.node.id], ("namespace_rule",))
    newest = max((one.valid_from for one in stated if one.value is not None), default=None)
    since = admission.now if record.holds_from is None else record.holds_from
    if not record.never_held and newest is not None and since < newest:
        raise SenderError(
            "The rule was last defined for a later time, and would hold again from then on: end it later, or say that "
            "it never_held.",
            pointer="/valid_from",
            status=422,
        )
    return Admitted()


def admit_stitch(record: StitchDatasets, admission: Admission) -> Admitted:
    """Hold both datasets to be known."""
    _require_both(record, admission)
    return Admitted()


def admit_unstitch(record: UnstitchDatasets, admission: Admission) -> Admitted:
    """Hold both datasets to be known, and something other than a rule to have joined them."""
    _require_both(record, admission)
    pair = {record.dataset.node.id, record.same_as.node.id}
    edges = admission.view.unredacted.edges(sorted(pair), ("IS_ALIAS_OF", "IS_SAME_AS"), "both")
    if not any({edge.source, edge.target} == pair for edge in edges):
        raise SenderError(
            "Nobody joined these two directly: part the pair that `names` of the dataset shows, or end the rule that "
            "joins them.",
            pointer="/same_as",
            status=422,
        )
    return Admitted()


def _require_both(record: StitchDatasets | UnstitchDatasets, admission: Admission) -> None:
    admission.require(
        [(record.dataset.node, "/dataset", DECLARE_FIRST), (record.same_as.node, "/same_as", DECLARE_FIRST)]
    )
