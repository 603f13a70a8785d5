"""From seals and verifications to facts."""

from __future__ import annotations

from catalog.record import Hearing
from catalog.snapshots.records import SealSnapshot, VerifySnapshot
from graph_schema.edges import Captures, Generated, Sealed, Verified
from graph_schema.nodes import Node, Principal


def seal_subjects(record: SealSnapshot) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.dataset.node)


def tell_seal(record: SealSnapshot, hearing: Hearing) -> None:
    """Say what was sealed, by whom, and which run it came from where one is named."""
    telling = hearing.telling
    if record.run is not None:
        telling.run = telling.node(record.run)
        telling.edge(Generated(record.run, record.node))
    telling.edge(Captures(record.node, record.dataset.node))
    said = record.fields()
    telling.say(
        record.node,
        "seal",
        {
            "manifest": said["manifest"],
            "foreign": said["foreign"],
            "role": said["role"],
            "locked": said["locked"],
            "files": len(record.manifest),
            "size_bytes": sum(file.size for file in record.manifest),
            "by": hearing.actor,
            "authenticated": hearing.authenticated,
        },
    )
    telling.edge(Sealed(Principal(hearing.actor), record.node))


def verification_subjects(record: VerifySnapshot) -> tuple[Node, ...]:
    """Return what the record is about."""
    return (record.node, record.dataset.node)


def tell_verification(record: VerifySnapshot, hearing: Hearing) -> None:
    """Say what the check found, and by whom."""
    said = record.fields()
    value = {
        "result": said["result"],
        "differing": said["differing"],
        "method": said["method"],
        "by": hearing.actor,
        "authenticated": hearing.authenticated,
    }
    hearing.telling.edge(Captures(record.node, record.dataset.node))
    hearing.telling.say(record.node, "verification", value)
    hearing.telling.edge(Verified(Principal(hearing.actor), record.node), {"result": said["result"]})
