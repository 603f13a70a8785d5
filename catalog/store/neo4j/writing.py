"""One batch of facts into the graph, with what follows from them, inside one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from catalog.store.neo4j import showing
from catalog.store.neo4j.connection import Run, write
from catalog.store.neo4j.deriving import Derived, Held, derive, is_nobody, replaces
from catalog.store.neo4j.past import Neo4jPast
from catalog.store.protocol import Quarantined
from catalog.store.words import indexed_words
from graph_schema import cypher
from graph_schema.aspects import is_momentary
from graph_schema.canonical import canonical_text
from graph_schema.facts import Edge, Facts, Role, Statement
from graph_schema.identity import label_of
from graph_schema.registry import STRUCTURAL

_LONG: Final = 512
"""Characters from which on a value is kept once, however often it is said."""
_OWN: Final = frozenset(
    {"value", "run", "job", "valid_from", "rank", "tie", "known_from", "by", "authenticated", "replaces", "said_at"}
)

Rows = dict[tuple[Any, ...], list[dict[str, Any]]]


class Batch:
    """The facts of some entries on their way in; `named` are ids known to be named already."""

    def __init__(self, run: Run, named: set[str]) -> None:
        """Write through this transaction."""
        self._run = run
        self._named = named
        self._statement_ids: dict[Statement, str] = {}
        self.tally: Counter[str] = Counter()
        self.newly_named: set[str] = set()
        self.new_hubs = 0
        self.joined = False

    def write(self, new: Facts) -> Derived:
        """Add facts of which none is stored, and everything that follows from them."""
        ids = {node.id for node, _ in new.nodes}
        ids.update(end for edge in new.edges for end in (edge.source, edge.target))
        ids.update(said.subject for said in new.statements)
        present = self._present(ids)
        past = Neo4jPast(self._run, ids - present.keys())
        derived = derive(new, past)
        ends = {end for flow in derived.flows for end in (flow.source, flow.target)}
        ends |= {one.source for grown in derived.hubs for one in grown.hub.inlets}
        ends |= {one.target for grown in derived.hubs for one in grown.hub.outlets}
        ends -= ids
        present |= self._present(ends)
        self._write_nodes(new, (ids | ends) - present.keys(), present)
        self._write_edges(new.edges, derived.first)
        self._write_statements(new.statements)
        self._write_runs(derived)
        self._write_flows(derived)
        self._write_hubs(derived)
        self._write_contributions(derived)
        self._write_joined(derived)
        self._write_held(derived.held, past)
        return derived

    def quarantine(self, refused: Iterable[Quarantined]) -> None:
        """Add what could not be projected."""
        rows = [
            {"entry": one.entry, "kind": one.kind, "subjects": list(one.subjects), "reason": one.reason}
            for one in refused
        ]
        if rows:
            write(self._run, cypher.create_quarantined(), rows)

    def _present(self, ids: Iterable[str]) -> dict[str, bool]:
        """Return which ids are stored, and whether they are named."""
        found = {identifier: True for identifier in ids if identifier in self._named}
        unsure = [identifier for identifier in ids if identifier not in found]
        for row in self._run(cypher.existing(), ids=unsure) if unsure else ():
            found[row["id"]] = row["named"]
        return found

    def _write_nodes(self, new: Facts, absent: set[str], present: Mapping[str, bool]) -> None:
        created: Rows = {}
        named: list[dict[str, Any]] = []
        for node, entry in new.nodes:
            identifier = node.id
            if present.get(identifier):
                continue
            row: dict[str, Any] = dict(zip(node.key_fields(), node.key, strict=True))
            row |= {"id": identifier, "title": node.title, "known_from": entry, "key": list(node.key)}
            row["search_key"] = " ".join(sorted(indexed_words(list(node.key))))
            if identifier in absent:
                created.setdefault((node.label,), []).append(row)
            else:
                named.append(row)
            self.tally[node.label] += 1
            self.newly_named.add(identifier)
        for identifier in sorted(absent - self.newly_named):
            created.setdefault((label_of(identifier),), []).append({"id": identifier})
        for (name,), rows in created.items():
            write(self._run, cypher.create_nodes(name), rows)
        if named:
            write(self._run, cypher.name_nodes(), named)
        self.newly_named.update(identifier for identifier, is_named in present.items() if is_named)

    def _write_edges(self, edges: Sequence[Edge], first: frozenset[Edge]) -> None:
        groups: Rows = {}
        for edge in edges:
            is_first = edge in first
            if edge.kind in STRUCTURAL and not is_first:
                continue
            key = edge.kind, not is_first
            row = {"source": edge.source, "target": edge.target, "said": _said(edge)}
            groups.setdefault(key, []).append(row)
            self.tally[edge.kind] += 1
        for (kind, restated), rows in groups.items():
            write(self._run, cypher.create_edges(kind, restated=restated), rows)

    def _write_statements(self, statements: Sequence[Statement]) -> None:
        rows: list[dict[str, Any]] = []
        values: dict[str, dict[str, Any]] = {}
        ordinals: Counter[int] = Counter()
        for said in statements:
            identifier = self._statement_ids[said] = f"{said.entry}.{ordinals[said.entry]}"
            ordinals[said.entry] += 1
            row: dict[str, Any] = {
                "id": identifier,
                "subject": said.subject,
                "aspect": said.aspect,
                "role": said.role,
                "run": said.run,
                "job": said.job,
                "valid_from": said.valid_from,
                "rank": said.rank,
                "tie": said.tie,
                "known_from": said.entry,
                "by": said.by,
                "authenticated": said.authenticated,
            }
            if said.value is not None and len(said.value) > _LONG:
                row["digest"] = sha256(said.value.encode()).hexdigest()
                values[row["digest"]] = {"digest": row["digest"], "text": said.value}
            else:
                row["value"] = said.value
            if said.role == Role.OUT and not is_momentary(said.aspect):
                row["waits_for"] = said.run
            rows.append(row)
        if values:
            write(self._run, cypher.create_values(), list(values.values()))
        if rows:
            write(self._run, cypher.create_statements(), rows)

    def _write_runs(self, derived: Derived) -> None:
        rows = [
            {
                "id": run.run,
                "state": run.state,
                "first_event_at": run.first_at,
                "start_event_at": run.started_at,
                "end_event_at": run.ended[0] if run.ended else None,
                "end_rank": run.ended[1] if run.ended else None,
                "end_tie": run.ended[2] if run.ended else None,
                "streams": run.streams,
                "newest_entry": run.entry,
                "moments": run.moments,
                "joined": run.joined,
            }
            for run in derived.runs
        ]
        if rows:
            write(self._run, cypher.run_states(), rows)

    def _write_flows(self, derived: Derived) -> None:
        rows = [
            {
                "source": flow.source,
                "target": flow.target,
                "said": {"job": flow.job, "how": flow.how, "valid_from": flow.valid_from, "known_from": flow.entry},
            }
            for flow in derived.flows
        ]
        if rows:
            write(self._run, cypher.create_flows(), rows)

    def _write_hubs(self, derived: Derived) -> None:
        if not derived.hubs:
            return
        hubs: list[dict[str, Any]] = []
        inlets: list[dict[str, Any]] = []
        outlets: list[dict[str, Any]] = []
        shapes: dict[str, dict[str, Any]] = {}
        for hub, shape, grows in derived.hubs:
            self.new_hubs += not grows
            hubs.append({"key": hub.key, "inlets": len(hub.inlets), "outlets": len(hub.outlets)})
            for source, valid_from, entry in hub.inlets:
                inlets.append({"hub": hub.key, "end": source, "said": {"valid_from": valid_from, "known_from": entry}})
            for target, job, how, valid_from, entry in hub.outlets:
                said = {"job": job, "how": how, "valid_from": valid_from, "known_from": entry}
                outlets.append({"hub": hub.key, "end": target, "said": said})
            if shape is not None:
                key = f"{shape.digest} {shape.last_entry} {shape.last_at}"
                named = {"digest": shape.digest, "last_entry": shape.last_entry, "last_at": shape.last_at}
                shapes[key] = {"key": key, **named}
        steps = (
            (cypher.merge_hubs(), hubs),
            (cypher.create_inlets(), inlets),
            (cypher.create_outlets(), outlets),
            (cypher.merge_shapes(), list(shapes.values())),
        )
        for query, rows in steps:
            write(self._run, query, rows)

    def _write_contributions(self, derived: Derived) -> None:
        rows: list[dict[str, Any]] = []
        jobs: dict[str, set[str]] = {}
        for one in derived.contributions:
            key = [one.target, one.job or "", str(one.at), one.run or "", one.how, one.tie]
            rows.append(
                {
                    "key": " ".join(key),
                    "target": one.target,
                    "job": one.job or "",
                    "at": one.at,
                    "run": one.run or "",
                    "how": one.how,
                    "tie": one.tie,
                    "known_from": one.entry,
                    "replaced": one.target if one.replaces else None,
                }
            )
            jobs.setdefault(one.target, set()).add(one.job or "")
        if rows:
            write(self._run, cypher.merge_contributions(), rows)
            contributors = [{"target": target, "jobs": sorted(some)} for target, some in jobs.items()]
            write(self._run, cypher.add_contributors(), contributors)

    def _write_joined(self, derived: Derived) -> None:
        outputs = [
            {
                "key": f"{one.target} {one.job or ''} {one.run}",
                "target": one.target,
                "job": one.job or "",
                "run": one.run,
                "known_from": one.entry,
                "replaces": one.replaces,
            }
            for one in derived.outputs
        ]
        moments = [
            {"key": f"{one.run} {one.at}", "run": one.run, "at": one.at, "known_from": one.entry}
            for one in derived.moments
        ]
        self.joined = bool(outputs)
        for query, rows in ((cypher.merge_outputs(), outputs), (cypher.merge_moments(), moments)):
            write(self._run, query, rows)

    def _write_held(self, held: Sequence[tuple[Held, Held | None]], past: Neo4jPast) -> None:
        stored = [now.claim.place for now, _ in held] + [before.claim.place for _, before in held if before]
        texts = past.texts([place for place in stored if isinstance(place, str)])
        released: list[dict[str, Any]] = []
        put: list[dict[str, Any]] = []
        shown: dict[str, dict[str, Any]] = {}
        for now, before in held:
            subject, aspect = now.claim.subject, now.claim.aspect
            if before is not None:
                released.append({"subject": subject, "aspect": aspect})
            if not is_nobody(now):
                row = {"subject": subject, "aspect": aspect, "spoken": now.spoken, "since": now.order[0]}
                put.append({**row, "statement": self._place(now)})
            old = None if before is None else _value(before, texts)
            new = None if is_nobody(now) else _value(now, texts)
            if old != new:
                _show(shown, subject, aspect, old, new)
        steps = ((cypher.release(), released), (cypher.hold(), put), (cypher.show(), list(shown.values())))
        for query, rows in steps:
            if rows:
                write(self._run, query, rows)

    def _place(self, held: Held) -> str:
        place = held.claim.place
        return self._statement_ids[place] if isinstance(place, Statement) else str(place)


def _said(edge: Edge) -> dict[str, Any]:
    if edge.kind in STRUCTURAL:
        return {"known_from": edge.entry}
    plain = {
        name: value
        for name, value in (edge.data.items() if edge.value != "{}" else ())
        if name not in _OWN and isinstance(value, str | bool | float)
    }
    return {
        **plain,
        "value": edge.value,
        "run": edge.run,
        "job": edge.job,
        "valid_from": edge.valid_from,
        "rank": edge.rank,
        "tie": edge.tie,
        "known_from": edge.entry,
        "by": edge.by,
        "authenticated": edge.authenticated,
        "replaces": True if replaces(edge) else None,
    }


def _value(held: Held, texts: Mapping[str, str | None]) -> str | None:
    place = held.claim.place
    return place.value if isinstance(place, Statement) else texts[str(place)]


def _show(shown: dict[str, dict[str, Any]], subject: str, aspect: str, old: str | None, new: str | None) -> None:
    before = None if old is None else json.loads(old)
    now = None if new is None else json.loads(new)
    row = shown.setdefault(
        subject, {"subject": subject, "properties": {}, "lost": [], "won": [], "aspects": [], "has": []}
    )
    row["properties"].update(showing.properties(label_of(subject), aspect, now))
    row["lost"] += sorted(showing.facets(aspect, before) - showing.facets(aspect, now))
    row["won"] += sorted(showing.facets(aspect, now) - showing.facets(aspect, before))
    row["aspects"].append(aspect)
    row["has"] += [] if now is None else [aspect]


def counted(before: str, tally: Mapping[str, int]) -> str:
    """Return the counts kept beside the checkpoint, with these added."""
    return canonical_text(dict(Counter(json.loads(before)) + Counter(tally)))
