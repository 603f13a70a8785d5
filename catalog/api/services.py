"""What the routes are built upon: the composition root makes it, tests make it of fakes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from catalog.access import rules
from catalog.access.keys import Authenticator
from catalog.access.model import Actor
from catalog.access.permissions import Permission
from catalog.access.presence import Presence
from catalog.api.headers import headers_of
from catalog.api.room import Room
from catalog.decisions.asking import Requests
from catalog.decisions.basis import Basis
from catalog.decisions.memo import DecisionMemo
from catalog.decisions.renewal import Renewal
from catalog.drafting import EVENTS
from catalog.errors import AskerError, EvidenceError, OperatorError
from catalog.intake import Intake
from catalog.ledger.protocol import Ledger
from catalog.ledger.sealing import utc_microseconds
from catalog.metrics import Metrics
from catalog.projection.entry_facts import PROJECTION_VERSION
from catalog.projection.position import Following, Status
from catalog.reading import AsOf, Rights, Terms
from catalog.record_redaction import Redactor
from catalog.settings import Settings, is_loopback
from catalog.store.protocol import Store, StoreReader
from catalog.use.ontology import ontology_at
from catalog.view import Anchor, View
from graph_schema.times import SECOND, format_time

_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})
_BEARER = "bearer"

PRINCIPAL = "lineward.principal"
"""Where a request's scope holds who it came from, once that is proven."""


def anchor(ledger: Ledger, settings: Settings, began: int, at_least: int = -1) -> Anchor:
    """Return what every view of a site is taken by: whoever asks or writes is held to the same days and diseases.

    `began` is the one clock reading, in microseconds UTC, `at_least` the index that a reader was promised to see.
    """
    terms = Terms(settings.determination_near_days, settings.suggestion_judged_days)
    return Anchor(ledger, PROJECTION_VERSION, began, at_least, terms, ontology_at(settings.disease_ontology))


@dataclass(frozen=True, slots=True)
class Services:
    """Ledger, graph, and the ways in and out, with what every request needs of them.

    `presence` proves to commands that this server runs on their data directory. `owner` is who acts without a key in a
    command of whoever owns the data directory's files; None in a server.
    """

    settings: Settings
    ledger: Ledger
    store: Store
    intake: Intake
    projection: Following
    authenticator: Authenticator
    metrics: Metrics
    presence: Presence
    owner: Actor | None = None
    signing_problem: Callable[[], EvidenceError | OperatorError | None] = lambda: None
    """What the last attempt to sign a checkpoint found."""
    rights_of: Callable[[Actor], Rights] = rules.rights_of
    decisions: DecisionMemo = field(default_factory=DecisionMemo)
    """What requests for access rest on, of the newest point."""

    requests: Requests = field(init=False)
    """What reads them."""

    basis: Basis = field(init=False)
    """As of what they are decided."""

    renewal: Renewal = field(init=False)
    """What judges them beforehand."""

    large_bodies: Room = field(init=False)
    """The room for a body of events that is larger than others may be."""

    def __post_init__(self) -> None:
        """Make the room."""
        object.__setattr__(self, "large_bodies", Room(self.settings.max_body_bytes))
        basis = Basis(self.ledger, EVENTS, lambda: self.projection.checkpoint)
        object.__setattr__(self, "basis", basis)
        object.__setattr__(self, "renewal", Renewal(self.store, basis, self.decisions, self._view))
        object.__setattr__(self, "requests", Requests(self.redactor))

    @property
    def redactor(self) -> Redactor:
        """Return what makes of a name the one that the catalog holds."""
        return self.intake.redactor

    def authenticate(self, request: HTTPConnection) -> Actor:
        """Return who a request comes from; raises AskerError 401."""
        actor = self._actor(request)
        request.scope[PRINCIPAL] = actor.principal
        return actor

    def _actor(self, request: HTTPConnection) -> Actor:
        headers = headers_of(request.scope)
        sent = headers.get(b"authorization")
        if sent is None:
            if self.owner is not None:
                return self.authenticator.entitled(self.owner)
            return self.authenticator.authenticate(None, from_loopback=is_from_here(request))
        scheme, _, token = sent.partition(" ")
        if scheme.lower() != _BEARER or not token.strip():
            raise AskerError("Send the key as `Authorization: Bearer lw_…`.", status=401)
        return self.authenticator.authenticate(token.strip(), from_loopback=is_from_here(request))

    def read_as(self, request: HTTPConnection) -> Actor:
        """Return who asks; raises AskerError 401, and 403 for who may not ask anything."""
        actor = self.authenticate(request)
        rules.require(actor, Permission.READ)
        return actor

    def read_bodies_as(self, request: HTTPConnection) -> Actor:
        """Return who asks for whole entries; raises AskerError as `read_as`, and 403 for whom rights hide any node."""
        actor = self.read_as(request)
        if not self.rights_of(actor).unbounded:
            raise AskerError(
                "An entry's body may name what you may not see; ask `evidence` for those of what you may.", status=403
            )
        return actor

    def watch_as(self, request: HTTPConnection) -> Actor:
        """Return who reads the metrics; raises AskerError 401, and 403 for who may not."""
        actor = self.authenticate(request)
        rules.require(actor, Permission.WATCH)
        return actor

    @property
    def projection_version(self) -> str:
        """Return the version of the projection that made the graph."""
        return PROJECTION_VERSION

    def view(self, reader: StoreReader, actor: Actor, as_of: AsOf) -> View:
        """Return what the actor may see in one state of the graph."""
        return self._view(reader, as_of, self.rights_of(actor))

    def opening(self, actor: Actor, as_of: AsOf, until: ExitStack) -> Callable[[], View]:
        """Return what opens such a view, each time of the graph as it then is, and keeps it open until a stack ends."""
        return lambda: self.view(until.enter_context(self.store.reading()), actor, as_of)

    def _view(self, reader: StoreReader, as_of: AsOf, rights: Rights) -> View:
        return View(reader, as_of, rights, anchor(self.ledger, self.settings, utc_microseconds()))

    def projection_stopped(self) -> str | None:
        """Return why the graph does not follow the ledger, None while it does."""
        state = self.projection.state
        if state.status is not Status.RUNNING:
            return state.detail or f"The projection is {state.status.value.lower()}."
        if state.lag and state.quiet > self.settings.stall_seconds:
            since = format_time(utc_microseconds() - int(state.quiet * SECOND))
            return f"The projection stands still since {since}, and {state.lag} entries wait for it."
        return None

    def raise_evidence(self) -> None:
        """Raise EvidenceError once projection or signing found that the ledger does not verify."""
        found = self.signing_problem()
        if isinstance(found, EvidenceError):
            raise found
        state = self.projection.state
        if state.status is Status.FAILED:
            raise EvidenceError(state.detail or "The projection stopped.")

    def raise_stopped(self) -> None:
        """Raise what keeps the graph from following the ledger: EvidenceError, or OperatorError where it waits."""
        self.raise_evidence()
        state = self.projection.state
        if state.status is Status.DAMAGED:
            self.store.check()
        if state.status in {Status.WAITING, Status.DAMAGED}:
            raise OperatorError(state.detail or "The graph cannot be written.", action="")


def is_from_here(request: HTTPConnection) -> bool:
    """Tell whether the peer is this machine itself, and no proxy on it that speaks for others."""
    client = request.scope.get("client")
    return client is not None and is_loopback(client[0]) and not headers_of(request.scope).has_any(_FORWARDED)
