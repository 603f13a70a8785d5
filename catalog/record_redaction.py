"""What becomes of a record's fields before the ledger sees them, by the same rules as what emitters send.

Every field that holds a text has its class below; one without is authored text. Names go through the same function
whoever says them: an event, a record, or who asks for them; so what is asked for by its original name is found.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

from catalog.errors import OperatorError
from catalog.settings import Settings
from ingest_hooks.redaction import redact
from ingest_hooks.redaction.forms import label_of
from ingest_hooks.redaction.identifiers import Scanner
from ingest_hooks.redaction.site_rules import NO_RULES, RuleError, Rules, read_rules

NAMES: Final = frozenset(
    {
        "action",
        "agreement",
        "board",
        "code",
        "column",
        "differing",
        "digest",
        "equal_to",
        "feature",
        "feature_set_version",
        "group",
        "hardened_image",
        "facet",
        "id",
        "institute",
        "institutes",
        "job_version",
        "key",
        "mapping",
        "network",
        "policies",
        "population",
        "protocol",
        "quasi_identifiers",
        "enforces",
        "name",
        "namespace",
        "path",
        "permitted_consumers",
        "permitted_places",
        "permit",
        "person",
        "place",
        "places",
        "plan",
        "pointer",
        "principal",
        "project",
        "projects",
        "region",
        "replaces",
        "repository",
        "revision",
        "rule",
        "run_id",
        "same_as",
        "schema_version",
        "site",
        "source",
        "on_behalf_of",
        "split",
        "storage_format",
        "tier",
        "to",
        "topics",
        "part",
        "use_statement",
        "value",
        "version",
        "within",
        "workload",
        "columns",
        "key_place",
        "recipient",
        "recipients",
        "sensitive",
    }
)
"""Names: an identifier in one becomes the token that it becomes in an event, so that identity holds.

`digest` is among them, since a snapshot may go by the version that its own store gave it; `code` has a
closed form besides, but that leaves room for a number.
"""

PEOPLE: Final = frozenset(
    {
        "contacts",
        "created_by",
        "display_name",
        "expert",
        "identity",
        "operator",
        "organisation",
        "owner",
        "printed_name",
        "rotated_by",
        "title",
        "used_by",
        "users",
        "holder",
        "key_holder",
        "user",
    }
)
"""Who answers for something: the people of the house, whose names, titles and e-mail addresses may stand."""

TEXTS: Final = frozenset(
    {
        "authority",
        "basis",
        "clinical_purpose",
        "components",
        "conditions",
        "criteria",
        "description",
        "evidence",
        "fallback",
        "information",
        "intended_use",
        "interest",
        "method",
        "mitigation",
        "reason",
        "reasons",
        "reference",
        "requires",
        "result",
        "scope",
        "statement",
        "text",
        "use_case",
        "where",
        "words",
    }
)
"""Authored text: an identifier in it becomes a marker."""

CLOSED: Final = frozenset(
    {
        "measures",
        "review_by",
        "sbom_digest",
        "sbom_format",
        "on",
        "acted_on",
        "at",
        "approval_kinds",
        "continuing_review",
        "determination",
        "procedure",
        "target",
        "target_kind",
        "actions",
        "awaits",
        "policy_set",
        "alterations",
        "approval_kind",
        "approves",
        "artifact_digest",
        "assignment_digest",
        "at_rest",
        "clock",
        "condition",
        "confidentiality",
        "date",
        "decision",
        "deidentification_state",
        "gdpr_state",
        "diseases",
        "disposition",
        "due",
        "duo",
        "egress",
        "effect",
        "end",
        "environment",
        "expires_at",
        "fingerprint",
        "finding_severity",
        "in_transit",
        "in_use",
        "key_id",
        "keys",
        "kind",
        "labels_absent",
        "letters",
        "meaning",
        "membership_kind",
        "obligations",
        "pattern",
        "permitted_processing",
        "phi_category",
        "phi_kind",
        "place_kind",
        "policy_class",
        "policy_label",
        "public_key",
        "principal_kind",
        "purposes",
        "question",
        "records",
        "refrains",
        "refrains_absent",
        "residue",
        "role",
        "roles",
        "root",
        "rule_kind",
        "signature",
        "signed_checkpoint",
        "source_kind",
        "stance",
        "start",
        "starts_on",
        "storage_pattern",
        "states",
        "subject",
        "since",
        "state",
        "system",
        "time_zone",
        "unit",
        "until",
        "status",
        "plan_digest",
        "verdict",
        "purpose",
        "policies_digest",
        "valid_at",
        "holds_until",
        "issuer",
        "trusted_root",
        "check",
        "outcome",
        "organization",
        "valid_from",
        "zone",
        "zones",
        "technique",
    }
)
"""Words of a closed list, systems, days, times, signatures: the records' models refuse whatever has not their form."""

