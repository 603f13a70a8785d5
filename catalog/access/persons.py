"""Whether two principals are one person, as far as that is recorded."""

from __future__ import annotations

from catalog.access.queries import principals
from catalog.errors import AskerError
from catalog.record import Admission
from catalog.view import View
from graph_schema.nodes import Principal


def are_one_person(view: View, one: str, other: str) -> bool:
    """Tell whether both names are of one person: the same name, or recorded as one."""
    if one == other:
        return True
    ids = [Principal(name).id for name in (one, other)]
    found = principals(view.unredacted, ids)
    persons = {found[id_].person for id_ in ids if id_ in found}
    return len(ids) == len(found) and len(persons) == 1 and None not in persons


def require_another(admission: Admission, principal: str, sentence: str) -> None:
    """Raise AskerError 403 where whoever writes is the principal, or one person with it."""
    if are_one_person(admission.view, admission.actor, principal):
        raise AskerError(f"{sentence}, nor is it done by another principal of the same person.", status=403)
