"""What is asked: search, mappings, runs, lineage, paths, borders, labels, producers."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from catalog.cli.commands.connection import connected
from catalog.cli.commands.groups import ASK, command, group
from catalog.cli.options import DataDir, Json, KnownAtIndex, Url, ValidAt, choice, point
from catalog.cli.words import each_of, one_of, time
from catalog.errors import SenderError
from catalog.findings.rules import ESTATE, FindingState, Severity
from catalog.lineage.borders import BorderSide
from catalog.lineage.model import Direction, Grain
from catalog.search.model import SearchKind
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
    }
    asked = wanted(text, kind or [], facets, filter_ or [], gap or [], count or [], first, after)
    question = None if safe_for is None else one_of(safe_for, SafeQuestion, "--safe-for")
    with connected(url, data_dir, owner=True) as client:
        if question is not None:
            raise typer.Exit(int(find_safe(client, question, asked, as_json=as_json)))
        raise typer.Exit(int(find(client, asked, as_json=as_json)))


@command(commands, "lineward why-not-safe 'curated visits' development", panel=ASK)
def why_not_safe(
    asset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name or id.")],
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


@command(commands, "lineward mappings", panel=ASK)
def mappings(
    attempt: Annotated[
        str | None,
        typer.Option("--try", metavar="FILE", help="Show what the map_facet record in this file would read instead."),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what facets and tags are mapped to, or try a mapping on what was received before it is recorded."""
    from catalog.cli.mappings import mappings as list_them
    from catalog.cli.mappings import try_out

    with connected(url, data_dir) as client:
        ended = list_them(client, as_json=as_json) if attempt is None else try_out(client, attempt, as_json=as_json)
        raise typer.Exit(int(ended))


@command(commands, "lineward suggestions", panel=ASK)
def suggestions(
    dataset: Annotated[str | None, typer.Argument(metavar="[DATASET]", help="A dataset's name or id.")] = None,
    column: Annotated[str | None, typer.Argument(metavar="[COLUMN]", help="Its column that is judged.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Record that the column holds it.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Record that the column does not hold it.")] = False,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why it is judged so.")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only of this kind of PHI")] = None,
    judged: Annotated[bool, typer.Option("--judged", help="With what was judged already.")] = False,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the columns whose names suggest PHI, or confirm or reject what is suggested of one."""
    from catalog.cli.suggestions import judge
    from catalog.cli.suggestions import suggestions as show

    kinds = each_of(phi or [], PhiKind, "--phi")
    if confirm and reject:
        raise SenderError("A suggestion is confirmed or rejected: write --confirm or --reject.")
    judging = confirm or reject
    if not judging and (column is not None or reason is not None):
        raise SenderError("A column is judged by --confirm or --reject, with --reason.")
    if judging and None in (dataset, column, reason):
        raise SenderError("What is judged has a dataset, a column and a --reason: write all three.")
    with connected(url, data_dir, owner=True) as client:
        if dataset is None or column is None or reason is None:
            raise typer.Exit(int(show(client, dataset, kinds, judged=judged, as_json=as_json)))
        raise typer.Exit(int(judge(client, dataset, column, kinds, "CONFIRM" if confirm else "REJECT", reason)))


@command(commands, "lineward runs curate --depth 3", panel=ASK)
def runs(
    named: Annotated[str, typer.Argument(metavar="RUN|JOB", help="A run's UUID, a job's name, or an id.")],
    depth: Annotated[int, typer.Option(min=1, max=100, metavar="STEPS", help="Most steps down.")] = 10,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="RUNS", help="Most runs or jobs.")] = 1000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what a run is a part of and the runs below it with their states, or the runs of a job."""
    from catalog.cli.runs import runs as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, named, depth, budget, as_json=as_json)))