_CORRELATION_BYTES: Final = 8
_DIGITS_OF_RULES: Final = 16


def provenance_of(rules: Rules) -> dict[str, str]:
    """Return what an entry's body says of the rules that held for it."""
    return {"rules": rules.digest[:_DIGITS_OF_RULES]} if rules.digest else {}


class Redactor:
    """Redacts under one site's key and by its own rules; safe for any thread."""

    def __init__(self, token_key: bytes, rules: Rules = NO_RULES) -> None:
        self._token_key = token_key
        self._scanner = Scanner(token_key, rules.forms)
        self.rules = rules

    def record(self, fields: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Return the record's fields without identifiers, and (pointer, rule) of what was replaced."""
        found: list[tuple[str, str]] = []
        result: dict[str, Any] = self._walk(fields, "", "", found)
        return result, found

    def name(self, name: str) -> str:
        """Return a name as the catalog holds it."""
        redacted = redact({"name": name}, token_key=self._token_key, rules=self.rules).value
        return str(redacted["name"]) if isinstance(redacted, dict) else name

    def field(self, field: str, value: str) -> str:
        """Return what a field of a record holds, as the catalog holds it."""
        return self._field(field, value)[0]

    def correlation_id(self, sent: str) -> str:
        """Return what stands for an id that a caller sent: 16 hex digits of HMAC-SHA-256, the same for the same id.

        What a caller sends may be anything, and an entry's header is never erased; so what was sent is written nowhere.
        """
        digest = hmac.digest(self._token_key, b"correlation\x00" + sent.encode("utf-8", "surrogatepass"), "sha256")
        return digest[:_CORRELATION_BYTES].hex()

    def _walk(self, value: Any, key: str, pointer: str, found: list[tuple[str, str]]) -> Any:  # noqa: ANN401  any JSON
        if isinstance(value, dict):
            return {name: self._walk(part, name, f"{pointer}/{name}", found) for name, part in value.items()}
        if isinstance(value, list):
            return [self._walk(part, key, f"{pointer}/{place}", found) for place, part in enumerate(value)]
        if not isinstance(value, str):
            return value
        after, rule = self._field(key, value)
        if after != value:
            found.append((pointer, rule))
        return after

    def _field(self, key: str, value: str) -> tuple[str, str]:
        if key in CLOSED:
            return value, ""
        if key in NAMES:
            return self.name(value), self._rule("name", value)
        if key in PEOPLE:
            return self._scanner.text(value, emails=False), self._rule("person", value)
        return self._scanner.text(value), self._rule("text", value)

    def _rule(self, shipped: str, value: str) -> str:
        return label_of(self._scanner.forms, value) or shipped


def rules_of(settings: Settings) -> Rules:
    """Return the site's own rules; raises OperatorError where their file cannot be read, or one cannot be taken."""
    path = settings.redaction_rules
    if path is None:
        return NO_RULES
    try:
        return read_rules(path.read_bytes())
    except OSError as error:
        raise OperatorError(
            f"The redaction rules {path} cannot be read ({error.strerror}).",
            action="Correct LINEWARD_REDACTION_RULES (`redaction_rules`), or unset it.",
        ) from error
    except RuleError as error:
        raise OperatorError(
            f"The redaction rules {path} cannot be taken: {error}.",
            action="Correct the file; `lineward redact --explain` tries it.",
        ) from None
