"""What `deriving` asks of the graph, a few statements a batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from catalog.store.neo4j.connection import Run
from catalog.store.neo4j.deriving import (
    REPLACING_VALUE,
    Claim,
    FlowKey,
    Held,
    Moment,
    Pair,
    RunState,
    Saying,
    Shape,
    Span,
)
from graph_schema import cypher
from graph_schema.bitemporal import RANK
from graph_schema.facts import ALWAYS, Edge


class Neo4jPast:
    """The stored graph as deriving sees it, inside the transaction that will add to it."""

    def __init__(self, run: Run, absent: Collection[str]) -> None:
        """Ask through this transaction; what is among `absent` is known not to be stored."""
        self._run = run
        self._absent = absent

    def runs(self, ids: Collection[str]) -> dict[str, RunState]:
        known = [run for run in ids if run not in self._absent]
        found: dict[str, RunState] = {}
        for row in self._run(cypher.run_states_of(), ids=known) if known else ():
            ended = None if row["ended_at"] is None else (row["ended_at"], row["ended_rank"], row["ended_tie"])
            found[row["id"]] = RunState(
                row["id"],
                row["first_at"],
                row["started_at"],
                ended,
                row["state"] if ended else None,
                row["streams"],
                row["entry"],
                row["moments"],
                row["joined"],
            )
        return found

    def sayings(self, keys: Collection[Saying]) -> dict[Saying, int]:
        groups: dict[str, list[Saying]] = {}
        for key in keys:
            kind, source, target, _, _ = key
            if source not in self._absent and target not in self._absent:
                groups.setdefault(kind, []).append(key)
        found: dict[Saying, int] = {}
        for kind, some in groups.items():
            rows = [
                {"place": place, "source": key[1], "target": key[2], "job": key[3] or "", "replaces": key[4]}
                for place, key in enumerate(some)
            ]
            for row in self._run(cypher.sayings(kind), rows=rows, always=ALWAYS):
                found[some[row["place"]]] = row["valid_from"]
        return found

    def accesses(self, runs: Collection[str]) -> list[Edge]:
        known = [run for run in runs if run not in self._absent]
        return [
            Edge(
                row["kind"],
                row["run"],
                row["target"],
                REPLACING_VALUE if row["replaces"] else "{}",
                row["run"],
                row["job"],
                row["valid_from"],
                0,
                "",
                row["entry"],
            )
            for row in (self._run(cypher.accesses(), ids=known) if known else ())
        ]

    def moments(self, runs: Collection[str]) -> list[Moment]:
        types = {RANK["RUNNING"]: "RUNNING", RANK["COMPLETE"]: "COMPLETE"}
        rows = self._run(cypher.moments(), ids=list(runs), ranks=list(types), always=ALWAYS)
        return [Moment(row["run"], types[row["rank"]], row["at"], row["entry"]) for row in rows]

    def around(self, points: Collection[tuple[str, int]]) -> dict[tuple[str, int], tuple[int | None, int | None]]:
        rows = [{"run": run, "at": at} for run, at in points]
        return {
            (row["run"], row["at"]): (row["earlier"], row["later"])
            for row in self._run(cypher.around(), rows=rows, rank=RANK["RUNNING"])
        }

    def flows(self, keys: Collection[FlowKey]) -> dict[FlowKey, int]:
        asked = list(keys)
        rows = [
            {"place": place, "source": key[0], "target": key[1], "job": key[2] or "", "how": key[3]}
            for place, key in enumerate(asked)
        ]
        return {asked[row["place"]]: row["valid_from"] for row in self._run(cypher.flow_times(), rows=rows)}

    def hubs(self, keys: Collection[str]) -> Collection[str]:
        known = [key for key in keys if key not in self._absent]
        return {row["key"] for row in (self._run(cypher.hubs_stored(), keys=known) if known else ())}

    def covered(self, shapes: Collection[Shape]) -> Collection[Shape]:
        asked = list(shapes)
        rows = [
            {"place": place, "digest": one.digest, "first_entry": one.first_entry, "first_at": one.first_at}
            for place, one in enumerate(asked)
        ]
        return {asked[row["place"]] for row in self._run(cypher.covered(), rows=rows)}

    def outputs(self, spans: Collection[Span]) -> list[Claim]:
        rows = [{"run": run, "after": after, "until": until} for run, after, until in spans if run not in self._absent]
        return _claims(self._run(cypher.outputs(), rows=rows)) if rows else []

    def holders(self, pairs: Collection[Pair]) -> dict[Pair, Held]:
        aspects: dict[str, list[str]] = {}
        for subject, aspect in pairs:
            if subject not in self._absent:
                aspects.setdefault(subject, []).append(aspect)
        rows = [{"subject": subject, "aspects": some} for subject, some in aspects.items()]
        found: dict[Pair, Held] = {}
        for row in self._run(cypher.holders(), rows=rows) if rows else ():
            claim = _claim(row)
            found[claim.subject, claim.aspect] = Held(claim, row["spoken"], (row["since"], claim.rank, claim.tie))
        return found

    def history(self, pairs: Collection[Pair]) -> list[Claim]:
        rows = [{"subject": subject, "aspect": aspect} for subject, aspect in pairs]
        return _claims(self._run(cypher.history(), rows=rows, always=ALWAYS))

    def text(self, place: object) -> str:
        return self.texts([str(place)]).get(str(place)) or ""

    def texts(self, places: Sequence[str]) -> dict[str, str | None]:
        """Return the values of stored statements, None for an ending."""
        return {row["id"]: row["value"] for row in self._run(cypher.texts(), ids=list(places))} if places else {}


def _claims(rows: Iterable[Mapping[str, Any]]) -> list[Claim]:
    return [_claim(row) for row in rows]


def _claim(row: Mapping[str, Any]) -> Claim:
    return Claim(
        row["subject"],
        row["aspect"],
        row["role"],
        row["run"],
        row["valid_from"],
        row["rank"],
        row["tie"],
        row["entry"],
        row["place"],
    )
