"""`lineward approvals`: who is to decide what, and where requests stand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from catalog.approvals.states import ApprovalState
from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import DataDir, Json, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import each_of
from graph_schema.vocabulary.words import ApprovalKind

commands = group("Show what is to be approved by whom, and where requests stand.")


@command(commands, "lineward approvals inbox grace", name="inbox")
def inbox(
    principal: Annotated[str, typer.Argument(metavar="PRINCIPAL", help="Whose inbox.")],
    within_days: Annotated[
        int, typer.Option(metavar="DAYS", min=0, max=36_500, help="How long before its end one is to be renewed.")
    ] = 30,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what somebody has to do about requests for approval, what is due first; one cause is one item."""
    from catalog.cli.approvals import inbox as show_inbox

    with connected(url, data_dir, owner=True) as client:
        at = point(valid_at, known_at_index)
        raise typer.Exit(int(show_inbox(client, principal, within_days, at, as_json=as_json)))


@command(commands, "lineward approvals list --state requested", name="list")
def list_requests(
    state: Annotated[list[str] | None, choice(ApprovalState, "Only those that stand so")] = None,
    kind: Annotated[list[str] | None, choice(ApprovalKind, "Only those of these kinds")] = None,
    requested_by: Annotated[
        str | None, typer.Option(metavar="PRINCIPAL", help="Only those that somebody asked for.")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="ASSET", help="Only those of this: a name, `model@version`, a digest or an id."),
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show requests for approval, the newest first, with where each stands and why."""
    from catalog.cli.approvals import requests
    from catalog.cli.assets import identify

    wanted: dict[str, Any] = {
        "states": each_of(state or (), ApprovalState, "--state"),
        "kinds": each_of(kind or (), ApprovalKind, "--kind"),
        "requestedBy": requested_by,
    }
    with connected(url, data_dir, owner=True) as client:
        wanted["subjects"] = [identify(client, one) for one in of or ()]
        raise typer.Exit(int(requests(client, wanted, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward approvals show 7", name="show")
def show(
    request: Annotated[int, typer.Argument(metavar="REQUEST", min=0, help="The request's ledger index.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show a request with what it binds and every decision on it, each with its signature block."""
    from catalog.cli.approvals import show as show_one

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show_one(client, request, point(valid_at, known_at_index), as_json=as_json)))
