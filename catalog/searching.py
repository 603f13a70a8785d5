"""What is searched in a record for identifiers of people, by the same rules as what emitters send.

Every text of a record has its place in one of the sets below; what has none is searched as free text.
"""

from __future__ import annotations

from typing import Any, Final

from ingest_hooks.redaction import redact
from ingest_hooks.redaction.identifiers import Scanner

NAMES: Final = frozenset(
    {
        "column",
        "differing",
        "id",
        "name",
        "namespace",
        "path",
        "principal",
        "region",
        "repository",
        "revision",
        "run_id",
        "schema_version",
        "site",
        "split",
        "version",
    }
)
"""Names: an identifier in one becomes the token that it becomes in an event, so that identity holds."""

PEOPLE: Final = frozenset({"display_name", "expert", "owner", "printed_name"})
"""Who answers for something: the people of the house, whose e-mail addresses may stand."""

TEXTS: Final = frozenset(
    {
        "authority",
        "clinical_purpose",
        "conditions",
        "description",
        "intended_use",
        "method",
        "reason",
        "result",
        "scope",
        "statement",
        "use_case",
    }
)
"""Free text: an identifier in it becomes a marker."""

CLOSED: Final = frozenset(
    {
        "alterations",
        "approval_kind",
        "approves",
        "artifact_digest",
        "code",
        "confidentiality",
        "decision",
        "deidentification_state",
        "digest",
        "duo",
        "expires_at",
        "key_id",
        "kind",
        "meaning",
        "obligations",
        "phi_category",
        "phi_kind",
        "policy_class",
        "principal_kind",
        "purposes",
        "refrains",
        "residue",
        "role",
        "roles",
        "root",
        "signature",
        "signed_checkpoint",
        "stance",
        "system",
        "time_zone",
        "until",
        "valid_from",
        "zone",
    }
)
"""Codes, digests, times and signatures, whose form leaves no room for anything else."""


class Redactor:
    """Searches records under one site's key; safe for any thread."""

    def __init__(self, token_key: bytes) -> None:
        self._token_key = token_key
        self._scanner = Scanner(token_key)

    def search(self, fields: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return the record's fields without identifiers, and (pointer, rule) of what was replaced."""
        found: list[tuple[str, str]] = []
        result: dict[str, Any] = self._walk(fields, "", "", found)
        return result, found

    def _walk(self, value: Any, key: str, pointer: str, found: list[tuple[str, str]]) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, dict):
            return {name: self._walk(part, name, f"{pointer}/{name}", found) for name, part in value.items()}
        if isinstance(value, list):
            return [self._walk(part, key, f"{pointer}/{place}", found) for place, part in enumerate(value)]
        if not isinstance(value, str) or key in CLOSED:
            return value
        if key in NAMES:
            after, rule = self._name(value), "name"
        elif key in PEOPLE:
            after, rule = self._scanner.text(value, emails=False), "person"
        else:
            after, rule = self._scanner.text(value), "text"
        if after != value:
            found.append((pointer, rule))
        return after

    def _name(self, value: str) -> str:
        redacted = redact({"name": value}, token_key=self._token_key).value
        return str(redacted["name"]) if isinstance(redacted, dict) else value