@command(commands, "lineward lineage readmission@1 --direction upstream", panel=ASK)
def lineage(
    asset: Annotated[
        str,
        typer.Argument(
            metavar="ASSET", help="A name, `model@version`, a digest or 8 digits of its beginning, or an id."
        ),
    ],
    direction: Annotated[str, choice(Direction, "Where to")] = "upstream",
    depth: Annotated[int, typer.Option(min=0, max=100, metavar="STEPS", help="Most steps from it.")] = 20,
    grain: Annotated[str | None, choice(Grain, "What the nodes are, by default as the asset is")] = None,
    valid_at: ValidAt = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As far as it was known then: 2026-01-31T12:00:00Z.")
    ] = None,
    known_at_index: KnownAtIndex = None,
    past: Annotated[bool, typer.Option("--past", help="With what was replaced since.")] = False,
    attempts: Annotated[bool, typer.Option("--attempts", help="With runs that did not complete.")] = False,
    ever_stated: Annotated[
        bool, typer.Option("--ever-stated", help="Every flow ever stated, not only current ones.")
    ] = False,
    columns: Annotated[bool, typer.Option("--columns", help="Between columns: --grain column.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NAME", help="Between columns, from this one of it, such as a.b[].c."),
    ] = None,
    expand: Annotated[
        bool, typer.Option("--expand", help="Show of each column what is said of nearly all of them.")
    ] = False,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="NODES", help="Most nodes.")] = 2000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what data came from, or what came of it."""
    from catalog.cli.lineage import lineage as show

    at = point(valid_at, known_at_index, known_at)
    if grain is not None and (columns or column):
        raise SenderError("--columns and --column say the grain: leave --grain away.")
    if columns or column:
        grain = Grain.COLUMN.value.lower()
    asked = {
        "direction": one_of(direction, Direction, "--direction"),
        "depth": depth,
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "asOf": at or None,
        "includePast": past,
        "includeAttempts": attempts,
        "flows": "EVER_STATED" if ever_stated else "CURRENT",
        "budget": budget,
        "columns": column or None,
        "expandFanOut": expand,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, asked, as_json=as_json)))


@command(commands, "lineward paths readmission@1 --choke-points", panel=ASK)
def paths(
    assets: Annotated[
        list[str],
        typer.Argument(
            metavar="[FROM]... TO",
            help="Where data came from and where it came to, as names, `model@version`, digests or ids.",
        ),
    ],
    choke_points: Annotated[
        bool, typer.Option("--choke-points", help="What every way passes; without FROM, from the raw feeds.")
    ] = False,
    depth: Annotated[int, typer.Option(min=0, max=100, metavar="STEPS", help="Most steps of a way.")] = 20,
    grain: Annotated[str | None, choice(Grain, "What the nodes are, by default as TO is")] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    budget: Annotated[int, typer.Option(min=1, max=10_000, metavar="NODES", help="Most nodes walked.")] = 2000,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why two things are connected, or with --choke-points what every way to a thing passes."""
    from catalog.cli import paths as show

    *sources, target = assets
    if not choke_points and len(sources) != 1:
        raise SenderError("A path has one beginning and one end: write FROM and TO, or --choke-points and TO alone.")
    asked: dict[str, Any] = {
        "grain": None if grain is None else one_of(grain, Grain, "--grain"),
        "depth": depth,
        "budget": budget,
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        if choke_points:
            raise typer.Exit(int(show.choke_points(client, sources, target, asked, as_json=as_json)))
        raise typer.Exit(int(show.paths(client, sources[0], target, asked, as_json=as_json)))


@command(commands, "lineward history curated/visits owner", panel=ASK)
def history(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name or id.")],
    aspect: Annotated[str, typer.Argument(metavar="ASPECT", help="What is said of it: owner, retention, schema, …")],
    valid_at: ValidAt = None,
    known_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As far as it was known then: 2026-01-31T12:00:00Z.")
    ] = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show every statement of one aspect of a dataset: value, who, for when, known since when."""
    from catalog.cli.history import history as show

    at = point(valid_at, known_at_index, known_at)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, dataset, aspect, at, as_json=as_json)))


@command(commands, "lineward diff curated/visits --from-known-at-index 0", panel=ASK)
def diff(
    asset: Annotated[str, typer.Argument(metavar="ASSET", help="A name, `model@version`, a digest or an id.")],
    from_valid_at: Annotated[
        str | None, typer.Option(metavar="TIME", help="The earlier point: what was true then.")
    ] = None,
    from_known_at_index: Annotated[
        int | None, typer.Option(min=0, metavar="ENTRY", help="The earlier point: as far as was known by this entry.")
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    direction: Annotated[str, choice(Direction, "Where to")] = "upstream",
    depth: Annotated[int, typer.Option(min=0, max=100, metavar="STEPS", help="Most steps from it.")] = 20,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what came to and went from lineage between two points: nodes, edges, labels, uses and transfers."""
    from catalog.cli.changes import difference

    earlier = point(from_valid_at, from_known_at_index)
    if not earlier:
        raise SenderError("Say from when: --from-valid-at TIME or --from-known-at-index ENTRY.")
    asked = {
        "from": earlier,
        "to": point(valid_at, known_at_index) or None,
        "direction": one_of(direction, Direction, "--direction"),
        "depth": depth,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(difference(client, asset, asked, as_json=as_json)))


@command(commands, "lineward due --before 2030-01-01T00:00:00Z", panel=ASK)
def due(
    before: Annotated[
        str | None, typer.Option(metavar="TIME", help="Due before then; without it, all that has a period.")
    ] = None,
    retention: Annotated[list[str] | None, choice(RetentionClass, "Only of this retention class")] = None,
    phi: Annotated[list[str] | None, choice(PhiKind, "Only of datasets that hold this kind of PHI")] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List what is to be moved, expired or deleted, and by when, with its tags."""
    from catalog.cli.changes import due as show

    asked = {
        "before": time(before, "--before"),
        "classes": each_of(retention or [], RetentionClass, "--retention") or None,
        "tags": each_of(phi or [], PhiKind, "--phi") or None,
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asked, as_json=as_json)))


@command(commands, "lineward borders egress", panel=ASK)
def borders(
    side: Annotated[str | None, typer.Argument(metavar="[SIDE]", help="ingress or egress; without it, both.")] = None,
    within: Annotated[
        list[str] | None,
        typer.Option(
            "--within", metavar="NAMESPACE", help="A namespace of the estate; what lies in others is outside."
        ),
    ] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """List the datasets at which data enters and leaves: nothing writes what is read, nothing reads what is written."""
    from catalog.cli.borders import borders as show

    sides = list(BorderSide) if side is None else [BorderSide(one_of(side, BorderSide, "SIDE"))]
    asked: dict[str, Any] = {
        "within": within or [],
        "asOf": point(valid_at, known_at_index) or None,
    }
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, [one.value for one in sides], asked, as_json=as_json)))


@command(commands, "lineward dataset 'curated visits'", panel=ASK)
def dataset(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Its name, or an id.")],
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show what is declared of a dataset, what it has by its source, and what nobody recorded."""
    from catalog.cli.estate import dataset as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, dataset, as_json=as_json)))


