"""Whether two principals are one person, as far as that is recorded."""

from __future__ import annotations

from catalog.access import rules
from catalog.access.queries import principals
from catalog.errors import AskerError
from catalog.record import Admission
from catalog.view import View
from graph_schema.nodes import Principal


def are_one_person(view: View, one: str, other: str) -> bool:
    """Tell whether both names are of one person: the same name, or recorded as one."""
    if one == other:
        return True
    recorded: dict[str, str | None] = {}
    front = {one, other}
    while front:
        found = principals(view.unredacted, sorted(Principal(name).id for name in front))
        recorded |= dict.fromkeys(front) | {each.principal: each.person for each in found.values()}
        front = {person for person in recorded.values() if person is not None} - recorded.keys()
    return rules.person_of(one, recorded) == rules.person_of(other, recorded)


def require_another(admission: Admission, principal: str, sentence: str) -> None:
    """Raise AskerError 403 where whoever writes is the principal, or one person with it."""
    if are_one_person(admission.view, admission.actor, principal):
        raise AskerError(f"{sentence}, nor is it done by another principal of the same person.", status=403)
