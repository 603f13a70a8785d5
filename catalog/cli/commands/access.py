"""`lineward access`: what was decided of requests for access, decided again, and handed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from catalog.cli.audit import AuditFormat
from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Disease, Json, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import one_of, time
from catalog.errors import SenderError
from graph_schema.times import parse_zoned
from graph_schema.vocabulary.words import AccessAction

commands = group("Ask for access to data, show who has it and what was decided, and decide it again.")

From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Recorded then or later: 2026-01-31T12:00:00Z.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Recorded before then: 2026-01-31T12:00:00Z.")]
Of = Annotated[str | None, typer.Option("--of", metavar="NAME", help="Only those on this dataset or model version.")]
Principal = Annotated[str | None, typer.Option("--principal", metavar="PRINCIPAL", help="Only those on this one.")]


def _only(flag: str, sentence: str) -> Any:  # noqa: ANN401  typer's own
    return typer.Option(flag, metavar="TEXT", help=f"Only those {sentence}.")


def _claim(flag: str, sentence: str) -> Any:  # noqa: ANN401  as above
    return typer.Option(flag, metavar="TEXT", help=f"{sentence}.")


def _period(since: str | None, until: str | None) -> dict[str, str | None]:
    """Return a period as GraphQL asks for it; raises SenderError for one in which nothing could lie."""
    begins, ends = time(since, "--from"), time(until, "--to")
    if begins is not None and ends is not None and parse_zoned(ends) <= parse_zoned(begins):
        raise SenderError("--to is not later than --from: nothing lies between them.")
    return {"since": begins, "until": ends}


Action = Annotated[str | None, choice(AccessAction, "Only those on this action")]
Namespace = Annotated[str | None, _only("--namespace", "on what lies in this namespace")]
Permitted = Annotated[bool | None, typer.Option("--permitted/--denied", help="Only what was permitted, or denied.")]
Reason = Annotated[str | None, _only("--reason", "with this reason, word for word")]
Obligation = Annotated[str | None, _only("--obligation", "with which this had to be done, such as AUDIT")]
Policy = Annotated[str | None, _only("--policy", "that this policy decided")]
PolicySet = Annotated[str | None, _only("--policy-set", "by the set of policies with this digest")]
Purpose = Annotated[str | None, _only("--purpose", "for this purpose, a code of HL7 PurposeOfUse")]
Project = Annotated[str | None, _only("--project", "in this project")]
Protocol = Annotated[str | None, _only("--protocol", "under this protocol")]
Site = Annotated[str | None, _only("--site", "from this site")]
Place = Annotated[str | None, _only("--place", "at this place")]
Environment = Annotated[str | None, _only("--environment", "in this environment")]
Network = Annotated[str | None, _only("--network", "from this network")]
AskedBy = Annotated[str | None, _only("--asked-by", "that this principal asked for")]
CorrelationId = Annotated[str | None, _only("--correlation-id", "whose answer had this id")]

_FILTERS: Final = {
    "principal": "principal",
    "namespace": "namespace",
    "permitted": "allowed",
    "reason": "reason",
    "obligation": "obligation",
    "policy": "policy",
    "policy_set": "policySet",
    "purpose": "purpose",
    "project": "project",
    "protocol": "protocol",
    "site": "site",
    "place": "place",
    "environment": "environment",
    "network": "network",
    "asked_by": "askedBy",
    "correlation_id": "correlationId",
}
"""By which field of the filter decisions are narrowed, by option."""


def _wanted(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return which decisions are asked for by the options of a command; raises SenderError for one that is wrong."""
    action = options["action"]
    return {
        "action": None if action is None else one_of(action, AccessAction, "--action"),
        **{name: options[option] for option, name in _FILTERS.items()},
        **_period(options["since"], options["until"]),
    }