@command(commands, "lineward places", panel=ASK)
def places(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared places, and what each lies in."""
    from catalog.cli.estate import places as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward data-sources", panel=ASK)
def data_sources(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared sources: what each is, and what holds of the data that it supplies."""
    from catalog.cli.estate import data_sources as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward encryption-keys", panel=ASK)
def encryption_keys(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show the declared encryption keys: the scope of each, and who creates, rotates and uses it."""
    from catalog.cli.estate import encryption_keys as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))


@command(commands, "lineward labels 'curated visits' --column mrn", panel=ASK)
def labels(
    asset: Annotated[
        str, typer.Argument(metavar="ASSET", help="A dataset, snapshot or `model@version`: a name, a digest or an id.")
    ],
    column: Annotated[str | None, typer.Option(metavar="NAME", help="Of this column of it, such as a.b[].c.")] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show which kinds of PHI a thing holds, wherever they came from, and what attestations took away on the way."""
    from catalog.cli.labels import labels as show

    at = point(valid_at, known_at_index)
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, column, at, as_json=as_json)))


@command(commands, "lineward why 'curated visits' direct_identifier --column mrn", panel=ASK)
def why(
    asset: Annotated[
        str, typer.Argument(metavar="ASSET", help="A dataset, snapshot or `model@version`: a name, a digest or an id.")
    ],
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind of PHI, such as direct_identifier.")],
    column: Annotated[str | None, typer.Option(metavar="NAME", help="Of this column of it, such as a.b[].c.")] = None,
    valid_at: ValidAt = None,
    known_at_index: KnownAtIndex = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Show why a thing has a label: the shortest ways by which it came, each step with its job, run and entries."""
    from catalog.cli.labels import why as show

    at = point(valid_at, known_at_index)
    named = one_of(kind, PhiKind, "KIND")
    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, asset, named, column, at, as_json=as_json)))


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
    rules = each_of(rule or [], [one.name for one in ESTATE], "--rule")
    states = each_of(state or [], FindingState, "--state")
    with connected(url, data_dir, owner=True) as client:
        wanted = {
            "severities": severities or None,
            "rules": rules or None,
            "states": states or None,
            "subjects": [identify(client, one) for one in subject] if subject else None,
        }
        raise typer.Exit(int(show(client, wanted, point(valid_at, known_at_index), as_json=as_json)))


@command(commands, "lineward producers", panel=ASK)
def producers(url: Url = None, data_dir: DataDir = None, as_json: Json = False) -> None:
    """Show which programs send events: how many, when last, what is odd about them, how far their clocks are off."""
    from catalog.cli.producers import producers as show

    with connected(url, data_dir, owner=True) as client:
        raise typer.Exit(int(show(client, as_json=as_json)))
