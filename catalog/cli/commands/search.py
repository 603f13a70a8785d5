"""What is found, and what is safe for what."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import DataDir, DatasetName, Json, KnownAtIndex, LiesIn, Url, ValidAt, choice, point
from catalog.cli.words import one_of
from catalog.search.kinds import SearchKind
from graph_schema.vocabulary.words import DeidentificationState, PhiKind, RetentionClass, SafeQuestion, SourceKind, Zone

commands = group()


@command(commands, "lineward search visits --zone curated --phi direct_identifier", panel=ASK)
def search(
    text: Annotated[
        str, typer.Argument(metavar="WORDS", help="Words, a digest or a run id, or the beginning of one.")
    ] = "",
    kind: Annotated[list[str] | None, choice(SearchKind.__members__, "Only finds of this kind")] = None,
    zone: Annotated[list[str] | None, choice(Zone, "Only datasets of this zone")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only what is tagged with this kind of PHI")] = None,
    deidentification: Annotated[
        list[str] | None, choice(DeidentificationState, "Only datasets in this state of de-identification")
    ] = None,
    source_system: Annotated[
        list[str] | None, choice(SourceKind, "Only datasets from this kind of source system")
    ] = None,
    retention: Annotated[list[str] | None, choice(RetentionClass, "Only datasets of this retention class")] = None,
    purpose: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Only datasets that may be used for this purpose, such as MLTRAINING."),
    ] = None,
    owner: Annotated[list[str] | None, typer.Option(metavar="OWNER", help="Only datasets of this owner.")] = None,
    site: Annotated[list[str] | None, typer.Option(metavar="SITE", help="Only datasets held at this site.")] = None,
    region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="Only datasets that lie in this region.")
    ] = None,
    lies_in: LiesIn = None,
    filter_: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="FACET=VALUE", help="The same for any facet, such as job_type=SPARK."),
    ] = None,
    gap: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Only datasets without this mandatory field: owner.")
    ] = None,
    count: Annotated[
        list[str] | None, typer.Option(metavar="FACET", help="Count the finds by this facet as well: zone.")
    ] = None,
    safe_for: Annotated[
        str | None, choice(SafeQuestion, "Only datasets that are safe for this, each by all that is asked for")
    ] = None,
    first: Annotated[int, typer.Option(min=1, max=500, metavar="NUMBER", help="Most finds shown.")] = 20,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on where a page ended, as it was printed there.")
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Find datasets, jobs, snapshots, models and their versions, and runs: by words, by what is recorded or missing.

    Every filter may be repeated: its values are alternatives.
    """
    from catalog.cli.safe_use import safe_for as find_safe
    from catalog.cli.search import search as find
    from catalog.cli.search import wanted

    facets = {
        "zone": zone,
        "phi": phi,
        "deidentification_state": deidentification,
        "source_system": source_system,
        "retention": retention,
        "purpose": purpose,
        "owner": owner,
        "site": site,
        "region": region,
        "lies_in": lies_in,
    }
    asked = wanted(text, kind or [], facets, filter_ or [], gap or [], count or [], first, after)
    question = None if safe_for is None else one_of(safe_for, SafeQuestion, "--safe-for")
    with connected(url, data_dir, owner=True) as client:
        if question is not None:
            raise typer.Exit(int(find_safe(client, question, asked, as_json=as_json)))
        raise typer.Exit(int(find(client, asked, as_json=as_json)))


@command(commands, "lineward why-not-safe 'curated visits' development", panel=ASK)
def why_not_safe(
    asset: DatasetName,
    question: Annotated[str, typer.Argument(metavar="USE", help="development, evaluation or sharing.")],
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Say what each condition of a safe use comes to for a dataset, and by which entries."""
    from catalog.cli.safe_use import why_not_safe as explain

    use, at = one_of(question, SafeQuestion, "USE"), point(valid_at, known_at_index)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(explain(client, asset, use, at, as_json=as_json)))
