"""The published sets of policies, as functions of a View: one holds at a time, the newest."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.policies.model import PolicySet, Publication, Published
from catalog.view import View
from graph_schema import nodes
from graph_schema.aspects import policies as aspects
from graph_schema.facts import Statement


def publications(view: View) -> tuple[Publication, ...]:
    """Return what was published by then, the newest first; a set stands there each time that it was published."""
    return tuple(_publication(one, digest) for one, digest in _published(view))


def in_force(view: View) -> PolicySet | None:
    """Return the set of policies that holds, None where none was ever published.

    It holds for everybody: rights hide nothing of it.
    """
    published = _published(view)
    if not published:
        return None
    statement, digest = published[0]
    return _with_files(view, _publication(statement, digest))


def published(view: View) -> tuple[Published, ...]:
    """Return every set as it was published by then, the newest first; nothing of it is cited."""
    stated = _published(view.uncited)
    of = _files(view, sorted({statement.subject for statement, _ in stated}))
    return tuple(Published(one.order, one.entry, of.get(one.subject, {})) for one, _ in stated)


def policy_sets(view: View, ids: Sequence[str]) -> dict[str, PolicySet]:
    """Return those of the sets that were published by then, each as it was published last, by id."""
    wanted = frozenset(ids)
    found: dict[str, Publication] = {}
    for statement, digest in _published(view):
        if statement.subject in wanted:
            found.setdefault(statement.subject, _publication(statement, digest))
    return {id_: _with_files(view, found[id_]) for id_ in dict.fromkeys(ids) if id_ in found}


def _published(view: View) -> list[tuple[Statement, str]]:
    whole = view.unredacted
    ids = whole.all_of(nodes.PolicySet.__name__)
    known = whole.nodes(ids)
    stated = [one for one in whole.statements(ids, ("publication",)) if one.value is not None] if ids else []
    newest = sorted(stated, key=lambda one: one.order, reverse=True)
    return [(one, known[one.subject].node.title) for one in newest]


def _publication(statement: Statement, digest: str) -> Publication:
    value = aspects.Publication.from_json(statement.data)
    return Publication(digest, statement.entry, statement.by, value.reason, statement.valid_from)


def _with_files(view: View, of: Publication) -> PolicySet:
    subject = nodes.PolicySet(of.digest).id
    view.cite(of.entry)
    return PolicySet(of.digest, _files(view, [subject]).get(subject, {}), of.entry, of.by, of.reason, of.since)


def _files(view: View, subjects: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the files of each set, text by path; one whose publication was erased is absent."""
    found: dict[str, dict[str, str]] = {}
    for one in view.unredacted.statements(subjects, ("policy_files",)) if subjects else ():
        if one.value is not None and one.subject not in found:
            found[one.subject] = {file.path: file.text for file in map(aspects.PolicyFile.from_json, one.data)}
    return found
