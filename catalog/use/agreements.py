"""What an agreement on data must name: 45 CFR 164.514(e)(3)(i), (e)(4)(ii)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from catalog.use.inquiry import Inquiry
from catalog.use.model import Agreement, Reason, RecordKind
from catalog.use.reasons import abstain, deny, permit
from catalog.use.terms import MLTRAINING
from graph_schema.vocabulary import hl7

_OF_LIMITED_DATA_SETS: Final = "neither identify nor contact the persons, 45 CFR 164.514(e)(4)(ii)(C)(5)"
"""The term of every agreement on a limited data set that binds whoever has it."""


def judge_agreement(inquiry: Inquiry) -> Iterator[Reason]:
    """Judge what an agreement must name, purposes and recipients: 45 CFR 164.514(e)(3)(i), (e)(4)(ii)."""
    agreement, question = inquiry.statement.agreement, inquiry.question
    if question.limited_data_set and (agreement is None or not agreement.limited_data_set):
        yield deny("A limited data set is used under a data use agreement alone, 45 CFR 164.514(e)(4).")
        return
    if agreement is None:
        return
    yield from _of_recipient(inquiry, agreement)
    if agreement.limited_data_set:
        inquiry.obligations.add(_OF_LIMITED_DATA_SETS)
    if inquiry.purpose is None:
        return
    if agreement.purposes:
        limited = question.limited_data_set or agreement.limited_data_set
        yield _named(agreement, inquiry.purpose, limited_data_set=limited)
    elif question.limited_data_set or agreement.limited_data_set:
        yield abstain(
            f"The agreement {agreement.name} does not name the purposes of the limited data set.",
            RecordKind.AGREEMENT,
        )


def _of_recipient(inquiry: Inquiry, agreement: Agreement) -> Iterator[Reason]:
    recipient = inquiry.question.requester.recipient
    if agreement.recipients:
        named = ", ".join(sorted(agreement.recipients))
        if recipient is None:
            text = f"The agreement {agreement.name} is with {named}, and who is to have the data was not said."
            yield abstain(text, RecordKind.REQUEST)
        elif recipient in agreement.recipients:
            yield permit(f"The agreement {agreement.name} names {recipient}.")
        else:
            yield deny(f"The agreement {agreement.name} is with {named}, not with {recipient}.")
    elif recipient is not None and agreement.limited_data_set:
        text = (
            f"The agreement {agreement.name} does not name who may have the limited data set, "
            "45 CFR 164.514(e)(4)(ii)(B)."
        )
        yield abstain(text, RecordKind.AGREEMENT)


def _named(agreement: Agreement, purpose: str, *, limited_data_set: bool) -> Reason:
    """Judge a purpose by those that an agreement names; that HL7 puts machine learning under another is not enough for
    a limited data set, since its tree is no law.
    """
    if purpose in agreement.purposes:
        return permit(f"The agreement {agreement.name} names {purpose}.")
    named = ", ".join(sorted(agreement.purposes))
    if not any(hl7.PURPOSE_OF_USE.covers(one, purpose) for one in agreement.purposes):
        return deny(f"The agreement {agreement.name} names {named}, not {purpose}.")
    if limited_data_set and purpose == MLTRAINING:
        text = (
            f"The agreement {agreement.name} names {named}, and of a limited data set it has to name {purpose} itself."
        )
        return abstain(text, RecordKind.AGREEMENT)
    return permit(f"The agreement {agreement.name} names {named}, which covers {purpose}.")
