"""What is restored by hand: whoever comes before the keys file was made anew is not let in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catalog import app
from catalog.access.keys import local_actor
from catalog.api.application import create
from catalog.api.services import Services
from catalog.settings import Settings, load
from tests.support.records import event, principal


def client(service: Services) -> TestClient:
    return TestClient(create(service), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 4711))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A catalog in which a key was issued and revoked, and the folder that its ledger and keys were restored to."""
    made, restored = (load(data_dir=tmp_path / name, projection="thread") for name in ("made", "restored"))
    with app.opened(made) as service:
        intake = service.intake
        intake.submit_record(principal("ada", "admin"), local_actor(), "tests").result()
        assert service.projection.wait_for(0, 20)
        _, issued = intake.issue_key("ada", local_actor(), "tests")
        issued.result()
        service.projection.wait_for(1, 20)
    restored.data_dir.mkdir()
    shutil.copy(made.data_dir / "ledger.db", restored.data_dir)
    shutil.copytree(made.data_dir / "keys", restored.data_dir / "keys")
    return restored


def test_a_restored_ledger_lets_nobody_in_without_a_key(settings: Settings) -> None:
    for _ in ("before the graph is there", "afterwards"):
        with app.opened(settings) as service, client(service) as here:
            assert service.authenticator.needs_key()
            assert here.post("/api/v1/records", json=principal("mallory", "admin")).status_code == 401
            assert here.post("/api/v1/lineage", json=event()).status_code == 401
            assert service.ledger.size() == 2


def test_the_owner_of_the_folder_makes_a_new_key_after_a_restore(settings: Settings) -> None:
    with app.opened(settings, owner=True) as service, client(service) as here:
        assert service.projection.wait_for(1, 20)
        asked = 'mutation { issueKey(principal: "ada") { ... on IssuedKey { secret } } }'
        answer = here.post("/graphql", json={"query": asked}).json()
        secret = answer["data"]["issueKey"]["secret"]
    with app.opened(settings) as service, client(service) as here:
        headers = {"Authorization": f"Bearer {secret}"}
        assert here.post("/api/v1/records", json=principal("grace", "engineer"), headers=headers).status_code == 201
