from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reports.drawing import FORMS, document_of, draw
from reports.kinds import MODEL_DOSSIER, REPORTS, ModelDossier
from reports.making import made_with
from reports.standalone import verify_lineward
from reports.standalone.container import canonical, put, take
from reports.standalone.derivation import derive
from reports.standalone.evidence import Evidence
from reports.standalone.outcome import Form, Result
from reports.standalone.verification import context_digest, report_number
from reports.verify import verify
from tests.support.clinical_story import site
from tests.support.issued import FAILED, Issuer, values_in
from tests.support.merkle import leaf_hash, signed_checkpoint
from tests.support.records import event, tag

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "reports"
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another key for tests alone").digest())


@pytest.fixture(scope="module")
def files(issuer: Issuer) -> dict[Form, bytes]:
    context = issuer.context()
    return {form: issuer.issue(form, context) for form in FORMS}


@pytest.fixture(params=FORMS)
def file(request: pytest.FixtureRequest, files: dict[Form, bytes]) -> bytes:
    return files[request.param]


def both(file: bytes, key: str | None) -> tuple[Result, Any]:
    """Return what both verifiers say; the script and the product never differ where both look."""
    ours, script = verify(file, key), verify_lineward.verify(file, key)
    alike = [(check.name, check.status, check.detail) for check in ours.checks if check.name != "drawn anew"]
    assert alike == [(check.name, check.status, check.detail) for check in script.checks]
    return ours, script


def own_digest(values: dict[str, Any]) -> str:
    return context_digest({name: value for name, value in values["context"].items() if name != "evidence"})


def failed(result: Result) -> set[str]:
    return {check.name for check in result.checks if check.status == "FAIL"}


def failing_with(files: dict[Form, bytes], key: str, change: Callable[[dict[str, Any]], object]) -> set[str]:
    """Return the names of the checks that fail for the dossier after a change to its evidence."""
    pages, evidence = take(files["json"])
    values = json.loads(evidence)
    change(values)
    found, script = both(put(pages, canonical(values)), key)
    assert not found.ok
    assert not script.ok
    return failed(found) - {"drawn anew"}


def test_a_report_verifies_and_is_drawn_anew_byte_for_byte(issuer: Issuer, file: bytes) -> None:
    ours, script = both(file, issuer.key)
    assert {check.status for check in ours.checks} == {"PASS"}
    assert ours.checks[-1].name == "drawn anew"
    assert (ours.ok, script.ok) == (True, True)


def test_a_report_has_one_number_in_every_form_and_a_verifier_names_it(files: dict[Form, bytes]) -> None:
    numbers = {result.number for file in files.values() for result in both(file, None)}
    (number,) = numbers
    assert number is not None
    values = json.loads(take(files["json"])[1])
    assert number == report_number("model_dossier", values["context"]["read_point"]["ledger_size"], own_digest(values))
    assert values["number"] == json.loads(files["json"])["document"]["number"] == number
    assert number in files["html"].decode()


def test_a_report_of_another_content_has_another_number(issuer: Issuer) -> None:
    context = issuer.context()
    renamed = replace(context, organisation="Another Testhouse")
    assert document_of(context)[1].number == document_of(context)[1].number != document_of(renamed)[1].number


def test_a_number_that_the_content_has_not_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    assert failing_with(files, issuer.key, lambda values: values.update(number="MPD-1-000000000000")) == {"number"}


def test_a_report_of_this_version_without_its_number_is_refused(issuer: Issuer, files: dict[Form, bytes]) -> None:
    assert failing_with(files, issuer.key, lambda values: values.pop("number")) == {"file"}


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_letters_of_its_own_in_its_number(name: str) -> None:
    numbers = {report_number(each, 1, "sha256:0") for each in REPORTS}
    assert len(numbers) == len(REPORTS)
    assert re.fullmatch(r"[A-Z]{3}-112-b0c6208ba2de", report_number(name, 112, "sha256:b0c6208ba2def42"))


def test_without_a_key_nothing_is_verified(file: bytes) -> None:
    for result in both(file, None):
        assert (result.ok, result.verdict) == (False, "NOT VERIFIED")
        assert result.to_json()["ok"] is False
        assert [check.name for check in result.checks if check.status == "NOT VERIFIED"] == ["key"]
        assert "Get the key from the log's operator" in next(c.detail for c in result.checks if c.name == "key")


