"""What was recorded of permitted use, whenever it holds: dates are judged by the rules, at the date asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from catalog.places.queries import places_tree
from catalog.use.model import Agreement, Consent, Licence, Promise, RecordKind, Term, Transfer, UseStatement
from catalog.use.places import Places
from catalog.view import View
from graph_schema.aspects import use as aspects
from graph_schema.aspects.declarations import PermittedUse
from graph_schema.bitemporal import has_begun
from graph_schema.facts import NOW, Statement
from graph_schema.identity import label_of
from graph_schema.nodes import Dataset
from graph_schema.vocabulary import duo, hl7
from graph_schema.vocabulary.codes import CodeTable
from graph_schema.vocabulary.words import ConsentState, WithdrawalEffect

DECLARED_OF: Final = "declared of "
"""How what a declaration says is called, before the dataset's namespace and name, or `the source` and its name."""
_SNAPSHOT: Final = "snapshot"
_PROMISED: Final = {
    "COLLABORATION": RecordKind.COLLABORATION,
    "PUBLICATION": RecordKind.PUBLICATION,
    "MORATORIUM": RecordKind.MORATORIUM,
    "RETURN": RecordKind.RETURN,
    "GRANT": RecordKind.GRANT,
    "DETERMINATION": RecordKind.DETERMINATION,
}


@dataclass(frozen=True, slots=True)
class About:
    """A statement or transfer, and what it is about: `subject`, and the dataset or model version `on` that bears it."""

    subject: str
    on: str
    statement: UseStatement | None = None
    transfer: Transfer | None = None
    licence: Licence | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that was recorded about some things."""

    every: tuple[About, ...] = ()
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The source systems that supply each dataset."""

    @property
    def licences(self) -> tuple[About, ...]:
        """Return those that are licences."""
        return tuple(one for one in self.every if one.licence is not None)


def recorded(view: View, nodes: Collection[str], snapshots: Collection[str] | None, date: int) -> Recorded:
    """Return what was said of the use of these datasets and model versions, and of the sources of them.

    What is said of one snapshot of a dataset counts for the whole, unless `snapshots` says which are meant. Of what
    declarations say, all that holds by the date counts.
    """
    ever = view.at(NOW)
    datasets = sorted(one for one in nodes if label_of(one) == "Dataset")
    supplies = ever.edges(datasets, ("SUPPLIES",), "in") if datasets else ()
    supplied: dict[str, set[str]] = defaultdict(set)
    sources: dict[str, set[str]] = defaultdict(set)
    for edge in supplies:
        supplied[edge.source].add(edge.target)
        sources[edge.target].add(edge.source)
    asked = sorted({*nodes, *supplied, *(snapshots or ())})
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for edge in ever.edges(asked, ("APPLIES_TO",), "in"):
        only = edge.data.get(_SNAPSHOT)
        if only is not None and snapshots is not None and only not in snapshots:
            continue
        for on in supplied.get(edge.target, ()) if edge.target in supplied else (edge.target,):
            if label_of(on) != "Snapshot":
                places[edge.source].add((only or edge.target, on))
    found = [
        About(subject, on, statement=one, licence=licence)
        for id_, some in statements(ever, [one for one in places if label_of(one) == "UseStatement"]).items()
        for one, licence in some
        for subject, on in sorted(places[id_])
    ]
    found += [
        About(subject, on, transfer=one)
        for id_, one in transfers(ever, [one for one in places if label_of(one) == "Transfer"]).items()
        for subject, on in sorted(places[id_])
    ]
    found += [About(id_, id_, statement=one) for id_, one in declared(ever, datasets, date)]
    found += [
        About(id_, on, statement=one) for id_, one in limits(ever, supplied, date) for on in sorted(supplied[id_])
    ]
    return Recorded(tuple(found), {one: frozenset(some) for one, some in sources.items()})


def statements(view: View, ids: Collection[str]) -> dict[str, list[tuple[UseStatement, Licence | None]]]:
    """Return what was ever stated under each of the statements' names, as it stands with what ended or withdrew it."""
    if not ids:
        return {}
    stated: dict[str, list[Statement]] = defaultdict(list)
    changed: dict[str, list[Statement]] = defaultdict(list)
    for one in view.statements(sorted(ids), ("use_statement", "consent_withdrawal", "use_end")):
        (stated if one.aspect == "use_statement" else changed)[one.subject].append(one)
    known = view.nodes(sorted(stated))
    return {id_: [_statement(known[id_].node.title, one, changed[id_]) for one in some] for id_, some in stated.items()}


