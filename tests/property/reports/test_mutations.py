"""Whatever one value is changed in a genuine report: both verifiers find it, or say that they did not verify it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.drawing import FORMS
from reports.envelope import canonical as rfc8785
from reports.errors import ContextError
from reports.kinds import ModelDossier
from reports.standalone import verify_lineward
from reports.standalone.container import canonical, put, take
from reports.standalone.evidence import Evidence
from reports.standalone.outcome import Form, MalformedError
from reports.standalone.verification import checked
from reports.verify import verify
from tests.support.issued import Issuer, changed, leaves, values_in

Path = tuple[str | int, ...]

WORDS = (
    "organisation",
    "findings/*/text",
    "gaps/*/note",
    "read_point/completeness/reasons/*",
    "gate/*/checks/*/reasons/*/text",
    "signed/reason",
    "approvals/*/because",
    "separation/text",
    "answers/*/reasons/*/text",
    "answers/*/reasons/*/awaits",
    "gaps/*/rule",
)
"""Words that the catalog itself puts: no body holds them."""

SUPPOSED = tuple(f"suggestions/*/{name}" for name in ("kind", "codes", "codes/*/code", "codes/*/system", "because"))
"""What the name of a column lets the catalog suppose, by tables of its own."""

ASKED = ("read_point/valid_at", "read_point/projection_version")
"""What was asked for, and by which version of the projection it was answered."""

AS_ISSUED = ("decision granted", "decider independent", "no emitter decides", "powers given by another")
"""Rules of findings that rest on every definition of a principal, of which only the newest is cited."""

AS_NEW = frozenset({"number", "issued", "pages"})
"""The checks that pass of whatever is issued."""

BEYOND = (
    "snapshots/*/state",
    "schema_changes/*/at",
    "nodes/*/entries",
    "edges/*/run_state",
    "gate/*/checks/*/reasons",
    "gate/*/checks/*/reasons/*/entries",
    "gate/*/checks/*/reasons/*/entries/*",
)
"""What rests on entries beyond those cited: which state is the newest, when a run that was written over completed, and
all that is behind a check of the gate.
"""

FLOWED = (
    "effective",
    "columns_left_out",
    *(f"effective/*/{name}" for name in ("column", "codes", "codes/*/code", "codes/*/system", "recorded_of_column")),
    *(f"effective/*/{name}" for name in ("hops", "hops/*/masked", "hops/*/source_column", "hops/*/target_column")),
)
"""Of labels that flow which there are, and by which columns: that would take every flow there is."""

REACHED = (
    "unstated",
    *(f"statements/*/{name}" for name in ("subject", "unknown", "way/*/job", "way/*/source")),
)
"""Which sources there are without a statement, and the names on the ways of those that there are."""

FOUND = (
    "estate",
    *(
        f"{part}/*/{name}"
        for part in ("estate", "findings")
        for name in ("code", "entries", "entries/*", "node", "rule", "severity", "since", "subject", "text", "topic")
    ),
)
"""What the rules over the whole estate find, and findings of rules that are not derived."""


ISSUED: list[tuple[Path, str]] = [
    (("approvals", 1, "decisions", 0, "decision"), "approvals"),
    (("approvals", 2, "decisions", 1, "decision"), "approvals"),
    (("approvals", 2, "status"), "approvals"),
    (("approvals", 2, "decisions"), "approvals"),
    (("model", "metrics", 0, "value"), "model"),
    (("model", "signature"), "model"),
    (("deidentification", 0, "in_force"), "de-identification"),
    (("snapshots", 1, "locked"), "snapshots"),
    (("snapshots", 1, "verification", "result"), "snapshots"),
    (("labels", 0, "confidentiality"), "labels"),
    (("use", 0, "purposes"), "permitted use"),
    (("runs", 0, "state"), "runs"),
    (("gaps",), "gaps"),
    (("findings", 0, "rule"), "findings"),
    (("gate", 0, "verdict"), "gate"),
    (("gate", 0, "checks", 7, "required"), "gate"),
    (("gate", 0, "exception"), "gate"),
    (("gate", 0, "refrains"), "gate"),
    (("gate", 0, "checks", 9, "outcome"), "gate"),
    (("evaluations", 0, "holds_until"), "gate"),
    (("overrides", 0, "until"), "gate"),
    (("signed", "state"), "signature"),
    (("deployments",), "releases"),
    (("releases", 0, "gate"), "releases"),
    (("deployments", 0, "until"), "releases"),
    (("deployments", 1, "live"), "releases"),
]
"""What an insider changes, and the part of the report that contradicts it."""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    made = Issuer(tmp_path_factory.mktemp("issuer"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(issuer: Issuer) -> dict[Form, bytes]:
    context = issuer.context()
    return {form: issuer.issue(form, context) for form in FORMS}


@pytest.mark.timeout(600)
def test_any_one_value_of_the_evidence_changed_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    """Every leaf of context, proofs and making, one by one, in the form whose pages stay as they are."""
    pages, evidence = take(files["json"])
    values = json.loads(evidence)
    paths = list(leaves(values))
    assert len(paths) > 800
    passed = [path for path in paths if verify_lineward.verify(put(pages, changed_bytes(values, path)), issuer.key).ok]
    assert passed == []


def test_any_one_value_of_the_document_changed_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    report = json.loads(files["json"])
    paths = list(leaves(report["document"], ("document",)))
    for path in random.Random(1).sample(paths, 60):  # noqa: S311  # a sample, not a secret
        file = canonical(changed(report, path)) + b"\n"
        assert not verify_lineward.verify(file, issuer.key).ok, path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_verifiers_find_it_in_every_form(issuer: Issuer, files: dict[Form, bytes], data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMS))
    pages, evidence = take(files[form])
    values = json.loads(evidence)
    path = data.draw(st.sampled_from(list(leaves(values))))
    file = put(pages, changed_bytes(values, path))
    for result in (verify(file, issuer.key), verify_lineward.verify(file, issuer.key)):
        assert not result.ok, path
        assert result.verdict in {"FAILED", "NOT VERIFIED"}


@pytest.mark.parametrize("form", FORMS)
def test_any_one_byte_flipped_is_found(issuer: Issuer, files: dict[Form, bytes], form: Form) -> None:
    chance = random.Random(2)  # noqa: S311  # a sample, not a secret
    file = files[form]
    for at in chance.sample(range(len(file)), 100):
        flipped = bytearray(file)
        flipped[at] ^= 1 << chance.randrange(8)
        assert not verify_lineward.verify(bytes(flipped), issuer.key).ok, at


def test_a_pdf_saved_again_or_with_another_page_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    for pages in (None, 1):
        writer = pypdf.PdfWriter(clone_from=BytesIO(files["pdf"]))
        if pages:
            writer.add_blank_page()
        stream = BytesIO()
        writer.write(stream)
        for result in (verify(stream.getvalue(), issuer.key), verify_lineward.verify(stream.getvalue(), issuer.key)):
            assert result.verdict == "FAILED"


def test_page_text_changed_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    page = files["html"]
    for old, new in ((b"DENIED", b"APPROVED"), (b"MISMATCH", b"OK"), (b"0.75", b"0.95"), (b"<td>", b"<td> ")):
        assert old in page
        assert not verify_lineward.verify(page.replace(old, new, 1), issuer.key).ok


def test_an_insider_who_changes_one_value_and_issues_it_anew_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    """The genuine ledger, the genuine key, and one value that the disclosed bodies contradict.

    Issuing it anew makes three checks pass, which are left out here; what passes all others is what no body says, and
    stands in the lists above.
    """
    pages, evidence = take(files["json"])
    values = json.loads(evidence)
    paths = [path for path in leaves(values["context"], ("context",)) if path[1] != "evidence"]
    assert len(paths) > 400
    passed = []
    findings = values["context"]["findings"]
    as_issued = {number for number, each in enumerate(findings) if each["rule"] in AS_ISSUED}
    for path in paths:
        if path[1] == "findings" and (len(path) == 2 or path[2] in as_issued):
            continue
        try:
            forged = Evidence.parse(changed(values, path))
        except MalformedError:
            continue
        checks = [check for check in checked(forged, pages, issuer.key) if check.name not in AS_NEW]
        if all(check.status == "PASS" for check in checks):
            passed.append(pattern(path[1:]))
    assert set(passed) <= {*WORDS, *SUPPOSED, *ASKED, *BEYOND, *FLOWED, *REACHED, *FOUND}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "part"), ISSUED)
def test_what_an_insider_has_issued_fails_by_what_the_entries_say(
    issuer: Issuer, form: Form, path: Path, part: str
) -> None:
    file = issuer.issue(form, ModelDossier.from_json(changed(issuer.context().to_json(), path)))
    for result in (verify(file, issuer.key), verify_lineward.verify(file, issuer.key)):
        found = {check.name for check in result.checks if check.status == "FAIL"}
        assert f"derived: {part}" in found
        assert found.isdisjoint({"issued", "pages", "drawn anew"})


def pattern(path: Path) -> str:
    return "/".join("*" if isinstance(step, int) else step for step in path)


def changed_bytes(values: Any, path: Path) -> bytes:
    return canonical(changed(values, path))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["format", "context", "evidence", "cited", "read_point", "made_with", "kind"]), inner
        )
    ),
)


@given(json_values)
def test_malformed_evidence_fails_and_never_raises(evidence: Any) -> None:
    file = as_json(evidence)
    for result in (verify(file), verify_lineward.verify(file)):
        assert result.verdict == "FAILED"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_evidence_with_any_part_replaced_never_raises(
    issuer: Issuer, files: dict[Form, bytes], data: st.DataObject
) -> None:
    """A part of any other type, anywhere, in the bodies too: issued or not, it is told and not stumbled over."""
    values = values_in(files["json"])
    place: Any = values
    while True:
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.none() | st.integers() | st.text(max_size=4) | st.sampled_from([[], {}, [None], [{}]]))
    file = put(take(files["json"])[0], canonical(values))
    assert verify_lineward.verify(file, issuer.key).verdict in {"FAILED", "NOT VERIFIED", "VERIFIED"}


def as_json(value: Any) -> bytes:
    try:
        return rfc8785(value)
    except ContextError:
        return json.dumps(value).encode()
