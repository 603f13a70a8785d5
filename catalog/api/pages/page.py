"""What a page is: an address, who may see it, a question asked of one View, and the template that shows the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from catalog.access.permissions import Permission
from catalog.api.pages.asking import Asking
from catalog.reading import Completeness


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
    current: bool = False
    """Whether it is of what is current, whatever time the address names."""
    status: int = 200
    """The status that it is answered with (RFC 9110 §15): of a form that comes back, why it does."""


MOST: Final = 20
"""How many of several things are shown beside others; a page of their own shows all."""


@dataclass(frozen=True, slots=True)
class Several:
    """Some of several things, and how many there are."""

    shown: tuple[Any, ...]
    total: int

    @classmethod
    def of(cls, every: tuple[Any, ...], most: int = MOST) -> Several:
        """Return the first of them."""
        return cls(every[:most], len(every))


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

    @property
    def template(self) -> str:
        """Return the name of the template's file, for what gives a context."""
        return f"explorer/{self.name}.html.j2"