def _statement(name: str, stated: Statement, changed: Sequence[Statement]) -> tuple[UseStatement, Licence | None]:
    return of_record(name, aspects.UseStatement.from_json(stated.data), stated.entry, stated.valid_from, changed)


def of_record(
    name: str, value: aspects.UseStatement, entry: int, since: int, changed: Sequence[Statement] = ()
) -> tuple[UseStatement, Licence | None]:
    """Return what a record states since a time, as it stands with what ended or withdrew it."""
    terms, unknown = _terms(value.terms)
    unknown |= _unknown(hl7.PURPOSE_OF_USE, value.purposes or ())
    unknown |= _unknown(hl7.OBLIGATIONS, value.obligations) | _unknown(hl7.REFRAINS, value.refrains)
    ends = [one.valid_from for one in changed if one.aspect == "use_end"]
    ends += [] if value.until is None else [value.until]
    statement = UseStatement(
        id=name,
        entry=entry,
        authority=value.authority,
        since=since,
        until=min(ends, default=None),
        terms=terms,
        purposes=None if value.purposes is None else frozenset(value.purposes),
        obligations=frozenset(value.obligations),
        refrains=frozenset(value.refrains),
        places=None if value.places is None else frozenset(value.places),
        basis=value.basis,
        consent=None if value.consent is None else _consent(value.consent, since),
        withdrawals=_withdrawals(one for one in changed if one.aspect == "consent_withdrawal"),
        agreement=None if value.agreement is None else _agreement(value.agreement, since),
        unknown=unknown,
        words=value.statement,
        permit=value.permit,
        cites=tuple(sorted({entry, *(one.entry for one in changed)})),
    )
    if value.licence is None:
        return statement, None
    replaces = frozenset(value.licence.replaces)
    licence = Licence(name, entry, value.authority, replaces, statement, value.licence.basis, since, statement.until)
    return statement, licence


def _terms(value: Iterable[aspects.DataUseTerm]) -> tuple[frozenset[Term], frozenset[str]]:
    """Return the terms in use, and the codes that no table has or that are obsolete."""
    terms, unknown = set(), set()
    for one in value:
        found = duo.known(one.code)
        if found is None or found.retired or not (isinstance(found, duo.DuoTerm) and found.kind != "investigation"):
            unknown.add(one.code)
        else:
            terms.add(Term(found.code, frozenset(one.values), one.date, one.months))
    return frozenset(terms), frozenset(unknown)


def _unknown(table: CodeTable, codes: Iterable[str]) -> frozenset[str]:
    """Return the codes that the table has not, or no longer in use."""
    return frozenset(one for one in codes if (found := table.get(one)) is None or found.retired)


def _consent(value: aspects.Consent, since: int) -> Consent:
    return Consent(
        ConsentState(value.state),
        since if value.since is None else value.since,
        value.until,
        WithdrawalEffect(value.effect),
        value.scope,
    )


def _withdrawals(withdrawn: Iterable[Statement]) -> tuple[Consent, ...]:
    found = {
        Consent(
            ConsentState.WITHDRAWN,
            one.valid_from,
            effect=WithdrawalEffect(aspects.ConsentWithdrawal.from_json(one.data).effect),
        )
        for one in withdrawn
    }
    return tuple(sorted(found, key=lambda one: (one.effect is not WithdrawalEffect.RETROACTIVE, one.since)))


def _agreement(value: aspects.Agreement, since: int) -> Agreement:
    begins = since if value.since is None else value.since
    purposes, recipients = frozenset(value.purposes), frozenset(value.recipients)
    return Agreement(value.name, begins, value.until, purposes, value.limited_data_set, recipients)


