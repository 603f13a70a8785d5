"""The table of what may not be stored: where it stands in an event, and what is done with it.

A pattern is the end of a JSON pointer: `*` is any one step, a leading facet name is found wherever that facet stands
(job, run, dataset, parent's root …), `**` before the last step is any depth below. Everything that no row names is
still scanned for identifiers, string by string and key by key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Action(Enum):
    """What is done with the value that a rule finds."""

    SQL = "sql-literal"
    """Lexed; literals and comments replaced."""
    DROP = "value"
    """Replaced as a whole; the keys of objects stay, since they are names."""
    TRACE = "stack-trace"
    """Frames and error classes stay, messages and source lines go."""
    MESSAGE = "error-message"
    """Quoted and announced values go."""
    NAME = "identifier-in-name"
    """Identifiers become tokens, so that identity holds."""
    OWNER = "identifier-in-owner"
    """As free text, but an owner's e-mail address is the owner's name and stays."""
    CODE = "source-code"
    """Replaced as a whole, without any digest of it."""
    PLAN = "plan-expression"
    """A name stays, an expression is lexed as SQL."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    pattern: str
    action: Action


RULES: Final = (
    Rule("sourceCode/sourceCode", Action.CODE),
    Rule("errorMessage/message", Action.MESSAGE),
    Rule("errorMessage/stackTrace", Action.TRACE),
    Rule("extractionError/errors/*/errorMessage", Action.MESSAGE),
    Rule("extractionError/errors/*/task", Action.SQL),
    Rule("environmentVariables/environmentVariables/*/value", Action.DROP),
    Rule("executionParameters/parameters/*/value", Action.DROP),
    Rule("dataQualityMetrics/columnMetrics/*/min", Action.DROP),
    Rule("dataQualityMetrics/columnMetrics/*/max", Action.DROP),
    Rule("dataQualityMetrics/columnMetrics/*/quantiles", Action.DROP),
    Rule("dataQualityAssertions/assertions/*/actual", Action.DROP),
    Rule("dataQualityAssertions/assertions/*/content", Action.DROP),
    Rule("test/tests/*/actual", Action.DROP),
    Rule("test/tests/*/content", Action.DROP),
    Rule("test/tests/*/params", Action.DROP),
    Rule("columnLineage/**/description", Action.SQL),
    Rule("columnLineage/**/transformationDescription", Action.SQL),
    Rule("lineage/**/description", Action.SQL),
    Rule("ownership/owners/*/name", Action.OWNER),
    Rule("inputSubset/**/value", Action.DROP),
    Rule("outputSubset/**/value", Action.DROP),
    Rule("inputSubset/**/dimensions", Action.DROP),
    Rule("outputSubset/**/dimensions", Action.DROP),
    *(
        Rule(f"{facet}/**/{key}", Action.DROP)
        for facet in ("airflow", "airflowDagRun", "unknownSourceAttribute")
        for key in ("conf", "env", "params", "parameters", "arguments", "command", "cmds")
    ),
    *(
        Rule(f"{facet}/**/{key}", action)
        for facet in ("spark.logicalPlan", "spark_unknown")
        for key, action in (
            ("*", Action.PLAN),
            *((key, Action.DROP) for key in ("data", "value", "rows", "values", "hset", "pattern", "partitionSpec")),
        )
    ),
)
"""What may not be stored, facet by facet (OpenLineage core 2-0-2)."""

KEYS: Final = {
    **dict.fromkeys(
        (
            "sql", "query", "querytext", "query_text", "querystring", "query_string", "sqltext", "sql_text", "sqlquery",
            "sql_query", "rawsql", "raw_sql", "hql", "statement", "statementtext", "statement_text", "ddl", "viewtext",
            "view_definition", "viewdefinition", "compiled_code", "compiledcode", "compiled_sql", "compiledsql",
            "raw_code", "rawcode", "source_query", "predicate", "filter", "condition", "where", "expression",
        ),
        Action.SQL,
    ),
    **dict.fromkeys(
        ("bash_command", "op_kwargs", "op_args", "templates_dict", "env_vars", "sample", "samples", "samplerows",
         "sample_rows", "topvalues", "top_values", "examplevalues", "example_values"),
        Action.DROP,
    ),
    **dict.fromkeys(("sourcecode", "source_code", "python_code", "script"), Action.CODE),
    **dict.fromkeys(("stacktrace", "stack_trace", "traceback", "exc_info"), Action.TRACE),
    **dict.fromkeys(("errormessage", "error_message", "exception"), Action.MESSAGE),
    **dict.fromkeys(("namespace", "name", "field", "runid"), Action.NAME),
}  # fmt: skip
"""Keys (in lower case) that mean the same in every facet, standard or not."""

SECRET_KEY: Final = re.compile(
    r"passw|passphrase|secret|credential|token$|api[_.-]?key|access[_.-]?key|private[_.-]?key", re.IGNORECASE
)
"""A key whose string value is a secret, whatever the facet."""

PERSON_KEY: Final = re.compile(
    r"(?:mrn|ssn|dob|birth_?date|date_of_birth|nhs_?(?:no|number)"
    r"|(?:patient|subject|member|encounter|visit|accession|medical_?record)s?_?(?:id|no|number|name|key|mrn)?"
    r"|(?:first|last|given|family|sur|full|middle)_?name)",
    re.IGNORECASE,
)
"""A key whose plain value is something about one person; product facets say kinds there, not values, and are exempt."""


@dataclass(slots=True)
class Node:
    """One step of the compiled table."""

    steps: dict[str, Node] = field(default_factory=dict)
    below: dict[str, Action] = field(default_factory=dict)
    action: Action | None = None


def compile_rules(rules: tuple[Rule, ...]) -> dict[str, Node]:
    """The table as steps from the facet's name on."""
    root: dict[str, Node] = {}
    for rule in rules:
        facet, *steps = rule.pattern.split("/")
        node = root.setdefault(facet, Node())
        if steps[0] == "**":
            node.below[steps[1]] = rule.action
            continue
        for step in steps:
            node = node.steps.setdefault(step, Node())
        node.action = rule.action
    return root


COMPILED: Final = compile_rules(RULES)
