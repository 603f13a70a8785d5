"""What a dossier has to point at in who decided and attested: powers not granted, taken by oneself, or by who gains.

The catalog refuses these when a record is taken; ledgers of older versions hold them, and an administrator who acts
under another's key can still do some. What a principal was at an entry is what the newest record before it defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.access.model import Definition, KeyRecord
from catalog.approvals.model import Approval, Decision
from catalog.evidence.findings import Found
from catalog.labels.model import Attestation
from graph_schema.vocabulary.words import PrincipalKind, PrincipalRole

Holds = Callable[[Definition], bool]


@dataclass(frozen=True, slots=True)
class Powers:
    """How each principal was defined over time, and the keys that were issued to it."""

    definitions: Mapping[str, Sequence[Definition]]
    keys: Mapping[str, Sequence[KeyRecord]]

    def at(self, principal: str, entry: int) -> Definition | None:
        """Return what the principal was when this entry was written."""
        return next((one for one in reversed(self.definitions.get(principal, ())) if one.entry < entry), None)

    def gained(self, principal: str, entry: int, holds: Holds) -> Definition | None:
        """Return the record that gave the principal what it held when this entry was written, None where it did not."""
        gave = None
        for one in self.definitions.get(principal, ()):
            if one.entry >= entry:
                break
            gave = (gave or one) if holds(one) else None
        return gave


def findings(
    approvals: Sequence[Approval],
    attested: Mapping[str, Sequence[Attestation]],
    powers: Powers,
    worked: frozenset[str],
) -> Iterator[Found]:
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
            yield Found("powers given by another", "HIGH", each.run or each.job, text, (gave.entry, each.entry))


def _decider(approval: Approval, decision: Decision, powers: Powers) -> Iterator[Found]:
    kind, who = approval.approval_kind, decision.decided_by
    was = powers.at(who, decision.entry)
    shown = (decision.entry,) if was is None else (was.entry, decision.entry)
    if was is not None and (PrincipalRole.EMITTER in was.roles or was.principal_kind == PrincipalKind.EMITTER):
        yield Found("no emitter decides", "HIGH", approval.subject, "A principal that emits events decided.", shown)
    if was is None or kind not in was.approves:
        text = f"Who decided on the {kind} approval had not been granted to decide on approvals of this kind."
        yield Found("decision granted", "HIGH", approval.subject, text, shown)
    taken = sorted(
        {
            gave.entry
            for holds in (_approves(kind), _has(PrincipalRole.APPROVER))
            if (gave := powers.gained(who, decision.entry, holds)) is not None and gave.by == who
        }
    )
    if taken:
        text = f"Who decided on the {kind} approval had given themselves the power to."
        yield Found("powers given by another", "HIGH", approval.subject, text, (*taken, decision.entry))


def _interested(approval: Approval, decision: Decision, powers: Powers, interested: frozenset[str]) -> Iterator[Found]:
    kind, who = approval.approval_kind, decision.decided_by
    gave = powers.gained(who, decision.entry, _approves(kind))
    if gave is not None and gave.by in interested - {who}:
        text = f"Who asked for the {kind} approval, or whose work it is about, granted the power to decide on it."
        yield Found("decider independent", "HIGH", approval.subject, text, (gave.entry, decision.entry))
    if any(key.issued_by in interested - {who} for key in powers.keys.get(who, ()) if _may_be(key, decision)):
        text = f"The {kind} approval was decided under a key made by who asked for it, or by whose work it is about."
        yield Found("decider independent", "HIGH", approval.subject, text, (decision.entry,))


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
