"""What is decided of permitted use, as values. Times are UTC microseconds, intervals half-open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from graph_schema.vocabulary.words import ConsentState, WithdrawalEffect


class Decision(IntEnum):
    """May it be used so: the greater is the worse, and the worst of all that is said decides."""

    PERMIT = 0
    """It may, under the obligations that come with it."""
    ABSTAIN = 1
    """A person must decide, or something is not recorded."""
    DENY = 2
    """It may not."""


class OrganizationKind(StrEnum):
    """Who asks, as far as data use terms ask."""

    NONPROFIT = "NONPROFIT"
    """An organization that makes no profit."""
    FOR_PROFIT = "FOR_PROFIT"
    """An organization that does."""


class SensitiveTopic(StrEnum):
    """Subjects of research on which nothing but a person decides, after those on which DUOS abstains."""

    CONTROLS = "CONTROLS"
    """The data serves as controls."""
    POPULATION = "POPULATION"
    """A population is studied."""
    ONE_GENDER = "ONE_GENDER"
    """One gender is studied."""
    CHILDREN = "CHILDREN"
    """Children are studied."""
    VULNERABLE_GROUPS = "VULNERABLE_GROUPS"
    """Groups that need protection are studied."""
    ILLEGAL_BEHAVIOR = "ILLEGAL_BEHAVIOR"
    """Illegal behavior is studied."""
    SEXUAL_DISEASE = "SEXUAL_DISEASE"
    """Sexually transmitted disease is studied."""
    PSYCHOLOGICAL_TRAITS = "PSYCHOLOGICAL_TRAITS"
    """Intelligence, character and the like are studied."""
    NOT_HEALTH = "NOT_HEALTH"
    """Nothing of health is studied."""
    STIGMA = "STIGMA"
    """What brings stigma is studied."""


class RecordKind(StrEnum):
    """Which record would decide where a statement leaves it to one."""

    IRB_APPROVAL = "IRB_APPROVAL"
    """An approval of the project by an ethics board."""
    COLLABORATION = "COLLABORATION"
    """An agreement to collaborate with the data's investigators."""
    PUBLICATION = "PUBLICATION"
    """A promise to publish."""
    MORATORIUM = "MORATORIUM"
    """A promise not to publish before the date."""
    RETURN = "RETURN"
    """A promise to return results."""
    GRANT = "GRANT"
    """The grant of access, with its date."""
    DETERMINATION = "DETERMINATION"
    """A person's determination of this case."""
    USE_STATEMENT = "USE_STATEMENT"
    """A statement of what the data may be used for."""
    AGREEMENT = "AGREEMENT"
    """An agreement that names the purpose."""
    PLACE = "PLACE"
    """A declaration of where the place lies."""
    ONTOLOGY = "ONTOLOGY"
    """The disease ontology, as a configured file."""
    REQUEST = "REQUEST"
    """The question itself, with what it leaves out."""