def test_a_changed_byte_is_found_by_both(issuer: Issuer, file: bytes) -> None:
    chance = random.Random(len(file))  # noqa: S311  # a sample, not a secret
    for at in chance.sample(range(len(file)), 12):
        changed = bytearray(file)
        changed[at] ^= 1 << chance.randrange(8)
        assert not any(result.ok for result in both(bytes(changed), issuer.key)), f"byte {at}"


@pytest.mark.parametrize("tail", [b" ", b"\n%%EOF\n", b"<p>x</p>"])
def test_anything_appended_is_found(issuer: Issuer, file: bytes, tail: bytes) -> None:
    assert all(result.verdict == "FAILED" for result in both(file + tail, issuer.key))


def test_a_file_that_is_cut_off_is_found(issuer: Issuer, file: bytes) -> None:
    for part in (0, 10, len(file) // 2, len(file) - 1):
        assert all(result.verdict == "FAILED" for result in both(file[:part], issuer.key))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n%%EOF", b"<!DOCTYPE html><p>", b"{}", b"[]", b"null", b'{"a":1,"a":2}', b"{" * 9999]
)
def test_what_is_no_report_proves_nothing(content: bytes) -> None:
    for result in both(content, None):
        assert result.verdict == "FAILED"
        assert result.proved.startswith("Nothing")


def test_a_report_that_was_never_issued_fails_in_one_sentence(issuer: Issuer, files: dict[Form, bytes]) -> None:
    def unissue(values: dict[str, Any]) -> None:
        values["context"]["evidence"]["issued"] = None

    assert failing_with(files, issuer.key, unissue) == {"issued"}
    pages, evidence = take(files["json"])
    values = json.loads(evidence)
    unissue(values)
    check = next(one for one in verify(put(pages, canonical(values)), issuer.key).checks if one.name == "issued")
    assert check.detail.startswith("The ledger holds no entry that says that this report was issued")


def test_the_issue_of_another_report_does_not_stand_for_this_one(issuer: Issuer, files: dict[Form, bytes]) -> None:
    other = values_in(issuer.issue("json", replace(issuer.context(), organisation="made up")))

    def exchange(values: dict[str, Any]) -> None:
        values["context"]["evidence"] = other["context"]["evidence"]

    assert failing_with(files, issuer.key, exchange) == {"issued", "pages"}


def test_a_decision_turned_round_and_drawn_anew_by_the_projects_own_code_is_found(issuer: Issuer) -> None:
    """The attack that once gave twelve passes: genuine entries, and a context that says the opposite."""
    genuine = values_in(issuer.issue("json"))
    for approval in genuine["context"]["approvals"]:
        approval["status"] = "APPROVED"
        for decision in approval["decisions"]:
            decision["decision"] = "APPROVE"
    context = ModelDossier.from_json(genuine["context"])
    for form in FORMS:
        ours, _ = both(draw(context, form).finish(context), issuer.key)
        assert {"issued", "pages", "derived: approvals"} <= failed(ours)


def test_an_entry_that_was_rewritten_no_longer_hashes_to_its_leaf(issuer: Issuer, files: dict[Form, bytes]) -> None:
    def rewrite(values: dict[str, Any]) -> None:
        entry = values["context"]["evidence"]["cited"][3]
        entry["entry"] = entry["entry"].replace('"tests"', '"other"')

    def with_its_leaf(values: dict[str, Any]) -> None:
        rewrite(values)
        entry = values["context"]["evidence"]["cited"][3]
        entry["leaf"] = leaf_hash(entry["entry"].encode()).hex()

    assert failing_with(files, issuer.key, rewrite) == {"leaf hashes"}
    assert failing_with(files, issuer.key, with_its_leaf) == {"inclusion proofs"}


def test_an_entry_under_another_number_is_not_in_the_tree(issuer: Issuer, files: dict[Form, bytes]) -> None:
    def renumber(values: dict[str, Any]) -> None:
        first, second = values["context"]["evidence"]["cited"][3:5]
        first["index"], second["index"] = second["index"], first["index"]

    assert {"inclusion proofs", "citations"} <= failing_with(files, issuer.key, renumber)


def test_an_entry_left_out_and_one_that_nothing_cites_are_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    assert "citations" in failing_with(files, issuer.key, lambda v: v["context"]["evidence"]["cited"].pop(3))

    def uncite(values: dict[str, Any]) -> None:
        context = values["context"]
        context["runs"] = [run for run in context["runs"] if run["run"] != FAILED]
        context["findings"] = [one for one in context["findings"] if one["rule"] != "runs completed"]

    found = failing_with(files, issuer.key, uncite)
    assert {"citations", "issued"} <= found


def test_a_body_that_was_rewritten_does_not_fit_its_digest(issuer: Issuer, files: dict[Form, bytes]) -> None:
    def rewrite(values: dict[str, Any]) -> None:
        entry = next(e for e in values["context"]["evidence"]["cited"] if '"DENY"' in (e["body"] or ""))
        entry["body"] = entry["body"].replace('"DENY"', '"APPROVE"')

    assert "disclosed bodies" in failing_with(files, issuer.key, rewrite)


def test_a_body_that_is_withheld_is_named_and_never_passed_over(issuer: Issuer, files: dict[Form, bytes]) -> None:
    pages, evidence = take(files["json"])
    values = json.loads(evidence)
    hidden = next(e for e in values["context"]["evidence"]["cited"] if '"DENY"' in (e["body"] or ""))
    hidden |= {"salt": None, "body": None, "withheld": "ERASED"}
    ours, _ = both(put(pages, canonical(values)), issuer.key)
    assert ours.verdict in {"NOT VERIFIED", "FAILED"}
    check = next(one for one in ours.checks if one.name == "withheld bodies")
    assert check.status == "NOT VERIFIED"
    assert f"#{hidden['index']} (ERASED)" in check.detail


def test_a_checkpoint_signed_by_another_key_of_the_same_name_is_found(issuer: Issuer, files: dict[Form, bytes]) -> None:
    def sign(values: dict[str, Any]) -> None:
        proof = values["context"]["evidence"]
        origin, size, root = proof["checkpoint"].split("\n")[:3]
        note, vkey = signed_checkpoint(int(size), base64.b64decode(root), origin, OTHER_KEY)
        proof |= {"checkpoint": note, "vkey": vkey}

    assert failing_with(files, issuer.key, sign) == {"checkpoint signature"}


def test_a_second_signature_by_an_unknown_key_does_no_harm(issuer: Issuer, files: dict[Form, bytes]) -> None:
    pages, evidence = take(files["html"])
    values = json.loads(evidence)
    proof = values["context"]["evidence"]
    origin, size, root = proof["checkpoint"].split("\n")[:3]
    proof["checkpoint"] += signed_checkpoint(int(size), base64.b64decode(root), origin, OTHER_KEY)[0].split("\n\n")[1]
    assert verify_lineward.verify(put(pages, canonical(values)), issuer.key).ok


def test_any_of_the_logs_keys_will_do_where_it_has_several(issuer: Issuer, files: dict[Form, bytes]) -> None:
    other = signed_checkpoint(1, bytes(32), "tests.example/ledger", OTHER_KEY)[1]
    assert all(result.ok for result in both(files["json"], f"{other}\n{issuer.key}\n"))
    assert all(result.verdict == "FAILED" for result in both(files["json"], other))


def test_a_report_of_another_site_is_said_to_be_one_and_whose_key_it_takes(
    issuer: Issuer, files: dict[Form, bytes]
) -> None:
    origin, number, _ = issuer.key.split("+", 2)
    elsewhere = signed_checkpoint(1, bytes(32), "elsewhere.example/ledger", OTHER_KEY)[1]
    for result in both(files["json"], elsewhere):
        (found,) = (one for one in result.checks if one.name == "checkpoint signature")
        assert found.status == "FAIL"
        assert f"the log {origin}, signed by {origin}+{number}; the key {elsewhere[:24]}" in found.detail
        assert f"Get the key of {origin} from whoever operates it" in found.detail
    same_name = signed_checkpoint(1, bytes(32), origin, OTHER_KEY)[1]
    assert "of another log" not in str(both(files["json"], same_name))


@pytest.mark.parametrize("key", ["", "log.example", "log.example+00000000+AQ==", "a b"])
def test_what_is_no_key_is_told_so(files: dict[Form, bytes], key: str) -> None:
    for result in both(files["json"], key):
        assert result.verdict == "FAILED"
        assert any("Copy it whole from the log's operator" in check.detail for check in result.checks)


def test_a_genuine_report_of_another_renderer_stays_genuine_and_is_said_to_be(issuer: Issuer) -> None:
    tools = {**made_with(MODEL_DOSSIER.template), "templates": "sha256:" + "0" * 64, "code": "sha256:" + "1" * 64}
    for form in FORMS:
        result, script = both(issuer.issue(form, tools=tools), issuer.key)
        assert (result.ok, script.ok) == (True, True)
        assert "drawn anew" not in {check.name for check in result.checks}
        assert "another version of the renderer (other code, templates)" in result.notes[0]


def test_a_report_that_claims_another_renderer_than_it_was_issued_with_is_found(
    issuer: Issuer, files: dict[Form, bytes]
) -> None:
    def claim(values: dict[str, Any]) -> None:
        values["made_with"]["typst"] = "0.0.1"

    assert failing_with(files, issuer.key, claim) == {"issued"}


@pytest.mark.parametrize("name", ["model_dossier_1.json", "model_dossier_1.html"])
def test_a_report_of_format_1_is_not_verified_and_says_why(name: str) -> None:
    file = (GOLDEN / name).read_bytes()
    ours, _ = both(file, re.search(rb'"vkey":"([^"]+)"', file)[1].decode())  # type: ignore[index]  # it has one
    assert ours.verdict == "NOT VERIFIED"
    (check,) = [check for check in ours.checks if check.status == "NOT VERIFIED"]
    assert "format 1" in check.detail
    forged = file.replace(b"made-up-3", b"made-up-4")
    assert both(forged, None)[0].verdict == "FAILED"


def test_a_report_taken_for_one_of_format_1_is_not_ok(issuer: Issuer, files: dict[Form, bytes]) -> None:
    values = json.loads(files["json"])
    values["format"] = "lineward.report/1"
    assert not both(canonical(values) + b"\n", issuer.key)[0].ok


def test_the_same_read_point_is_issued_alike_after_the_ledger_grew(issuer: Issuer) -> None:
    before = issuer.context()
    issuer.house.send(event("OTHER", "2026-02-01T00:00:00Z", "0190d2e6-0000-7000-8000-0000000000ee"))
    issuer.issue("json", before)
    result = verify(issuer.issue("json", before), issuer.key)
    assert result.ok


@pytest.mark.parametrize("form", ["html", "json"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_golden_report_is_one_that_its_ledger_issued(name: str, form: Form) -> None:
    ours, _ = both((GOLDEN / f"{name}.{form}").read_bytes(), str(site().verifiers[0]))
    assert ours.ok


def test_a_body_of_a_later_catalog_is_named_and_what_it_lacks(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    index = issuer.house.record(tag(column="ssn")).receipt.index
    context = issuer.context()
    later = {name: value for name, value in tag(column="ssn").items() if name not in {"kind", "phi_kind"}}
    body = json.dumps({"record": later, "added": {}, "authenticated": True})
    genuine = Evidence.parse(values_in(issuer.issue("json", context)))
    entries = [replace(one, body=body) if one.index == index else one for one in genuine.cited]
    at, template = genuine.read_point.valid_at, genuine.made_with["template"]
    parts = {part.name: part for part in derive(genuine.kind, genuine.context, entries, at, template)}
    issuer.close()
    assert parts["bodies"].why == f"Not understood by this verifier: #{index}: /record/phi_kind is missing."
    assert not parts["bodies"].understood
    assert all(not part.differing for part in parts.values())


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"format": "lineward.report/99"}, "take the one of the Lineward that made it."),
        ({"format": "another"}, "Name a report's PDF, HTML or JSON file."),
        ({"context": {}}, "Don't rely on it; get the file again from whoever issued it."),
    ],
)
def test_what_cannot_be_read_says_what_to_do_by_what_it_calls_itself(
    files: dict[Form, bytes], change: dict[str, Any], advice: str
) -> None:
    found, _ = both(canonical({**json.loads(files["json"]), **change}), None)
    (check,) = found.checks
    assert (check.name, check.status) == ("file", "FAIL")
    assert check.detail.endswith(advice)
