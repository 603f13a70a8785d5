from __future__ import annotations

import platform
import re
import sysconfig
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions

from graph_schema.canonical import digest_of


@dataclass(frozen=True, slots=True)
class EnvironmentFingerprint:
    """What the code ran in: a digest to compare, and one line for people."""

    digest: str
    description: str


@cache
def environment_fingerprint() -> EnvironmentFingerprint:
    """The digest over interpreter, platform and every installed distribution with its version, sorted.

    The same environment gives the same digest on another machine: no host, user, path or environment variable is in it.
    Names are normalised as in PEP 503. Read once for each process.
    """
    installed = sorted({(_normalised(found.name), found.version) for found in distributions() if _is_whole(found)})
    interpreter = f"{platform.python_implementation()} {platform.python_version()}"
    machine = sysconfig.get_platform()
    digest = digest_of({"interpreter": interpreter, "platform": machine, "distributions": installed})
    return EnvironmentFingerprint(digest, f"{interpreter} on {machine}, {len(installed)} distributions")


def _is_whole(found: Distribution) -> bool:
    """Whether a distribution can tell its name and version; the remains of a broken installation cannot."""
    try:
        return bool(found.name and found.version)
    except (KeyError, OSError, ValueError, ImportError):
        return False


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
