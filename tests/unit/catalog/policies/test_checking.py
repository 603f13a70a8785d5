"""What is wrong with policies: each with its line and column, and nothing wrong is ever published."""

from __future__ import annotations

import pytest

from catalog.errors import SenderError
from catalog.policies import cases
from catalog.policies.checking import problems
from tests.support.records import House, policies

SOUND = '@id("made-up")\n@reason("As made up")\npermit (principal, action, resource)\nwhen { context.granted };\n'


def told(text: str, path: str = "made_up.cedar") -> list[str]:
    return [str(one) for one in problems({path: text})]


def test_a_sound_policy_has_no_problem() -> None:
    assert told(SOUND) == []
    assert told("") == []
    assert told('// "an unfinished text, in a remark\n' + SOUND) == []


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("context.granted", "context.", "4:18: Unexpected token `}`"),
        ("context.granted }", "context.granted ", "4:24: Unexpected token `;`"),
        ("when {", "wen {", "4:1: "),
        ("context.granted", "context.grantd", "4:16: Attribute `grantd`"),
        ("context.granted", "context.project == 1", "4:16: Unable to guarantee safety"),
        ("action, resource", 'action == Lineward::Action::"reed", resource', "3:48: Unrecognized action"),
        ("principal,", "principal is Lineward::User,", "3:32: Unrecognized entity type `Lineward::User`"),
        ("principal,", "principal == ?principal,", "1:1: A template is no policy here"),
        (SOUND, "permit (principal, action, resource);", "1:1: Each policy needs a name of its own"),
        ("context.granted", "context.grantd", "4:16: Attribute `grantd` in context"),
        ("context.granted", 'resource.zon == "RAW"', "4:17: Attribute `zon` on entity type"),
        (
            "action, resource)\nwhen { context.granted",
            'action == Lineward::Action::"read", resource is Lineward::Dataset)\nwhen { resource.zoon == "RAW"',
            "4:17: Attribute `zoon` on entity type",
        ),
        ('@id("made-up")', "", "2:1: Each policy needs a name of its own"),
        ('@id("made-up")', '@id("Made up")', "1:1: Each policy needs a name of its own"),
        ('@reason("As made up")', "", "1:1: Say in @reason"),
        ("As made up", 'x") @obligations("ENCRYPT NONSENSE', "2:15: @obligations: "),
        ("permit", '@refrains("NORELINK")\nforbid', "1:1: The policy made-up forbids: it brings"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(before: str, after: str, where: str) -> None:
    assert before in SOUND
    found = told(SOUND.replace(before, after, 1))
    assert any(one.startswith(f"made_up.cedar:{where}") for one in found), found


@pytest.mark.parametrize(
    ("before", "after", "hint"),
    [
        ("context.granted", "context.grantd", "Did you mean granted?"),
        ("context.granted", 'resource.zon == "RAW"', "Did you mean zone?"),
        ("context.granted", 'resource.zone == "RAW"', "Not everything has it: ask with `has zone` before."),
        ("context.granted", 'context.project == "x"', "It may be missing: ask `context has project` before."),
        ("context.granted", 'principal.organisation == "x"', "ask `principal has organisation` before."),
        ("action, resource", 'action == Lineward::Action::"reed", resource', "Did you mean read?"),
        ("resource)", "resource is Lineward::Datset)", "Did you mean Dataset?"),
        ("context.granted", 'resource.labels.containsAny("x")', "expected Set but saw String."),
    ],
)
def test_what_may_have_been_meant_is_told_as_well(before: str, after: str, hint: str) -> None:
    (found,) = told(SOUND.replace(before, after, 1))
    assert found.endswith(hint)


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("context: {purpos: TREAT}", "context has no purpos; did you mean purpose"),
        ("resource: {zoen: RAW}", "resource has no zoen; did you mean zone"),
        ("principal: {role: [steward]}", "principal has no role; did you mean roles"),
        ("resource: {type: Datset}", "a type of resource is one of Dataset, Column, ModelVersion"),
        ("action: reed", "an action is one of read, query"),
    ],
)
def test_a_test_of_what_no_policy_can_ask_is_refused(case: str, sentence: str) -> None:
    action = "" if case.startswith("action") else "action: read, "
    with pytest.raises(SenderError, match=sentence) as raised:
        cases.run({"a.cedar": SOUND, "tests/a.yaml": f"tests:\n  - {{name: x, {action}expect: DENY, {case}}}\n"})
    assert raised.value.detail.startswith("tests/a.yaml, line 2: ")


def test_a_policy_without_an_end_is_told_at_its_last_word() -> None:
    assert told(SOUND.rstrip().removesuffix(";"))[0].startswith("made_up.cedar:4:24: Unexpected end of input")


def test_a_name_stands_once_in_a_set() -> None:
    (found,) = problems({"a.cedar": SOUND, "b.cedar": f"\n{SOUND}"})
    assert (found.path, found.line) == ("b.cedar", 2)
    assert "in a.cedar, line 1 already" in found.sentence


def test_a_set_that_does_not_type_check_is_not_published(house: House) -> None:
    with pytest.raises(SenderError, match=r"made_up\.cedar:2:\d+: Attribute `grantd`") as raised:
        house.record(policies("permit (principal, action, resource) when { context.grantd };\n"))
    assert (raised.value.status, raised.value.pointer, house.ledger.size()) == (422, "/files/0/text", 0)


def test_a_set_whose_tests_fail_is_not_published(house: House) -> None:
    tests = "tests:\n  - {name: Nobody reads, action: read, context: {purpose: HRESCH}, expect: DENY}\n"
    files = [
        {"path": "a.cedar", "text": SOUND.replace("context.granted", "true")},
        {"path": "tests/a.yaml", "text": tests},
    ]
    with pytest.raises(SenderError, match=r"tests/a\.yaml:2:1: Nobody reads: PERMIT by made-up") as raised:
        house.record(policies(files=files))
    assert raised.value.pointer == "/files/1/text"


def test_publishing_what_is_in_force_says_so(house: House) -> None:
    assert house.record(policies()).warnings == ()
    assert house.record(policies(reason="Once more")).warnings == ("This very set is in force since entry 0.",)
