"""`lineward what-if`: what an attestation would take away before anybody signs it, what would stay, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strawberry.utils.str_converters import to_camel_case

from catalog.cli import files
from catalog.cli.client import Client, ask, succeeded
from catalog.cli.completeness import FIELDS, warn
from catalog.cli.output import note, print_json, print_table
from catalog.cli.words import full_name
from catalog.errors import Exit, SenderError
from catalog.labels.records import AttestDeidentification

_NAME = "ref { namespace name }"
_WHAT_IF = f"""
query WhatIf($attestation: AttestDeidentificationInput!, $asOf: AsOfInput) {{
  whatIf(attestation: $attestation, asOf: $asOf) {{ __typename
    ... on Problem {{ code message }} ... on InvalidInput {{ field }}
    ... on WhatIf {{ outputs {{ asset {{ {_NAME} }} kindsNow
      wouldClear {{ phiKind codes {{ system code }} column sourceColumn remains }}
      remaining {{ phiKind codes {{ system code }} origin because unstated
        way {{ hops {{ passage masked job {{ {_NAME} }} }} }} }} }}
      {FIELDS} }} }} }}
"""
_INDIRECT = "came through a join or filter: say `indirect`"
_UNMENTIONED = "no column lineage says what of it came"


def what_if(client: Client, name: str, at: Mapping[str, Any], *, as_json: bool) -> Exit:
    """Print what the attestation in a file would take away of what its job wrote, or of what its model version learnt,
    and what would stay; nothing is written.
    """
    record = _record(name)
    given = _as_input(record)
    found = succeeded(ask(client, _WHAT_IF, {"attestation": given, "asOf": at or None})["whatIf"])
    if as_json:
        print_json({key: value for key, value in found.items() if key != "__typename"})
        return Exit.FINE
    if not found["outputs"]:
        note("The job wrote nothing until now: this would take nothing away.")
    for output in found["outputs"]:
        _print(output, record)
    warn(found["completeness"])
    note("Nothing was recorded.")
    return Exit.FINE


def _record(name: str) -> dict[str, Any]:
    """Return the attestation in a file, without its kind; raises SenderError where it holds anything else."""
    content = files.from_standard_input("an attestation") if name == files.STANDARD_INPUT else files.read(name)
    found = files.items(name, content)
    value = found[0].value if len(found) == 1 else None
    if not isinstance(value, dict) or value.get("kind") != AttestDeidentification.name:
        raise SenderError(f'{files.source(name)} holds one attestation: {{"kind": "attest_deidentification", …}}.')
    record = {member: part for member, part in value.items() if member != "kind"}
    AttestDeidentification.read(record)
    return record


def _as_input(value: Any) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {to_camel_case(member): _as_input(part) for member, part in value.items()}
    return [_as_input(part) for part in value] if isinstance(value, list) else value


def _print(output: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    asset = "something that may not be seen" if output["asset"] is None else _name(output["asset"])
    print_table(
        f"{asset}: it would take away",
        ("label", "codes", "into", "from", "stays by another way"),
        [
            (
                one["phiKind"],
                _codes(one),
                one["column"] or "several",
                one["sourceColumn"] or "several",
                "yes" if one["remains"] else "no",
            )
            for one in output["wouldClear"]
        ],
        yielding=("codes", "from", "into"),
    )
    if output["remaining"]:
        print_table(
            f"{asset}: it would still hold",
            ("label", "codes", "why", "entries"),
            [
                (one["phiKind"], _codes(one), _why(one, record.get("job")), ", ".join(map(str, one["because"])))
                for one in output["remaining"]
            ],
            yielding=("codes", "entries"),
        )


def _why(label: Mapping[str, Any], job: Mapping[str, Any] | None) -> str:
    """Return why a label stays, by the step of the job on the shown way, or the last one into a model version."""
    if label["way"] is None or not label["way"]["hops"]:
        return "said of it, or of what may not be seen"
    if job is None:
        return "its codes or technique are not named"
    steps = [hop for hop in label["way"]["hops"] if hop["job"] is not None and hop["job"]["ref"] == job]
    if not steps:
        return "it comes by another job's step"
    passage, masked = steps[-1]["passage"], steps[-1]["masked"]
    if passage == "DIRECT" and not masked:
        return "values are made of it, and nobody says that they are masked"
    if passage == "INDIRECT":
        return _INDIRECT
    return _UNMENTIONED if passage == "UNMENTIONED" else "its codes, technique or columns are not named"


def _codes(one: Mapping[str, Any]) -> str:
    return " ".join(code["code"] for code in one["codes"]) or "any"


def _name(node: Mapping[str, Any]) -> str:
    return full_name(node["ref"])
