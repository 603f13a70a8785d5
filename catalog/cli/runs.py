"""`lineward runs`: what a run is a part of and what is below it, with states; of a job its runs and the jobs below."""

from __future__ import annotations

from typing import Any

from catalog.cli.assets import identify
from catalog.cli.client import Client, ask, known
from catalog.cli.completeness import warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import count, words_of
from catalog.errors import Exit

_PAGE = 200
_LISTED = 5
"""Runs of a group that are read one by one."""
_SHOWN = 20
_COMPLETENESS = """completeness { __typename
  ... on Lagging { behind quarantined atIndex }
  ... on Truncated { limit reached frontier lagging { behind quarantined atIndex } }
  ... on Redacted { hidden reason } }"""
_RUN = """id runId runState startedAt startKnown inferredStart { notBefore } endedAt inferredEnd { state endedAt }
  job { name ref { namespace name } }"""
_OF_RUN = f"""
query Runs($id: ID!, $depth: Int!, $budget: Int!, $after: String, $asOf: AsOfInput) {{
  node(id: $id, asOf: $asOf) {{ ... on Run {{ {_RUN}
  parents {{ {_RUN} }} root {{ {_RUN} }} sameRunId {{ {_RUN} }}
  tree(depth: $depth, budget: $budget) {{ totalCount states {{ state runs }} {_COMPLETENESS}
    groups(first: {_PAGE}, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{
      depth parent {{ id }} job {{ name }} states {{ state runs }}
      runs(first: {_SHOWN}) {{ totalCount nodes {{ {_RUN} }} }} }} }} }} }} }} }}
"""
_OF_JOB = f"""
query JobRuns($id: ID!, $depth: Int!, $budget: Int!, $asOf: AsOfInput) {{
  node(id: $id, asOf: $asOf) {{ ... on Job {{ name ref {{ namespace name }}
  parentJobs {{ name }} upstreamJobs {{ name }} downstreamJobs {{ name }}
  runs(first: {_SHOWN}) {{ totalCount nodes {{ {_RUN} }} }}
  jobTree(depth: $depth, budget: $budget) {{ {_COMPLETENESS}
    jobs(first: {_PAGE}) {{ totalCount nodes {{ depth job {{ name }} parent {{ name }} }} }} }} }} }} }}
"""


def runs(client: Client, named: str, depth: int, budget: int, as_of: dict[str, Any], *, as_json: bool) -> Exit:
    """Print the tree below a run, or the runs of a job and the jobs below it.

    Raises AskerError where nothing of it is known at that point.
    """
    identifier = identify(client, named, ("Run", "Job"))
    asked = {"id": identifier, "depth": depth, "budget": budget, "asOf": as_of or None}
    if identifier.startswith("Job:"):
        return _of_job(client, named, asked, as_json=as_json)
    found = _whole(client, named, asked)
    if as_json:
        print_json(found)
        return Exit.FINE
    tree = found["tree"]
    for title, several in (("part of", found["parents"]), ("another job's run of the same id", found["sameRunId"])):
        for one in several:
            note(f"{title}: {_job(one)} {one['runId']}, {_state(one['runState'])}")
    rows: list[tuple[object, ...]] = [(_job(found), *_row(found))]
    rows += [row for group in _nested(found["id"], tree["groups"]) for row in _rows(group)]
    print_table(
        f"{count(tree['totalCount'], 'run')} below {found['runId']}{_in_words(tree['states'])}",
        ("job", "run", "state", "started", "ended"),
        rows,
        optional=("ended", "started"),
        yielding=("job",),
    )
    _warn(tree["completeness"])
    return Exit.FINE


