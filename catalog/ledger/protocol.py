"""What every ledger answers to, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from catalog.ledger.checkpoint import SignedCheckpoint
from catalog.ledger.entry import Entry
from catalog.ledger.note import VerifierKey

Progress = Callable[[int, int], None]
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A record on its way in; everything in it is already redacted, except `received`, which only enters MACs.

    `subjects` are opaque node ids, at most 64. `body` and `received` are canonical JSON. `erases` are the entries whose
    salt and body are erased with it, which its body names as well, see `erasure`.
    """

    kind: str
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    body: bytes
    received: bytes
    erases: tuple[int, ...] = ()


class PackedDraft(NamedTuple):
    """A sealed draft as it is kept, which another process may have made: its body's size, what is stored, its digest.

    Whoever writes it has nothing more to do than to give it its time and place.
    """

    kind: str
    actor: str
    correlation_id: str
    subjects: tuple[str, ...]
    salt: bytes
    size: int
    stored: bytes
    digest: str
    received: str
    duplicate_key: bytes
    erases: tuple[int, ...] = ()

    def packed(self) -> PackedDraft:
        """Return itself."""
        return self

    def entry(self, recorded_at: int) -> Entry:
        """Return the entry, recorded at that time in UTC microseconds."""
        return Entry(
            kind=self.kind,
            recorded_at=recorded_at,
            actor=self.actor,
            correlation_id=self.correlation_id,
            subjects=self.subjects,
            body=self.digest,
            received=self.received,
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record stands in the ledger; `duplicate` where it had been there before, `recorded_at` in UTC µs."""

    index: int
    leaf: bytes
    recorded_at: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it was read back, its leaf, MAC and body's digest recomputed.

    Once erased there is no salt and body, and `erased_by` is the index of the record that erased them.
    """

    index: int
    entry: Entry
    entry_bytes: bytes
    leaf: bytes
    salt: bytes | None
    body: bytes | None
    erased_by: int | None = None


@dataclass(frozen=True, slots=True)
class IssuedCheckpoint:
    """A checkpoint with the time it was signed at, in UTC µs, which no signature covers."""

    checkpoint: SignedCheckpoint
    signed_at: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not verify, and the ledger index concerned where one can be named."""

    index: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was found, the first problem first; a ledger verifies where there is none."""

    size: int
    root: bytes
    entries: int
    bodies: int
    erased: int
    checkpoints: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether everything verifies."""
        return not self.problems


class Ledger(Protocol):
    """An append-only sequence of entries under a Merkle tree.

    Raises OperatorError where disk, lock or key are missing, EvidenceError where what is read does not verify, and
    LookupError for an index that is not there.
    """

    @property
    def origin(self) -> str:
        """The name of this log in its checkpoints."""

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """Every public key that ever signed for this log, the present one first."""

    def append(self, draft: Draft) -> Future[Receipt]:
        """Take a record; the future resolves once it is durable, or to the old place where it is already there.

        The same record is the same kind, actor and received body. Raises MalformedEntryError for names that no entry
        may carry, and OperatorError where more waits than can be taken; the future carries the errors of writing.

        What the draft erases is erased in the same transaction; entries, proofs and the memory of duplicates stay. For
        an entry that is not there, or says itself what was erased, LookupError is raised. EvidenceError is once signing
        has found that the ledger is not the one that the key folder knows.
        """

    def append_all(self, drafts: Sequence[Draft]) -> Future[Sequence[Receipt]]:
        """Take several records, written one behind the other; the future resolves once all of them are durable.

        Raises as `append` does for the first that cannot be taken.
        """

    def append_packed(self, drafts: Sequence[PackedDraft]) -> Future[Sequence[Receipt]]:
        """Take several records that another process sealed under this site's keys; they erase nothing.

        Resolves and raises as `append_all` does.
        """

    def size(self) -> int:
        """Return how many entries are durable."""

    def root(self, size: int | None = None) -> bytes:
        """Return the tree's root at a size, by default the present one."""

    def entry(self, index: int) -> StoredEntry:
        """Return one entry."""

    def entries(self, start: int, limit: int, most_bytes: int | None = None) -> list[StoredEntry]:
        """Return up to `limit` entries from `start` on, in order; empty at the end.

        After so many bytes of bodies no further one is read, so that what is held at once is bounded.
        """

    def of_kinds(
        self,
        kinds: Collection[str],
        start: int = 0,
        stop: int | None = None,
        *,
        most: int | None = None,
        newest: bool = False,
    ) -> list[int]:
        """Return the indexes, from `start` up to `stop`, of the entries of these kinds; their bodies are not read.

        The oldest come first, or the `newest`; with `most` no further is read than until so many are found.
        """

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path from an entry to the root at a size (RFC 9162 §2.1.3)."""

    def consistency_proof(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree at `old` is a prefix of that at `new` (RFC 9162 §2.1.4)."""

    def proof_file(self, index: int) -> str:
        """Return an offline proof for one entry, against the newest checkpoint, which is signed where need be."""

    def checkpoint(self) -> SignedCheckpoint:
        """Sign the present size, after reading back and re-hashing what is new; the newest one where nothing is."""

    def checkpoints(self) -> list[IssuedCheckpoint]:
        """Return every checkpoint ever signed, the oldest first."""

    def latest_checkpoint(self) -> IssuedCheckpoint | None:
        """Return the newest checkpoint."""

    def clock_doubt(self) -> str | None:
        """Return why the clock is not believed, None where it is; beyond its limits, appending raises OperatorError."""

    def wait_for(self, index: int, timeout: float, ended: Callable[[], bool] = lambda: False) -> bool:
        """Wait up to so many seconds for an entry to be durable, or until it `ended`; return whether the entry is.

        `ended` is asked anew whenever the ledger has grown or is woken (`wake`), and nothing is awaited once it holds.
        """

    def wake(self) -> None:
        """Let everybody who waits for an entry look again whether they are to go on."""

    def verify(self, progress: Progress | None = None, held: Sequence[SignedCheckpoint] = ()) -> VerifyReport:
        """Re-hash everything, and hold it to every stored checkpoint and to those `held` elsewhere.

        `progress` is called with how many entries are done and how many there are.
        """

    def close(self) -> None:
        """Write what was taken, and let go of everything."""
