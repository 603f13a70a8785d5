"""What the rules over the estate find at one point, and how each finding stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.assets.naming import names_of
from catalog.findings.estate.grounded import having
from catalog.findings.estate.model import RULES, Breach, Decided, EstateFinding, Key
from catalog.findings.estate.reading import ESTATE_RULES, Cases, EstateRule, Reading
from catalog.findings.estate.record_states import BY_RECORD, of_records
from catalog.findings.rules import FindingState, Rule, Severity
from catalog.graph_memo import as_it_stands, each_as_it_stands
from catalog.store.indexes.grounds import Ground
from catalog.view import View
from graph_schema.aspects.findings import FindingDecision
from graph_schema.nodes import Finding
from graph_schema.vocabulary.words import FindingStance

LASTING = frozenset({FindingState.OPEN, FindingState.ACKNOWLEDGED, FindingState.ACCEPTED})
"""How a finding stands that holds."""

_RULE_OF = {one.rule: one for one in ESTATE_RULES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for: of these severities, rules and states, on these nodes; all where None is given."""

    severities: frozenset[Severity] | None = None
    rules: frozenset[Rule] | None = None
    states: frozenset[FindingState] = LASTING
    subjects: tuple[str, ...] | None = None

    def has(self, one: EstateRule) -> bool:
        """Tell whether the rule is asked for."""
        return (self.rules is None or one.rule in self.rules) and (
            self.severities is None or one.rule.severity in self.severities
        )


@dataclass(frozen=True)
class Found:
    """The findings asked for, in order, each with how it stands; what each says is read when it is shown."""

    states: Mapping[Key, FindingState]
    breaches: Mapping[Key, Breach] = field(repr=False)
    """What was judged on the way."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return which findings there are, in the order in which they are listed."""
        return tuple(self.states)

    def counts(self) -> dict[tuple[Rule, FindingState], int]:
        """Return how many there are of each rule and state, in the order of the rules."""
        counted = Counter((key.rule_at, state) for key, state in self.states.items())
        return {(RULES[place], state): count for (place, state), count in sorted(counted.items())}


def findings(view: View, wanted: Wanted | None = None) -> Found:
    """Return which findings there are, in the order of severity, rule and subject.

    A view of now by unbounded rights takes how datasets' records stand from what a store keeps of it; every other
    judges each node that a rule may find something on.
    """
    view = view.remembering
    wanted = wanted or Wanted()
    rules = [one for one in ESTATE_RULES if wanted.has(one)]
    certain: set[Key] = set()
    if view.is_now and view.rights.unbounded and wanted.subjects is None and FindingState.CLOSED not in wanted.states:
        certain, breaches = _of_records(view, [one.rule for one in rules if one.rule in BY_RECORD])
        breaches |= _judged(view, [one for one in rules if one.rule not in BY_RECORD], None)
    else:
        breaches = _judged(view, rules, wanted.subjects)
    every = sorted({*certain, *breaches})
    decided = _decided(view, every)
    moment = view.moment
    states = {
        key: state for key in every if (state := _state(breaches.get(key), decided.get(key), moment)) in wanted.states
    }
    return Found(states, breaches)


def findings_on(
    view: View,
    ids: Sequence[str],
    severities: frozenset[Severity] | None = None,
    rules: frozenset[Rule] | None = None,
) -> dict[str, tuple[EstateFinding, ...]]:
    """Return what is found on each of the nodes and holds, in order; a node without a finding is absent.

    Of these severities and rules, where some are given: the others are not held to anything.
    """
    found = findings(view, Wanted(severities, rules, subjects=tuple(dict.fromkeys(ids))))
    shown = finding_details(view, found, found.keys)
    by_node: dict[str, list[EstateFinding]] = defaultdict(list)
    asked = frozenset(ids)
    for one in shown.values():
        for subject in one.subjects:
            if subject in asked:
                by_node[subject].append(one)
    return {id_: tuple(by_node[id_]) for id_ in dict.fromkeys(ids) if id_ in by_node}


def finding_details(view: View, found: Found, keys: Sequence[Key]) -> dict[Key, EstateFinding]:
    """Return what some of the findings say, by which they are: those of a page."""
    view = view.remembering
    breaches = {key: found.breaches[key] for key in keys if key in found.breaches}
    missing: dict[Rule, list[str]] = defaultdict(list)
    for key in keys:
        if key not in breaches:
            missing[key.rule].append(key.subject)
    breaches |= _held(view, missing)
    shown = [key for key in keys if key in breaches]
    decided = _decided(view, shown)
    names = names_of(view, {key.subject for key in shown})
    answer = {}
    for key in shown:
        breach = breaches[key]
        view.cite(*breach.entries)
        answer[key] = EstateFinding(
            id=Finding(key.rule.name, key.subject).id,
            rule=key.rule,
            subject=key.subject,
            subjects=breach.subjects or (key.subject,),
            name=names.get(key.subject, key.subject),
            text=breach.text,
            entries=breach.entries,
            since=breach.since,
            until=breach.until,
            known=breach.known,
            ended=breach.ended,
            state=found.states[key],
            decided=decided.get(key),
        )
    return answer


