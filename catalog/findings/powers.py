"""What is wrong with who decided and attested: another's name, powers not granted, taken, or given by who gains.

The catalog refuses these when a record is taken; ledgers of older versions hold them, and an administrator who acts
under another's key can still do some. What a principal was at an entry is what the newest record before it defined.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalog.access.model import Definition, Holds, KeyRecord, Powers
from catalog.approvals.model import Approval, Decision
from catalog.findings.model import Finding
from catalog.findings.rules import Rule
from catalog.labels.model import Attestation
from catalog.operations.residue import ERASED
from graph_schema.vocabulary.words import PrincipalKind, PrincipalRole
from reports.naming import worded


def of_powers(
    approvals: Sequence[Approval],
    attested: Mapping[str, Sequence[Attestation]],
    powers: Powers,
    worked: frozenset[str],
) -> Iterator[Finding]:
    """Yield what is found on those who decided on the approvals, and on those who attested what they rest on.

    `worked` are those whose work is decided on: who registered the version and who sealed its snapshots.
    """
    judged = worked | {one.attested_by for several in attested.values() for one in several}
    for approval in approvals:
        for decision in approval.decisions:
            if decision.authenticated:
                yield from _decider(approval, decision, powers)
                yield from _interested(approval, decision, powers, judged | {approval.requested_by})
    for each in {one.entry: one for several in attested.values() for one in several}.values():
        gave = powers.gained(each.attested_by, each.entry, _has(PrincipalRole.STEWARD))
        if gave is not None and gave.by == each.attested_by:
            text = "Who attested the de-identification had given themselves the role steward."
            yield Finding(Rule.POWERS_GIVEN, each.run or each.subject, text, (gave.entry, each.entry))


def _decider(approval: Approval, decision: Decision, powers: Powers) -> Iterator[Finding]:
    kind, who = approval.approval_kind, decision.decided_by
    was = powers.at(who, decision.entry)
    shown = (decision.entry,) if was is None else (was.entry, decision.entry)
    if was is not None and (PrincipalRole.EMITTER in was.roles or was.principal_kind == PrincipalKind.EMITTER):
        yield Finding(Rule.NO_EMITTER_DECIDES, approval.subject, "A principal that emits events decided.", shown)
    if was is None or kind not in was.approves:
        text = f"Who decided on the {worded(kind)} approval had not been granted to decide on approvals of this kind."
        yield Finding(Rule.DECISION_GRANTED, approval.subject, text, shown)
    if was is not None and was.display_name != decision.printed_name and not _is_erased(was, decision):
        text = (
            f"The {worded(kind)} approval was signed with the name {decision.printed_name}, "
            f"while the record of who decided said {was.display_name}."
        )
        yield Finding(Rule.SIGNED_IN_OWN_NAME, approval.subject, text, shown)
    taken = sorted(
        {
            gave.entry
            for holds in (_approves(kind), _has(PrincipalRole.APPROVER))
            if (gave := powers.gained(who, decision.entry, holds)) is not None and gave.by == who
        }
    )
    if taken:
        text = f"Who decided on the {worded(kind)} approval had given themselves the power to."
        yield Finding(Rule.POWERS_GIVEN, approval.subject, text, (*taken, decision.entry))


def _is_erased(was: Definition, decision: Decision) -> bool:
    """Tell whether one of the two names is not there any more, so that nobody can compare them."""
    return ERASED in {was.display_name, decision.printed_name}


def _interested(
    approval: Approval, decision: Decision, powers: Powers, interested: frozenset[str]
) -> Iterator[Finding]:
    kind, who = approval.approval_kind, decision.decided_by
    gave = powers.gained(who, decision.entry, _approves(kind))
    if gave is not None and gave.by in interested - {who}:
        text = (
            f"Who asked for the {worded(kind)} approval, or whose work it is about, granted the power to decide on it."
        )
        yield Finding(Rule.DECIDER_INDEPENDENT, approval.subject, text, (gave.entry, decision.entry))
    if any(key.issued_by in interested - {who} for key in powers.keys.get(who, ()) if _may_be(key, decision)):
        by = "under a key made by who asked for it, or by whose work it is about"
        text = f"The {worded(kind)} approval was decided {by}."
        yield Finding(Rule.DECIDER_INDEPENDENT, approval.subject, text, (decision.entry,))


def _may_be(key: KeyRecord, decision: Decision) -> bool:
    """Tell whether the decision was made under this key, or may have been where it does not say."""
    if decision.key_id is not None:
        return key.key_id == decision.key_id
    ended = key.revoked_at is not None and key.revoked_at <= decision.decided_at
    return key.issued_at <= decision.decided_at and not ended


def _has(role: PrincipalRole) -> Holds:
    return lambda was: role in was.roles


def _approves(kind: str) -> Holds:
    return lambda was: kind in was.approves
