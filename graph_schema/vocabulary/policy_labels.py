"""Composite labels in words, such as "de-identified, research only, no export": to codes and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from graph_schema.nearest import nearest
from graph_schema.vocabulary.codes import UnknownCodeError
from graph_schema.vocabulary.words import DeidentificationMethod, DeidentificationState

_STATES: Final = {
    "raw": DeidentificationState.RAW,
    "de-identified": DeidentificationState.DE_IDENTIFIED,
    "pseudonymized": DeidentificationState.PSEUDONYMIZED,
    "aggregated": DeidentificationState.AGGREGATED,
}
_LIMITED: Final = "limited data set"
_PURPOSES: Final = {
    "research": "HRESCH",
    "treatment": "TREAT",
    "payment": "HPAYMT",
    "operations": "HOPERAT",
    "public health": "PUBHLTH",
    "model training": "MLTRAINING",
}
_ONLY: Final = ("NOREUSE",)
_NO_EXPORT: Final = ("ORCON", "NORDSCLW")
"""HL7 has no code for it: these need the authority of originator and jurisdiction; where data may be, places say."""
_REFRAINS: Final = {"no export": _NO_EXPORT, "no relinking": ("NORELINK",), "no integration": ("NOINTEGRATE",)}
_PERMITTED_OF_LIMITED: Final = frozenset(("HRESCH", "PUBHLTH", "HOPERAT"))
_LIMITED_TO: Final = (
    "A limited data set is used for research, public health or health care operations alone: 45 CFR 164.514(e)(3)(i)."
)
_PURPOSE: Final = re.compile(r"(?P<purpose>.+?) (?P<how>only|use)")
_BLANKS: Final = re.compile(r"\s+")


class PolicyLabelError(UnknownCodeError):
    """A word of a label is none that is known, or contradicts another; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class PolicyLabel:
    """What a label stands for: the state, and codes of HL7 PurposeOfUse and RefrainPolicy.

    A limited data set is a method and no state: it is still PHI, 45 CFR 164.514(e)(1).
    """

    state: DeidentificationState | None = None
    method: DeidentificationMethod | None = None
    purposes: tuple[str, ...] = ()
    refrains: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return the label in words, state first, then purposes, then what must not be done."""
        stated = [word for word, state in _STATES.items() if state is self.state]
        stated += [_LIMITED] if self.method is DeidentificationMethod.LIMITED_DATA_SET else []
        how = "only" if set(_ONLY) <= set(self.refrains) else "use"
        stated += [f"{word} {how}" for word, code in _PURPOSES.items() if code in self.purposes]
        stated += [word for word, codes in _REFRAINS.items() if set(codes) <= set(self.refrains)]
        return ", ".join(stated)


def parse(text: str) -> PolicyLabel:
    """Return what a label in words stands for, its parts parted by commas; raises PolicyLabelError."""
    state: DeidentificationState | None = None
    method: DeidentificationMethod | None = None
    purposes: list[str] = []
    hows: set[str] = set()
    refrains: list[str] = []
    for part in _parts(text):
        if part in _STATES or part == _LIMITED:
            if state is not None or method is not None:
                raise PolicyLabelError(f"The label says two states; leave out {part!r} or the other.")
            state, method = _STATES.get(part), DeidentificationMethod.LIMITED_DATA_SET if part == _LIMITED else None
        elif part in _REFRAINS:
            refrains += _REFRAINS[part]
        elif (found := _PURPOSE.fullmatch(part)) is not None and found["purpose"] in _PURPOSES:
            purposes.append(_PURPOSES[found["purpose"]])
            hows.add(found["how"])
        else:
            raise PolicyLabelError(_unknown(part))
    if "only" in hows and len(set(purposes)) + len(hows) > 2:  # noqa: PLR2004  one purpose, said in one way
        raise PolicyLabelError("The label says that one purpose is the only one, and names another: leave one out.")
    if "only" in hows:
        refrains += _ONLY
    warnings = _warnings(method, purposes)
    return PolicyLabel(state, method, _ordered(purposes), _ordered(refrains), warnings)


def _parts(text: str) -> list[str]:
    parts = [_BLANKS.sub(" ", part).strip().casefold() for part in text.split(",")]
    if not all(parts):
        raise PolicyLabelError("A label is words with commas between them, such as: de-identified, research only.")
    return parts


def _warnings(method: DeidentificationMethod | None, purposes: list[str]) -> tuple[str, ...]:
    if method is not DeidentificationMethod.LIMITED_DATA_SET or _PERMITTED_OF_LIMITED.issuperset(purposes):
        return ()
    return (_LIMITED_TO,)


def _ordered(codes: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _unknown(part: str) -> str:
    known = [*_STATES, _LIMITED, *(f"{purpose} {how}" for purpose in _PURPOSES for how in ("only", "use")), *_REFRAINS]
    near = nearest(part, known)
    meant = f" Did you mean {near}?" if near else ""
    shown = ", ".join(
        [*_STATES, _LIMITED, *(f"{purpose} only (or use)" for purpose in _PURPOSES), *_REFRAINS],
    )
    return f"{part[:60]!r} is no part of a label.{meant} Its parts are {shown}."
