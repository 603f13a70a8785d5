"""Who may act and by which policies, as pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.catalog.api.test_access import key_of
from tests.support.pages import BROWSER, Shown, shown
from tests.support.records import MODEL, VERSION, delegation, policies

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog


def page(catalog: Catalog, address: str, headers: dict[str, str] | None = None, status: int = 200) -> Shown:
    answer = catalog.client.get(f"/explorer/{address}", headers={**BROWSER, **(headers or {})})
    assert answer.status_code == status, answer.text
    return shown(answer)


def test_principals_stand_by_name_with_roles_and_keys_but_no_secret(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "0 principals are defined" in page(catalog, "principals").words
    headers = key_of(catalog, "testperson-alpha", "steward")
    other = key_of(catalog, "testperson-beta", "engineer", "approver")
    secret = other["Authorization"].split()[1]
    catalog.caught_up()
    found = page(catalog, "principals", headers).words
    assert "2 principals are defined; 2 keys were issued and not revoked" in found
    assert secret.split("_")[1] in found
    assert secret not in found
    assert "engineer approver" in found
    # Whoever may write nothing of it is offered nothing.
    assert "lineward key create" not in found
    assert "revoke it" not in found
    boss = key_of(catalog, "testperson-gamma", "admin")
    catalog.caught_up()
    offered = page(catalog, "principals", boss)
    assert "lineward key create NAME" in offered.words
    links = [one["href"] for one in offered.of("a") if "revoke_key" in one.get("href", "")]
    (of_beta,) = [one for one in links if "testperson-beta" in one]
    (form,) = [
        fields for given, fields in page(catalog, of_beta, boss).forms if given.get("action", "").endswith("record")
    ]
    assert form["/key_id"] == secret.split("_")[1]
    assert form["/principal"] == "testperson-beta"
    form.pop("/force", None)
    answer = catalog.client.post("/explorer/record", data=form, headers={**BROWSER, **boss})
    assert answer.status_code in {200, 303}, answer.text
    catalog.caught_up()
    found = page(catalog, "principals", boss).words
    assert re.search(r"revoked \d{4}-.* by testperson-gamma", found), found
    monkeypatch.setattr("catalog.api.pages.principals._FIRST", 1)
    first = page(catalog, "principals", headers)
    (following,) = [one["href"] for one in first.of("a") if one.get("rel") == "next"]
    assert "testperson-beta" not in first.words
    assert "testperson-beta" in page(catalog, following, headers).words


def test_the_policies_in_force_are_shown_file_by_file(catalog: Catalog) -> None:
    assert "No set of policies was ever published" in page(catalog, "policies").words
    for text in (
        "permit (principal, action, resource);\n",
        "permit (principal, action, resource);\n// The later one.\n",
    ):
        answer = catalog.record(policies(text))
        assert answer.status_code == 201, answer.text
        catalog.caught_up()
    found = page(catalog, "policies?file=made_up.cedar").words
    assert "2 publications" in found
    assert '@id("made-up")' in found
    assert "// The later one." in found
    page(catalog, "policies?file=none.cedar", status=404)


def test_a_principal_shows_in_whose_place_it_acts_and_who_in_its_own(catalog: Catalog) -> None:
    alpha = key_of(catalog, "testperson-alpha", "approver", "engineer")
    key_of(catalog, "testperson-beta", "approver", "engineer")
    until = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    given: dict[str, Any] = {"to": "testperson-beta", "until": until, "reason": "While away"}
    assert catalog.record(delegation(**given), **alpha).status_code == 201
    access = {"kind": "delegate_access", "actions": ["read"], "records": ["tag"], **given}
    answer = catalog.record(access, **alpha)
    assert answer.status_code == 201, answer.text
    catalog.caught_up()
    found = page(catalog, "principals", alpha).words
    assert "lets testperson-beta decide in its place: CLINICAL" in found
    assert "decides in the place of testperson-alpha: CLINICAL" in found
    assert "acts in the place of testperson-alpha: read tag" in found
    assert found.count("While away") == 4
    assert "not in force" not in found
    assert catalog.record(delegation(**given | {"approval_kinds": []}), **alpha).status_code == 201
    catalog.caught_up()
    assert page(catalog, "principals", alpha).words.count("not in force") == 2


def test_a_version_shows_what_was_assessed_and_planned_of_it(catalog: Catalog) -> None:
    catalog.fill()
    assert "nobody planned it" in page(catalog, f"model-version?id={VERSION}").words
    clinician = key_of(catalog, "testperson-alpha", "approver", "engineer", "steward")
    of = {"model_version": {"model": MODEL, "version": "1"}}
    planned = {"plan": "Watch it", "review_by": "2027-06-01T00:00:00Z", "fallback": "On paper"}
    features = [{"feature": "age_group", "measures": ["AGE"], "mitigation": "Calibrated"}]
    for record in (
        {"kind": "assess_change", **of, "status": "INSIDE", "plan": "Plan 2", "reason": "As foreseen"},
        {"kind": "plan_monitoring", **of, **planned},
        {"kind": "assess_features", **of, "features": features, "reason": "All looked at"},
    ):
        answer = catalog.record(record, **clinician)
        assert answer.status_code == 201, answer.text
    catalog.caught_up()
    found = page(catalog, f"model-version?id={VERSION}", clinician).words
    for words in ("inside Plan 2: As foreseen", "Watch it, to be reviewed by 2027-06-01", "without it: On paper"):
        assert words in found
    assert "1 feature measures what one may not discriminate by: All looked at" in found
    assert "age_group measures age; Calibrated" in found


def test_what_the_page_of_operation_says_of_times_is_read_as_everywhere(catalog: Catalog) -> None:
    catalog.fill()
    catalog.service.ledger.checkpoint()
    words = shown(catalog.client.get("/explorer/operation", headers=BROWSER)).words
    assert re.search(r"signed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC *age [\d,]+ s", words), words
