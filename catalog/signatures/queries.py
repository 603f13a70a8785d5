"""The signing keys, and the signatures that hold, as they were at one point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from catalog.graph_memo import remembered
from catalog.releases.model import Registration
from catalog.signatures.keys import der_of
from catalog.signatures.model import KnownKey, SignatureCheck, SigningKeyRecord
from catalog.signatures.rules import check, ended_at
from catalog.view import View
from graph_schema.aspects.signatures import SigningKey
from graph_schema.bitemporal import RunFold, history, in_force
from graph_schema.facts import Statement


def signing_keys(view: View) -> tuple[SigningKeyRecord, ...]:
    """Return the registered keys, ended ones too, by fingerprint. Who may see the catalog may see all of them."""
    found = []
    for id_, (fingerprint, registered, ends) in remembered(_stated, view, _stated).items():
        held = in_force(registered, _no_run, view.as_of.valid_at, view.known_at)
        if held is not None:
            key = _known(fingerprint, held[1], held[0][0], ends)
            found.append(
                SigningKeyRecord(
                    id_,
                    fingerprint,
                    SigningKey.from_json(held[1].data),
                    held[1].entry,
                    held[0][0],
                    key.ended,
                    key.end_entry,
                    has_ended=key.ended is not None and key.ended <= view.moment,
                )
            )
    return tuple(sorted(found, key=lambda one: one.fingerprint))


def signature_state(view: View, registration: Registration) -> SignatureCheck:
    """Return whether the signature of a registration holds; see `rules.check`."""
    return signature_states(view, [registration])[registration]


def signature_states(view: View, registrations: Sequence[Registration]) -> dict[Registration, SignatureCheck]:
    """Return the same of several, for which the keys are read once."""
    signed = any(one.signature is not None for one in registrations)
    stated = list(remembered(_stated, view, _stated).values()) if signed else []
    found = {}
    for one in registrations:
        keys = [key for each in stated if (key := _known_at(view, one.registered_at, *each)) is not None]
        judged = check(one.signature, one.artifact_digest, one.registered_at, keys)
        found[one] = replace(judged, entries=tuple(sorted({one.entry, *judged.entries})))
    return found


_Stated = tuple[str, list[Statement], list[Statement]]


def _stated(view: View) -> dict[str, _Stated]:
    """Return of each key its fingerprint, its registrations and its ends, by id."""
    ids = view.all_of("SigningKey")
    known = view.nodes(ids) if ids else {}
    about: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in view.statements(list(known), ("signing_key", "signing_key_end")) if known else ():
        about[one.subject, one.aspect].append(one)
    return {
        id_: (node.node.title, about[id_, "signing_key"], about[id_, "signing_key_end"]) for id_, node in known.items()
    }


def _known_at(
    view: View, at: int, fingerprint: str, registered: Sequence[Statement], ends: Sequence[Statement]
) -> KnownKey | None:
    """Return what was registered of a key at a time; where nothing was yet, what was first."""
    held = in_force(registered, _no_run, at, view.known_at)
    if held is None:
        held = next(iter(history(registered, _no_run, view.as_of.valid_at, view.known_at)), None)
    return None if held is None else _known(fingerprint, held[1], held[0][0], ends)


def _known(fingerprint: str, statement: Statement, since: int, ends: Iterable[Statement]) -> KnownKey:
    registered = SigningKey.from_json(statement.data)
    ended, entry = ended_at(registered.until, [(one.valid_from, one.entry) for one in ends])
    der = None if registered.public_key is None else der_of(registered.public_key)
    return KnownKey(fingerprint, der, registered.key_holder, statement.entry, since, ended, entry, registered.certified)


def _no_run(_: str) -> RunFold | None:
    return None
