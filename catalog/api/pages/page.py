"""What a page is: an address, who may see it, a question asked of one View, and the template that shows the answer."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from starlette.responses import Response

from catalog.access.permissions import Permission
from catalog.api.pages.asking import Asking
from catalog.api.pages.links import HOME
from catalog.api.pages.moments import Moments
from catalog.errors import SenderError
from catalog.reading import Completeness

T = TypeVar("T")
BEHIND: Final = "behind"
"""What an address calls the thing behind which one of a page's lists goes on: `behind=snapshots:Snapshot:…`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every page says beside its own: its title, and how a program asks for the same."""

    title: str
    graphql: str
    """A query that asks GraphQL for what the page shows."""
    command: str
    """The command that does."""
    found: Completeness | None = None
    """What ended the answer before it was whole, None where nothing did."""
    subjects: tuple[str, ...] = ()
    """The ids of what the answer is about: quarantined entries bear on it that name one of these."""
    moments: Moments | None = None
    """When anything was said of what the page is about, None where that is not shown."""
    current: bool = False
    """Whether it is of what is current, whatever time the address names."""
    status: int = 200
    """The status that it is answered with (RFC 9110 §15): of a form that comes back, why it does."""


_DIGITS: Final = 16
MOST: Final = 20
"""How many of several things are shown beside others; a page of their own shows all."""


@dataclass(frozen=True, slots=True)
class Several:
    """Some of several things under the name of their list, how many stand before them, and how many there are.

    A list of each of several things is called `name-<what tells it apart>`.
    """

    name: str
    shown: tuple[Any, ...]
    total: int
    begin: int
    after: str | None
    """What the list goes on behind, None where these are the last."""

    @property
    def title(self) -> str:
        """Return what the things are called."""
        return self.name.partition("-")[0]

    @classmethod
    def of(
        cls, asking: Asking, name: str, every: Sequence[T], key: Callable[[T], object], most: int | None = None
    ) -> Several:
        """Return those behind the one that the address names of this list, the first of all where it names none.

        `key` tells one from all others of the list, whatever comes or goes around it. Raises SenderError 422 for one
        that is not among them.
        """
        most = MOST if most is None else most
        wanted = [
            rest for one in asking.parameters.get(BEHIND, ()) for of, _, rest in (one.partition(":"),) if of == name
        ]
        begin = 0
        if wanted:
            found = (place for place, one in enumerate(every, 1) if str(key(one)) == wanted[-1])
            begin = next(found, 0)
            if not begin:
                raise SenderError(
                    f"What {BEHIND} names of {name} is not there; leave it out to begin anew.", status=422
                )
        shown = tuple(every[begin : begin + most])
        more = shown and begin + len(shown) < len(every)
        return cls(name, shown, len(every), begin, str(key(shown[-1])) if more else None)

    @classmethod
    def by_digest(
        cls, asking: Asking, name: str, every: Iterable[T], text: Callable[[T], str], most: int | None = None
    ) -> Several:
        """Return the same of things that have no short key: by a digest of a text, alike ones by their number."""
        met: Counter[str] = Counter()
        keyed = []
        for one in every:
            digest = hashlib.sha256(text(one).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
            met[digest] += 1
            keyed.append((f"{digest}.{met[digest]}", one))
        found = cls.of(asking, name, keyed, lambda pair: pair[0], most)
        return replace(found, shown=tuple(one for _, one in found.shown))


def slug(word: str) -> str:
    """Return a word of a closed list as a part of a list's name."""
    return word.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Export:
    """A form in which exactly what a page shows is taken along."""

    media_type: str
    write: Callable[[Any], str | bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """A page at `explorer/<name>`, drawn by the template of that name out of what `read` gives."""

    name: str
    title: str
    """What links to it are called."""
    context: type[Context]
    read: Callable[[Asking], Context]
    parameters: tuple[str, ...] = ()
    """What its address may say beside the time; anything else there is passed over."""
    permission: Permission = Permission.READ
    exports: Mapping[str, Export] = field(default_factory=dict)
    """By the word that its address says under `as`."""
    unsettled: Callable[[Asking, Any], Context] | None = None
    """Makes of what was read what is shown where the graph changed each time meanwhile, of a page that decides
    anything: such a page is read of one point in time.
    """

    @property
    def template(self) -> str:
        """Return the name of the template's file."""
        return f"explorer/{self.name}.html.j2"


@dataclass(frozen=True, slots=True)
class Action:
    """What a form at `explorer/<name>` does.

    `act` is handed the form's fields as parameters and returns the address, relative to the pages, to go on at, the
    file that was asked for, or what the template of its name shows of what became of it.
    """

    name: str
    act: Callable[[Asking], str | Response | Context]
    permission: Permission
    page: Page | None
    """The page that its form stands on, to which whoever opens the form's address is led, and whose own it says as much
    as; None where it stands on the pages of several kinds: then on that of what `id` names.
    """
    otherwise: str = HOME
    """The name of the page that a form of several pages stands on where its address names nothing."""

    @property
    def template(self) -> str:
        """Return the name of the template's file, for what gives a context."""
        return f"explorer/{self.name}.html.j2"
