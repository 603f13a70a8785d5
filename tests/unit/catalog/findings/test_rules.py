from __future__ import annotations

from typing import get_args

from catalog.findings.rules import Rule, Severity, Topic
from reports.parts import findings as part


def test_every_rule_has_a_name_of_its_own_and_says_in_one_sentence_what_must_hold() -> None:
    assert len({rule.label for rule in Rule}) == len(Rule)
    assert all(rule.description.endswith(".") and rule.description.count(".") == 1 for rule in Rule)


def test_a_report_knows_every_severity_and_topic_and_no_others() -> None:
    assert {one.value for one in Severity} == set(get_args(part.Severity))
    assert {one.value for one in Topic} == set(get_args(part.Topic))
    assert {rule.topic for rule in Rule} == set(Topic)
