"""`lineward approvals`: what is to be decided by whom, and where every request stands, with its decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from catalog.cli.client import Client, ask, pages
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_line, print_table
from catalog.cli.unknown import note_principal
from catalog.cli.words import count, in_words
from catalog.errors import AskerError, Exit
from graph_schema import nodes

_PAGE: Final = 500
_ONE: Final = """
request approvalKind useCase reason requestedBy requestedAt expiresAt needed emergency approvedBy dependsOn
dossier dossierDigest approvalState since endsAt decidingEntry explanation digests { of digest } met { text entry }
subject { __typename id ... on Named { name } }
decisions { entry decision meaning reason decidedBy decidedAt expiresAt authenticated conditions requires
  signatureBlock countsFor uncounted irb { determination protocol continuingReview waiver { board actedOn } } }
"""
_INBOX: Final = """
query Inbox($principal: String!, $within: Int!, $asOf: AsOfInput) {
  approvalInbox(principal: $principal, withinDays: $within, asOf: $asOf) { task requests dueAt because explanation } }
"""
_LIST: Final = f"""
query Approvals($filter: ApprovalFilter, $asOf: AsOfInput, $after: String) {{
  approvals(filter: $filter, first: {_PAGE}, after: $after, asOf: $asOf) {{
    totalCount pageInfo {{ hasNextPage endCursor }}
    nodes {{ request approvalKind useCase requestedBy approvalState since endsAt explanation decidingEntry
      subject {{ id ... on Named {{ name }} }} }}
    {FIELDS} }} }}
"""
_SHOW: Final = (
    f"query Approval($id: ID!, $asOf: AsOfInput) {{ node(id: $id, asOf: $asOf) {{ ... on Approval {{ {_ONE} }} }} }}"
)


def inbox(client: Client, principal: str, within: int, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print what a principal has to do about requests."""
    variables = {"principal": principal, "within": within, "asOf": as_of or None}
    found = ask(client, _INBOX, variables)["approvalInbox"]
    if as_json:
        print_json(found)
        return Exit.FINE
    rows = [(in_words(one["task"]), _entries(one["requests"]), one["dueAt"], one["explanation"]) for one in found]
    print_table(
        count(len(rows), "item"),
        ("task", "requests", "due", "because"),
        rows,
        empty="Nothing waits.",
        yielding=("because",),
    )
    if not found:
        note_principal(client, principal)
    return Exit.FINE


def requests(client: Client, wanted: dict[str, Any], as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print requests for approval, the newest first, with where each stands."""
    every = list(pages(client, _LIST, {"filter": wanted, "asOf": as_of or None}, lambda data: data["approvals"]))
    rows = [one for page in every for one in page["nodes"]]
    if as_json:
        print_json(rows)
        return Exit.FINE
    print_table(
        count(len(rows), "request"),
        ("request", "kind", "of", "state", "since", "until", "because"),
        [
            (
                f"#{one['request']}",
                in_words(one["approvalKind"]),
                _subject(one),
                in_words(one["approvalState"]),
                one["since"],
                one["endsAt"],
                one["explanation"],
            )
            for one in rows
        ],
        empty="No request is of that state, kind, requester or asset."
        if any(wanted.values())
        else "Nobody asked for an approval.",
        optional=("until", "since"),
        yielding=("because", "of"),
    )
    warn(every[-1]["completeness"])
    return Exit.FINE


def show(client: Client, request: int, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print a request with what it binds and every decision on it, each with its signature block.

    Raises AskerError where no request has the index.
    """
    found = ask(client, _SHOW, {"id": nodes.Approval(str(request)).id, "asOf": as_of or None})["node"]
    if not found:
        raise AskerError(
            f"Entry {request} is no request for approval that may be seen; `lineward approvals list` lists them."
        )
    if as_json:
        print_json(found)
        return Exit.FINE
    stands = f"{in_words(found['approvalState'])} since {found['since']}"
    print_line(f"{in_words(found['approvalKind'])} approval of {_subject(found)}: {stands}")
    print_line(f"  asked by {found['requestedBy']} on {found['requestedAt']} for {found['useCase']}")
    if found["endsAt"]:
        print_line(f"  until {found['endsAt']}")
    if found["explanation"]:
        by = "" if found["decidingEntry"] is None else f" (entry {found['decidingEntry']})"
        print_line(f"  {found['explanation']}{by}")
    if found["dossierDigest"]:
        print_line(f"  asked with the report issued by entry {found['dossier']}, {found['dossierDigest']}")
    print_table("binds", ("what", "digest"), [(one["of"], one["digest"]) for one in found["digests"]], empty="nothing")
    for one in found["decisions"]:
        print_line(f"  {one['signatureBlock']}")
        print_line(f"    {one['reason']}")
        for line in _beside(one):
            print_line(f"    {line}")
        for required in one["requires"]:
            met = next((each["entry"] for each in found["met"] if each["text"] == required), None)
            print_line(f"    requires: {required}, {'not met' if met is None else f'met in entry {met}'}")
    by = ", ".join(found["approvedBy"])
    text = f"Approved by {len(found['approvedBy'])} of {found['needed']} needed{f' ({by})' if by else ''}."
    note(text + (" In an emergency another one ratifies within 72 hours." if found["emergency"] else ""))
    return Exit.FINE


def _beside(decision: dict[str, Any]) -> Iterator[str]:
    """Yield what else a decision says: whom it counts for, what goes with it, what a board determined."""
    if decision["countsFor"] is None:
        yield f"does not count: {'; '.join(decision['uncounted'])}"
    elif decision["countsFor"] != decision["decidedBy"]:
        yield f"counts for {decision['countsFor']}, who is one person with {decision['decidedBy']}"
    yield from (f"condition: {text}" for text in decision["conditions"])
    irb = decision["irb"]
    if irb is not None:
        review = f", to be reviewed again by {irb['continuingReview']}" if irb["continuingReview"] else ""
        waiver = f", {irb['waiver']['board']} on {irb['waiver']['actedOn']}" if irb["waiver"] else ""
        yield f"determined: {in_words(irb['determination'])}, protocol {irb['protocol']}{waiver}{review}"


def _entries(indexes: list[int]) -> str:
    return ", ".join(f"#{index}" for index in indexes)


def _subject(one: dict[str, Any]) -> str:
    return one["subject"]["name"] if one["subject"] else "what is hidden"
