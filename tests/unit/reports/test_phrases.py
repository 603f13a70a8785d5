"""How a report names who acted and what an entry is about."""

from __future__ import annotations

import pytest

from graph_schema.nodes import Approval, Dataset, Job, ModelVersion, Node, Principal, Snapshot
from reports.context import Actor, EntrySubject
from reports.document import Line
from reports.phrases import about, who
from tests.support.facts import run_node


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_who_acted_is_named_by_the_display_name_and_else_by_the_id() -> None:
    assert text(who(Actor(id="person-1", name="Testperson Alpha"))) == "Testperson Alpha"
    (named,) = who(Actor(id="person-1"))
    assert (named.text, named.style) == ("person-1", "code")


@pytest.mark.parametrize("name", [None, "local principal, unauthenticated"])
def test_the_local_principal_is_said_once_to_be_unauthenticated(name: str | None) -> None:
    (marked,) = who(Actor(id="local", name=name, authenticated=False))
    assert (marked.text, marked.style, marked.tone) == ("local principal, unauthenticated", "mark", "bad")


def test_anybody_else_whom_no_key_proved_is_marked_beside_the_name() -> None:
    line = who(Actor(id="person-1", name="Testperson Alpha", authenticated=False))
    assert text(line) == "Testperson Alpha unauthenticated"
    assert line[-1].tone == "bad"


@pytest.mark.parametrize(
    ("node", "shown"),
    [
        (Dataset("lake", "landing/stays"), "dataset lake/landing/stays"),
        (Job("pipeline", "curate"), "job pipeline/curate"),
        (run_node("0190d2e6"), "run 0190d2e6"),
        (Snapshot("lake", "stays", "sha256:ab"), "snapshot lake/stays sha256:ab"),
        (ModelVersion("models", "readmission", "1"), "model version models/readmission@1"),
        (Principal("steward-pi"), "principal steward-pi"),
        (Approval("53"), "request #53"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_entry_is_about_is_said_in_words(node: Node, shown: str) -> None:
    assert text(about(EntrySubject(id=node.id, key=node.key))) == shown


def test_what_has_no_name_is_shown_by_its_id() -> None:
    assert text(about(EntrySubject(id="Dataset:abc"))) == "Dataset:abc"
