from __future__ import annotations

import base64
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.assets.storage import encrypted_under, keys_of
from catalog.encryption.model import KeyState
from catalog.encryption.queries import encryption_keys, keys_called
from catalog.encryption.rules import looks_like_key
from catalog.errors import SenderError
from catalog.reading import AsOf
from graph_schema.nodes import Dataset
from tests.support.records import CURATED, RAW, House, encryption_key, ending_key

RAW_ID, CURATED_ID = Dataset(**RAW).id, Dataset(**CURATED).id
KEY, OTHER = "keys.example/training/7", "keys.example/sandbox/1"
BYTES = random.Random(7).randbytes(64)  # noqa: S311  made up, and no key of anything


def uses(*keys: str, dataset: dict[str, str] = RAW, environment: str = "TRAINING", **more: Any) -> dict[str, Any]:
    named = [{"key": key, "environment": environment} for key in keys]
    return {"kind": "declare_dataset", "dataset": dataset, "encryption_keys": named, **more}


def test_a_key_is_shown_with_its_scope_and_who_has_to_do_with_it(house: House) -> None:
    house.record(encryption_key())
    (found,) = encryption_keys(house.view())
    assert (found.key, found.scope.environment, found.scope.used_by, found.entry) == (
        KEY,
        "TRAINING",
        ("training nodes",),
        0,
    )


def test_what_is_declared_of_a_key_takes_the_place_of_what_was(house: House) -> None:
    house.record(encryption_key())
    house.record({"kind": "declare_key", "key": KEY, "environment": "SANDBOX"})
    assert [(one.scope.environment, one.scope.workload) for one in encryption_keys(house.view())] == [("SANDBOX", None)]
    assert encryption_keys(house.view(AsOf(known_at=0)))[0].scope.environment == "TRAINING"


def test_a_key_that_ended_is_declared_no_longer_and_what_it_encrypts_is_told(house: House) -> None:
    house.record(encryption_key())
    house.record(uses(KEY))
    house.record(uses(KEY, dataset=CURATED))
    [warning] = house.record(ending_key()).warnings
    assert warning.endswith("There are 2.")
    assert encryption_keys(house.view()) == ()
    assert [one.key for one in encryption_keys(house.view(AsOf(known_at=2)))] == [KEY]
    assert len(encrypted_under(house.view(), [KEY])[KEY]) == 2
    with pytest.raises(SenderError, match="unknown encryption key"):
        house.record(ending_key("keys.example/other"))


def test_what_stands_of_a_key_is_its_declaration_or_what_ended_that(house: House) -> None:
    house.record(encryption_key())
    assert keys_called(house.view(), [KEY, OTHER]) == {KEY: KeyState(encryption_keys(house.view())[0], None)}
    house.record(ending_key())
    assert keys_called(house.view(), [KEY, OTHER]) == {KEY: KeyState(None, 1)}


def test_a_key_that_a_dataset_names_alone_is_not_declared(house: House) -> None:
    house.record(uses(KEY))
    assert encryption_keys(house.view()) == ()


def test_a_key_is_found_by_dataset_and_datasets_by_key(house: House) -> None:
    house.record(uses(KEY, OTHER))
    house.record(uses(KEY, dataset=CURATED, environment="SANDBOX"))
    found = keys_of(house.view(), [RAW_ID, CURATED_ID])
    assert [(one.key, one.environment, one.entry) for one in found[RAW_ID]] == [
        (OTHER, "TRAINING", 0),
        (KEY, "TRAINING", 0),
    ]
    shared = encrypted_under(house.view(), [KEY])[KEY]
    assert {(one.dataset, one.environment) for one in shared} == {(RAW_ID, "TRAINING"), (CURATED_ID, "SANDBOX")}


def test_a_key_that_a_dataset_is_encrypted_under_no_longer_is_none_of_its_keys(house: House) -> None:
    house.record(uses(KEY))
    house.record(uses())
    assert keys_of(house.view(), [RAW_ID]) == {}
    assert encrypted_under(house.view(), [KEY]) == {}
    assert KEY in encrypted_under(house.view(AsOf(known_at=0)), [KEY])


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        "arn:aws:kms:eu-central-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "projects/madeup/locations/europe-west3/keyRings/research/cryptoKeys/Training2026/cryptoKeyVersions/1",
        "https://madeup.vault.example/keys/training/0a1b2c",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "SHA256:" + base64.b64encode(BYTES[:32]).decode().rstrip("="),
        "sha256:" + BYTES[:32].hex(),
        "training-key-of-the-north-hospital-2026",
        "TRAINING_KEY_2026_GENERATION_SEVEN_OF_THE_NORTH",
    ],
)
def test_the_id_of_a_key_is_no_key(text: str) -> None:
    assert not looks_like_key(text)


MATERIAL = [
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "AGE-SECRET-KEY-" + "1MADEUP",
    '{"kty": "oct", "k": "made-up"}',
    BYTES[:16].hex(),
    "0x" + BYTES[:32].hex().upper(),
    f"training key {BYTES[:32].hex()}",
    base64.b64encode(BYTES[:16]).decode(),
    base64.b64encode(BYTES[:32]).decode(),
    base64.urlsafe_b64encode(BYTES[:32]).decode().rstrip("="),
    "base64:" + base64.b64encode(BYTES).decode(),
]


@pytest.mark.parametrize("text", MATERIAL)
@pytest.mark.parametrize("member", ["key", "workload", "created_by"])
def test_a_key_itself_is_refused_and_never_repeated(house: House, text: str, member: str) -> None:
    with pytest.raises(SenderError, match="looks like a key itself") as refused:
        house.record(encryption_key(**{member: text}))
    assert refused.value.pointer == f"/{member}"
    assert text not in str(refused.value)
    assert house.ledger.size() == 0


def test_a_key_itself_is_refused_where_a_dataset_names_its_keys(house: House) -> None:
    with pytest.raises(SenderError, match="looks like a key itself") as refused:
        house.record(uses(KEY, BYTES[:32].hex()))
    assert refused.value.pointer == "/encryption_keys/1/key"


@given(st.binary(min_size=32, max_size=32))
def test_no_key_of_256_bits_passes_in_hex(key: bytes) -> None:
    assert looks_like_key(key.hex())
    assert looks_like_key(key.hex().upper())
