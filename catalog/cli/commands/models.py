"""`lineward model`: signatures over the artifacts of model versions, and where versions run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import command, group
from catalog.cli.options import (
    AssetName,
    DataDir,
    Json,
    KnownAtIndex,
    ModelVersionName,
    SourceName,
    Url,
    ValidAt,
    point,
)
from catalog.cli.words import time
from catalog.errors import SenderError

commands = group("List a model's versions, sign artifacts, see whether signatures hold, and where versions run.")


@command(commands, "lineward model sign exports/visits/part-0.csv --key release.pem --new-key", name="sign")
def sign(
    artifact: Annotated[
        str, typer.Argument(metavar="ARTIFACT", help="The artifact's file, or its digest: sha256: and 64 hex digits.")
    ],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", readable=False, help="The private key in PEM, without a password.")
    ],
    new_key: Annotated[
        bool,
        typer.Option("--new-key", help="Make the key (Ed25519), and beside it FILE.pub with its public half."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a signature over an artifact's digest, as `register_model_version` takes it; no catalog is needed."""
    from catalog.cli.signatures import sign as make

    raise typer.Exit(int(make(artifact, key, new_key=new_key, as_json=as_json)))


@command(
    commands, "lineward model register-key release.pem.pub --key-holder 'release engineering'", name="register-key"
)
def register_key(
    key: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", readable=False, help="The public key in PEM; with --identity, Sigstore's trusted root."
        ),
    ],
    key_holder: Annotated[
        str, typer.Option("--key-holder", metavar="WHO", help="Who holds the private half: a person, role or system.")
    ],
    valid_from: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when on it may sign; by default from now.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="From when on what it signs no longer counts.")
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option(metavar="URI", help="Whose certificates count in place of a key, by the name in them."),
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(metavar="URL", help="Who proves that name to the authority that certifies it.")
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Record that a public key signs model artifacts, or whoever is certified by Sigstore to be somebody."""
    from catalog.cli.signatures import register_key as register

    if (identity is None) != (issuer is None):
        raise SenderError("--identity and --issuer belong together: give both, or none.")
    certified = None if identity is None or issuer is None else (identity, issuer)
    times = {"valid_from": time(valid_from, "--from"), "until": time(until, "--until")}
    with connected(url, data_dir) as client:
        raise typer.Exit(int(register(client, key, key_holder, times, certified, as_json=as_json)))


@command(commands, "lineward model keys", name="keys")
def keys(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the keys that sign model artifacts, ended ones too."""
    from catalog.cli.signatures import keys as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward model verify readmission@1", name="verify")
def verify(
    version: ModelVersionName,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Tell whether the signature of each registration of a version holds; 1 where that of the newest does not."""
    from catalog.cli.signatures import verify as check

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(check(client, version, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward model versions readmission", name="versions")
def versions(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model's name or id.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show the versions of a model, the newest first: state, registration, releases, where each runs."""
    from catalog.cli.deployments import versions as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, model, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward model live 'landing visits'", name="live")
def live(
    asset: AssetName = None,
    source: SourceName = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which model versions run somewhere and were made of this data, by which way, and where they run."""
    from catalog.cli.deployments import live as show

    if (asset is None) == (source is None):
        raise SenderError("Name one thing: an asset, or --source.")
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, source, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward model running north-hospital", name="running")
def running(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="The place, as it is declared.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which model versions run at a place, and at those that lie within it."""
    from catalog.cli.deployments import running as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, place, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward model rollback-target readmission@1", name="rollback-target")
def rollback_target(
    version: ModelVersionName,
    environment: Annotated[str, typer.Option(metavar="NAME", help="The environment to go back in.")] = "production",
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which release to go back to: the newest that the gate let pass then, and lets pass now; 1 where none is."""
    from catalog.cli.deployments import rollback_target as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, version, environment, point(valid_at, known_at_index), as_json=as_json)))
