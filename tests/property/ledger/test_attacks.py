"""Who can write what can change what unseen: the table in which every cell is written out.

The ledger holds 16 entries; an auditor keeps the checkpoint over 6 of them, a witness the newest. The attacker does the
careful thing each time: every digest and subtree is made anew, checkpoints that no longer fit are dropped, in the file
and beside it, and whoever has the keys makes MACs and signatures that hold.
"""

# ruff: noqa: S608 (tables are named by this file alone)

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from catalog.errors import EvidenceError
from catalog.ledger import binding
from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import Entry
from catalog.ledger.high_water import Acknowledgements, HighWater, State
from catalog.ledger.keys import SiteKeys
from catalog.ledger.merkle import Frontier, leaf_hash
from catalog.ledger.sealing import body_digest, duplicate_key
from catalog.ledger.sqlite import SqliteLedger
from tests.contract.ledger.making import ORIGIN, make_draft

SIZE, OLD, BEFORE, AFTER = 16, 6, 3, 9
FILE, READ, ALL = "the file", "the file, and has read the keys", "the file and the key folder"


@dataclass(frozen=True)
class Line:
    """One entry in the attacker's hands."""

    entry: Entry
    salt: bytes | None
    body: bytes | None
    mac: bytes
    duplicate: bytes
    erased_by: int | None = None


Lines = list[Line]


def made_up(like: Line, *, words: bytes = b"forged", kind: str | None = None) -> Line:
    """Return an entry that says something else."""
    salt, body = os.urandom(32), b'{"text":"%s"}' % words
    received = f"{like.entry.received[:21]}{os.urandom(32).hex()}"
    entry = replace(like.entry, body=body_digest(salt, body), kind=kind or like.entry.kind, received=received)
    return Line(entry, salt, body, os.urandom(32), os.urandom(32))


def at(line: Line, other: Line) -> Line:
    """Return an entry at the time of another, as times must rise."""
    return replace(line, entry=replace(line.entry, recorded_at=other.entry.recorded_at))


def later(lines: Lines, start: int) -> Lines:
    """Return the entries with rising times from an index on."""
    first = lines[0].entry.recorded_at
    return [
        replace(line, entry=replace(line.entry, recorded_at=first + 1_000_000 + place)) if place >= start else line
        for place, line in enumerate(lines)
    ]


def edit(lines: Lines, where: int) -> Lines:
    return [*lines[:where], made_up(lines[where]), *lines[where + 1 :]]


def delete(lines: Lines, where: int) -> Lines:
    return [*lines[:where], *lines[where + 1 :]]


def reorder(lines: Lines, where: int) -> Lines:
    one, two = lines[where : where + 2]
    return [*lines[:where], at(two, one), at(one, two), *lines[where + 2 :]]


def insert(lines: Lines, where: int) -> Lines:
    return later([*lines[:where], made_up(lines[where]), *lines[where:]], where)


def truncate(lines: Lines, where: int) -> Lines:
    return lines[:where]


def fork(lines: Lines, where: int) -> Lines:
    return [*lines[:where], *(made_up(line, words=b"another history") for line in lines[where:])]


def erase(lines: Lines, where: int) -> Lines:
    """Take a body away under an entry that is no record of it."""
    return [
        *lines[:where],
        replace(lines[where], salt=None, body=None, erased_by=len(lines) - 1),
        *lines[where + 1 :],
    ]


def erase_by_a_record(lines: Lines, where: int) -> Lines:
    """Take a body away under a record of the attacker's own."""
    record = made_up(lines[-1], kind="record.erase_entries")
    body = json.dumps({"record": {"entries": [where]}}).encode()
    assert record.salt is not None
    entry = replace(record.entry, body=body_digest(record.salt, body), recorded_at=lines[-1].entry.recorded_at + 1)
    return [*erase([*lines, lines[-1]], where)[:-1], replace(record, entry=entry, body=body)]


def append(lines: Lines, where: int) -> Lines:
    more = made_up(lines[-1])
    return [*lines, replace(more, entry=replace(more.entry, recorded_at=lines[-1].entry.recorded_at + 1))]


def drop_checkpoints(lines: Lines, where: int) -> Lines:
    """Leave the entries as they are; see `Site.write`."""
    return lines


