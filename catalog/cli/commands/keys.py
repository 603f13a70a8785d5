"""`lineward key`: the keys that people and programs act by."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Force, Json, Url, choice
from catalog.cli.words import each_of, one_of
from graph_schema.vocabulary.words import ApprovalKind, PrincipalKind, PrincipalRole

commands = group("Make, list and revoke the keys that people and programs act by.")


@command(commands, "lineward key create steward-pi --kind person --role steward", name="create")
def key_create(
    principal: Annotated[
        str, typer.Argument(metavar="PRINCIPAL", help="The principal's name; best an opaque id, it stays for ever.")
    ],
    role: Annotated[list[str] | None, choice(PrincipalRole, "What it may do")] = None,
    approves: Annotated[list[str] | None, choice(ApprovalKind, "What an approver decides on")] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="Its display name, with which an approver signs.")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its function, such as 'Privacy officer'.")] = None,
    organisation: Annotated[str | None, typer.Option(metavar="TEXT", help="The organisation that it acts for.")] = None,
    kind: Annotated[str | None, choice(PrincipalKind, "What it is, a new one a service where nothing is said")] = None,
    redefine: Annotated[bool, typer.Option("--redefine", help="Change what is known of the principal.")] = False,
    force: Force = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a key; it is shown this once. A new principal needs --role; a known one is given one key more.

    The folder's first key may be made before its catalog is begun.
    """
    from catalog.cli.keys import PrincipalChange, create

    definition = PrincipalChange(
        principal,
        name,
        None if kind is None else one_of(kind, PrincipalKind, "--kind"),
        tuple(each_of(role, PrincipalRole, "--role")) if role else None,
        tuple(each_of(approves, ApprovalKind, "--approves")) if approves else None,
        title,
        organisation,
    )
    with connected(url, data_dir, owner=True, new=True) as client:
        raise typer.Exit(int(create(client, definition, redefine=redefine, force=force, as_json=as_json)))


@command(commands, "lineward key list", name="list")
def key_list(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show principals and their keys, never a key itself."""
    from catalog.cli.keys import listed

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(listed(client, as_json=as_json)))


@command(commands, "lineward key revoke KEY-ID", name="revoke")
def key_revoke(
    key_id: Annotated[
        str, typer.Argument(metavar="KEY-ID", help="The key's id: the part between `lw_` and the next `_`.")
    ],
    force: Force = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Let a key not work any more, at once."""
    from catalog.cli.keys import revoke

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(revoke(client, key_id, force=force)))
