"""`lineward snapshot`: the bytes of a dataset's state sealed, read again, and which are to be read again by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, document, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.files import unreadable
from catalog.cli.output import err, note, print_json, print_table, short
from catalog.cli.sending import send
from catalog.cli.words import count, full_name, in_words, words_of
from catalog.errors import AskerError, Exit, OperatorError, SenderError
from ingest_hooks.emit import (
    Manifest,
    ManifestDifference,
    ManifestError,
    ManifestFile,
    ManifestMemory,
    compare_manifests,
    manifest,
)
from ingest_hooks.emit.manifest_files import Place
from ingest_hooks.emit.manifests import Note, files_of

_PAGE: Final = 500
_SHOWN: Final = 20
_COUNTS: Final = ("count", "nullCount", "distinctCount")
_MEASURES: Final = ("files", "sizeBytes", "rows", "persons")
_NAME = "query Name($id: ID!) { node(id: $id) { ... on Dataset { ref { namespace name } } } }"
_OF_DATASET = """
query Newest($id: ID!, $after: String) { node(id: $id) { ... on Dataset { snapshots(first: 500, after: $after) {
  pageInfo { hasNextPage endCursor } nodes { id digest state seal { entry sealedAt } } } } } }
"""
_STATES = """
query States($id: ID!, $after: String, $asOf: AsOfInput) { node(id: $id, asOf: $asOf) { ... on Dataset {
  snapshots(first: 500, after: $after) { pageInfo { hasNextPage endCursor } nodes { id digest state
    seal { entry sealedAt role locked foreign { system id } } lastVerified { entry verifiedAt result }
    tombstone { entry deletedAt reason } } } } } }
"""
_SEALED = """
query Sealed($id: ID!, $first: Int!, $after: String) { node(id: $id) { ... on Snapshot {
  digest ref { namespace name } seal { entry files sizeBytes manifest(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { path size digest } } } } } }
"""
_DUE = f"""
query Due($periodDays: Int, $before: DateTime, $asOf: AsOfInput, $after: String) {{
  verificationDue(periodDays: $periodDays, before: $before, asOf: $asOf) {{ periodDays {FIELDS}
    items(first: {_PAGE}, after: $after) {{ pageInfo {{ hasNextPage endCursor }}
      nodes {{ id dueAt overdue sealedAt lastFoundAsSealed entries
        snapshot {{ digest ref {{ namespace name }} }} }} }} }}
}}
"""
_COMPARE = f"""
query Compare($before: ID!, $after: ID!, $asOf: AsOfInput, $page: String) {{
  snapshotDiff(before: $before, after: $after, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }}
    ... on SnapshotDiff {{
      before {{ madeAt files sizeBytes rows persons }} after {{ madeAt files sizeBytes rows persons }}
      changedFiles {{ value count }} changedFields {{ name before after }} columnsCountedOnce entries {FIELDS}
      changedColumns {{ name before {{ count nullCount distinctCount }} after {{ count nullCount distinctCount }} }}
      changedLabels {{ came field phiKind origin codes entries }}
      changedUses {{ came about statement {{ name authority entry }} }}
      differingFiles(first: {_PAGE}, after: $page) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ path change }} }} }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Read:
    """How the files are to be read: which, how many beside each other, and where to go on from."""

    paths: list[str]
    root: Path | None = None
    workers: int | None = None
    resume: Path | None = None


def seal(client: Client, dataset: str, read: Read, more: dict[str, Any], *, dry_run: bool, as_json: bool) -> Exit:
    """Read the files, and record that they are a state of the dataset."""
    name = _dataset(client, dataset)
    found = _read(read)
    record = {
        "kind": "seal_snapshot",
        "dataset": name,
        "digest": found.digest,
        "manifest": found.as_json(),
        **more,
    }
    receipt = None if dry_run else document(send(client, "api/v1/records", record), "index")
    if as_json:
        print_json({"dataset": name, "digest": found.digest, "manifest": found.as_json(), "receipt": receipt})
        return Exit.FINE
    print_table(
        "",
        ("digest", "files", "bytes", "entry"),
        [(found.digest, f"{len(found.files):,}", f"{found.size:,}", _entry(receipt))],
    )
    if not found.files:
        note("No file lies there: the state that is sealed is an empty one.")
    for warning in receipt["warnings"] if receipt else ():
        note(f"entry {receipt['index'] if receipt else ''}: {warning}")
    note("Nothing was recorded: this was a dry run." if receipt is None else "Sealed.")
    return Exit.FINE


