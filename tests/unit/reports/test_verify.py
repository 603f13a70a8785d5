from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from reports.contexts import ModelDossier
from reports.envelope import canonical
from reports.errors import ContextError
from reports.html import render_html
from reports.json import render_json
from reports.pdf import render_pdf
from reports.standalone import verify_lineward
from reports.standalone.verify_lineward import Result, check_evidence, consistent, included
from reports.verify import verify
from tests.support.dossier import (
    audit_path,
    clinical_dossier,
    dossier_saying,
    empty_dossier,
    leaf_hash,
    signed_checkpoint,
    tree_hash,
)

VKEY = clinical_dossier().evidence.vkey
RENDERERS: dict[str, Callable[[ModelDossier], bytes]] = {"pdf": render_pdf, "html": render_html, "json": render_json}
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"another key for tests alone").digest())


@pytest.fixture(scope="module", params=RENDERERS)
def file(request: pytest.FixtureRequest) -> bytes:
    return RENDERERS[request.param](clinical_dossier())


def failed(result: Result) -> set[str]:
    return {check.name for check in result.checks if check.status == "FAIL"}


def evidence_with(change: Callable[[dict[str, Any]], object]) -> set[str]:
    """Return the names of the checks that fail for the clinical dossier's evidence after a change to its context."""
    evidence = json.loads(render_json(clinical_dossier()))
    change(evidence["context"])
    return {check.name for check in check_evidence(evidence, VKEY) if check.status == "FAIL"}


def consistency_path(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """PROOF and SUBPROOF of RFC 6962, 2.1.2, over leaf hashes."""
    if old == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*consistency_path(old, leaves[:split], whole=whole), tree_hash(leaves[split:])]
    return [*consistency_path(old - split, leaves[split:], whole=False), tree_hash(leaves[:split])]


def test_a_report_verifies_and_is_drawn_anew_byte_for_byte(file: bytes) -> None:
    result = verify(file, VKEY)
    assert {check.status for check in result.checks} == {"PASS"}
    assert result.checks[-1].name == "drawn anew"


def test_the_script_agrees_where_both_look(file: bytes) -> None:
    assert verify_lineward.verify(file, VKEY).checks[:-1] == verify(file, VKEY).checks[:-1]


def test_without_a_key_the_result_says_that_the_file_vouches_for_itself(file: bytes) -> None:
    result = verify(file)
    assert result.ok
    assert [check.name for check in result.checks if check.status == "UNKNOWN"] == ["key"]
    assert "Get the key from the log's operator" in result.not_proved


def test_any_changed_byte_is_found(file: bytes) -> None:
    chance = random.Random(len(file))  # noqa: S311  # a sample, not a secret
    for _ in range(12):
        at = chance.randrange(len(file))
        changed = bytearray(file)
        changed[at] ^= 1 << chance.randrange(8)
        assert failed(verify(bytes(changed), VKEY)), f"byte {at}"


@pytest.mark.parametrize("tail", [b" ", b"\n%%EOF\n", b"<p>x</p>"])
def test_anything_appended_is_found(file: bytes, tail: bytes) -> None:
    assert failed(verify(file + tail, VKEY))


def test_a_file_that_is_cut_off_is_found(file: bytes) -> None:
    for part in (0, 10, len(file) // 2, len(file) - 1):
        assert failed(verify(file[:part], VKEY))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n%%EOF", b"<!DOCTYPE html><p>", b"{}", b"[]", b"null", b'{"a":1,"a":2}']
)
def test_what_is_no_report_proves_nothing(content: bytes) -> None:
    result = verify(content)
    assert not result.ok
    assert result.proved.startswith("Nothing")


def test_a_context_that_was_rewritten_and_drawn_again_fails_where_its_entries_differ() -> None:
    def other_actor(context: dict[str, Any]) -> None:
        context["evidence"]["cited"][3]["actor"] = "person:somebody-else"

    assert evidence_with(other_actor) == {"entries as told"}


def test_an_entry_that_was_rewritten_no_longer_hashes_to_its_leaf() -> None:
    def rewrite(context: dict[str, Any]) -> None:
        entry = context["evidence"]["cited"][3]
        entry["entry"] = entry["entry"].replace("made-up-3", "made-up-4")

    assert evidence_with(rewrite) == {"leaf hashes"}


