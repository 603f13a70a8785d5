"""What data holds, why, what its schema lets one suppose, and what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import Column, DataDir, Json, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import each_of, one_of
from catalog.errors import SenderError
from catalog.findings.rules import ESTATE, FindingState, Severity
from catalog.labels.judgement import Judgement
from graph_schema.vocabulary.words import PhiKind

commands = group()

Labelled = Annotated[
    str, typer.Argument(metavar="ASSET", help="A dataset, snapshot or `model@version`: a name, a digest or an id.")
]

Recipient = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="For this recipient: what was attested for others alone takes nothing away."),
]
Place = Annotated[
    str | None,
    typer.Option(metavar="PLACE", help="At this place: what was attested for others alone takes nothing away."),
]


@command(commands, "lineward labels 'curated visits' --column mrn", panel=ASK)
def labels(
    asset: Labelled,
    column: Column = None,
    recipient: Recipient = None,
    place: Place = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which kinds of PHI a thing holds, wherever they came from, and what attestations took away on the way."""
    from catalog.cli.labels import Whose
    from catalog.cli.labels import labels as show

    at = point(valid_at, known_at_index)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, column, Whose(recipient, place), at, as_json=as_json)))


@command(commands, "lineward why 'curated visits' direct_identifier --column mrn", panel=ASK)
def why(
    asset: Labelled,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of PHI, such as direct_identifier.")],
    column: Column = None,
    recipient: Recipient = None,
    place: Place = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why a thing has a label: the shortest ways by which it came, each step with its job, run and entries."""
    from catalog.cli.labels import Whose
    from catalog.cli.labels import why as show

    at = point(valid_at, known_at_index)
    named = one_of(kind, PhiKind, "KIND")
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, named, column, Whose(recipient, place), at, as_json=as_json)))


@command(commands, "lineward what-if attestation.json", name="what-if", panel=ASK)
def what_if(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The attestation, as `lineward record` takes it; `-` reads stdin.")
    ],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what an attestation would take away before anybody signs it, what would stay, and why; write nothing."""
    from catalog.cli.what_if import what_if as show

    at = point(valid_at, known_at_index)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, file, at, as_json=as_json)))


@command(commands, "lineward suggestions", panel=ASK)
def suggestions(
    dataset: Annotated[str | None, typer.Argument(metavar="DATASET", help="A dataset's name or id.")] = None,
    column: Annotated[str | None, typer.Argument(metavar="COLUMN", help="Its column that is judged.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Record that the column holds it.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Record that the column does not hold it.")] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is judged so.")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only of this kind of PHI")] = None,
    judged: Annotated[bool, typer.Option("--judged", help="With what was judged already.")] = False,
    judgement: Annotated[list[str] | None, choice(Judgement, "Only what became this of, by default open")] = None,
    namespace: Annotated[
        list[str] | None, typer.Option(metavar="NAMESPACE", help="Only of datasets in this namespace.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the columns whose names suggest PHI, or confirm or reject what is suggested of one."""
    from catalog.cli.suggestions import Listed, judge
    from catalog.cli.suggestions import suggestions as show

    kinds = each_of(phi or [], PhiKind, "--phi")
    judgements = each_of(judgement or [], Judgement, "--judgement")
    at = point(valid_at, known_at_index)
    if judged and judgements:
        raise SenderError("--judged lists all, whatever became of it: leave it out, or --judgement.")
    if (confirm or reject) and (judged or judgements or namespace or at):
        raise SenderError(
            "--judged, --judgement, --namespace, --valid-at and --known-at-index narrow the list: leave them out of a "
            "judgement."
        )
    narrowed = Listed([] if judged else judgements or [Judgement.OPEN.value], kinds, namespace or [])
    if confirm and reject:
        raise SenderError("A suggestion is confirmed or rejected: write --confirm or --reject.")
    judging = confirm or reject
    if not judging and (column is not None or reason is not None):
        raise SenderError("A column is judged by --confirm or --reject, with --reason.")
    if judging and None in (dataset, column, reason):
        raise SenderError("What is judged has a dataset, a column and a --reason: write all three.")
    with connected(url, data_dir, owner=True) as client:
        if dataset is None or column is None or reason is None:
            raise typer.Exit(int(show(client, dataset, narrowed, at, as_json=as_json)))
        raise typer.Exit(int(judge(client, dataset, column, kinds, "CONFIRM" if confirm else "REJECT", reason)))


@command(commands, "lineward findings --severity high", panel=ASK)
def findings(
    severity: Annotated[list[str] | None, choice(Severity, "Only findings of this severity")] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Only what this rule finds, such as DATASET_DESCRIBED.")
    ] = None,
    state: Annotated[
        list[str] | None, choice(FindingState, "Only findings that stand so, by default all that hold")
    ] = None,
    subject: Annotated[
        list[str] | None,
        typer.Option(metavar="ASSET", help="Only on this: a name, `model@version`, a run id, a digest or an id."),
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what the rules find wrong or missing anywhere in the catalog; ends with 1 where any of it is open.

    A steward acknowledges one, or accepts it until a date, with `lineward record`.
    """
    from catalog.cli.assets import identify
    from catalog.cli.findings import findings as show

    severities = each_of(severity or [], Severity, "--severity")
    rules = each_of(rule or [], [one.name for one in ESTATE], "--rule", "docs/findings.md")
    states = each_of(state or [], FindingState, "--state")
    with connected(url, data_dir, owner=True) as client:
        wanted = {
            "severities": severities or None,
            "rules": rules or None,
            "states": states or None,
            "subjects": [identify(client, one) for one in subject] if subject else None,
        }
        raise typer.Exit(int(show(client, wanted, point(valid_at, known_at_index), as_json=as_json)))
