"""`lineward gate`: whether a model version may be released."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import PROVE, command, group
from catalog.cli.options import Commercial, DataDir, Disease, Json, KnownAtIndex, Project, Recipient, Url, choice, point
from catalog.cli.words import one_of
from catalog.errors import SenderError
from catalog.use.model import OrganizationKind

commands = group()


@command(
    commands,
    "lineward gate readmission@1 --purpose HOPERAT --place 'Sampletown General' --for production",
    panel=PROVE,
)
def gate(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="MODEL@VERSION, a model's name, or an id.")],
    version: Annotated[str | None, typer.Argument(metavar="VERSION", help="The version, where not with @.")] = None,
    purpose: Annotated[
        str, typer.Option(metavar="CODE", help="What it is used for: a code of HL7 PurposeOfUse, such as HOPERAT.")
    ] = "",
    place: Annotated[str, typer.Option(metavar="PLACE", help="Where it is used.")] = "",
    environment: Annotated[
        str, typer.Option("--for", metavar="ENVIRONMENT", help="In which environment it is used.")
    ] = "production",
    organization: Annotated[str | None, choice(OrganizationKind, "For which kind of organization")] = None,
    commercial: Commercial = None,
    project: Project = None,
    recipient: Recipient = None,
    disease: Disease = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="As of then, 2026-01-31T12:00:00Z; by default now.")
    ] = None,
    known_at_index: KnownAtIndex = None,
    record: Annotated[
        bool, typer.Option("--record", help="Make what the gate says an entry, which a release can quote.")
    ] = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell whether a model version may be released: 0 it may, 1 a check blocks it, 3 the gate cannot see everything.

    What is not recorded blocks as what fails does.
    """
    from catalog.cli.gate import gate as ask_gate

    for name, value in (("--purpose", purpose), ("--place", place)):
        if not value.strip():
            raise SenderError(f"{name} is missing: the gate is asked for a purpose, at a place.")
    if record and known_at_index is not None:
        raise SenderError("What is recorded is what is known now: leave --record or --known-at-index out.")
    kind = None if organization is None else one_of(organization, OrganizationKind, "--organization")
    who = {"organization": kind, "commercial": commercial, "project": project, "recipient": recipient}
    asked = {
        "purpose": purpose,
        "place": place,
        "environment": environment,
        "requester": {name: value for name, value in who.items() if value is not None},
        "diseases": disease or [],
    }
    called = model if version is None else f"{model}@{version}"
    with connected(url, data_dir, owner=True) as client:
        found = ask_gate(
            client, called, asked, point(at, known_at_index, option="--at"), record=record, as_json=as_json
        )
        raise typer.Exit(int(found))
