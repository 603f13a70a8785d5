"""The policies in force, file by file, and every publication of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catalog.api.pages.asking import Asking
from catalog.api.pages.page import Context, Page, Several
from catalog.api.pages.questions import command, query
from catalog.errors import AskerError
from catalog.policies.model import PolicySet
from catalog.policies.queries import in_force, publications

_LONGEST: Final = 20_000
_FILES: Final = 200
_PUBLICATIONS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesPage(Context):
    """What the page of policies shows."""

    holds: PolicySet | None
    """The set in force, None where none was ever published: then the table of roles alone decides."""
    paths: Several
    """The files of the set."""
    path: str
    """Which of them is shown, empty where none is asked for."""
    text: str
    """What stands in it, at most so much as a page takes."""
    left_out: int
    """How many of its characters are not shown."""
    publications: Several


def read(asking: Asking) -> PoliciesPage:
    """Read the set in force, and one file of it; raises AskerError 404 for a file that it has not."""
    view, path = asking.view, asking.text("file")
    holds = in_force(view)
    files = {} if holds is None else dict(sorted(holds.files.items()))
    if path and path not in files:
        raise AskerError("The set of policies in force has no such file; the page of policies lists what it has.")
    text = files.get(path, "")
    return PoliciesPage(
        title="Policies",
        graphql=query("policies", {}, "{ digest entry by reason files { path text } }", view.as_of),
        command=command("policy", "show"),
        holds=holds,
        paths=Several.of(asking, "files", tuple(files), str, _FILES),
        path=path,
        text=text[:_LONGEST],
        left_out=len(text[_LONGEST:]),
        publications=Several.of(asking, "publications", publications(view), lambda one: one.entry, _PUBLICATIONS),
    )


PAGE = Page("policies", "Policies", PoliciesPage, read, ("file", "behind"))
