from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from catalog.cli import labels, output
from tests.integration.catalog.api.test_access import key_of
from tests.support.records import CURATED, JOB, event, tag, trust
from tests.unit.catalog.labels.test_effective_labels import CURATED_ID, EARLY, PLAIN, lineage

if TYPE_CHECKING:
    from tests.integration.catalog.api.conftest import Catalog

QUERY = """
query Labels($id: ID!, $ref: QualifiedNameInput!) {
  node(id: $id) { ... on Dataset { effectiveState(regime: GDPR, recipient: "somebody") {
    regime stated state reasons { state text entries } because completeness { __typename } readPoint { knownAt } } } }
  effectiveLabels(asset: $id) {
    ... on EffectiveLabels { labels { phiKind } trusted { entry trustedBy reason until job { ref { name } } } } }
  job(ref: $ref) { ... on Job { columnLineageTrust { entry trustedBy since until reason holds } } } }
"""


Asking = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(catalog: Catalog) -> Asking:
    """Asks as a steward who takes the column lineage for complete."""
    catalog.event(event(**lineage(ward=[("ward", PLAIN)])))
    catalog.record(tag(valid_from=EARLY))
    steward = key_of(catalog, "ada", "steward")
    catalog.record(trust(valid_from=EARLY), **steward)
    catalog.caught_up()

    def asked(query: str, **variables: Any) -> dict[str, Any]:
        found: dict[str, Any] = catalog.ask(query, steward, **variables)["data"]
        return found

    return asked


def test_what_is_trusted_is_told_of_the_labels_and_of_the_job(catalog: Catalog, ask: Asking) -> None:
    found = ask(QUERY, id=CURATED_ID, ref=JOB)
    entry = catalog.service.ledger.size() - 1
    about = {"entry": entry, "trustedBy": "ada", "reason": "Its emitter was looked at", "until": None}
    assert found["effectiveLabels"] == {"labels": [], "trusted": [{**about, "job": {"ref": {"name": JOB["name"]}}}]}
    state = found["node"]["effectiveState"]
    assert (state["regime"], state["stated"], state["state"], state["because"]) == ("GDPR", None, "UNKNOWN", [])
    assert found["job"]["columnLineageTrust"] == {**about, "since": "2025-01-01T00:00:00Z", "holds": True}


def test_what_no_key_proves_keeps_nothing_out_and_is_warned_of(catalog: Catalog) -> None:
    catalog.event(event(**lineage(ward=[("ward", PLAIN)])))
    catalog.record(tag(valid_from=EARLY))
    (warning,) = catalog.record(trust(valid_from=EARLY)).json()["warnings"]
    assert "no key" in warning
    catalog.caught_up()
    found = catalog.data(QUERY, id=CURATED_ID, ref=JOB)
    assert [one["phiKind"] for one in found["effectiveLabels"]["labels"]] == ["DIRECT_IDENTIFIER"]
    assert not found["job"]["columnLineageTrust"]["holds"]


def test_and_the_command_prints_it_on_eighty_columns(
    ask: Asking, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "out", Console(width=80, force_terminal=True, color_system=None))
    monkeypatch.setattr(labels, "ask", lambda _, query, variables: ask(query, **variables))
    monkeypatch.setattr(labels, "identify", lambda *_: CURATED_ID)
    labels.labels(None, CURATED["name"], None, labels.Whose(None, None), {}, as_json=False)  # type: ignore[arg-type]
    shown = capsys.readouterr().out
    assert "taken for complete" in shown
    assert "Nobody said of it how far" in shown
    assert max(map(len, shown.splitlines())) <= 80
