"""The two axes of a statement of permitted use: the purposes of HL7 v3-ActReason, and the data use terms of GA4GH."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.use.inquiry import Inquiry
from catalog.use.model import Reason, RecordKind
from catalog.use.reasons import abstain, deny, permit
from catalog.use.terms import CC, DS, GRU, HMB, METHODS, NRES, PERMISSIONS, POA, short
from graph_schema.vocabulary import hl7


def judge_axes(inquiry: Inquiry) -> Iterator[Reason]:
    """Judge both axes: each of which a statement says anything must permit, and one of them says something."""
    by_terms, by_purpose = list(_of_terms(inquiry)), list(_of_purpose(inquiry))
    yield from by_terms
    yield from by_purpose
    if not by_terms and not by_purpose:
        what = "this purpose" if inquiry.terms else "purposes"
        yield abstain(f"It says nothing of {what}.", RecordKind.USE_STATEMENT)


def _of_purpose(inquiry: Inquiry) -> Iterator[Reason]:
    """Judge the axis of HL7 purposes, where the statement says any."""
    allowed, purpose = inquiry.statement.purposes, inquiry.purpose
    if allowed is None:
        return
    if purpose is None:
        yield abstain("It names purposes of HL7, and the question names none.", RecordKind.REQUEST)
    elif any(hl7.PURPOSE_OF_USE.covers(one, purpose) for one in allowed):
        yield permit(f"It allows {', '.join(sorted(allowed))}, which covers {purpose}.")
    else:
        named = ", ".join(sorted(allowed)) or "no purpose"
        yield deny(f"It allows {named}, not {purpose}.")


def _of_terms(inquiry: Inquiry) -> Iterator[Reason]:
    """Judge the axis of data use terms: research and clinical care alone are theirs, and NRES is everything."""
    if not inquiry.terms:
        return
    if NRES in inquiry.terms and not inquiry.terms.keys() & (PERMISSIONS - {NRES}):
        yield permit("It has no restriction (NRES).")
    elif inquiry.sought:
        yield from _of_research(inquiry)
    elif _is_clinical_care(inquiry):
        if CC in inquiry.terms:
            yield permit("It allows clinical care (CC).")
        elif inquiry.statement.purposes is None:
            yield deny("It allows research, and clinical care not (no CC).")


def _is_clinical_care(inquiry: Inquiry) -> bool:
    return inquiry.purpose is not None and hl7.PURPOSE_OF_USE.covers("TREAT", inquiry.purpose)


def _of_research(inquiry: Inquiry) -> Iterator[Reason]:
    permissions = sorted(inquiry.terms.keys() & PERMISSIONS)
    if not permissions:
        yield abstain("It names restrictions and no permission (NRES, GRU, HMB, DS or POA).", RecordKind.USE_STATEMENT)
    for code in permissions:
        yield from (_of_permission(inquiry, code, sought) for sought in sorted(inquiry.sought))


def _of_permission(inquiry: Inquiry, code: str, sought: str) -> Reason:
    """Judge one permission: NRES covers GRU, GRU covers HMB and POA, HMB covers DS."""
    if code == DS:
        return _of_diseases(inquiry, sought)
    if sought == METHODS:
        return permit(f"{short(code)} allows the development of methods.")
    covered = {NRES: PERMISSIONS, GRU: PERMISSIONS - {NRES}, HMB: {HMB, DS}, POA: {POA}}[code]
    if sought in covered:
        return permit(f"{short(code)} covers {short(sought)}.")
    return deny(f"{short(code)} does not cover {short(sought)}.")


def _of_diseases(inquiry: Inquiry, sought: str) -> Reason:
    """Judge disease specific research: every disease studied is one of the statement's, or a kind of one."""
    if sought == METHODS and not inquiry.question.diseases:
        return permit("DS allows the development of methods.")
    if sought not in {DS, METHODS}:
        return deny(f"DS does not cover {short(sought)}.")
    if not inquiry.diseases:
        return abstain("It allows disease specific research and names no disease.", RecordKind.USE_STATEMENT)
    if not inquiry.question.diseases:
        return abstain("The question names no disease.", RecordKind.REQUEST)
    return inquiry.judge_diseases()
