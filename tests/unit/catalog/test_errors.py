"""Every error is answered by one table, and a command ends alike however the answer reached it."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
import typer

from catalog.api.graphql.problems import InvalidInputError, as_problem
from catalog.api.problems import problem
from catalog.cli.ending import exit_codes
from catalog.errors import (
    ADDRESSED,
    ANSWERS,
    ENDINGS,
    AskerError,
    DamagedGraphError,
    EvidenceError,
    Exit,
    OperatorError,
    SenderError,
    answer_to,
    error_of,
    error_of_code,
)
from ingest_hooks.errors import Unreadable
from tests.support.project import REPOSITORY

FINDING, WRONG_USE, OUTSIDE = 1, 2, 3
MET: list[tuple[Exception, int]] = [
    (SenderError("Send it otherwise."), WRONG_USE),
    (SenderError("Send it otherwise.", pointer="/record/name", status=422), WRONG_USE),
    (SenderError("Send less.", status=413), WRONG_USE),
    (SenderError("Send it faster.", status=408), OUTSIDE),
    (InvalidInputError("Ask for 1 to 500 items: `first` is 501.", "first"), WRONG_USE),
    (Unreadable(400, "", "This is no JSON."), WRONG_USE),
    (Unreadable(413, "/run", "This is too deep."), WRONG_USE),
    (Unreadable(422, "/job", "It has no job."), WRONG_USE),
    (AskerError("There is none."), WRONG_USE),
    (AskerError("This may not be asked.", status=403), OUTSIDE),
    (AskerError("The key is not known.", status=401), OUTSIDE),
    (OperatorError("The disk is full.", action="Free some of it."), OUTSIDE),
    (DamagedGraphError("graph.db", "a page is missing"), OUTSIDE),
    (EvidenceError("A leaf differs.", index=7), FINDING),
]


met = pytest.mark.parametrize(("error", "code"), MET, ids=[f"{type(one).__name__}-{one}" for one, _ in MET])


def ending(raised: Exception) -> int:
    """Return the exit code of a command in which this is raised."""
    with pytest.raises(typer.Exit) as ended, exit_codes():
        raise raised
    return ended.value.exit_code


def over_http(error: Exception) -> Exception:
    """Return what a command raises once the error came to it as a problem document."""
    found = problem(error)
    assert found is not None
    document = orjson.loads(found.body())
    pointer = document.get("errors", [{"pointer": "#"}])[0]["pointer"].removeprefix("#")
    return error_of(found.status, document["type"], document["detail"], pointer)


def in_graphql(error: Exception) -> Exception:
    """Return what a command raises once the error came to it within a GraphQL answer."""
    found = as_problem(error)
    return error_of_code(found.code.value, found.message, getattr(found, "field", ""))


def test_the_documents_list_what_each_exit_code_means() -> None:
    assert set(ENDINGS) == set(Exit)
    document = (REPOSITORY / "docs/operating.md").read_text("utf-8")
    assert "".join(f"| {int(code)} | {words} |\n" for code, words in ENDINGS.items()) in document


@met
@pytest.mark.parametrize("route", [over_http, lambda error: error], ids=["served", "in this process"])
def test_a_command_ends_alike_with_a_server_and_without(
    error: Exception, code: int, route: Callable[[Exception], Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(route(error)) == code
    routed = capsys.readouterr().err
    assert ending(error) == code
    assert routed.split() == capsys.readouterr().err.split()


@met
def test_an_error_in_an_answer_ends_a_command_alike(error: Exception, code: int) -> None:
    # What was too slow or too large never becomes part of an answer.
    if getattr(error, "status", None) not in {408, 413}:
        assert ending(in_graphql(error)) == code


def test_every_row_of_the_table_is_met_here() -> None:
    rows = {(kind, row.status) for kind, answers in ANSWERS.items() for row in answers}
    met_here = set()
    for one, _ in MET:
        found = answer_to(one)
        assert found is not None
        met_here |= {(kind, found.status) for kind in ADDRESSED if isinstance(one, kind)}
    assert met_here == rows


def test_a_defect_of_ours_has_no_answer_but_the_masked_one() -> None:
    assert answer_to(ValueError("nobody's")) is None
    assert problem(ValueError("nobody's")) is None
    with pytest.raises(ValueError, match="nobody's"):
        as_problem(ValueError("nobody's"))


@pytest.mark.parametrize("status", [405, 421, 500, 502])
def test_an_answer_that_no_error_gives_comes_from_outside(status: int) -> None:
    assert isinstance(error_of(status, "about:blank", "Not here."), OperatorError)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("INTERNAL", OperatorError), ("BUDGET_EXCEEDED", SenderError), (None, SenderError), ("EVIDENCE", EvidenceError)],
)
def test_a_code_of_an_answer_without_data_has_its_error(code: str | None, kind: type[Exception]) -> None:
    assert isinstance(error_of_code(code, "Not so."), kind)