@command(
    commands, "lineward access may grace read 'curated visits' --purpose HRESCH --environment PRODUCTION", name="may"
)
def may(
    who: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Who would have access.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help=f"What: {', '.join(AccessAction)}.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="With which dataset or model version.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="CODE", help="What for: a code of HL7 PurposeOfUse.")],
    column: Annotated[str | None, typer.Option("--column", metavar="NAME", help="With this column of it.")] = None,
    project: Annotated[str | None, _claim("--project", "In which project")] = None,
    protocol: Annotated[str | None, _claim("--protocol", "Under which protocol")] = None,
    site: Annotated[str | None, _claim("--site", "From which site")] = None,
    place: Annotated[str | None, _claim("--place", "At which place")] = None,
    environment: Annotated[str | None, _claim("--environment", "In which environment")] = None,
    network: Annotated[str | None, _claim("--network", "From which network")] = None,
    disease: Disease = None,
    on_behalf_of: Annotated[
        str | None,
        typer.Option("--on-behalf-of", metavar="PRINCIPAL", help="In whose place, by a recorded delegation."),
    ] = None,
    managed: Annotated[
        bool | None, typer.Option("--managed/--unmanaged", help="Whether the house manages the device.")
    ] = None,
    encrypted: Annotated[
        bool | None, typer.Option("--encrypted/--unencrypted", help="Whether the device is encrypted.")
    ] = None,
    enforces: Annotated[
        list[str] | None, typer.Option("--enforces", metavar="CODE", help="An obligation that is kept to.")
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Ask whether somebody may have access, as whatever serves the data does, and record the answer; 1 for a denial."""
    from catalog.cli.access import may as decide

    device = {"managed": managed, "encrypted": encrypted}
    claims = {
        "purpose": purpose,
        "project": project,
        "protocol": protocol,
        "site": site,
        "place": place,
        "environment": environment,
        "network": network,
        "on_behalf_of": on_behalf_of,
        "device": {key: value for key, value in device.items() if value is not None} or None,
        "enforces": enforces or None,
        "diseases": disease or None,
    }
    context = {key: value for key, value in claims.items() if value is not None}
    what = one_of(action, AccessAction, "ACTION")
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(decide(client, who, what, name, context, column, as_json=as_json)))


@command(commands, "lineward access decisions --principal grace --denied", name="decisions")
def decisions(
    of: Of = None,
    principal: Principal = None,
    action: Action = None,
    namespace: Namespace = None,
    permitted: Permitted = None,
    reason: Reason = None,
    obligation: Obligation = None,
    policy: Policy = None,
    policy_set: PolicySet = None,
    purpose: Purpose = None,
    project: Project = None,
    protocol: Protocol = None,
    site: Site = None,
    place: Place = None,
    environment: Environment = None,
    network: Network = None,
    asked_by: AskedBy = None,
    correlation_id: CorrelationId = None,
    since: From = None,
    until: To = None,
    first: Annotated[int, typer.Option("--first", min=1, metavar="NUMBER", help="How many at most.")] = 50,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show decisions on access, the newest first."""
    from catalog.cli.access import decisions as show

    wanted = _wanted(locals())
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, of, wanted, first, as_json=as_json)))


@command(commands, "lineward access who 'curated visits'", name="who")
def who(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A dataset or model version.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who has, or had, access to data by a grant, and who was permitted it."""
    from catalog.cli.grants import who as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, name, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward access grants grace", name="grants")
def grants(
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Whose grants and memberships.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what was granted to a principal and to what it belongs, each with where it stands."""
    from catalog.cli.grants import grants as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, principal, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward access delegations grace", name="delegations")
def delegations(
    principal: Annotated[
        str | None, typer.Argument(metavar="PRINCIPAL", help="Only what this one gave or has; by default all.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show who may have access in the place of another, each with whether it holds and what ended it."""
    from catalog.cli.grants import delegations as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, principal, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward access due", name="due")
def due(
    within_days: Annotated[
        int, typer.Option(metavar="DAYS", min=0, max=36_500, help="How long before a grant is to be certified again.")
    ] = 7,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what waits for somebody: requests, emergencies to review, grants to certify again; 1 where any does."""
    from catalog.cli.grants import due as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, within_days, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward access export --format fhir --from 2026-01-01T00:00:00Z", name="export")
def export(
    form: Annotated[str, choice(AuditFormat, "In which format", name="--format")] = AuditFormat.FHIR,
    of: Of = None,
    principal: Principal = None,
    action: Action = None,
    namespace: Namespace = None,
    permitted: Permitted = None,
    reason: Reason = None,
    obligation: Obligation = None,
    policy: Policy = None,
    policy_set: PolicySet = None,
    purpose: Purpose = None,
    project: Project = None,
    protocol: Protocol = None,
    site: Site = None,
    place: Place = None,
    environment: Environment = None,
    network: Network = None,
    asked_by: AskedBy = None,
    correlation_id: CorrelationId = None,
    since: From = None,
    until: To = None,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Print decisions on access for an audit log, the newest first, one a line: FHIR R4 AuditEvent, or OCSF."""
    from catalog.cli.access import export as write

    wanted = _wanted(locals())
    chosen = AuditFormat(one_of(form, AuditFormat, "--format"))
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(write(client, of, wanted, chosen)))


@command(commands, "lineward access replay --from 2026-01-01T00:00:00Z", name="replay")
def replay(
    of: Of = None,
    principal: Principal = None,
    since: From = None,
    until: To = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Decide again what was decided, each at its own time and by what was known then; 1 where any differs."""
    from catalog.cli.access import replay as decide_again

    wanted = {"principal": principal, **_period(since, until)}
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(decide_again(client, of, wanted, as_json=as_json)))