class Site:
    """A ledger with its keys, to be attacked and put back."""

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        self.folder = folder / "site"
        self.path, self.keys_folder = self.folder / "ledger.db", self.folder / "keys"
        ledger = SqliteLedger.open(self.path, self.keys_folder, ORIGIN)
        self.checkpoints = []
        for number in range(size):
            taken = ledger.append(make_draft(number))
            if number + 1 in {OLD, 12, size}:
                taken.result(timeout=10)
                self.checkpoints.append(ledger.checkpoint())
        ledger.close()
        self.keys = SiteKeys.load(self.keys_folder, ORIGIN)
        self._kept = folder / "kept"
        shutil.copytree(self.folder, self._kept)

    def put_back(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)

    def lines(self) -> Lines:
        with closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute(
                "SELECT entry.bytes, salt, body.bytes, mac, key FROM entry JOIN body USING (idx)"
                " JOIN entry_mac USING (idx) JOIN duplicate USING (idx) ORDER BY entry.idx"
            ).fetchall()
        return [Line(Entry.parse(entry), salt, body, mac, key) for entry, salt, body, mac, key in rows]

    def write(self, lines: Lines, holds: str, *, dropped: bool = False, rolled_back: bool = False) -> None:
        """Make the file hold these entries, as well as who holds that much can."""
        keyed = holds != FILE
        frontier, nodes, roots = Frontier(), [], {0: Frontier().root()}
        for line in lines:
            nodes += frontier.append(leaf_hash(line.entry.serialize()))
            roots[frontier.size] = frontier.root()
        fit = [] if dropped else self._checkpoints_of(roots, keyed=keyed)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for table in ("checkpoint_mac", "checkpoint", "node", "duplicate", "entry_mac", "erasure", "body", "entry"):
                connection.execute(f"DELETE FROM {table}")
            for index, line in enumerate(lines):
                self._write_line(connection, index, line, keyed=keyed)
            connection.executemany("INSERT INTO node VALUES (?, ?, ?)", [(n.level, n.position, n.hash) for n in nodes])
            for number, checkpoint in enumerate(fit, 1):
                mac = binding.checkpoint_mac(number, checkpoint.text, number, self.keys.binding)
                connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?)", (number, checkpoint.text, number))
                connection.execute("INSERT INTO checkpoint_mac VALUES (?, ?)", (number, mac))
            for _, sql in triggers:
                connection.execute(sql)
        published = self.path.with_name("ledger.db.checkpoint")
        published.unlink(missing_ok=True)
        if rolled_back and fit:
            published.write_text(fit[-1].text)
        if holds == ALL:
            self._write_marks(State(len(lines), roots[len(lines)]), len(fit))

    def _checkpoints_of(self, roots: dict[int, bytes], *, keyed: bool) -> list[SignedCheckpoint]:
        """Return those that fit these roots, with one over all of it by whoever can sign."""
        fit = [each for each in self.checkpoints if roots.get(each.size) == each.root]
        size = max(roots)
        if keyed and size not in {each.size for each in fit}:
            fit.append(SignedCheckpoint.sign(ORIGIN, size, roots[size], self.keys.signers))
        return fit

    def _write_marks(self, state: State, signed: int) -> None:
        HighWater.sign(self.keys, state.size, state.root, ledger_format=2, signed=signed).save(self.keys_folder)
        acknowledged = Acknowledgements(self.keys_folder, self.keys)
        acknowledged.note(state)
        acknowledged.close()

    def _write_line(self, connection: sqlite3.Connection, index: int, line: Line, *, keyed: bool) -> None:
        entry, keys = line.entry.serialize(), self.keys
        mac = binding.entry_mac(index, entry, keys.binding) if keyed else line.mac
        key = duplicate_key(line.entry.kind, line.entry.actor, line.entry.received, keys) if keyed else line.duplicate
        connection.execute("INSERT INTO entry VALUES (?, ?)", (index, entry))
        connection.execute("INSERT INTO entry_mac VALUES (?, ?)", (index, mac))
        if line.salt is not None and line.body is not None:
            connection.execute("INSERT INTO body VALUES (?, ?, ?, ?)", (index, line.salt, len(line.body), line.body))
        connection.execute("INSERT OR IGNORE INTO duplicate (key, idx) VALUES (?, ?)", (key, index))
        if line.erased_by is not None:
            connection.execute("INSERT INTO erasure VALUES (?, ?)", (index, line.erased_by))

    def verifies(self, *held: SignedCheckpoint) -> bool:
        ledger = SqliteLedger.open_to_read(self.path, self.keys_folder, ORIGIN)
        try:
            return ledger.verify(held=held).ok
        finally:
            ledger.close()

    def starts(self) -> bool:
        try:
            SqliteLedger.open(self.path, self.keys_folder, ORIGIN).close()
        except EvidenceError:
            return False
        return True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("attacks"))


def roll_back(lines: Lines, where: int) -> Lines:
    """Put an older copy of the file back, with the checkpoint beside it."""
    return lines[:where]