def test_an_entry_that_was_rewritten_with_its_leaf_is_not_in_the_tree() -> None:
    def rewrite(context: dict[str, Any]) -> None:
        entry = context["evidence"]["cited"][3]
        entry["entry"] = entry["entry"].replace("made-up-3", "made-up-4")
        entry["leaf"] = leaf_hash(entry["entry"].encode()).hex()

    assert evidence_with(rewrite) == {"inclusion proofs"}


def test_an_entry_under_another_number_is_not_in_the_tree() -> None:
    def renumber(context: dict[str, Any]) -> None:
        first, second = context["evidence"]["cited"][3:5]
        first["index"], second["index"] = second["index"], first["index"]

    assert "inclusion proofs" in evidence_with(renumber)


def test_a_body_that_was_rewritten_does_not_fit_its_digest() -> None:
    def rewrite(context: dict[str, Any]) -> None:
        context["evidence"]["cited"][16]["body"] = '{"kind":"record.register_model_version"}'

    assert evidence_with(rewrite) == {"disclosed bodies"}


def test_a_cited_entry_that_is_left_out_is_missed() -> None:
    assert evidence_with(lambda context: context["evidence"]["cited"].pop(3)) == {"citations"}


def test_a_signature_shown_on_another_entry_is_found() -> None:
    def move(context: dict[str, Any]) -> None:
        context["approvals"][0]["decisions"][0]["entry"] = 20

    assert evidence_with(move) == {"signature records"}


def test_a_read_point_that_is_not_the_checkpoints_is_found() -> None:
    def move(context: dict[str, Any]) -> None:
        context["read_point"]["root"] = "sha256:" + "0" * 64

    assert evidence_with(move) == {"read point"}


def test_a_checkpoint_signed_by_another_key_of_the_same_name_is_found() -> None:
    def sign(context: dict[str, Any]) -> None:
        root = bytes.fromhex(context["read_point"]["root"].removeprefix("sha256:"))
        note, vkey = signed_checkpoint(context["read_point"]["ledger_size"], root, key=OTHER_KEY)
        context["evidence"] |= {"checkpoint": note, "vkey": vkey}

    assert evidence_with(sign) == {"checkpoint signature"}


def test_a_second_signature_by_an_unknown_key_does_no_harm() -> None:
    def cosign(context: dict[str, Any]) -> None:
        root = bytes.fromhex(context["read_point"]["root"].removeprefix("sha256:"))
        note, _ = signed_checkpoint(context["read_point"]["ledger_size"], root, key=OTHER_KEY)
        context["evidence"]["checkpoint"] += note.split("\n\n")[1]

    assert evidence_with(cosign) == set()


def test_an_older_read_point_is_proved_to_be_a_beginning_of_the_checkpoints_tree() -> None:
    def go_back(context: dict[str, Any]) -> None:
        leaves = [bytes.fromhex(entry["leaf"]) for entry in context["evidence"]["cited"]]
        context["read_point"] |= {"ledger_size": 19, "root": "sha256:" + tree_hash(leaves[:19]).hex()}
        context["evidence"]["consistency"] = [part.hex() for part in consistency_path(19, leaves)]

    def claim(context: dict[str, Any]) -> None:
        go_back(context)
        context["read_point"]["ledger_size"] = 18

    assert evidence_with(go_back) == set()
    assert evidence_with(claim) == {"read point"}


@pytest.mark.parametrize("size", range(1, 18))
def test_inclusion_is_what_rfc_6962_defines(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    root = tree_hash(leaves)
    for index in range(size):
        proof = audit_path(index, leaves)
        assert included(leaves[index], index, size, proof, root)
        assert not included(leaf_hash(b"other"), index, size, proof, root)
        assert not included(leaves[index], index, size, [*proof, root], root)
        assert not included(leaves[index], (index + 1) % (size + 1), size, proof, root)
        assert size == 1 or not included(leaves[index], index, size, proof[:-1], root)


@pytest.mark.parametrize("size", range(1, 18))
def test_consistency_is_what_rfc_6962_defines(size: int) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    for old in range(1, size + 1):
        proof = consistency_path(old, leaves)
        roots = tree_hash(leaves[:old]), tree_hash(leaves)
        assert consistent(old, size, *roots, proof)
        assert not consistent(old, size, leaf_hash(b"other"), roots[1], proof)
        assert not consistent(old, size, roots[0], leaf_hash(b"other"), proof)
        assert not consistent(old, size, *roots, [*proof, roots[0]])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["format", "context", "evidence", "cited", "read_point"]), inner)
        ),
    )
)
def test_malformed_evidence_fails_and_never_raises(evidence: Any) -> None:  # any JSON value
    assert any(check.status == "FAIL" for check in check_evidence(evidence))


