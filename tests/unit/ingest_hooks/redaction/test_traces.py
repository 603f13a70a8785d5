from __future__ import annotations

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


def test_a_message_keeps_its_words_and_loses_its_values() -> None:
    assert redact_message("Command 'x' failed after 26.02 seconds", SCANNER) == (
        "Command '<redacted:value>' failed after ? seconds"
    )
    assert redact_message("Key (name)=(Testperson) already exists.", SCANNER) == (
        "Key (name)=(<redacted:value>) already exists."
    )
    assert redact_message("invalid input syntax for type integer: Testperson Alpha", SCANNER) == (
        "invalid input syntax for type integer: <redacted:value>"
    )


def test_redacting_twice_changes_nothing() -> None:
    for text in (PYTHON, JAVA):
        once = redact_trace(text, SCANNER)
        assert redact_trace(once, SCANNER) == once
    once = redact_message("near \"a\": value: 'b' at 12:01, got: Testperson", SCANNER)
    assert redact_message(once, SCANNER) == once
