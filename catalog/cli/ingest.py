"""`lineward ingest`: events out of files, folders and standard input, each accounted for."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Final, Self

from catalog import app, logs
from catalog.access.permissions import Permission
from catalog.access.rules import require
from catalog.bulk import Looked, Refused, Terms
from catalog.cli import files
from catalog.cli.client import announce, connect_to_server, unauthenticated
from catalog.cli.output import Transfer, note, print_json, print_table, transfer
from catalog.cli.portions import Found, Portion, Reader, State
from catalog.cli.sinks import LedgerSink, LookingSink, Outcome, ServerSink, Sink, preparing
from catalog.cli.sources import Source, find
from catalog.cli.target import Target
from catalog.cli.words import count
from catalog.errors import AskerError, Exit
from catalog.record_redaction import rules_of

_SHOWN: Final = 20
_LISTED: Final = 10_000
"""So many refusals are kept to be shown; a file of rejects has all of them."""
_UNAUTHENTICATED: Final = 401
INTERRUPTED: Final = 130
"""The exit code of what was ended by Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Options:
    """How events are taken, as the command's options say."""

    batch: int = 500
    processes: int | None = None
    dry_run: bool = False
    rejects: Path | None = None
    with_payload: bool = False
    resume: Path | None = None
    new: bool = False
    as_json: bool = False


