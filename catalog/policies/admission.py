"""What must hold before a set of policies is published: every policy can be evaluated, and the set's own tests hold."""

from __future__ import annotations

from catalog.access.permissions import Permission
from catalog.errors import SenderError
from catalog.policies import cases
from catalog.policies.checking import Problem, problems
from catalog.policies.entitlements import forbidden_by
from catalog.policies.queries import in_force
from catalog.policies.records import PublishPolicies
from catalog.record import Admission, Admitted


def admit(record: PublishPolicies, admission: Admission) -> Admitted:
    """Hold the set to be without problems; warn where it is in force already."""
    places = {file.path: number for number, file in enumerate(record.files)}
    files = {file.path: file.text for file in record.files}
    _require(problems(files), places)
    try:
        tested = cases.run(files)
    except SenderError as error:
        raise SenderError(error.detail, pointer="/files", status=422) from error
    _require(tested.failures, places)
    shut_out = forbidden_by(files, Permission.PUBLISH_POLICIES, admission.actor, admission.roles)
    if shut_out is not None:
        raise SenderError(
            f"By this set whoever publishes it could not publish another: {shut_out}", pointer="/files", status=422
        )
    held = in_force(admission.view)
    same = held is not None and held.digest == record.digest
    return Admitted(warnings=(f"This very set is in force since entry {held.entry}.",) if held and same else ())


def _require(found: tuple[Problem, ...], places: dict[str, int]) -> None:
    if not found:
        return
    first, rest = found[0], len(found) - 1
    more = f" There {'is one more' if rest == 1 else f'are {rest} more'}: see `lineward policy test`." if rest else ""
    pointer = f"/files/{places[first.path]}/text" if first.path in places else "/files"
    raise SenderError(f"{first}{more}", pointer=pointer, status=422)