@dataclass(frozen=True, slots=True)
class Term:
    """A data use term as a statement says it, with its argument.

    `values` are diseases (DS), places (GS), users (US), projects (PS), institutes (IS), topics (RS) or contacts (COL);
    `date` ends a moratorium (MOR); `months` is how long use may last (TS).
    """

    code: str
    values: frozenset[str] = frozenset()
    date: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent that a statement rests on."""

    state: ConsentState
    since: int
    """When it was given, or withdrawn."""
    until: int | None = None
    effect: WithdrawalEffect = WithdrawalEffect.FROM_ITS_DATE
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement that a statement rests on: a data use, business associate or other contract.

    `purposes` are the HL7 purposes that it names, empty where it names none; `limited_data_set` tells that it is one
    of 45 CFR 164.514(e)(4).
    """

    name: str
    since: int
    until: int | None = None
    purposes: frozenset[str] = frozenset()
    limited_data_set: bool = False
    recipients: frozenset[str] = frozenset()
    """Who may have and use the data under it; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatement:
    """What an authority says that data may be used for; None or empty where it says nothing of it."""

    id: str
    entry: int
    authority: str
    since: int
    until: int | None = None
    terms: frozenset[Term] = frozenset()
    purposes: frozenset[str] | None = None
    """HL7 purposes that are allowed, each with what lies under it; an empty set allows none."""
    obligations: frozenset[str] = frozenset()
    refrains: frozenset[str] = frozenset()
    places: frozenset[str] | None = None
    """Where the data may be; an empty set is nowhere."""
    basis: str | None = None
    """Why these places: a contract, a law."""
    consent: Consent | None = None
    withdrawals: tuple[Consent, ...] = ()
    """That the consent was withdrawn since, what acts first before all else."""
    agreement: Agreement | None = None
    unknown: frozenset[str] = frozenset()
    """Codes that no table has, or that no longer mean anything."""
    words: str | None = None
    permit: str | None = None
    cites: tuple[int, ...] = ()
    """The entries that say all this, what ended or withdrew it among them."""
    limits_only: bool = False
    """Whether it only says where data may be: that is no permission, and asks for none."""

    @property
    def withdrawal(self) -> Consent | None:
        """Return that the consent was withdrawn, of several withdrawals the one that acts first."""
        return self.withdrawals[0] if self.withdrawals else None


@dataclass(frozen=True, slots=True)
class Licence:
    """That the authority of some statements replaces them by another, on a basis, until a time."""

    id: str
    entry: int
    authority: str
    replaces: frozenset[str]
    statement: UseStatement
    basis: str
    since: int
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """An exception to residency: data may also be at a place, on a basis, for a time."""

    id: str
    entry: int
    place: str
    basis: str
    since: int
    until: int | None = None
    cites: tuple[int, ...] = ()
    """The entries that say all this, what ended it among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks; None where it was not said."""

    user: str | None = None
    organization: OrganizationKind | None = None
    commercial: bool | None = None
    """Whether the purpose is commercial, whoever asks."""
    institute: str | None = None
    project: str | None = None
    recipient: str | None = None
    """Who is to have the data: an organization, as agreements and attestations name it."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A record that decides what a statement leaves to one: of which kind, and from when until when it holds."""

    kind: RecordKind
    entry: int
    since: int
    until: int | None = None
    due: int | None = None
    """When what was promised is due."""
    statement: str | None = None
    """The statement that it is of; None: of every one."""
    cites: tuple[int, ...] = ()
    """The entries that say all this, what ended it among them."""

    @property
    def entries(self) -> tuple[int, ...]:
        """Return the entries behind it."""
        return self.cites or (self.entry,)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseQuestion:
    """May data be used for a purpose, at a place and a date, by a requester."""

    purpose: str
    """An HL7 PurposeOfUse code, or a data use permission that is asked for: GRU, HMB, DS, POA."""
    date: int
    place: str | None = None
    requester: Requester = field(default_factory=Requester)
    diseases: frozenset[str] = frozenset()
    """Every disease that is studied."""
    investigations: frozenset[str] = frozenset()
    """What is done, in DUO's investigation types."""
    genetic: bool | None = None
    topics: frozenset[str] = frozenset()
    """Research topics, as statements name them."""
    sensitive: frozenset[SensitiveTopic] = frozenset()
    limited_data_set: bool = False
    """Whether what is asked of is a limited data set."""
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a statement decides so; `awaits` is the record that would settle an ABSTAIN."""

    decision: Decision
    text: str
    awaits: RecordKind | None = None
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one statement comes to for a question.

    `obligations` must be met and `refrains` kept by whoever is permitted; promises become obligations in words.
    """

    statement: UseStatement | None
    """None where nothing was said of a source."""
    decision: Decision
    reasons: tuple[Reason, ...]
    obligations: frozenset[str] = frozenset()
    refrains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all statements come to: the worst decision, with every statement that is as bad."""

    decision: Decision
    deciding: tuple[Judgement, ...]
    judgements: tuple[Judgement, ...]
    obligations: frozenset[str]
    refrains: frozenset[str]

    def beside(self, more: Judgement | None) -> Verdict:
        """Return the verdict with one judgement more: never a milder one."""
        if more is None:
            return self
        judgements = (*self.judgements, more)
        worst = max(self.decision, more.decision)
        deciding = tuple(one for one in judgements if one.decision is worst)
        return Verdict(worst, deciding, judgements, self.obligations | more.obligations, self.refrains | more.refrains)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """That statements cannot all be kept, or that one does not agree with itself."""

    text: str
    statements: tuple[str, ...]
    entries: tuple[int, ...]
    leaves_open: bool = False
    """Whether no rule of a purpose or a place judges it: then it leaves every use open until a person settles it."""


Ancestors = Mapping[str, frozenset[str]]
"""By disease id, everything that it is a kind of."""
