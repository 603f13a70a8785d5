"""A signature is by whoever its key makes of it at the entry itself, and not when the request came in."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from catalog.access.changes import AccessChanges
from catalog.access.keys import KeyFile, local_actor
from catalog.access.model import Actor
from catalog.access.records import DefinePrincipal
from catalog.errors import AskerError, OperatorError
from catalog.ledger.protocol import Receipt
from tests.support.records import principal

_WHILE_IT_WAITS = 0.2


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.sqlite")


@pytest.fixture
def grace(keys: KeyFile) -> Actor:
    keys.upsert_principal("grace", "Testperson Grace", ["approver"], active=True, entry=0, approves=["IRB"])
    key = keys.make("grace")
    keys.keep(key)
    actor = keys.actor(key.secret)
    assert actor is not None
    return actor


def receipt(index: int) -> Future[Receipt]:
    done: Future[Receipt] = Future()
    done.set_result(Receipt(index, b"", 0, duplicate=False))
    return done


def definition(**changes: object) -> DefinePrincipal:
    fields = {name: value for name, value in principal("grace", "approver").items() if name != "kind"}
    return DefinePrincipal.read({**fields, **changes})


def test_who_is_still_the_same_signs(keys: KeyFile, grace: Actor) -> None:
    assert AccessChanges(keys).sign(grace, lambda: receipt(7)).result().index == 7


def test_a_signature_waits_for_a_definition_on_its_way_and_is_refused_after_it(keys: KeyFile, grace: Actor) -> None:
    changes, durable, begun = AccessChanges(keys), Future[Receipt](), threading.Event()
    refused, written = list[str](), list[str]()

    def append() -> Future[Receipt]:
        begun.set()
        return durable

    def write() -> Future[Receipt]:
        written.append("signed")
        return receipt(9)

    def sign() -> None:
        try:
            changes.sign(grace, write)
        except OperatorError as error:
            refused.append(str(error))

    defined = definition(display_name="Testperson Omega")
    define = threading.Thread(target=lambda: changes.define(defined, append), daemon=True)
    define.start()
    assert begun.wait(10)
    signing = threading.Thread(target=sign, daemon=True)
    signing.start()
    signing.join(_WHILE_IT_WAITS)
    durable.set_result(receipt(8).result())
    define.join()
    signing.join()
    assert (written, refused) == ([], ["Who signs was defined anew while this was on its way. Send it again."])


@pytest.mark.parametrize("ended", ["revoked", "inactive"])
def test_who_may_not_act_any_more_signs_nothing(keys: KeyFile, grace: Actor, ended: str) -> None:
    if ended == "revoked":
        assert grace.key_id is not None
        keys.revoke(grace.key_id)
    else:
        keys.suspend("grace", 1)
    with pytest.raises(AskerError) as caught:
        AccessChanges(keys).sign(grace, lambda: receipt(7))
    assert caught.value.status == 401


def test_nobody_without_a_key_signs(keys: KeyFile) -> None:
    with pytest.raises(AskerError):
        AccessChanges(keys).sign(local_actor(), lambda: receipt(7))


def test_the_holder_of_a_key_is_known_by_its_public_id(keys: KeyFile, grace: Actor) -> None:
    assert grace.key_id is not None
    assert keys.holder(grace.key_id) == grace
    assert keys.holder("aaaaaaaaaa") is None
