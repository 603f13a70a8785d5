"""The keys that a dataset is encrypted under: what each is for, and who creates, rotates and uses it; never a key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.context import Actor, ByEntry, Context, Strict
from reports.document import Block, Cell, Column, Text, cell, cites, faint, missing, plain, stamp, strong, table, words
from reports.phrases import who
from reports.section import Frame, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredKey(Strict):
    """What is declared of a key, as in force at the read point."""

    environment: str
    """The environment that it is for; in no other may it be used."""
    workload: str | None
    tier: str | None
    created_by: str | None
    """The role that creates it."""
    rotated_by: str | None
    """The role that rotates it."""
    used_by: tuple[str, ...]
    """The roles and programs that use it."""
    until: str | None
    """Until when it is to be used."""
    by: Actor
    since: str
    recorded_at: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOfDataset(Strict):
    """A key that the dataset is declared to be encrypted under."""

    key: str
    """Its id in the key store that holds it."""
    environment: str
    """The environment that it is used in."""
    declared: DeclaredKey | None = None
    """None: nobody declared it, or no longer."""
    ended: ByEntry | None = None
    """What ended its declaration."""


@dataclass(frozen=True, kw_only=True)
class Keys(Context):
    """The keys of a dataset."""

    keys: tuple[KeyOfDataset, ...] = ()
    """By id and environment, as `stated` names them."""


def blocks(context: Keys, _: Frame) -> Iterator[Block]:
    """Show each key with its scope and its holders."""
    if not context.keys:
        yield Text(words(plain("Keys that it is encrypted under:"), missing()))
        return
    yield table(
        "The keys that it is encrypted under",
        (Column("Key, used in", 6), Column("For", 5), Column("Who may", 6), Column("By whom, since when", 5)),
        [(_key(one), _scope(one), _holders(one), _by(one)) for one in context.keys],
    )


def _key(one: KeyOfDataset) -> Cell:
    return cell(strong(one.key), faint(one.environment))


def _scope(one: KeyOfDataset) -> Cell:
    scope = one.declared
    if scope is None:
        ended = words(plain("Declared no longer"), cites((one.ended.entry,))) if one.ended else missing()
        return cell(ended)
    return cell(
        plain(scope.environment),
        words(faint("workload:"), plain(scope.workload) if scope.workload else missing()),
        words(faint("tier:"), plain(scope.tier) if scope.tier else missing()),
        words(faint("until"), stamp(scope.until)) if scope.until else (),
    )


def _holders(one: KeyOfDataset) -> Cell:
    scope = one.declared
    if scope is None:
        return cell(missing())
    return cell(
        words(faint("create:"), plain(scope.created_by) if scope.created_by else missing()),
        words(faint("rotate:"), plain(scope.rotated_by) if scope.rotated_by else missing()),
        words(faint("use:"), plain(", ".join(scope.used_by)) if scope.used_by else missing()),
    )


def _by(one: KeyOfDataset) -> Cell:
    scope = one.declared
    if scope is None:
        return cell(missing())
    return cell(words(who(scope.by), cites((scope.entry,))), words(faint("since"), stamp(scope.since)))


PART = Part(blocks)
