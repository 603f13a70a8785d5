"""What holds for every test: which sockets it may open, one real Neo4j for all, and nothing left behind."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
# Before hypothesis is imported: whatever it keeps belongs into the cache.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(REPOSITORY / ".cache" / "hypothesis"))
# Hundreds of processes are started: only the first compiles what they import, whatever this machine is set to.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import hypothesis  # noqa: E402  # see above
import neo4j  # noqa: E402  # see above
import pytest  # noqa: E402  # see above
from hypothesis.internal.conjecture import engine  # noqa: E402  # see above

from tests.support.leftovers import Leftovers  # noqa: E402  # see above
from tests.support.memory import folder as folder_in_memory  # noqa: E402  # see above
from tests.support.neo4j_server import (  # noqa: E402  # see above
    Neo4jEndpoint,
    Neo4jServer,
    Neo4jUnobtainableError,
    endpoint_from_environment,
    is_fetched,
)
from tests.support.sockets import Reach, reach  # noqa: E402  # see above

pytest_plugins = ("tests.support.houses",)
ON_CI = os.environ.get("CI") == "true"
SOCKETLESS = ("unit", "property", "conformance")
NOT_TESTED = "NOT TESTED: the Neo4j store. "

# What fails is told before a test's timeout ends it: a larger example is better than none.
engine.MAX_SHRINKING_SECONDS = 30
TOLD = [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain]
hypothesis.settings.register_profile("default", deadline=None, phases=TOLD)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True, phases=TOLD)
hypothesis.settings.register_profile("fast", deadline=None, max_examples=10, phases=TOLD)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=2000, phases=TOLD)
hypothesis.settings.load_profile(os.environ.get("LINEWARD_TEST_HYPOTHESIS") or ("ci" if ON_CI else "default"))

if (in_memory := folder_in_memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(in_memory))

LEFTOVERS = pytest.StashKey[Leftovers]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[LEFTOVERS] = Leftovers(REPOSITORY, watch_files=ON_CI)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put all tests of the one Neo4j onto one worker, and give the first of them the time to start it.

    Tests that share a fixture of their module or folder share a worker as well, so that it is made once.
    """
    for item in items:
        if "neo4j_endpoint" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.neo4j)
        if item.get_closest_marker("neo4j"):
            item.add_marker(pytest.mark.xdist_group("neo4j"))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(300 if is_fetched() else 1200))
        elif not item.get_closest_marker("xdist_group") and (shared := _shared(item)):
            item.add_marker(pytest.mark.xdist_group(shared))


def _shared(item: pytest.Item) -> str | None:
    """Return the module or folder whose fixtures a test shares with others, the widest; None where it shares none."""
    info = getattr(item, "_fixtureinfo", None)
    defined = [] if info is None else [found[-1] for found in info.name2fixturedefs.values()]
    places = {one.baseid for one in defined if one.scope in {"module", "session"} and one.baseid.count("/")}
    return min(places, key=len, default=None)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    yield
    leftovers = session.config.stash.get(LEFTOVERS, None)
    if leftovers is not None and (found := leftovers.found()):
        sys.stderr.write("\nLEFT BEHIND by this test run:\n" + "".join(f"  {line}\n" for line in found))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = {
        line
        for report in terminalreporter.stats.get("skipped", ())
        for line in str(report.longrepr).splitlines()
        if NOT_TESTED in line
    }
    if reasons:
        reason = min(reasons)
        terminalreporter.write_line(reason[reason.index(NOT_TESTED) :].rstrip("')"), red=True)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Take back what a test's command or server set for the whole process: the next one may look for a line."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    loggers = [root, *map(logging.getLogger, ("lineward", "neo4j", "uvicorn.access"))]
    kept = [(logger, logger.level, logger.disabled) for logger in loggers]
    yield
    root.handlers[:] = handlers
    for logger, level, disabled in kept:
        logger.setLevel(level)
        logger.disabled = disabled


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    folder = request.path.relative_to(REPOSITORY / "tests").parts[0]
    closed = folder in SOCKETLESS and request.node.get_closest_marker("neo4j") is None
    with reach(Reach.NOWHERE if closed else Reach.LOOPBACK):
        yield


@pytest.fixture(scope="session")
def neo4j_endpoint(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Neo4jEndpoint]:
    """Where the real Neo4j of this run answers: the one that LINEWARD_TEST_NEO4J_URI names, else one started here.

    Whoever asks for it by `request.getfixturevalue` marks the test, or its parameter, `pytest.mark.neo4j`.
    """
    named = endpoint_from_environment()
    if named is not None:
        yield named
        return
    server = Neo4jServer(tmp_path_factory.mktemp("neo4j"))
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    try:
        with reach(Reach.ANYWHERE), capture.global_and_fixture_disabled():
            server.start(_say)
    except Neo4jUnobtainableError as error:
        if ON_CI:
            pytest.fail(f"{NOT_TESTED}{error}", pytrace=False)
        pytest.skip(f"{NOT_TESTED}{error}")
    try:
        yield server.endpoint
    finally:
        server.stop()


@pytest.fixture(scope="session")
def _neo4j_session_driver(neo4j_endpoint: Neo4jEndpoint) -> Iterator[neo4j.Driver]:
    with reach(Reach.LOOPBACK), neo4j.GraphDatabase.driver(neo4j_endpoint.uri, auth=neo4j_endpoint.auth) as driver:
        yield driver


@pytest.fixture
def neo4j_driver(_neo4j_session_driver: neo4j.Driver, request: pytest.FixtureRequest) -> neo4j.Driver:
    """A driver of the real Neo4j, which holds no node. Constraints and indexes stay: making them takes seconds."""
    assert request.node.get_closest_marker("neo4j"), "mark this test with pytest.mark.neo4j"
    _neo4j_session_driver.execute_query("MATCH (n) DETACH DELETE n")
    return _neo4j_session_driver


@pytest.fixture
def neo4j_blank_driver(neo4j_driver: neo4j.Driver) -> neo4j.Driver:
    """A driver of the real Neo4j as it is after its first start: no node, no constraint, no index of ours."""
    constraints = neo4j_driver.execute_query("SHOW CONSTRAINTS YIELD name")
    for record in constraints.records:
        neo4j_driver.execute_query(f"DROP CONSTRAINT `{record['name']}`")
    indexes = neo4j_driver.execute_query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name")
    for record in indexes.records:
        neo4j_driver.execute_query(f"DROP INDEX `{record['name']}`")
    return neo4j_driver


@pytest.fixture
def neo4j_uri(neo4j_endpoint: Neo4jEndpoint, neo4j_driver: neo4j.Driver) -> str:
    """The address of the real Neo4j, emptied; user and password are in `neo4j_endpoint`."""
    return neo4j_endpoint.uri