def transfers(view: View, ids: Collection[str]) -> dict[str, Transfer]:
    """Return the transfers of these ids, but those that never held."""
    found = {}
    for one in _lasting(view, ids, "transfer"):
        value = aspects.Transfer.from_json(one.stated.data)
        until = one.until(value.until)
        found[one.stated.subject] = Transfer(
            str(one.stated.entry), one.stated.entry, value.place, value.basis, one.stated.valid_from, until, one.cites
        )
    return found


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What an exception says, with what ended it since."""

    stated: Statement
    ends: tuple[Statement, ...]

    def until(self, end: int | None) -> int | None:
        """Return the earliest of its ends."""
        ends = [one.valid_from for one in self.ends]
        return min([*ends, *(() if end is None else (end,))], default=None)

    @property
    def cites(self) -> tuple[int, ...]:
        """Return the entries that say all this."""
        return tuple(sorted({self.stated.entry, *(one.entry for one in self.ends)}))


def _lasting(view: View, ids: Collection[str], aspect: str) -> Iterable[_Lasting]:
    """Yield what was said under an aspect of each id, but of those that a record says never held."""
    stated: list[Statement] = []
    ends: dict[str, list[Statement]] = defaultdict(list)
    for one in view.statements(sorted(ids), (aspect, "exception_end")) if ids else ():
        if one.aspect == aspect:
            stated.append(one)
        else:
            ends[one.subject].append(one)
    for one in stated:
        ended = ends[one.subject]
        effects = {aspects.ExceptionEnd.from_json(end.data).effect for end in ended}
        if WithdrawalEffect.RETROACTIVE not in effects:
            yield _Lasting(one, tuple(ended))


def declared(view: View, datasets: Sequence[str], date: int) -> list[tuple[str, UseStatement]]:
    """Return what declarations say of permitted use: of each dataset all that hold by the date, else the first.

    One takes nothing back of those before it: what replaces them is a licence. Where the same is declared again by the
    same principal, the first counts.
    """
    held: dict[str, list[Statement]] = defaultdict(list)
    for one in sorted(view.statements(datasets, ("permitted_use",)) if datasets else (), key=_by_time):
        some = held[one.subject]
        if has_begun(one.valid_from, date) or not some or has_begun(one.valid_from, some[0].valid_from):
            some.append(one)
    known = view.nodes(sorted(held))
    found = []
    for id_, some in held.items():
        node = known[id_].node if id_ in known else None
        if isinstance(node, Dataset):
            firsts = {(one.value, one.by): one for one in reversed(some) if one.value is not None}
            found += [(id_, of_declaration(node, one)) for one in sorted(firsts.values(), key=_by_time)]
    return found


def limits(view: View, sources: Collection[str], date: int) -> list[tuple[str, UseStatement]]:
    """Return where sources say that their data may be: all that holds by the date, as statements that only limit."""
    stated = view.statements(sorted(sources), ("permitted_places",)) if sources else ()
    known = view.nodes(sorted({one.subject for one in stated}))
    firsts = {
        (one.subject, one.value, one.by): one
        for one in sorted(stated, key=_by_time, reverse=True)
        if one.value is not None and has_begun(one.valid_from, date)
    }
    return [
        (
            one.subject,
            UseStatement(
                id=f"{DECLARED_OF}the source {known[one.subject].node.title}",
                entry=one.entry,
                authority=one.by,
                since=one.valid_from,
                places=frozenset(one.data),
                cites=(one.entry,),
                limits_only=True,
            ),
        )
        for one in sorted(firsts.values(), key=_by_time)
        if one.subject in known
    ]


def _by_time(one: Statement) -> tuple[object, ...]:
    return one.valid_from, one.entry


def of_declaration(dataset: Dataset, stated: Statement) -> UseStatement:
    """Return a declaration's permitted use as the statement that it is: of whoever declared it."""
    return declared_use(dataset, stated.data, stated.entry, stated.valid_from, stated.by)


def declared_use(
    dataset: Dataset,
    declared: Mapping[str, Any],
    entry: int,
    since: int,
    authority: str = "",
) -> UseStatement:
    """Return what is declared of permitted use, as JSON, as the statement that it is."""
    value = PermittedUse.from_json(declared)
    terms, unknown = _terms(aspects.DataUseTerm(code) for code in value.duo)
    return UseStatement(
        id=f"{DECLARED_OF}{dataset.namespace} {dataset.name}",
        entry=entry,
        authority=authority,
        since=since,
        terms=terms,
        purposes=frozenset(value.purposes) or None,
        obligations=frozenset(value.obligations),
        refrains=frozenset(value.refrains),
        unknown=unknown | _unknown(hl7.PURPOSE_OF_USE, value.purposes),
        words=value.statement,
        cites=(entry,),
    )


def promises(view: View, ids: Mapping[str, str], project: str | None) -> tuple[Promise, ...]:
    """Return what was undertaken for a project under these statements, by node id and what they are called."""
    if not ids:
        return ()
    ever = view.at(NOW)
    of: dict[str, set[str]] = defaultdict(set)
    for edge in ever.edges(sorted(ids), ("MEETS",), "in"):
        of[edge.source].add(ids[edge.target])
    found = []
    for one in _lasting(ever, sorted(of), "undertaking"):
        value = aspects.Undertaking.from_json(one.stated.data)
        if value.project is None or value.project == project:
            kind, until = _PROMISED[value.kind], one.until(value.until)
            found += [
                Promise(kind, one.stated.entry, one.stated.valid_from, until, value.due, name, one.cites)
                for name in sorted(of[one.stated.subject])
            ]
    return tuple(found)


def places_of(view: View) -> Places:
    """Return the tree of places that is declared."""
    return Places(places_tree(view))
