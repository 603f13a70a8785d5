"""The composition root: the only place that names a concrete ledger or store, and where everything begins and ends."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from catalog import logs
from catalog.access.files import keep_private
from catalog.access.keys import Authenticator, KeyFile, local_actor
from catalog.access.mirror import mirror
from catalog.access.model import Actor
from catalog.access.presence import FILE as SERVER_FILE
from catalog.access.presence import Presence
from catalog.access.rules import rights_of
from catalog.errors import DamagedGraphError, EvidenceError, OperatorError
from catalog.ledger.backup import Site
from catalog.ledger.clock import ClockLimits, ClockWatch
from catalog.ledger.group_commit import Limits
from catalog.ledger.keys import SiteKeys
from catalog.ledger.protocol import Ledger
from catalog.ledger.restoring import Loss, Record
from catalog.ledger.sealing import utc_microseconds
from catalog.ledger.sqlite import SqliteLedger
from catalog.operations import provenance
from catalog.periodic import Periodic
from catalog.policies.entitlements import Entitlements
from catalog.projection.entry_facts import facts_of
from catalog.projection.follower import Projection
from catalog.projection.position import Following
from catalog.projection_process import ProjectionProcess
from catalog.reading import Rights
from catalog.settings import LEDGER_FILE, Settings
from catalog.store.damaged import DamagedStore
from catalog.store.memory import MemoryStore
from catalog.store.protocol import Store
from catalog.store.sqlite import SqliteStore
from catalog.view import View
from graph_schema.times import SECOND

if TYPE_CHECKING:
    from catalog.api.services import Services
    from catalog.metrics import Metrics

GRAPH_FILE, KEY_FILE = "graph.db", "keys.db"
_OURS = (LEDGER_FILE, GRAPH_FILE, KEY_FILE, SERVER_FILE, "keys", "server.log")
_DAY = 86_400 * SECOND
_TOKENS = b"lineward/tokens of redacted identifiers"


def open_ledger(settings: Settings) -> SqliteLedger:
    """Open the ledger to write; raises OperatorError where another does, EvidenceError where it is not whole."""
    keep_private(settings.data_dir, _OURS)
    return SqliteLedger.open(
        settings.ledger_file,
        settings.keys,
        settings.origin,
        limits=Limits(waiting=settings.max_waiting, waiting_bytes=settings.max_waiting_bytes),
        watch=ClockWatch(ClockLimits(gap=settings.clock_gap_days * _DAY, jump=settings.clock_jump_seconds * SECOND)),
    )


def read_ledger(settings: Settings) -> SqliteLedger:
    """Open the ledger beside a process that writes it; raises OperatorError where there is none."""
    settings.require_catalog()
    return SqliteLedger.open_to_read(settings.ledger_file, settings.keys, settings.origin)


def site_of(settings: Settings) -> Site:
    """Return where the catalog keeps what a backup holds."""
    return Site(settings.ledger_file, settings.data_dir / KEY_FILE, settings.keys, settings.origin)


def loss_recorder(settings: Settings, reason: str) -> Record:
    """Return what records a loss in a ledger that is being restored, as whoever owns the files."""
    from catalog.intake import Intake  # noqa: PLC0415  a process that only projects needs none of these
    from catalog.operations.records import RestoreLedger  # noqa: PLC0415
    from catalog.record_redaction import rules_of  # noqa: PLC0415

    rules = rules_of(settings)

    def record(path: Path, marks: Path, loss: Loss) -> None:
        restored = RestoreLedger.read(
            {
                "size": loss.size,
                "root": f"sha256:{loss.root.hex()}",
                "signed_size": loss.signed.size,
                "signed_checkpoint": loss.signed.text,
                "reason": reason,
            }
        )
        with ExitStack() as stack:
            ledger = SqliteLedger.open(path, settings.keys, settings.origin, marks=marks)
            stack.callback(ledger.close)
            keys = KeyFile(marks / KEY_FILE)
            stack.callback(keys.close)
            store = scratch_store()
            intake = Intake(
                ledger,
                store,
                Projection(ledger, store),
                keys,
                token_key=SiteKeys.load(settings.keys, settings.origin).received.mac(_TOKENS),
                rules=rules,
                facts_of=facts_of,
            )
            intake.record_restore(restored, local_actor(), "restore").result()

    return record


def open_store(settings: Settings, ledger: Ledger | None = None, *, patient: bool = False) -> Store:
    """Open the graph, and hold it to be one of this ledger where one is given.

    A `patient` caller takes a graph whose server is not there yet: each verb raises OperatorError until it is.

    Raises OperatorError where the graph cannot be reached, or is not one of this ledger as it is.
    """

    def admit(store: Store) -> None:
        if ledger is not None:
            provenance.check(ledger, store)

    if settings.store == "neo4j":
        try:
            from catalog.store.neo4j import Neo4jStore  # noqa: PLC0415  the driver takes a while to import
        except ModuleNotFoundError as error:
            raise OperatorError(
                "The driver for Neo4j is not installed.",
                action="Install lineward[service,neo4j], or use the SQLite store.",
            ) from error
        user, password = settings.neo4j_user, settings.password() or ""
        return Neo4jStore(settings.neo4j_uri, user, password, admit=admit, patient=patient)
    try:
        store = SqliteStore(settings.data_dir / GRAPH_FILE)
        try:
            admit(store)
        except BaseException:
            store.close()
            raise
    except DamagedGraphError as error:
        # Events are taken all the same: they need no graph.
        return DamagedStore(error.where, error.what)
    return store


def set_graph_aside(settings: Settings) -> Path:
    """Move a damaged graph out of the way of a new one, and return where it is kept; Neo4j's is its own to mend."""
    path = settings.data_dir / GRAPH_FILE
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path.replace(path.with_name(f"{GRAPH_FILE}.damaged"))