def verify(client: Client, snapshot: str, read: Read, *, dry_run: bool, as_json: bool) -> Exit:
    """Read the files again, record what came of it, and name those that are otherwise."""
    id_ = snapshot_named(client, snapshot)
    sealed, about = _sealed(client, id_)
    found = _read(read, is_verified=True)
    difference = compare_manifests(sealed, found)
    record = {
        "kind": "verify_snapshot",
        "dataset": about["ref"],
        "digest": about["digest"],
        "result": difference.result,
        "differing": list(difference.paths),
        "method": f"every file read again from {_kind(read)} and hashed with SHA-256",
    }
    receipt = None if dry_run else document(send(client, "api/v1/records", record), "index")
    if as_json:
        print_json(
            {
                "snapshot": id_,
                "digest": about["digest"],
                "found": found.digest if found.files else None,
                "result": difference.result,
                "changed": difference.changed,
                "missing": difference.missing,
                "surplus": difference.surplus,
                "receipt": receipt,
            }
        )
    else:
        _print(difference, about, found, receipt)
    return Exit.FINE if difference.result == "OK" else Exit.FINDING


def listed(client: Client, dataset: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the states of a dataset, the one first named first, and where each stands."""
    id_ = identify(client, dataset, ("Dataset",))
    every: list[dict[str, Any]] = []
    after = None
    while True:
        page = ask(client, _STATES, {"id": id_, "after": after, "asOf": as_of or None})["node"]["snapshots"]
        every += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    if as_json:
        print_json(every)
        return Exit.FINE
    rows = [
        (
            short(one["digest"]),
            in_words(one["state"]),
            _day(one["seal"], "sealedAt"),
            "locked" if one["seal"] and one["seal"]["locked"] else None,
            _day(one["lastVerified"], "verifiedAt"),
            in_words(one["lastVerified"]["result"]) if one["lastVerified"] else None,
            one["tombstone"]["entry"] if one["tombstone"] else None,
            _elsewhere(one["seal"]),
        )
        for one in every
    ]
    head = ("snapshot", "state", "sealed", "lock", "verified", "found", "deleted by", "elsewhere")
    print_table(
        "",
        head,
        rows,
        empty="It has no snapshot.",
        optional=("lock", "deleted by", "elsewhere"),
        yielding=("snapshot", "elsewhere"),
    )
    return Exit.FINE


def _elsewhere(seal: dict[str, Any] | None) -> str | None:
    """Return what other systems call a state, as `snapshot seal --foreign` takes it; None where nobody said."""
    return ", ".join(f"{one['system']}={one['id']}" for one in seal["foreign"]) or None if seal else None


def _day(one: dict[str, Any] | None, member: str) -> str:
    return "never" if one is None else str(one[member])[:10]


def compare(client: Client, before: str, after: str, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print how the second of two snapshots differs from the first; ends with 1 where it does."""
    ids = {"before": snapshot_named(client, before), "after": snapshot_named(client, after)}
    found = _difference(client, {**ids, "asOf": as_of or None}, every=as_json)
    sides = found["before"], found["after"]
    measures = {one: tuple(side[one] for side in sides) for one in _MEASURES}
    files, fields = found["differingFiles"], found["changedFields"]
    labels, uses = found["changedLabels"], found["changedUses"]
    columns = found["changedColumns"]
    differs = bool(
        files or fields or columns or labels or uses or any(one != other for one, other in measures.values())
    )
    if as_json:
        print_json({**found, **{side: {"id": id_, **found[side]} for side, id_ in ids.items()}})
        return Exit.FINDING if differs else Exit.FINE
    numbers = [(words_of(one), *map(_number, both)) for one, both in measures.items()]
    print_table("", ("", "before", "after"), [("made", *(side["madeAt"] for side in sides)), *numbers])
    if fields:
        rows = [(one["name"], _type(one["before"]), _type(one["after"])) for one in fields]
        print_table("Fields", ("field", "before", "after"), rows, yielding=("field",))
    _print_columns(columns or ())
    _print_drift(labels or (), uses or ())
    if files:
        shown = [(one["change"].lower(), one["path"]) for one in files[:_SHOWN]]
        print_table("Files", ("file was", "path"), shown, yielding=("path",))
    _note_counts(found)
    warn(found["completeness"])
    return Exit.FINDING if differs else Exit.FINE


def _print_columns(columns: Sequence[dict[str, Any]]) -> None:
    rows = [
        (one["name"], words_of(what), _number(one["before"][what]), _number(one["after"][what]))
        for one in columns
        for what in _COUNTS
        if one["before"][what] != one["after"][what]
    ]
    if rows:
        print_table("Columns", ("column", "counted", "before", "after"), rows, yielding=("column",))


def _print_drift(labels: Sequence[dict[str, Any]], uses: Sequence[dict[str, Any]]) -> None:
    if labels:
        kinds = [
            (_moved(one), one["field"] or "the whole", in_words(one["phiKind"]), in_words(one["origin"]))
            for one in labels
        ]
        print_table("Labels", ("", "field", "holds", "known as"), kinds, yielding=("field",))
    if uses:
        moved = [(_moved(one), one["statement"]) for one in uses]
        rows = [(how, each["name"], each["authority"], each["entry"]) for how, each in moved]
        print_table("Use", ("", "statement", "authority", "entry"), rows, yielding=("statement",))


def _difference(client: Client, asked: dict[str, Any], *, every: bool) -> dict[str, Any]:
    """Return an answer with all its pages, or with the first alone: what differs is read anew for each."""
    files: list[dict[str, Any]] = []
    page = None
    while True:
        found = succeeded(ask(client, _COMPARE, {**asked, "page": page})["snapshotDiff"])
        files += found["differingFiles"]["nodes"]
        if not every or not found["differingFiles"]["pageInfo"]["hasNextPage"]:
            del found["__typename"]
            return {**found, "differingFiles": files}
        page = found["differingFiles"]["pageInfo"]["endCursor"]


def _note_counts(found: dict[str, Any]) -> None:
    """Say in a sentence what became of the files, and what could not be compared."""
    if found["changedFiles"] is not None:
        more = sum(one["count"] for one in found["changedFiles"]) - _SHOWN
        if more > 0:
            note(f"  and {more:,} more; --json names all.")
        counts = [one for one in found["changedFiles"] if one["count"]]
        named = ", ".join(f"{one['count']:,} {one['value'].lower()}" for one in counts)
        note(f"Files: {named}." if counts else "No file differs.")
    for what, side in (
        ("files", "changedFiles"),
        ("fields", "changedFields"),
        ("counts of columns", "changedColumns"),
        ("labels and uses", "changedLabels"),
    ):
        if found[side] is None:
            note(f"The {what} cannot be compared: nobody recorded those of both.")
    once = found["columnsCountedOnce"]
    if found["changedColumns"] is not None and once:
        note(f"{count(len(once), 'column')} counted of one of the two alone: {', '.join(once[:_SHOWN])}.")


def _moved(one: dict[str, Any]) -> str:
    return "came" if one["came"] else "went"


def _type(kind: str | None) -> str:
    return "not there" if kind is None else kind or "of no type"


def _number(value: int | None) -> str | None:
    return None if value is None else f"{int(value):,}"


def due(client: Client, asked: dict[str, Any], *, as_json: bool, only_overdue: bool = False) -> Exit:
    """List what is to be verified, by when, or only what is overdue; ends with 1 where any is."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        found = ask(client, _DUE, {**asked, "after": after})["verificationDue"]
        rows += [one for one in found["items"]["nodes"] if one["overdue"] or not only_overdue]
        if not found["items"]["pageInfo"]["hasNextPage"]:
            break
        after = found["items"]["pageInfo"]["endCursor"]
    overdue = sum(one["overdue"] for one in rows)
    if as_json:
        print_json({"periodDays": found["periodDays"], "due": rows})
        return Exit.FINDING if overdue else Exit.FINE
    print_table(
        "",
        ("due", "", "dataset", "snapshot", "last found as sealed"),
        [
            (
                one["dueAt"][:10],
                "overdue" if one["overdue"] else "",
                full_name(one["snapshot"]["ref"]),
                short(one["snapshot"]["digest"]),
                (one["lastFoundAsSealed"] or "never since it was sealed")[:25],
            )
            for one in rows
        ],
        empty="Nothing is overdue." if only_overdue else "Nothing is to be verified.",
        yielding=("dataset",),
    )
    note(f"{count(overdue, 'snapshot')} overdue; a verification is good for {count(found['periodDays'], 'day')}.")
    warn(found["completeness"])
    return Exit.FINDING if overdue else Exit.FINE


def _print(difference: ManifestDifference, about: dict[str, Any], found: Manifest, receipt: Any) -> None:  # noqa: ANN401
    named = [("changed", difference.changed), ("missing", difference.missing), ("surplus", difference.surplus)]
    rows = [(why, path) for why, paths in named for path in paths]
    if rows:
        title = f"{full_name(about['ref'])} {short(about['digest'])}"
        print_table(title, ("file is", "path"), rows[:_SHOWN], yielding=("path",))
        if len(rows) > _SHOWN:
            note(f"  and {len(rows) - _SHOWN:,} more; --json names all.")
        counts = ", ".join(f"{len(paths):,} {why}" for why, paths in named if paths)
        note(f"{difference.result}: {counts} of {count(about['seal']['files'], 'file')}.")
    else:
        note(f"OK: {count(len(found.files), 'file')}, {found.size:,} bytes, as they were sealed.")
    note("Nothing was recorded: this was a dry run." if receipt is None else f"Recorded as entry {receipt['index']}.")


def _entry(receipt: dict[str, Any] | None) -> str | None:
    if receipt is None:
        return None
    return f"{receipt['index']}{' (already there)' if receipt['duplicate'] else ''}"


def _dataset(client: Client, text: str) -> dict[str, str]:
    node = ask(client, _NAME, {"id": identify(client, text, ("Dataset",))})["node"]
    name: dict[str, str] = node["ref"]
    return name


def snapshot_named(client: Client, text: str, also: tuple[str, ...] = ()) -> str:
    """Return the id of the snapshot that is meant; of a dataset, the one that was sealed last.

    `also` are further kinds of which an id is given back as it is.
    """
    id_ = identify(client, text, ("Snapshot", "Dataset", *also))
    if not id_.startswith("Dataset:"):
        return id_
    sealed: list[dict[str, Any]] = []
    after = None
    while True:
        page = ask(client, _OF_DATASET, {"id": id_, "after": after})["node"]["snapshots"]
        sealed += [one for one in page["nodes"] if one["seal"] is not None]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    if not sealed:
        raise AskerError(f"No snapshot of {text} is sealed: `lineward snapshot seal` seals one.")
    newest = max(sealed, key=lambda one: int(one["seal"]["entry"]))
    if len(sealed) > 1:
        note(f"{text} has {count(len(sealed), 'sealed snapshot')}; the newest is meant: {short(newest['digest'])}")
    return str(newest["id"])


def _sealed(client: Client, id_: str) -> tuple[Manifest, dict[str, Any]]:
    """Return the files that a snapshot was sealed with, and what it is."""
    files: list[ManifestFile] = []
    after = None
    while True:
        found = ask(client, _SEALED, {"id": id_, "first": _PAGE, "after": after})["node"]
        if found is None or found["seal"] is None:
            raise AskerError("Nobody sealed this snapshot, so that there is nothing to compare its files with.")
        page = found["seal"]["manifest"]
        files += [ManifestFile(one["path"], int(one["size"]), one["digest"]) for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return Manifest(tuple(files)), found
        after = page["pageInfo"]["endCursor"]


def _read(read: Read, *, is_verified: bool = False) -> Manifest:
    """Return the manifest of the files; of a verification that finds no folder at all, an empty one."""
    if not read.paths:
        raise SenderError("Name the files, the folder or the address that holds the snapshot.")
    first = read.paths[0]
    if len(read.paths) > 1 and read.root is None:
        raise SenderError("Several paths are named from one folder: give it by --root.")
    if is_verified and len(read.paths) == 1 and "://" not in first and not Path(first).exists():
        note(f"{first} does not exist.")
        return Manifest(())
    try:
        place = files_of(list(read.paths) if len(read.paths) > 1 else first, read.root)
        memory = ManifestMemory(read.resume, place.where)
        if len(memory):
            note(f"{count(len(memory), 'file')} of {place.where} were read before, and are not read again.")
        with _shown(place) as show:
            return manifest(
                list(read.paths) if len(read.paths) > 1 else first,
                root=read.root,
                workers=read.workers,
                note=show,
                memory=memory,
            )
    except ManifestError as error:
        raise OperatorError(f"{error}.", action=_action(str(error))) from error
    except OSError as error:
        raise unreadable(error.filename or first, error) from error


def _action(problem: str) -> str:
    if "changed while" in problem:
        return "Do it again once nobody writes to it."
    if "cannot be reached" in problem:
        return "Do it again once it answers."
    return "Install it." if "not installed" in problem else "Check the path."


@contextmanager
def _shown(place: Place) -> Iterator[Note]:
    """Show how many bytes were read, how fast, and how long the rest will take, where somebody looks."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[files]:,} files"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    total = sum(one.size for one in place.files().values()) if err.is_terminal else None
    with bar:
        task = bar.add_task("hashing", total=total, files=0)
        files = 0

        def show(bytes_: int, ended: int) -> None:
            nonlocal files
            files += ended
            bar.update(task, advance=bytes_, files=files)

        yield show


def _kind(read: Read) -> str:
    scheme, found, _ = read.paths[0].partition("://")
    return scheme if found else "a folder"
