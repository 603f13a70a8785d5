"""Check digits: what tells a number that was issued from one that merely has as many digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

_NO_DIGIT: Final = 10


def luhn(digits: str) -> bool:
    """Whether the last digit is Luhn's over the others (ISO/IEC 7812-1)."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def ean(digits: str) -> bool:
    """Whether the last digit is that of an article number: weights 1 and 3 in turn (GS1)."""
    return (sum(map(int, digits[-1::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0


def mod11(digits: str) -> bool:
    """Whether the last digit is modulus 11's, with weights from 2 upwards, as the NHS number has it."""
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(digits[:-1]), 2))
    wanted = (11 - total % 11) % 11
    return wanted != _NO_DIGIT and wanted == int(digits[-1])


def mod97(digits: str) -> bool:
    """Whether the number leaves the remainder 1 when divided by 97 (ISO/IEC 7064, MOD 97-10)."""
    return int(digits) % 97 == 1


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {"ean": ean, "luhn": luhn, "mod11": mod11, "mod97": mod97}
"""The kinds that a site's rule may name, each over ASCII digits alone."""