def scratch_store() -> Store:
    """Return an empty graph that lives as long as it is held, to compare another with."""
    return MemoryStore()


def open_keys(settings: Settings) -> KeyFile:
    """Open the file of API keys."""
    return KeyFile(settings.data_dir / KEY_FILE)


@contextmanager
def opened(
    settings: Settings,
    *,
    owner: bool = False,
    server: bool = False,
    patient: bool = False,
    child: subprocess.Popen[bytes] | None = None,
) -> Iterator[Services]:
    """Open everything that the settings name, and close it again in order; see `running`.

    `owner` lets requests without a key act as whoever owns the data directory's files, also once keys exist. A `server`
    projects where the settings say, which may be a process of its own, `child` where that was launched already; a
    command would only wait for one to start. A server, and whoever is `patient`, begins while the graph's own server is
    away.

    Raises:
        OperatorError: something that the operator provides is missing.
        EvidenceError: the ledger does not verify.
    """
    with ExitStack() as stack:
        ledger = open_ledger(settings)
        stack.callback(ledger.close)
        store = open_store(settings, ledger, patient=server or patient)
        stack.callback(store.close)
        keys = open_keys(settings)
        stack.callback(keys.close)
        secrets = SiteKeys.load(settings.keys, settings.origin)
        token_key = secrets.received.mac(_TOKENS)
        following: Following | None = None
        if server and settings.projection == "process":
            following = ProjectionProcess(settings, ledger, store.forget, lambda: _look_through(store), child)
            # It has as much to import as this process has before it can answer: both do so at once.
            following.start()
            stack.callback(following.stop)
        yield stack.enter_context(
            running(settings, ledger, store, keys, token_key, owner=owner, following=following, server=server)
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """A ledger open to be written, without a graph: who writes, and by which key what looks like an identifier goes."""

    ledger: Ledger
    actor: Actor
    token_key: bytes


@contextmanager
def recording(settings: Settings, bearer: str | None) -> Iterator[Recording]:
    """Open the ledger alone, for whoever holds the key, and sign what was added; the graph follows when it is opened.

    Raises AskerError 401 for a key that does not work and where one is needed, and as `opened`.
    """
    with ExitStack() as stack:
        ledger = open_ledger(settings)
        stack.callback(ledger.close)
        keys = open_keys(settings)
        stack.callback(keys.close)
        mirror(ledger, keys)
        actor = Authenticator(keys, Entitlements(ledger).entitled).authenticate(bearer, from_loopback=True)
        secrets = SiteKeys.load(settings.keys, settings.origin)
        try:
            yield Recording(ledger, actor, secrets.received.mac(_TOKENS))
        finally:
            if ledger.size() != _signed(ledger):
                ledger.checkpoint()


@contextmanager
def running(
    settings: Settings,
    ledger: Ledger,
    store: Store,
    keys: KeyFile,
    token_key: bytes,
    *,
    owner: bool = False,
    following: Following | None = None,
    server: bool = False,
    rights: Callable[[Actor], Rights] = rights_of,
) -> Iterator[Services]:
    """Put the services together of these parts, let the graph follow the ledger, and stop it again.

    This is the seam that tests feed with a ledger and a store of their own; whoever made the parts closes them. The
    graph follows in a thread, which looks the graph of a `server` through, or by what is given. In a server, what is
    remembered of the graph follows that.
    """
    # A process that only projects needs none of these.
    from catalog import memo_following  # noqa: PLC0415
    from catalog.api.services import Services, anchor  # noqa: PLC0415
    from catalog.appending import Pending  # noqa: PLC0415
    from catalog.intake import Intake  # noqa: PLC0415
    from catalog.metrics import Metrics  # noqa: PLC0415
    from catalog.record_redaction import rules_of  # noqa: PLC0415
    from catalog.use.ontology import ontology_at  # noqa: PLC0415

    # Before anything listens: whether a key was ever issued decides who is let in without one.
    mirror(ledger, keys)
    metrics = Metrics()
    pending = Pending()
    projection = following or Projection(
        ledger, store, batch=settings.projection_batch, busy=lambda: pending.any, check=server
    )
    authenticator = Authenticator(keys, Entitlements(ledger).entitled)
    # Read when it is first asked; that there is a file is held now.
    ontology_at(settings.disease_ontology)
    intake = Intake(
        ledger,
        store,
        projection,
        keys,
        token_key=token_key,
        rules=rules_of(settings),
        facts_of=facts_of,
        rights_of=rights,
        anchored=partial(anchor, ledger, settings),
        pending=pending,
        producers=metrics.producers,
        named=authenticator.named,
    )
    signing = _Signing(ledger)
    signer = Periodic("signing", settings.checkpoint_seconds, signing.sign)
    services = Services(
        settings,
        ledger,
        store,
        intake,
        projection,
        authenticator,
        metrics,
        Presence.of(settings.data_dir),
        local_actor() if owner else None,
        lambda: signing.problem,
        rights,
    )
    _watch(metrics, services)
    remembering = Periodic(
        "remembering",
        memo_following.SECONDS,
        lambda: memo_following.follow(store, lambda reader: View(reader, anchor=anchor(ledger, settings, 0))),
    )
    projection.start()
    signer.start()
    if server:
        remembering.start()
    try:
        yield services
    finally:
        if server:
            remembering.stop(memo_following.END_SECONDS)
        services.renewal.end()
        signer.stop()
        try:
            signing.sign()
        finally:
            projection.stop()


def _look_through(store: Store) -> None:
    """Look for the damage that another process met: from then on the graph is not answered from here either."""
    try:
        store.check()
    except OperatorError as error:
        logs.logger.error("the graph is damaged", extra={"reason": error.detail})


def _watch(metrics: Metrics, services: Services) -> None:
    ledger, projection = services.ledger, services.projection
    metrics.watch("ledger_size", "Durable entries.", ledger.size)
    metrics.watch("projection_behind", "Entries that the graph does not hold yet.", lambda: projection.lag)
    metrics.watch(
        "projection_quarantined", "Entries that could not be projected.", lambda: projection.state.quarantined
    )
    metrics.watch(
        "projection_stopped",
        "1 while the graph does not follow the ledger: stopped, waiting, damaged or standing still.",
        lambda: int(services.projection_stopped() is not None),
    )
    metrics.watch_each(
        "findings",
        "Open findings, by rule and severity; none are given while the graph cannot be read.",
        ("rule", "severity"),
        lambda: _open_findings(services),
    )
    metrics.watch("checkpoint_size", "Entries under the newest checkpoint.", lambda: _signed(ledger))


def _open_findings(services: Services) -> dict[tuple[str, ...], float]:
    from catalog.api.services import anchor  # noqa: PLC0415  a process that only projects needs none
    from catalog.findings.queries import Wanted, findings  # noqa: PLC0415  as above
    from catalog.findings.rules import ESTATE, FindingState  # noqa: PLC0415  as above

    try:
        with services.store.reading() as reader:
            view = View(reader, anchor=anchor(services.ledger, services.settings, utc_microseconds()))
            counts = findings(view, Wanted(states=frozenset({FindingState.OPEN}))).counts()
    except (OperatorError, EvidenceError):
        return {}
    return {(rule.name, rule.severity.value): counts.get((rule, FindingState.OPEN), 0) for rule in ESTATE}


def _signed(ledger: Ledger) -> int:
    newest = ledger.latest_checkpoint()
    return 0 if newest is None else newest.checkpoint.size


class _Signing:
    """Signs checkpoints of what was added, and remembers where the ledger does not verify."""

    def __init__(self, ledger: Ledger) -> None:
        self.problem: EvidenceError | OperatorError | None = None
        self._ledger = ledger

    def sign(self) -> None:
        """Sign a checkpoint, unless nothing was added since the last."""
        try:
            # Also where nobody asks and nothing comes in, a clock that jumps is in the log.
            self._ledger.clock_doubt()
            if isinstance(self.problem, EvidenceError) or self._ledger.size() == _signed(self._ledger):
                return
            self._ledger.checkpoint()
            self.problem = None
        except EvidenceError as error:
            self.problem = error
            logs.logger.critical("no checkpoint signed: the ledger does not verify", extra={"index": error.index})
        except OperatorError as error:
            self.problem = error
            logs.logger.error("no checkpoint signed", extra={"reason": error.detail})