@given(st.data())
def test_evidence_with_any_one_value_replaced_never_raises(data: st.DataObject) -> None:
    evidence: Any = json.loads(render_json(empty_dossier()))
    place: Any = evidence
    while True:
        key = data.draw(st.sampled_from(sorted(place)) if isinstance(place, dict) else st.integers(0, len(place) - 1))
        if not place[key] or not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(
        st.none() | st.integers() | st.text(max_size=4) | st.just([]) | st.just({}) | st.just([None])
    )
    check_evidence(evidence)
    verify(canonical_or_json(evidence))


def canonical_or_json(value: Any) -> bytes:  # any JSON value
    try:
        return canonical(value)
    except ContextError:
        return json.dumps(value).encode()


def test_a_report_that_claims_other_templates_than_it_was_made_with_is_found() -> None:
    report = json.loads(render_json(clinical_dossier()))
    report["made_with"]["typst"] = "0.0.1"
    assert failed(verify(canonical(report) + b"\n", VKEY)) == {"drawn anew"}


def test_a_report_made_by_other_templates_is_not_called_false() -> None:
    report = json.loads(render_json(clinical_dossier()))
    report["made_with"]["typst"] = "0.0.1"
    report["document"]["title"] = "As another version put it"
    result = verify(canonical(report) + b"\n", VKEY)
    assert result.ok
    assert result.checks[-1].status == "UNKNOWN"


def test_a_report_of_hostile_text_verifies() -> None:
    for render in (render_html, render_json):
        assert verify(render(dossier_saying("</script>\x00\u202e😀")), VKEY).ok


def test_a_result_is_plain_json() -> None:
    told = verify(render_json(empty_dossier())).to_json()
    assert json.loads(json.dumps(told))["ok"] is True


def another_key() -> str:
    """Return a whole verifier key of the same log's name, which signed nothing."""
    name, public = VKEY.split("+")[0], b"\x01" + OTHER_KEY.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(public).decode()}"


@pytest.mark.parametrize(
    ("file", "key", "what", "to_do"),
    [
        (render_json(clinical_dossier())[:-4000], None, "cut off or changed", "get the file again"),
        (render_html(clinical_dossier())[:-4000], None, "cut off or changed", "get the file again"),
        (b"%PDF-1.7 and no end", None, "cut off", "get the file again"),
        (b"", None, "is empty", "Name a report's PDF, HTML or JSON file"),
        (b"\x89PNG", None, "no PDF, no HTML page and no JSON object", "Name a report's PDF, HTML or JSON file"),
        (b'{"hello": 1}', None, "not the evidence of a Lineward report", "Name a report's PDF, HTML or JSON file"),
        (
            render_json(clinical_dossier()),
            "log.example+00000000+AQ==",
            "no verifier key",
            "Copy it whole from the log's operator",
        ),
        (render_json(clinical_dossier()), another_key(), "is not signed by", "Give the key of this very log"),
    ],
)
def test_what_fails_says_what_is_wrong_and_what_to_do(file: bytes, key: str | None, what: str, to_do: str) -> None:
    for result in (verify(file, key), verify_lineward.verify(file, key)):
        assert not result.ok
        told = [check.detail for check in result.checks if check.status == "FAIL"]
        assert any(what in detail and to_do in detail for detail in told), told


def test_the_script_alone_says_that_it_drew_nothing() -> None:
    last = verify_lineward.verify(render_json(clinical_dossier()), VKEY).checks[-1]
    assert (last.name, last.status) == ("drawn anew", "UNKNOWN")
    assert "lineward verify" in last.detail
