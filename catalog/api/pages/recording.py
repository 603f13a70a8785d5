"""From a form to a record: what a page writes goes the way of every record, and is decided there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.admissions import PATIENCE
from catalog.api.pages.asking import Asking
from catalog.errors import AskerError, OperatorError, SenderError
from catalog.grants.queries import delegations_of
from catalog.grants.rules import delegating_principals
from catalog.intake import Accepted
from graph_schema.nodes import Principal


def places(asking: Asking, kind: str) -> tuple[str, ...]:
    """Return by name in whose place whoever looks may write records of a kind: those who delegated it (X7)."""
    principal = Principal(asking.actor.principal).id
    return delegating_principals(delegations_of(asking.view, [principal]).get(principal, ()), kind)


def in_place(asking: Asking) -> dict[str, str]:
    """Return what a record says of in whose place the form is sent; nothing where it is for oneself."""
    place = asking.text("on_behalf_of")
    return {"on_behalf_of": place} if place else {}


def submit(asking: Asking, payload: Mapping[str, Any]) -> int:
    """Write a record as `take` does, and return its entry."""
    return take(asking, payload).receipt.index


def take(asking: Asking, payload: Mapping[str, Any]) -> Accepted:
    """Write a record as whoever sent the form, and wait a moment for the graph to hold it.

    Raises what `Intake.submit_record` raises: who may not, what is wrong in it, what is not there.
    """
    services = asking.services
    accepted = services.intake.submit_record(payload, asking.actor, asking.correlation_id).result()
    services.metrics.note_received("record", "duplicate" if accepted.receipt.duplicate else "taken")
    services.projection.wait_for(accepted.receipt.index, PATIENCE)
    return accepted


def submit_each(asking: Asking, payloads: Iterable[Mapping[str, Any]]) -> list[int | str]:
    """Write several records, each by itself, and return of each its entry, or in a sentence why it was refused.

    Where the ledger or the graph cannot be reached, what comes after is not sent.
    """
    services = asking.services
    done: list[int | str] = []
    gone = ""
    for payload in payloads:
        try:
            if gone:
                done.append(gone)
                continue
            accepted = services.intake.submit_record(payload, asking.actor, asking.correlation_id).result()
            services.metrics.note_received("record", "duplicate" if accepted.receipt.duplicate else "taken")
            done.append(accepted.receipt.index)
        except OperatorError as error:
            gone = str(error)
            done.append(gone)
        except (SenderError, AskerError) as error:
            done.append(str(error))
    newest = max((one for one in done if isinstance(one, int)), default=None)
    if newest is not None:
        services.projection.wait_for(newest, PATIENCE)
    return done


def midnight(text: str) -> str:
    """Return the time that a field of a date means: its beginning in UTC; a time as it is, and "" for nothing."""
    return f"{text}T00:00:00Z" if text and "T" not in text else text