def decisions(view: View, ids: Sequence[str]) -> dict[str, Decided]:
    """Return what was last decided of each finding, by its id; one that nobody decided anything of is absent."""
    newest: dict[str, tuple[object, Decided]] = {}
    for one in view.statements(ids, ("finding_decision",)):
        value = FindingDecision.from_json(one.data)
        decided = Decided(value.stance, one.by, value.reason, value.until, one.valid_from, one.entry, one.authenticated)
        if one.subject not in newest or one.order > newest[one.subject][0]:  # type: ignore[operator]
            newest[one.subject] = one.order, decided
    return {id_: decided for id_, (_, decided) in newest.items()}


def _decided(view: View, keys: Collection[Key]) -> dict[Key, Decided]:
    """Return what was last decided of these findings: of all there are, few were ever decided on."""
    judged = frozenset(having(view, Ground.JUDGED))
    if not judged:
        return {}
    by_id = {Finding(key.rule.name, key.subject).id: key for key in keys}
    found = decisions(view, sorted(judged & by_id.keys()))
    return {by_id[id_]: one for id_, one in found.items()}


def _state(breach: Breach | None, decided: Decided | None, moment: int) -> FindingState:
    if breach is not None and breach.until is not None:
        return FindingState.CLOSED
    if decided is None or decided.stance == FindingStance.REOPENED:
        return FindingState.OPEN
    if decided.stance == FindingStance.ACKNOWLEDGED:
        return FindingState.ACKNOWLEDGED
    lasts = decided.until is None or decided.until > moment
    return FindingState.ACCEPTED if lasts else FindingState.OPEN


def _judged(view: View, rules: Sequence[EstateRule], subjects: Sequence[str] | None) -> dict[Key, Breach]:
    """Return what the rules find on whatever they may find something on, of these nodes alone where some are given."""
    beside = [one for one in rules if subjects is not None and one.near is not None]
    view = view.uncited
    found = _on_grounds(view, [one for one in rules if one not in beside], subjects)
    asked = frozenset(subjects or ())
    for one in beside:
        near = one.near(view, subjects or ()) if one.near is not None else ()
        here = _on_grounds(view, [one], near) if near else {}
        found |= {key: breach for key, breach in here.items() if key.subject in asked}
    return found


def _on_grounds(view: View, rules: Sequence[EstateRule], ids: Sequence[str] | None) -> dict[Key, Breach]:
    if not rules:
        return {}
    wanted = sorted({one.ground for one in rules})
    grounds = {one: having(view, one) for one in wanted} if ids is None else view.grounds(wanted, ids)
    cases: dict[tuple[object, Ground], Mapping[str, object]] = {}
    found: dict[Key, Breach] = {}
    for one in rules:
        read = one.cases, one.ground
        if read not in cases:
            cases[read] = _cases(view, one, grounds[one.ground], is_asked=ids is not None)
        found |= _breaches(one, cases[read], view.moment)
    return found


def _cases(view: View, one: EstateRule, nodes: Sequence[str], *, is_asked: bool = False) -> Mapping[str, object]:
    """Return what a rule is held to of these nodes, as it stands where nothing touched it; those that somebody asked
    for are read at once, since no other question has the same pieces of them.
    """
    if not nodes:
        return {}
    if one.reading is Reading.APART and not is_asked:
        return each_as_it_stands(one.cases, view, one.cases, nodes)
    if one.reading is not Reading.ANEW:
        return as_it_stands(one.cases, view, lambda beside: one.cases(beside, nodes), tuple(nodes))
    return one.cases(view, nodes)


def _breaches(one: EstateRule, cases: Mapping[str, object], moment: int) -> dict[Key, Breach]:
    judged = ((subject, one.judge(case, moment)) for subject, case in cases.items())
    return {Key.of(one.rule, subject): breach for subject, breach in judged if breach is not None}


def _of_records(view: View, rules: Collection[Rule]) -> tuple[set[Key], dict[Key, Breach]]:
    """Return which datasets these rules find something on, and what was judged to know it."""
    found = of_records(view, rules)
    certain = {key for rule, ids in found.certain.items() for key in Key.several(rule, ids)}
    return certain, _held(view, found.asked)


def _held(view: View, asked: Mapping[Rule, Sequence[str]]) -> dict[Key, Breach]:
    """Return what rules find that are held to these nodes."""
    read: dict[tuple[Cases, tuple[str, ...]], Mapping[str, object]] = {}
    found: dict[Key, Breach] = {}
    for rule, ids in asked.items():
        one = _RULE_OF[rule]
        nodes = tuple(sorted(ids))
        place = one.cases, nodes
        if place not in read:
            read[place] = _cases(view, one, nodes)
        found |= _breaches(one, read[place], view.moment)
    return found
