"""`lineward use`: what data may be used for, and by whose word."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import (
    AssetName,
    Commercial,
    DataDir,
    Disease,
    Json,
    KnownAtIndex,
    Project,
    Recipient,
    SourceName,
    Url,
    ValidAt,
    choice,
    point,
)
from catalog.cli.words import each_of, one_of, time
from catalog.errors import SenderError
from catalog.use.model import OrganizationKind, SensitiveTopic
from graph_schema.nodes import Source, UseStatement

commands = group("Tell what data and models may be used for, and by whose word.")

_MOST = 20_000
"""How many datasets and models a walk looks at, at most."""

Asset = Annotated[
    str, typer.Argument(metavar="ASSET", help="A dataset's name, `model@version`, a digest of a snapshot, or an id.")
]
Date = Annotated[
    str | None,
    typer.Option("--date", metavar="TIME", help="When it is to be used; by default now: 2026-01-31T12:00:00Z."),
]


@command(commands, "lineward use may readmission@1 MLTRAINING --place Example-Hospital", name="may")
def may(
    asset: Asset,
    purpose: Annotated[
        str,
        typer.Argument(
            metavar="PURPOSE", help="A code of HL7 PurposeOfUse, or a permission of DUO: GRU, HMB, DS, POA."
        ),
    ],
    date: Date = None,
    place: Annotated[str | None, typer.Option(metavar="PLACE", help="Where it is to be used.")] = None,
    user: Annotated[str | None, typer.Option(metavar="USER", help="Who uses it.")] = None,
    organization: Annotated[str | None, choice(OrganizationKind, "For which kind of organization")] = None,
    commercial: Commercial = None,
    institute: Annotated[str | None, typer.Option(metavar="INSTITUTE", help="At which institute.")] = None,
    project: Project = None,
    recipient: Recipient = None,
    disease: Disease = None,
    investigation: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="What is done: an investigation type of DUO; may be repeated."),
    ] = None,
    genetic: Annotated[
        bool | None, typer.Option("--genetic/--not-genetic", help="Whether the study is genetic.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="A topic, as statements name it; may be repeated.")
    ] = None,
    sensitive: Annotated[list[str] | None, choice(SensitiveTopic, "What of it a person has to look at")] = None,
    limited_data_set: Annotated[
        bool, typer.Option("--limited-data-set", help="It is a limited data set, 45 CFR 164.514(e).")
    ] = False,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell whether something may be used so: 0 it may, 1 it may not, 4 a person or a record has to decide."""
    from catalog.cli.use import may as decide

    kind = None if organization is None else one_of(organization, OrganizationKind, "--organization")
    who = {
        "user": user,
        "organization": kind,
        "commercial": commercial,
        "institute": institute,
        "project": project,
        "recipient": recipient,
    }
    asked = {
        "purpose": purpose,
        "date": time(date, "--date"),
        "place": place,
        "requester": {name: value for name, value in who.items() if value is not None} or None,
        "diseases": disease,
        "investigations": investigation,
        "genetic": genetic,
        "topics": topic,
        "sensitive": each_of(sensitive or (), SensitiveTopic, "--sensitive") or None,
        "limitedDataSet": limited_data_set,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(decide(client, asset, asked, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward use show 'curated visits'", name="show")
def show(
    asset: Asset,
    date: Date = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show all that was said of its use and of all that it was made of, and what contradicts itself."""
    from catalog.cli.use import show as show_all

    asked = {"date": time(date, "--date"), "asOf": point(valid_at, known_at_index)}
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show_all(client, asset, asked, as_json=as_json)))


@command(commands, "lineward use impact 'landing visits'", name="impact")
def impact(
    asset: AssetName = None,
    source: SourceName = None,
    statement: Annotated[str | None, typer.Option(metavar="NAME", help="A use statement instead, by name.")] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="TIME", help="At which date licences count; by default now.")
    ] = None,
    budget: Annotated[
        int, typer.Option(min=1, max=_MOST, metavar="COUNT", help="Look at so many datasets and models at most.")
    ] = 2000,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a consent touches where it ends: datasets, snapshots, models, approvals and deployments."""
    from catalog.cli.use import impact as show_impact

    if sum(one is not None for one in (asset, source, statement)) != 1:
        raise SenderError("Name one thing: an asset, or --source, or --statement.")
    asked = {"date": time(date, "--date"), "budget": budget, "asOf": point(valid_at, known_at_index)}
    with connected(url, data_dir, owner=True) as client:
        if source is not None:
            asset = Source(source).id
        elif statement is not None:
            asset = UseStatement(statement).id
        raise typer.Exit(int(show_impact(client, asset or "", asked, as_json=as_json)))


@command(commands, "lineward use residency 'curated visits'", name="residency")
def residency(
    asset: Asset,
    date: Annotated[
        str | None, typer.Option("--date", metavar="TIME", help="When where it lies is judged; by default now.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show where it is, was written, read and trained on, against where it may be: 0 it may, 1 it may not, 4 open."""
    from catalog.cli.use import residency as show_residency

    asked = {"date": time(date, "--date"), "asOf": point(valid_at, known_at_index)}
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show_residency(client, asset, asked, as_json=as_json)))
