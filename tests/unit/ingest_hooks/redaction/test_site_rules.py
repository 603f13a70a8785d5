"""A site's own rules: what may be written, what they do, and that they never keep what is taken away without them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ingest_hooks.redaction import redact
from ingest_hooks.redaction.checksums import CHECKS, luhn, mod11, mod97
from ingest_hooks.redaction.classes import Class
from ingest_hooks.redaction.markers import TOKEN, token
from ingest_hooks.redaction.site_rules import (
    MAX_BYTES,
    MAX_RULES,
    NO_RULES,
    VALUES,
    RuleError,
    Rules,
    is_stricter,
    read_rules,
    shipped_class,
)
from tests.support.places import event

KEY = b"a site's key for tests, 32 bytes"


def site(*tables: str) -> Rules:
    return read_rules("\n".join(f"[[rule]]\n{table}" for table in tables).encode())


def run(facet: Any, rules: Rules, name: str = "acme_run") -> tuple[Any, list[tuple[str, str]]]:
    """Return what becomes of a facet of a run, and what was noted of it."""
    said = event(run={name: facet})
    found = redact(said, token_key=KEY, rules=rules)
    assert isinstance(found.value, dict)
    assert redact(found.value, token_key=KEY, rules=rules).redactions == ()
    kept: Any = found.value
    start = f"/run/facets/{name}"
    return kept["run"]["facets"].get(name), [(one.pointer.removeprefix(start), one.rule) for one in found.redactions]


SUBJECT = 'name = "trial-subject"\nform = {prefix = ["TS-", "WARD"], digits = [6, 8]}'


def test_no_file_and_an_empty_one_are_no_rules() -> None:
    assert read_rules(b"") == NO_RULES
    assert NO_RULES.digest == ""


def test_the_digest_is_that_of_what_the_rules_say_and_not_of_how_they_are_written() -> None:
    other = read_rules(
        b"# ours\n[[rule]]\nform.digits = [6, 8]\nform.prefix = ['TS-', 'WARD']\nname = 'trial-subject'\n"
    )
    assert site(SUBJECT).digest == other.digest
    assert site(SUBJECT).digest != site(SUBJECT.replace("8", "9")).digest


@pytest.mark.parametrize("text", ["TS-123456", "ts-123456", "WARD123456", "TS-12345678"])
def test_a_form_becomes_a_marker_in_text_and_a_token_in_names(text: str) -> None:
    rules = site(SUBJECT)
    said = event(job={"documentation": {"description": f"Made for {text}."}}, name=f"raw/{text}/scan")
    found: Any = redact(said, token_key=KEY, rules=rules)
    assert found.value["job"]["facets"]["documentation"]["description"] == "Made for <redacted:identifier>."
    assert found.value["outputs"][0]["name"] == f"raw/{token(text, KEY)}/scan"
    assert {one.rule for one in found.redactions} == {"site:trial-subject"}
    assert redact(said, token_key=KEY).value == said


@pytest.mark.parametrize("text", ["TS-12345", "TS-123456789", "XTS-123456", "TS-123456a", "TS 123456", "OTS1234567"])
def test_what_has_not_the_form_stays(text: str) -> None:
    said = event(name=f"raw/{text}/scan")
    assert redact(said, token_key=KEY, rules=site(SUBJECT)).value == said


def test_a_form_is_found_where_strings_stand_that_keep_their_shape_and_in_keys() -> None:
    rules = site(SUBJECT)
    said = event(
        job={"sql": {"query": 'select a from "ts-123456" where b = 1', "dialect": "trino"}},
        run={"acme": {"TS-123456": 1, "trace": 'File "/a/TS-123456.py", line 3, in load\nValueError: TS-123456'}},
    )
    assert "123456" not in str(redact(said, token_key=KEY, rules=rules).value)


def test_zero_width_signs_other_digits_and_encoding_are_seen_through() -> None:
    for text in ("TS-12\u200b3456", "TS-\uff11\uff12\uff13456", "TS%2D123456", "TS-%31%32%33456"):
        found = redact(event(name=f"raw/{text}/scan"), token_key=KEY, rules=site(SUBJECT))
        assert found.redactions, text


def test_the_action_token_leaves_one_token_for_one_value_in_text_too() -> None:
    rules = site(f'{SUBJECT}\naction = "token"')
    kept, _ = run({"note": "See TS-123456 and TS-123456."}, rules)
    assert kept["note"] == f"See {token('TS-123456', KEY)} and {token('TS-123456', KEY)}."


def test_separators_a_suffix_and_a_check_digit_narrow_a_form() -> None:
    rules = site(
        'name = "card"\nform = {prefix = "HC ", digits = [8, 16], separators = "- ", suffix = "/x", check = "luhn"}'
    )
    valid = "7992-7398 713"
    assert luhn("79927398713")
    assert run({"note": f"HC {valid}/x"}, rules)[0]["note"] == "<redacted:identifier>"
    for other in ("HC 7992-7398 714/x", f"HC {valid}", f"HC {valid}/y", "HC 7992--7398 713/x"):
        assert run({"note": other}, rules)[0]["note"] == other


def test_a_checked_number_is_found_beside_digits_that_do_not_belong_to_it() -> None:
    rules = site('name = "card"\nform = {prefix = "HC", digits = [8, 16], separators = "-", check = "luhn"}')
    assert "79927398713" not in run({"note": "HC79927398713-2024"}, rules)[0]["note"]


@pytest.mark.parametrize(
    ("kind", "holds", "fails"),
    [
        ("luhn", "79927398713", "79927398714"),
        ("mod11", "9434765919", "9434765918"),
        ("mod97", "3214282912345698765432161182", "3214282912345698765432161183"),
        ("ean", "4006381333931", "4006381333932"),
    ],
)
def test_each_kind_of_check_digit(kind: str, holds: str, fails: str) -> None:
    assert CHECKS[kind](holds)
    assert not CHECKS[kind](fails)
    assert not (mod11("0000000010") and mod97("0"))


def test_a_form_may_hold_in_one_place_alone_and_in_numbers_there() -> None:
    rules = site('name = "bed"\nplace = "acme_run/bed"\nform = {digits = 6}')
    kept, noted = run({"bed": 123456, "ward": "123456", "count": 123456}, rules)
    assert kept == {"bed": "<redacted:identifier>", "ward": "123456", "count": 123456}
    assert noted == [("/bed", "site:bed")]
    assert run({"bed": ["123456", 1, {"x": "123456"}]}, rules)[0]["bed"] == [
        "<redacted:identifier>",
        1,
        {"x": "123456"},
    ]


def test_a_place_is_replaced_as_the_class_says() -> None:
    rules = site(
        'name = "a"\nplace = "acme_run/notes"\nclass = "value"',
        'name = "b"\nplace = "acme_run/nick"\nclass = "secret"',
        'name = "c"\nplace = "acme_run/code"\nclass = "word"',
        'name = "d"\nplace = "acme_run/made"\nclass = "sql"',
    )
    said = {"notes": {"x": "y", "n": 3}, "nick": "Testperson", "code": "a b", "made": "select 'Testperson' from t"}
    kept, noted = run(said, rules)
    assert kept == {
        "notes": {"x": "<redacted:value>", "n": "<redacted:value>"},
        "nick": "<redacted:secret>",
        "code": "<redacted:value>",
        "made": "select '<redacted:string>' from t",
    }
    assert set(noted) > {("/notes/x", "site:a"), ("/notes/n", "site:a"), ("/nick", "site:b")}


def test_a_member_an_item_and_a_whole_facet_are_left_out() -> None:
    rules = site(
        'name = "a"\nplace = "acme_run/debug"\naction = "drop"',
        'name = "b"\nplace = "acme_run/list/*"\naction = "drop"',
    )
    kept, noted = run({"debug": {"x": 1}, "list": ["a", "b"], "q": 1}, rules)
    assert kept == {"list": [None, None], "q": 1}
    assert noted == [("/debug", "site:a"), ("/list/0", "site:b"), ("/list/1", "site:b")]
    assert run({"x": 1}, site('name = "c"\nplace = "acme_run"\naction = "drop"')) == (None, [("", "site:c")])


def test_a_standard_facet_may_be_left_out_and_the_event_is_read_all_the_same() -> None:
    rules = site(
        'name = "no-sql"\nplace = "sql"\naction = "drop"',
        'name = "no-text"\nplace = "schema/**/description"\naction = "drop"',
    )
    said = event(
        job={"sql": {"query": "select 1"}}, dataset={"schema": {"fields": [{"name": "a", "description": "x"}]}}
    )
    found: Any = redact(said, token_key=KEY, rules=rules)
    assert found.value["job"]["facets"] == {}
    assert found.value["outputs"][0]["facets"]["schema"] == {"fields": [{"name": "a"}]}


def test_a_place_becomes_a_token_the_same_for_the_same_value() -> None:
    rules = site('name = "host"\nplace = "*/**/hostname"\naction = "token"')
    kept, noted = run({"hostname": "ward-7", "deep": [{"hostname": ["ward-7", 7, None, True]}]}, rules)
    assert kept["hostname"] == kept["deep"][0]["hostname"][0] == token("ward-7", KEY)
    assert TOKEN.fullmatch(kept["deep"][0]["hostname"][1])
    assert kept["deep"][0]["hostname"][2:] == [None, True]
    assert {rule for _, rule in noted} == {"site:host"}


def test_the_place_that_names_more_decides_and_keep_makes_an_exception() -> None:
    rules = site(
        'name = "all"\nplace = "acme_run/**"\naction = "replace"',
        'name = "but"\nplace = "acme_run/**/zone"\naction = "keep"',
        'name = "one"\nplace = "acme_run/a/*/b"\naction = "drop"',
    )
    kept, noted = run({"_producer": "https://x.example", "zone": "curated", "a": "x", "n": 1}, rules)
    assert kept == {
        "_producer": "https://x.example",
        "zone": "curated",
        "a": "<redacted:value>",
        "n": "<redacted:value>",
    }
    assert noted == [("/a", "site:all"), ("/n", "site:all")]


def test_what_is_kept_is_still_searched() -> None:
    kept, _ = run({"ward": "s3://b/patients/12345/x"}, site('name = "w"\nplace = "acme_run/ward"\naction = "keep"'))
    assert "12345" not in kept["ward"]


def test_a_site_can_take_small_counts_of_columns_away() -> None:
    """As docs/snapshots.md says; the other counts stay."""
    rules = site('name = "few"\nplace = "dataQualityMetrics/columnMetrics/*/distinctCount"\naction = "replace"')
    sent = event(io={"dataQualityMetrics": {"columnMetrics": {"ward": {"distinctCount": 3, "nullCount": 4}}}})
    redacted: Any = redact(sent, token_key=KEY, rules=rules).value
    (found,) = (each["inputFacets"] for each in redacted["inputs"])
    assert found["dataQualityMetrics"]["columnMetrics"] == {
        "ward": {"distinctCount": "<redacted:value>", "nullCount": 4}
    }


LAXER = [
    ("errorMessage/message", "keep"),
    ("errorMessage/stackTrace", "keep"),
    ("sql/query", "keep"),
    ("sourceCode/sourceCode", "keep"),
    ("environmentVariables/environmentVariables/*/value", "keep"),
    ("dataQualityMetrics/columnMetrics/*/min", "keep"),
    ("spark.logicalPlan/**", "keep"),
    ("spark_properties/properties/*", "keep"),
    ("test/tests/*/actual", "keep"),
    ("acme_run/errorMessage", "keep"),
    ("acme_run/password", "keep"),
    ("acme_run/patient_id", "keep"),
    ("acme_run/value", "keep"),
    ("*/**", "keep"),
]


@pytest.mark.parametrize(("place", "action"), LAXER)
def test_a_rule_is_never_laxer_than_the_table_or_a_key(place: str, action: str) -> None:
    """Refused where that can be seen, else of no effect."""
    facet, *steps = place.split("/")
    value: Any = "Testperson Alpha said 'no' (48213977)"
    for step in reversed([step if "*" not in step else "0" for step in steps]):
        value = [value] if step == "0" and facet in {"environmentVariables", "test"} else {step: value}
    facet = "acme_run" if facet == "*" else facet
    try:
        rules = site(f'name = "x"\nplace = "{place}"\naction = "{action}"')
    except RuleError as error:
        assert "never laxer" in str(error) or "names something" in str(error)  # noqa: PT017  the sentence is the matter
        return
    said = event(run={facet: value})
    assert redact(said, token_key=KEY, rules=rules).value == redact(said, token_key=KEY).value


def test_of_two_classes_the_stricter_one_leaves_no_more() -> None:
    for shipped in Class:
        for kind in Class:
            if is_stricter(kind, shipped) and shipped in VALUES:
                assert kind in VALUES
    assert not is_stricter(Class.VALUE, Class.SECRET)
    assert not is_stricter(Class.OWNER, Class.TEXT)
    assert is_stricter(Class.TEXT, Class.OWNER)


@pytest.mark.parametrize(
    "place",
    ["schema/fields/*/name", "symlinks/**", "columnLineage/**", "parent/**", "version/**", "lineage/**", "schema/**"],
)
@pytest.mark.parametrize("action", ["replace", "token"])
def test_what_tells_things_apart_is_never_made_one(place: str, action: str) -> None:
    dataset = {
        "schema": {"fields": [{"name": "a", "type": "int"}]},
        "symlinks": {"identifiers": [{"namespace": "n", "name": "m", "type": "TABLE"}]},
        "version": {"datasetVersion": "7"},
        "columnLineage": {"fields": {"a": {"inputFields": [{"namespace": "n", "name": "t", "field": "b"}]}}},
        "lineage": {"inputs": [{"namespace": "n", "name": "t"}]},
    }
    said = event(dataset=dataset, run={"parent": {"run": {"runId": "r"}, "job": {"namespace": "n", "name": "j"}}})
    try:
        rules = site(f'name = "x"\nplace = "{place}"\naction = "{action}"')
    except RuleError:
        return
    assert redact(said, token_key=KEY, rules=rules).value == said


def test_what_the_table_says_of_a_place() -> None:
    assert shipped_class(("sql", "query")) is Class.SQL
    assert shipped_class(("acme", "errorMessage")) is Class.MESSAGE
    assert shipped_class(("acme", "thing")) is None
    assert shipped_class(("spark.logicalPlan", "x")) is Class.VALUE
    assert shipped_class(("dataQualityMetrics", "columnMetrics", "*", "min")) is None


WRONG = [
    ("x = 1", "it holds 'x'; each rule begins with a line [[rule]]"),
    ("[rule]\nname = 'a'", "it holds 'rule'"),
    ("[[rule]", "it is no TOML"),
    ("[[rule]]\nplace = 'a/b'", "rule 1: name is up to 40 lower-case letters"),
    ("[[rule]]\nname = 'A b'", "rule 1: name is"),
    ("[[rule]]\nname = 'a'", "rule a: it needs a place"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'", "rule a: it needs an action"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\naction = 'hide'", "action is one of keep, replace, drop or token"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\naction = 7", "action is one of"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\nclass = 'values'", "class is one of value, message"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\nclass = 'value'\naction = 'keep'", "contradict each other"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\nclass = 'value'\naction = 'drop'", "takes no class"),
    ("[[rule]]\nname = 'a'\nplace = 'run/facets/x'\naction = 'drop'", "begins with a facet's name"),
    ("[[rule]]\nname = 'a'\nplace = '**/x'\naction = 'drop'", "begins with a facet's name"),
    ("[[rule]]\nname = 'a'\nplace = 'x/**/y/**'\naction = 'drop'", "holds ** once"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y*'\naction = 'drop'", "holds whole steps"),
    ("[[rule]]\nname = 'a'\nplace = '*/*'\naction = 'drop'", "names something"),
    ("[[rule]]\nname = 'a'\nplace = '/x'\naction = 'drop'", "place is a facet's name"),
    ("[[rule]]\nname = 'a'\nplace = 'x'\naction = 'keep'", "is a whole facet"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\npattern = '.*'", "'pattern' is none of name, place, class, action, form"),
    ("[[rule]]\nname = 'a'\nform = 'x.*'", "form is a table"),
    ("[[rule]]\nname = 'a'\nform = {digits = 6}", "a bare number anywhere"),
    ("[[rule]]\nname = 'a'\nform = {digits = 5, check = 'luhn'}", "digits are at least 6"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 2}", "from 3 to 32"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = [8, 6]}", "from 3 to 32"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = true}", "from 3 to 32"),
    ("[[rule]]\nname = 'a'\nform = {prefix = '', digits = 6}", "prefix is a text"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'length=', digits = 6}", "these stand in markers"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6, check = 'sum'}", "check is one of ean, luhn"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6, separators = 'ab'}", "separators are any of"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6, suffix = 1}", "suffix is a text"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6, regex = 'x'}", "'regex' is none of prefix"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6}\naction = 'drop'", "takes a place alone"),
    ("[[rule]]\nname = 'a'\nform = {prefix = 'X', digits = 6}\nclass = 'value'", "leave the class out"),
    ("[[rule]]\nname = 'a'\nplace = 'symlinks/x'\nform = {prefix = 'X', digits = 6}", "leave the place out"),
    ("[[rule]]\nname = 'a'\nplace = 'x/y'\naction = 'drop'\n" * 2, "a is the name of two rules"),
]


@pytest.mark.parametrize(("content", "sentence"), WRONG)
def test_a_rule_that_cannot_be_taken_is_told_and_why(content: str, sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        read_rules(content.encode())
    assert sentence in str(caught.value)


def test_two_rules_of_one_place_files_too_large_and_other_bytes_are_refused() -> None:
    one = "name = '{}'\nplace = 'x/y'\naction = 'drop'"
    for content in (
        "".join(f"[[rule]]\n{one.format(name)}\n" for name in ("a", "b")).encode(),
        b"#" * (MAX_BYTES + 1),
        b"\xff\xfe",
        b"".join(b"[[rule]]\nname = 'r%d'\nplace = 'x/y%d'\naction = 'drop'\n" % (n, n) for n in range(MAX_RULES + 1)),
    ):
        with pytest.raises(RuleError):
            read_rules(content)


FORMS = [
    'form = {prefix = "TS-", digits = [3, 32], separators = "-. /_:"}',
    'form = {prefix = ["A", "AA", "AAA-"], digits = [3, 32], separators = " "}',
    'form = {digits = [6, 32], separators = " -", check = "luhn"}',
    'form = {prefix = "1-", digits = 32, separators = "-", suffix = "-1", check = "mod97"}',
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("piece", ["1", "1-", "1 ", "TS-", "TS-1", "TS-123-", "A", "A1", "A1 ", "a", "1-1", "AAA-1 1"])
def test_a_form_takes_time_in_proportion_to_the_text(form: str, piece: str) -> None:
    (found,) = site(f'name = "x"\n{form}').forms

    def seconds(length: int) -> float:
        text = "!" + (piece * (length // len(piece) + 1))[:length] + "@"
        best = 1.0
        for _ in range(3):
            began = time.process_time()
            list(found.find(text))
            best = min(best, time.process_time() - began)
        return max(best, 0.002)

    assert seconds(16_000) <= 24 * seconds(2_000)
