from __future__ import annotations

import pytest

from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.traces import redact_message, redact_trace

SCANNER = Scanner(b"a key")

PYTHON = """Traceback (most recent call last):
  File "/app/load.py", line 74, in load
    insert("Testperson Alpha", 48213977)
psycopg2.errors.UniqueViolationError: Key (name)=(Testperson Alpha) exists
DETAIL: Testperson Alpha

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
RuntimeError"""

JAVA = """org.apache.spark.SparkException: Job aborted for Testperson Alpha
\tat org.apache.spark.Scheduler.abort(Scheduler.scala:97)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.NumberFormatException: For input string: "Testperson"
\t... 23 more"""


def test_a_python_trace_keeps_frames_and_classes_only() -> None:
    assert redact_trace(PYTHON, SCANNER).splitlines() == [
        "Traceback (most recent call last):",
        '  File "/app/load.py", line 74, in load',
        "<redacted:trace>",
        "psycopg2.errors.UniqueViolationError: <redacted:message>",
        "<redacted:trace>",
        "During handling of the above exception, another exception occurred:",
        "<redacted:trace>",
        "Traceback (most recent call last):",
        '  File "<stdin>", line 1, in <module>',
        "RuntimeError",
    ]


def test_a_java_trace_keeps_frames_and_classes_only() -> None:
    assert redact_trace(JAVA, SCANNER).splitlines() == [
        "org.apache.spark.SparkException: <redacted:message>",
        "\tat org.apache.spark.Scheduler.abort(Scheduler.scala:97)",
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
        "Caused by: java.lang.NumberFormatException: <redacted:message>",
        "\t... 23 more",
    ]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Patient Testperson Alpha, born 1970-03-12, has code B20", ""),
        ("Command 'x' failed after 26.02 seconds", ""),
        ("ValueError: no visit of Testperson", "ValueError: "),
        (
            "psycopg2.errors.UniqueViolationError: Key (name)=(Testperson) exists",
            "psycopg2.errors.UniqueViolationError: ",
        ),
        ("org.x.SQLException: SQLSTATE[23505]: Testperson", "org.x.SQLException: SQLSTATE 23505: "),
        ('ORA-00942: table or view "Testperson" does not exist', "ORA-00942: "),
        ("[Errno 2] No such file or directory: '/data/Testperson'", "Errno 2: "),
        ("ERROR 1062 (23000): Duplicate entry 'Testperson' for key", "ERROR 1062: "),
        ("server answered HTTP 503 for Testperson", "HTTP 503: "),
        ("load of Testperson returned non-zero exit status 137", "exit 137: "),
        ("near \"select 'Testperson", ""),
    ],
)
def test_a_message_keeps_its_class_and_codes_its_length_and_a_digest(message: str, kept: str) -> None:
    left = redact_message(message, SCANNER)
    assert left.startswith(f"{kept}<redacted:message length={len(message)} digest=")
    assert redact_message(left, SCANNER) == left


def test_a_message_that_is_a_class_stays() -> None:
    assert redact_message("catalog.errors.SenderError", SCANNER) == "catalog.errors.SenderError"


def test_equal_messages_have_equal_digests_under_one_key_only() -> None:
    message = "no such patient: Testperson Alpha"
    assert redact_message(message, SCANNER) == redact_message(message, Scanner(b"a key"))
    assert redact_message(message, SCANNER) != redact_message(message, Scanner(b"another key"))
    assert redact_message(message, SCANNER) != redact_message(message + ".", SCANNER)


def test_nobody_passes_a_value_off_as_what_was_redacted() -> None:
    genuine = redact_message("no such patient: Testperson Alpha", SCANNER)
    for forged in (
        genuine.replace("length=33", "length=48213977"),
        "<redacted:testperson>",
        "SQLSTATE B20: " + genuine,
        "Testperson: " + genuine,
        "<redacted:message> Testperson",
        "<redacted:message length=48213977 digest=aaaaaaaaaaaaaaaaaaaa>",
    ):
        left = redact_message(forged, SCANNER)
        assert left != forged
        assert "48213977" not in left
        assert "estperson" not in left


@pytest.mark.parametrize(
    "frame",
    [
        '  File "/home/Testperson Alpha/x.py", line 3, in <module>',
        "\tat a.b.C(Testperson Alpha:3)",
        "\tat Testperson Alpha",
        "Testperson Alpha: bad",
        'Exception in thread "Testperson" java.lang.IllegalStateException: Testperson',
    ],
)
def test_a_frame_with_room_for_more_than_a_place_is_dropped(frame: str) -> None:
    assert "Testperson" not in redact_trace(f"java.lang.Exception\n{frame}\n", SCANNER)


def test_redacting_twice_changes_nothing() -> None:
    for text in (PYTHON, JAVA):
        once = redact_trace(text, SCANNER)
        assert redact_trace(once, SCANNER) == once
    once = redact_message("near \"a\": value: 'b' at 12:01, got: Testperson", SCANNER)
    assert redact_message(once, SCANNER) == once
