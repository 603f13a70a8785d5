"""Whether a version's signature holds, where it was released to and ran, and that it is retired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.context import Actor, Context, Strict
from reports.document import (
    Block,
    Column,
    Facts,
    Heading,
    Item,
    Line,
    Text,
    cell,
    cites,
    code,
    faint,
    item,
    mark,
    plain,
    stamp,
    strong,
    table,
    words,
)
from reports.naming import gathered
from reports.phrases import tone, who
from reports.section import Frame, Part

SignatureState = Literal["VERIFIED", "INVALID", "UNKNOWN_KEY", "ABSENT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature(Strict):
    """Whether the signature over the artifact holds, as of the registration; see `catalog.signatures.rules`."""

    state: SignatureState
    reason: str
    fingerprint: str | None = None
    """Of the registered key that it is judged by: SHA-256 over its SubjectPublicKeyInfo."""
    key_holder: str | None = None
    entries: tuple[int, ...] = ()
    """The registration, and what registers and ends the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Strict):
    """That the version was released into an environment, as the artifact that was registered then."""

    environment: str
    reason: str
    artifact_digest: str | None = None
    gate: int | None = None
    """The evaluation of the gate that it quotes, by ledger index."""
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentEnd(Strict):
    """The record that ended a deployment."""

    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Strict):
    """That the version runs or ran at a place."""

    place: str
    environment: str
    artifact_digest: str | None = None
    gate: int | None = None
    """The evaluation of the gate that it quotes, by ledger index."""
    replaces: int | None = None
    """The deployment whose place it took, by ledger index."""
    rolls_back: bool = False
    by: Actor
    at: str
    until: str | None = None
    live: bool
    """Whether it runs at the read point."""
    ended: DeploymentEnd | None = None
    """None where it runs, or ended by its own date."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement(Strict):
    """That the version is neither released nor deployed any more."""

    reason: str
    by: Actor
    at: str
    entry: int


@dataclass(frozen=True, kw_only=True)
class Releases(Context):
    """What became of a model version after its registration."""

    signed: Signature | None = None
    """None only in reports of earlier versions."""
    releases: tuple[Release, ...] = ()
    """The oldest first."""
    deployments: tuple[Deployment, ...] = ()
    """The oldest first, ended ones too."""
    retirement: Retirement | None = None
    """None where it is not retired."""


def blocks(context: Releases, _: Frame) -> Iterator[Block]:
    """Show the state of the signature, then releases and deployments."""
    if context.signed is not None:
        yield Facts((("Signature", cell(*_signed(context.signed))),))
    yield Heading("Releases and deployments", "deployments", "", 2)
    if context.retirement is not None:
        one = context.retirement
        yield Text(
            words(
                mark("retired", "bad"),
                faint("since"),
                stamp(one.at),
                faint("by"),
                who(one.by),
                plain(one.reason),
                cites((one.entry,)),
            )
        )
    if not (context.releases or context.deployments):
        yield Text(plain("By the read point it was released into no environment and deployed nowhere."))
    if context.releases:
        yield table(
            "Environments that it was released into",
            (Column("Environment", 4), Column("Released", 6), Column("Why, and by which evaluation of the gate", 9)),
            [
                (
                    cell(strong(one.environment)),
                    cell(stamp(one.at), words(faint("by"), who(one.by), cites((one.entry,)))),
                    cell(plain(one.reason), _quotes(one.gate)),
                )
                for one in context.releases
            ],
        )
    if context.deployments:
        yield table(
            "Places where it ran or runs",
            (Column("Place and environment", 5), Column("From, until", 6), Column("By whom, and as what", 8)),
            [
                (
                    cell(strong(one.place), plain(one.environment), mark("live", "none") if one.live else ()),
                    cell(stamp(one.at), *_until(one)),
                    cell(
                        words(who(one.by), cites((one.entry,))),
                        plain(f"rolls back the deployment #{one.replaces}") if one.rolls_back else (),
                        plain(f"in place of the deployment #{one.replaces}")
                        if one.replaces is not None and not one.rolls_back
                        else (),
                        _quotes(one.gate),
                        code(one.artifact_digest) if one.artifact_digest else (),
                    ),
                )
                for one in context.deployments
            ],
        )


def _signed(one: Signature) -> Iterator[Line]:
    yield words(mark(one.state, tone(one.state)), plain(one.reason), cites(one.entries))
    if one.fingerprint is not None:
        yield words(faint("key"), code(one.fingerprint))
    if one.key_holder is not None:
        yield words(faint("held by"), plain(one.key_holder))


def _quotes(gate: int | None) -> Line:
    return mark("quotes no evaluation of the gate", "warn") if gate is None else plain(f"quotes the evaluation #{gate}")


def _until(one: Deployment) -> Iterator[Line]:
    if one.until is not None:
        yield words(faint("until"), stamp(one.until), cites((one.ended.entry,)) if one.ended else ())


def items(context: Releases, _: Frame) -> Iterator[Item]:
    """Yield a signature that does not hold, a retirement, what runs all the same, and where it runs."""
    signed = context.signed
    if signed is not None and signed.state != "ABSENT":
        text = f"The artifact's signature: {signed.reason}"
        yield item(tone(signed.state), "SIGNATURE", text, signed.entries)
    live = [one for one in context.deployments if one.live]
    entries = [one.entry for one in live]
    if context.retirement is not None:
        text = f"It is retired: {context.retirement.reason}"
        yield item("bad" if live else "warn", "RETIRED", text, (context.retirement.entry, *entries))
    unquoted = [one for one in live if one.gate is None]
    if unquoted:
        text = f"It runs at {gathered(one.place for one in unquoted)} without an evaluation of the release gate."
        yield item("warn", "DEPLOYED", text, (one.entry for one in unquoted))
    if live:
        places = gathered(f"{one.place} ({one.environment})" for one in live)
        yield item("none", "DEPLOYED", f"It runs at {places}.", entries)


PART = Part(blocks, items)