EVERYTHING = "start verify auditor witness"
TABLE: list[tuple[Callable[[Lines, int], Lines], str, int, str]] = [
    # attack, what the attacker holds, from which entry on, and what finds it
    (edit, FILE, BEFORE, EVERYTHING),
    (edit, FILE, AFTER, EVERYTHING),
    (edit, READ, BEFORE, EVERYTHING),
    (edit, READ, AFTER, EVERYTHING),
    (edit, ALL, BEFORE, "auditor witness"),
    (edit, ALL, AFTER, "witness"),
    (delete, FILE, BEFORE, EVERYTHING),
    (delete, FILE, AFTER, EVERYTHING),
    (delete, READ, BEFORE, EVERYTHING),
    (delete, READ, AFTER, EVERYTHING),
    (delete, ALL, BEFORE, "auditor witness"),
    (delete, ALL, AFTER, "witness"),
    (reorder, FILE, BEFORE, EVERYTHING),
    (reorder, FILE, AFTER, EVERYTHING),
    (reorder, READ, BEFORE, EVERYTHING),
    (reorder, READ, AFTER, EVERYTHING),
    (reorder, ALL, BEFORE, "auditor witness"),
    (reorder, ALL, AFTER, "witness"),
    (insert, FILE, BEFORE, EVERYTHING),
    (insert, FILE, AFTER, EVERYTHING),
    (insert, READ, BEFORE, EVERYTHING),
    (insert, READ, AFTER, EVERYTHING),
    (insert, ALL, BEFORE, "auditor witness"),
    (insert, ALL, AFTER, "witness"),
    (truncate, FILE, BEFORE, EVERYTHING),
    (truncate, FILE, AFTER, EVERYTHING),
    (truncate, READ, BEFORE, EVERYTHING),
    (truncate, READ, AFTER, EVERYTHING),
    (truncate, ALL, BEFORE, "auditor witness"),
    (truncate, ALL, AFTER, "witness"),
    (roll_back, FILE, BEFORE, EVERYTHING),
    (roll_back, FILE, AFTER, EVERYTHING),
    (roll_back, READ, BEFORE, EVERYTHING),
    (roll_back, READ, AFTER, EVERYTHING),
    (roll_back, ALL, BEFORE, "auditor witness"),
    (roll_back, ALL, AFTER, "witness"),
    (fork, FILE, BEFORE, EVERYTHING),
    (fork, FILE, AFTER, EVERYTHING),
    (fork, READ, BEFORE, EVERYTHING),
    (fork, READ, AFTER, EVERYTHING),
    (fork, ALL, BEFORE, "auditor witness"),
    (fork, ALL, AFTER, "witness"),
    (erase, FILE, BEFORE, EVERYTHING),
    (erase, FILE, AFTER, EVERYTHING),
    (erase, READ, BEFORE, EVERYTHING),
    (erase, READ, AFTER, EVERYTHING),
    (erase, ALL, BEFORE, EVERYTHING),
    (erase, ALL, AFTER, EVERYTHING),
    (drop_checkpoints, FILE, AFTER, EVERYTHING),
    (drop_checkpoints, READ, AFTER, EVERYTHING),
    (drop_checkpoints, ALL, AFTER, ""),
    # What is added changes nothing that was there: only keys keep others from adding.
    (append, FILE, AFTER, EVERYTHING),
    (append, READ, AFTER, ""),
    (append, ALL, AFTER, ""),
    (erase_by_a_record, FILE, AFTER, EVERYTHING),
    (erase_by_a_record, READ, AFTER, ""),
    (erase_by_a_record, ALL, AFTER, ""),
]


@pytest.mark.parametrize(
    ("attack", "holds", "where", "found"),
    TABLE,
    ids=[f"{attack.__name__} at {where} by who writes {holds}" for attack, holds, where, _ in TABLE],
)
def test_an_attack_is_found_by_just_those_who_can_find_it(
    site: Site, attack: Callable[[Lines, int], Lines], holds: str, where: int, found: str
) -> None:
    site.put_back()
    site.write(attack(site.lines(), where), holds, dropped=attack is drop_checkpoints, rolled_back=attack is roll_back)
    seen = {
        "verify": not site.verifies(),
        "auditor": not site.verifies(site.checkpoints[0]),
        "witness": not site.verifies(site.checkpoints[-1]),
        "start": not site.starts(),
    }
    assert {name for name, is_seen in seen.items() if is_seen} == set(found.split())


@pytest.mark.parametrize("holds", [FILE, READ, ALL])
def test_what_the_attacker_writes_is_sound_where_nothing_was_changed(site: Site, holds: str) -> None:
    site.put_back()
    site.write(site.lines(), holds)
    assert site.verifies(*site.checkpoints)
    assert site.starts()


def test_the_table_says_every_attack_by_every_attacker() -> None:
    attacks = {attack for attack, _, _, _ in TABLE}
    for holds in (FILE, READ, ALL):
        assert {attack for attack, by, _, _ in TABLE if by == holds} == attacks
    assert not [attack.__name__ for attack, holds, _, found in TABLE if holds == FILE and found != EVERYTHING]


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """More entries than are re-hashed on opening."""
    return Site(tmp_path_factory.mktemp("long"), 600)


@pytest.mark.parametrize(
    "attack", [edit, delete, reorder, insert, truncate, roll_back, fork, erase, append, erase_by_a_record]
)
def test_no_server_starts_on_what_was_changed_long_ago(long_site: Site, attack: Callable[[Lines, int], Lines]) -> None:
    long_site.put_back()
    long_site.write(attack(long_site.lines(), AFTER), FILE)
    assert not long_site.starts()