@dataclass(slots=True)
class Tally:
    """What became of all events."""

    received: int = 0
    taken: int = 0
    there: int = 0
    refused: int = 0
    listed: list[tuple[Found, Refused]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    producers: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def note(self, found: Found, outcome: Outcome) -> None:
        """Count what became of one."""
        self.received += 1
        match outcome:
            case "there":
                self.there += 1
            case "taken":
                self.taken += 1
            case Looked():
                self.taken += 1
                self.kinds[outcome.kind] += 1
                self.producers[outcome.producer or "(none)"] += 1
                self.flags.update(outcome.flags)
                self.rules.update(outcome.rules)
            case Refused():
                self.refused += 1
                if len(self.listed) < _LISTED:
                    self.listed.append((found, outcome))


def ingest(target: Target, key: str | None, names: list[str], options: Options) -> int:
    """Take every event of the files (standard input where none is named), in order.

    Returns the exit code: 1 where an event was refused, 130 where it was interrupted; what was taken until then is.
    """
    sources = find(names)
    total = sum(source.size or 0 for source in sources) if all(source.path for source in sources) else None
    tally = Tally()
    with ExitStack() as stack:
        sink = stack.enter_context(_sink(target, key, options, _bytes(sources)))
        state = State(options.resume, target.name)
        rejects = stack.enter_context(_Rejects(options))
        reader = Reader(sources, options.batch, target.settings.max_oversize_bytes, state)
        interrupts = stack.enter_context(_Interrupts(reader))
        show = stack.enter_context(transfer(_label(options), total))
        try:
            for portion, outcomes in sink.each(reader.portions()):
                _account(portion, outcomes, tally, rejects)
                state.note(portion)
                _show(show, reader, tally)
        finally:
            state.save()
    if options.as_json:
        print_json(_document(tally, options))
    else:
        _print(tally, options)
    if interrupts.interrupted:
        note(f"Interrupted after {count(tally.received, 'event')}: {_how_to_go_on(options)}")
        return INTERRUPTED
    return int(Exit.FINDING if tally.refused else Exit.FINE)


def _account(portion: Portion, outcomes: Sequence[Outcome], tally: Tally, rejects: _Rejects) -> None:
    for found, outcome in zip(portion, outcomes, strict=True):
        tally.note(found, outcome)
        if isinstance(outcome, Refused):
            rejects.write(found, outcome)


def _show(show: Transfer, reader: Reader, tally: Tally) -> None:
    show(reader.done, tally.received)


@contextmanager
def _sink(target: Target, key: str | None, options: Options, size: int | None) -> Iterator[Sink]:
    """Yield where events go: nowhere for a dry run, else the server there is, else the ledger of the folder."""
    settings = target.settings
    processes = _processes(options, size)
    if options.dry_run:
        # Nothing is compared with what a catalog holds: any key makes tokens of the same form.
        terms = Terms(
            "dry-run", "dry-run", settings.max_body_bytes, settings.max_json_depth, os.urandom(32), rules_of(settings)
        )
        with preparing(terms, processes) as prepared:
            yield LookingSink(prepared)
        return
    with connect_to_server(target, key) as server:
        if server is not None:
            announce(server.where)
            yield ServerSink(server)
            return
    begun = not settings.holds_catalog()
    if begun and not options.new:
        settings.require_catalog()
    try:
        with app.recording(settings, key) as recording:
            require(recording.actor, Permission.SEND_EVENTS)
            if begun:
                note(f"A catalog is begun in {target.name}.")
            announce(target.name)
            terms = Terms(
                recording.actor.principal,
                logs.new_correlation_id(),
                settings.max_body_bytes,
                settings.max_json_depth,
                recording.token_key,
                rules_of(settings),
                settings.keys,
                settings.origin,
            )
            with preparing(terms, processes) as prepared:
                yield LedgerSink(recording.ledger, prepared)
    except AskerError as error:
        raise unauthenticated(has_key=key is not None) if error.status == _UNAUTHENTICATED else error from None


def _processes(options: Options, size: int | None) -> int:
    """Return in how many processes events are prepared: none of their own where there are few."""
    if options.processes is not None:
        return options.processes
    return 0 if size is not None and size < _FEW_BYTES else max(2, (os.cpu_count() or 2) - 1)


_FEW_BYTES: Final = 16 * 1024 * 1024
"""So many bytes of events are prepared before other processes would have begun."""


def _bytes(sources: Sequence[Source]) -> int | None:
    return sum(source.size or 0 for source in sources) if all(source.size is not None for source in sources) else None


def _label(options: Options) -> str:
    return "looking at events" if options.dry_run else "taking events"


def _how_to_go_on(options: Options) -> str:
    if options.dry_run:
        return "nothing was written."
    if options.resume is not None:
        return "the same command goes on from there."
    return "what was taken stays, and may be sent again without harm."


class _Interrupts:
    """While in force, Ctrl-C lets what was begun be finished; a second one ends at once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._before: Any = None
        self.interrupted = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  as the system calls it
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = self._reader.stopped = True
        if self._reader.waits:
            raise KeyboardInterrupt  # the reader takes it for the end of what it waits for


class _Rejects:
    """The file that every refused event is written to, one JSON object a line: its place and why, and no payload.

    With a payload, what was refused stands there as it came, whatever is in it.
    """

    def __init__(self, options: Options) -> None:
        self._path = options.rejects
        self._with_payload = options.with_payload
        # What goes on adds to what was refused before.
        self._mode = "a" if options.resume is not None and options.resume.exists() else "w"
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = self._path.open(self._mode, encoding="utf-8")
            except OSError as error:
                raise files.unwritable(self._path, error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def write(self, found: Found, refused: Refused) -> None:
        """Write one down; raises OperatorError where that cannot be done."""
        if self._file is None or self._path is None:
            return
        row = {**found.row(refused.line), "pointer": refused.pointer, "reason": refused.reason}
        if self._with_payload:
            row["payload"] = found.piece.content.decode("utf-8", "backslashreplace")
        try:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise files.unwritable(self._path, error) from error


def _document(tally: Tally, options: Options) -> dict[str, Any]:
    refused = [{**found.row(why.line), **_why(why)} for found, why in tally.listed]
    counted: dict[str, Any] = {"received": tally.received}
    if not options.dry_run:
        return {**counted, "taken": tally.taken, "alreadyThere": tally.there, "refused": refused}
    return {
        **counted,
        "wouldBeTaken": tally.taken,
        "kinds": dict(sorted(tally.kinds.items())),
        "producers": dict(sorted(tally.producers.items())),
        "flags": dict(sorted(tally.flags.items())),
        "redactions": dict(sorted(tally.rules.items())),
        "refused": refused,
    }


def _why(refused: Refused) -> dict[str, str]:
    return {"reason": refused.reason, **({"pointer": refused.pointer} if refused.pointer else {})}


def _print(tally: Tally, options: Options) -> None:
    if options.dry_run:
        print_table("", ("received", "would be taken", "refused"), [(tally.received, tally.taken, tally.refused)])
        for title, column, counted in (
            ("Kinds", "kind", tally.kinds),
            ("Producers", "producer", tally.producers),
            ("Odd, and taken all the same", "flag", tally.flags),
            ("Replaced before it is stored", "rule", tally.rules),
        ):
            if counted:
                print_table(title, (column, "times"), counted.most_common())
    else:
        counts = (tally.received, tally.taken, tally.there, tally.refused)
        print_table("", ("received", "taken", "already there", "refused"), [counts])
    if tally.refused:
        rows = [(found.place(why.line), _sentence(why)) for found, why in tally.listed[:_SHOWN]]
        print_table("Refused", ("where", "why"), rows)
        if tally.refused > _SHOWN:
            note(f"and {tally.refused - _SHOWN} more; --rejects FILE has all")


def _sentence(refused: Refused) -> str:
    return f"{refused.reason} (at #{refused.pointer})" if refused.pointer else refused.reason
