"""Whether a signature over a model's artifact holds, by the keys that were registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.signatures.certificates import Certified, certified, named_in
from catalog.signatures.envelopes import Signature, Signed, UnreadableError, read
from catalog.signatures.keys import hints_of, load, signed_digest, signed_message
from catalog.signatures.model import KnownKey, SignatureCheck
from graph_schema.times import format_time, parse_zoned
from graph_schema.vocabulary.words import SignatureState


@dataclass(frozen=True, slots=True)
class _Judged:
    state: SignatureState
    reason: str
    key: KnownKey | None = None


def check(signature: str | None, artifact_digest: str, registered_at: int, keys: Sequence[KnownKey]) -> SignatureCheck:
    """Return whether the signature is one of a registered key over this artifact, at the time of the registration.

    `keys` are all keys as they were registered, those that had ended or begun later too. Of several signatures one that
    holds is enough; else one that does not hold says more than one of an unknown key.
    """
    if signature is None:
        return _of(_Judged(SignatureState.ABSENT, "The registration names no signature."))
    try:
        signed = read(signature, artifact_digest)
    except UnreadableError as error:
        return _of(_Judged(SignatureState.INVALID, f"The signature cannot be read: {error}."))
    if artifact_digest not in signed.digests:
        return _of(_Judged(SignatureState.INVALID, "It is over another artifact than the registered one."))
    judged = [_judged(one, signed, artifact_digest, registered_at, keys) for one in signed.signatures]
    return _of(min(judged, key=lambda one: _ORDER.index(one.state)))


def ended_at(until: str | None, ends: Iterable[tuple[int, int]]) -> tuple[int | None, int | None]:
    """Return from when on a key signs no longer, and the entry that says so where its registration does not.

    `ends` are (time, entry): the earliest counts, whatever was registered after it.
    """
    limit = None if until is None else parse_zoned(until)
    first = min(ends, default=None)
    if first is None or (limit is not None and limit <= first[0]):
        return limit, None
    return first


_ORDER = (SignatureState.VERIFIED, SignatureState.INVALID, SignatureState.UNKNOWN_KEY)


def _judged(
    signature: Signature, signed: Signed, artifact_digest: str, registered_at: int, keys: Sequence[KnownKey]
) -> _Judged:
    made_by = next((key for key in keys if _made(key, signature, signed, artifact_digest)), None)
    if made_by is not None:
        return _in_force(made_by, registered_at)
    named = next((key for key in keys if signature.hint in hints_of(key.fingerprint, key.der)), None)
    if named is not None:
        return _Judged(
            SignatureState.INVALID,
            "It does not hold under the key that it names: it was changed, or another key made it.",
            named,
        )
    if signed.certified:
        return _by_certificate(signed, artifact_digest, registered_at, keys)
    return _Judged(SignatureState.UNKNOWN_KEY, "No registered key made it.")


def _by_certificate(signed: Signed, artifact_digest: str, registered_at: int, keys: Sequence[KnownKey]) -> _Judged:
    """Return what a certificate comes to by whoever is registered as certified."""
    several = [key for key in keys if key.certified is not None]
    for key in several:
        by = key.certified
        if by is None:
            continue
        found = certified(signed.bundle, artifact_digest, by.identity, by.issuer, by.trusted_root)
        if found is Certified.HOLDS:
            return _in_force(key, registered_at)
        if found is Certified.NOT_INSTALLED:
            text = "A certificate stands for who signed, and what verifies those is not installed where this was asked."
            return _Judged(SignatureState.UNKNOWN_KEY, text)
    named = named_in(signed.bundle)
    claimed = next((key for key in several if key.certified is not None and key.certified.identity in named), None)
    if claimed is not None:
        text = "It does not hold by the certificate that it names, or that is not of the trusted root."
        return _Judged(SignatureState.INVALID, text, claimed)
    text = "A certificate stands for who signed, and "
    text += "it is of nobody who is registered." if several else "nobody is registered whose certificates count."
    return _Judged(SignatureState.UNKNOWN_KEY, text)


def _made(key: KnownKey, signature: Signature, signed: Signed, artifact_digest: str) -> bool:
    public = None if key.der is None else load(key.der)
    if public is None:
        return False
    if signed.message is not None:
        return signed_message(public, signature.value, signed.message)
    return signed_digest(public, signature.value, bytes.fromhex(artifact_digest.partition(":")[2]))


def _in_force(key: KnownKey, registered_at: int) -> _Judged:
    if registered_at < key.since:
        reason = f"Its key signs from {format_time(key.since)} on, and the version was registered before."
        return _Judged(SignatureState.INVALID, reason, key)
    if key.ended is not None and key.ended <= registered_at:
        reason = f"Its key had ended at {format_time(key.ended)}, before the version was registered."
        return _Judged(SignatureState.INVALID, reason, key)
    if key.certified is not None:
        reason = "Whoever the certificate names was registered when the version was, and signed it."
        return _Judged(SignatureState.VERIFIED, reason, key)
    return _Judged(SignatureState.VERIFIED, "A key that was in force when the version was registered signed it.", key)


def _of(judged: _Judged) -> SignatureCheck:
    key = judged.key
    if key is None:
        return SignatureCheck(judged.state, judged.reason, None, None, ())
    entries = (key.entry,) if key.end_entry is None else (key.entry, key.end_entry)
    return SignatureCheck(judged.state, judged.reason, key.fingerprint, key.key_holder, entries)