def _whole(client: Client, named: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return a run with all groups below it."""
    found = known(ask(client, _OF_RUN, asked)["node"], named)
    page = found["tree"]["groups"]
    groups = list(page["nodes"])
    while page["pageInfo"]["hasNextPage"]:
        page = ask(client, _OF_RUN, {**asked, "after": page["pageInfo"]["endCursor"]})["node"]["tree"]["groups"]
        groups += page["nodes"]
    found["tree"]["groups"] = groups
    return found


def _nested(root: str, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups so that each stands below its parent; each level is read in the order of the answer."""
    below: dict[str, list[dict[str, Any]]] = {}
    for group in groups:
        below.setdefault((group["parent"] or {}).get("id", ""), []).append(group)
    ordered, open_ = [], list(reversed(below.pop(root, [])))
    while open_:
        group = open_.pop()
        ordered.append(group)
        for run in reversed(group["runs"]["nodes"]):
            open_ += reversed(below.pop(run["id"], []))
    # What is below a run that is not listed one by one.
    return ordered + [group for several in below.values() for group in several]


def _rows(group: dict[str, Any]) -> list[tuple[object, ...]]:
    indent = "  " * group["depth"]
    job = indent + (group["job"] or {}).get("name", "unknown")
    total = group["runs"]["totalCount"]
    if total > 1:
        return [(job, count(total, "run"), _in_words(group["states"]).removeprefix(": "), None, None)]
    return [(job, *_row(one)) for one in group["runs"]["nodes"]]


def _row(run: dict[str, Any]) -> tuple[object, ...]:
    inferred, started = run["inferredEnd"], _started(run)
    if inferred is not None:
        return run["runId"], f"{_state(inferred['state'])}, inferred", started, inferred["endedAt"]
    return run["runId"], _state(run["runState"]), started, run["endedAt"]


def _started(run: dict[str, Any]) -> str | None:
    """Return when it started, where a START says so, else what is known of that."""
    if run["startKnown"] or run["startedAt"] is None:
        return None if run["startedAt"] is None else str(run["startedAt"])
    bound = run["inferredStart"]
    return "unknown" if bound is None else f"{bound['notBefore']} or later"


def _of_job(client: Client, named: str, asked: dict[str, Any], *, as_json: bool) -> Exit:
    found = known(ask(client, _OF_JOB, asked)["node"], named)
    if as_json:
        print_json(found)
        return Exit.FINE
    for title, several in (
        ("part of", found["parentJobs"]),
        ("after", found["upstreamJobs"]),
        ("before", found["downstreamJobs"]),
    ):
        for one in several:
            note(f"{title}: {one['name']}")
    page = found["runs"]
    shown = f", the newest {_SHOWN}" if page["totalCount"] > _SHOWN else ""
    print_table(
        f"{count(page['totalCount'], 'run')} of {found['name']}{shown}",
        ("run", "state", "started", "ended"),
        [_row(one) for one in page["nodes"]],
        empty="No run of it is known.",
        optional=("ended",),
    )
    jobs = found["jobTree"]["jobs"]
    if jobs["totalCount"]:
        rows = [("  " * (one["depth"] - 1) + one["job"]["name"], one["parent"]["name"]) for one in jobs["nodes"]]
        print_table(
            f"{count(jobs['totalCount'], 'job')} below it", ("job", "part of"), rows, yielding=("part of", "job")
        )
    _warn(found["jobTree"]["completeness"])
    return Exit.FINE


def _warn(completeness: dict[str, Any]) -> None:
    if completeness["__typename"] == "Truncated":
        more = count(len(completeness["frontier"]), "place", "places")
        note(f"Not whole: at {more} there is more below; a larger --depth or --budget goes on.")
    else:
        warn(completeness)


def _job(run: dict[str, Any]) -> str:
    return str((run["job"] or {}).get("name", "unknown job"))


def _state(state: str | None) -> str:
    return words_of(state) if state else "no event"


def _in_words(states: list[dict[str, Any]]) -> str:
    shown = ", ".join(f"{one['runs']} {_state(one['state'])}" for one in states)
    return f": {shown}" if shown else ""
