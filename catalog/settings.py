"""What an operator may set: by environment (`LINEWARD_…`), by `lineward.toml`, in that order, over defaults that work.

Every name that is set and unknown is refused: a misspelt limit must not silently be the default.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from catalog.errors import OperatorError
from catalog.validation import predicate, sentence
from graph_schema.marked import replaced
from graph_schema.nearest import nearest

PREFIX = "LINEWARD_"
LEDGER_FILE = "ledger.db"
CONFIG = "LINEWARD_CONFIG"
BEGIN, END = "<!-- settings:begin -->", "<!-- settings:end -->"

_NOT_SETTINGS = frozenset({CONFIG, "LINEWARD_URL", "LINEWARD_KEY"})
"""What the commands read from the environment beside the settings: which file, and how to reach a running server."""
_LISTED = "docs/settings.md lists all that there are."
_FOR_TESTS = "LINEWARD_TEST_"
_MEBIBYTE = 1024 * 1024
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+", re.ASCII | re.IGNORECASE)
_JSON_LIST = re.compile(r"\s*\[\s*[\"\]]")
"""How a list in JSON begins; an IPv6 address in brackets does not."""

Listed = Annotated[tuple[str, ...], NoDecode]
"""A list, written with commas or as JSON in the environment, and with commas or as an array in the file."""


class Settings(BaseSettings):
    """Everything that can be set, with its default.

    Raises pydantic's ValidationError; `load` says the same in one sentence.
    """

    # A variable that is empty is not set: so compose files and shells pass on what nobody said.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_parse_none_str="none", env_ignore_empty=True
    )

    data_dir: Path = Field(Path("lineward-data"), description="Where ledger, graph and keys lie.")
    keys_dir: Path | None = Field(
        None,
        description="Where the keys and the high-water mark lie, if not in `keys/` of the data directory; written to.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on. Any but loopback needs an API key first.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")
    allowed_hosts: Listed = Field(
        (),
        description="Names that requests may use for this server, beside loopback's; needed behind a name. A list, "
        "separated by commas or as JSON.",
    )
    prefix: str = Field(
        "",
        pattern=r"^(/[A-Za-z0-9._~-]+)*/?$",
        description="Path at which a proxy shows the start page, such as /lineward; other addresses need no setting.",
    )
    origin: str = Field("lineward.local/ledger", min_length=1, description="The ledger's name in its checkpoints.")
    store: Literal["sqlite", "neo4j"] = Field("sqlite", description="Where the graph lies.")
    neo4j_uri: str = Field("bolt://127.0.0.1:7687", description="Address of the Neo4j server.")
    neo4j_user: str = Field("neo4j", description="User there.")
    neo4j_password: SecretStr | None = Field(None, description="Password there.")
    neo4j_password_file: Path | None = Field(None, description="File that holds the password, for container secrets.")
    max_body_bytes: int = Field(
        16 * _MEBIBYTE, ge=1024, description="Largest body taken as it is, after decompression, in bytes."
    )
    max_oversize_bytes: int = Field(
        128 * _MEBIBYTE,
        ge=1024,
        description="Largest body of events taken at all, in bytes: beyond `max_body_bytes` an event is taken without "
        "its largest facets, one such body at a time.",
    )
    max_connections: int = Field(
        1024, ge=1, description="Most connections at once; fewer where the process may not open as many descriptors."
    )
    max_peer_connections: int = Field(
        128, ge=1, description="Most connections at once from one address; behind a proxy, all come from one."
    )
    header_seconds: float = Field(10, gt=0, description="Longest time the headers of a request may take, in seconds.")
    body_seconds: float = Field(
        20, gt=0, description="Longest time its body may take, in seconds, and one more for each 64 KiB that came."
    )
    send_seconds: float = Field(
        60, gt=0, description="How long an answer waits for its client to read any of it, in seconds."
    )
    idle_seconds: int = Field(15, ge=1, description="How long a connection may be idle between requests, in seconds.")
    max_json_depth: int = Field(200, ge=8, le=500, description="Deepest nesting of JSON taken.")
    max_batch_events: int = Field(10_000, ge=1, description="Most events taken in one batch.")
    max_waiting: int = Field(
        4_096, ge=1, description="Most events that may wait for the disk; beyond, 503 with Retry-After."
    )
    max_waiting_bytes: int = Field(
        64 * _MEBIBYTE, ge=1024, description="Most bytes of events that may wait for the disk; beyond, the same."
    )
    projection: Literal["process", "thread"] = Field(
        "process", description="Where a server brings the ledger into the graph: beside the requests, or among them."
    )
    projection_batch: int = Field(500, ge=1, description="Most entries projected in one transaction.")
    stall_seconds: float = Field(
        60,
        gt=0,
        description="How long the graph may stand still while entries wait before health turns red, in seconds.",
    )
    checkpoint_seconds: float = Field(60, gt=0, description="How often the ledger signs a checkpoint, in seconds.")
    determination_near_days: int = Field(
        90, ge=1, le=3_650, description="How many days before its end an expert determination is found to be near it."
    )
    suggestion_judged_days: int = Field(
        30, ge=1, le=3_650, description="Within how many days a suggested label is to be confirmed or rejected."
    )
    clock_gap_days: int = Field(
        366,
        ge=1,
        le=3_000_000,
        description="How far the clock may be from the newest entry at the start, in days; beyond, nothing is taken.",
    )
    clock_jump_seconds: int = Field(
        3_600,
        ge=300,
        le=1_000_000_000,
        description="How far the clock may jump while the server runs, in seconds; beyond, nothing is taken.",
    )
    ready_lag: int = Field(
        100_000, ge=0, description="Entries that the graph may be behind the ledger before health turns red."
    )
    query_seconds: float = Field(20, gt=0, description="Longest time one GraphQL request may take, in seconds.")
    query_bytes: int = Field(
        16 * _MEBIBYTE, ge=1024, description="Largest answer to one question, in bytes; a larger one is ended."
    )
    query_depth: int = Field(14, ge=1, description="Deepest nesting of one GraphQL query.")
    query_aliases: int = Field(30, ge=0, description="Most aliases in one GraphQL query.")
    query_tokens: int = Field(4_000, ge=10, description="Most tokens in one GraphQL query.")
    query_cost: int = Field(
        100_000,
        ge=1,
        description="Highest cost of one GraphQL query: a field is 1, what is below a list as often as it has items.",
    )
    at_least_seconds: float = Field(
        5, ge=0, description="How long a read waits for the graph to reach `atLeast`, in seconds."
    )
    redaction_rules: Path | None = Field(
        None, description="File of the site's own redaction rules, in TOML; `lineward redact --explain` tries them."
    )
    disease_ontology: Path | None = Field(
        None,
        description="File of the disease ontology MONDO, as OBO or JSON, which tells what disease is a kind of which; "
        "without it different diseases of a use statement and a study stay open.",
    )
    verification_days: int = Field(
        90, ge=1, le=36_525, description="For how many days it is good that a sealed snapshot was verified."
    )
    organisation: str | None = Field(None, description="Name printed on the reports.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="How log lines are written to standard error; auto is text on a terminal, else JSON."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The lowest level logged.")

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        if _JSON_LIST.match(given):
            try:
                return json.loads(given)
            except ValueError:
                raise ValueError("begins like a list in JSON and is none; write names separated by commas") from None
        return tuple(name.strip() for name in given.split(",") if name.strip())

    @field_validator("allowed_hosts")
    @classmethod
    def _check_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(host.strip("[]") for host in hosts)
        if not all(_HOST.fullmatch(name) and (name.count(":") != 1) for name in names):
            raise ValueError(
                "holds names of hosts alone, without https://, port and path, such as catalog.example,catalog.internal"
            )
        return names

    @field_validator("neo4j_uri")
    @classmethod
    def _check_uri(cls, uri: str) -> str:
        if not re.match(r"(bolt|neo4j)(\+s|\+ssc)?://", uri):
            raise ValueError("begins with bolt:// or neo4j://")
        if "@" in uri:
            raise ValueError("holds a user or a password; leave user and password out, they have settings of their own")
        try:
            sound = bool(urlsplit(uri).hostname) and urlsplit(uri).port != 0
        except ValueError:
            sound = False
        if not sound:
            raise ValueError("needs to name a host, and a port as a number, such as bolt://127.0.0.1:7687")
        return uri

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.neo4j_password is not None and self.neo4j_password_file is not None:
            raise ValueError("hold neo4j_password and neo4j_password_file; set one of them, not both")
        return self

    @property
    def keys(self) -> Path:
        """Return the directory of the keys."""
        return self.keys_dir or self.data_dir / "keys"

    @property
    def ledger_file(self) -> Path:
        """Return the ledger's file: where it is, there is a catalog."""
        return self.data_dir / LEDGER_FILE

    def holds_catalog(self) -> bool:
        """Tell whether the data directory holds a catalog; raises OperatorError where that cannot be seen."""
        try:
            if self.data_dir.exists() and not self.data_dir.is_dir():
                raise OperatorError(f"{self.data_dir} is no folder.", action="Name the folder of a catalog.")
            found = self.ledger_file.is_file()
            if found and not os.access(self.ledger_file, os.R_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise OperatorError(
                f"{self.data_dir} cannot be read ({error.strerror}).", action="Ask as the user that it belongs to."
            ) from error
        return found

    def require_catalog(self) -> None:
        """Raise OperatorError unless the data directory holds a catalog: what only reads must not begin one."""
        if not self.holds_catalog():
            raise OperatorError(
                f"No catalog at {self.data_dir.absolute()}.",
                action="Start one with `lineward serve`, or name the folder of yours by --data-dir or "
                "LINEWARD_DATA_DIR.",
            )

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach the server."""
        return is_loopback(self.host)

    def password(self) -> str | None:
        """Return Neo4j's password; raises OperatorError where its file cannot be read."""
        if self.neo4j_password_file is not None:
            try:
                return self.neo4j_password_file.read_text("utf-8").rstrip("\r\n")
            except OSError as error:
                raise OperatorError(
                    f"The password file {self.neo4j_password_file} cannot be read.",
                    action="Create it, or correct LINEWARD_NEO4J_PASSWORD_FILE.",
                ) from error
        return self.neo4j_password.get_secret_value() if self.neo4j_password else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic-settings calls by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put what the caller says above the environment, and that above the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _config_file())


def load(**given: Any) -> Settings:  # noqa: ANN401  each value is checked by the model
    """Return the settings in force; values given here win over environment and file.

    Raises OperatorError, in one sentence, for a name that is unknown or a value that does not fit.
    """
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and not _is_known(name))
    if unknown:
        meant = nearest(unknown[0].removeprefix(PREFIX), Settings.model_fields)
        action = f"did you mean {PREFIX}{meant.upper()}?" if meant else _LISTED
        raise OperatorError(f"{unknown[0]} is not a setting of Lineward.", action=f"Unset it; {action}")
    if os.environ.get(CONFIG) and not _config_file().is_file():
        raise OperatorError(
            f"{CONFIG} names {_config_file()}, and there is no such file.", action="Correct the name, or unset it."
        )
    try:
        return Settings(**given)
    except ValidationError as error:
        raise OperatorError(_sentence(error), action="Correct it and start again.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"The settings file {_config_file()} is no TOML: {error}.", action="Correct it and start again."
        ) from error
    except OSError as error:
        raise OperatorError(
            f"The settings file {_config_file()} cannot be read ({error.strerror}).",
            action="Correct it and start again.",
        ) from error


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Tell whether a name or address in a URL is this machine's own."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def markdown() -> str:
    """Return the table of all settings."""
    rows = ["| environment | `lineward.toml` | default | what it is |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default is None or default == () else f"`{default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | `{name}` | {shown} | {field.description} |")
    return "\n".join(rows)


def rewritten(document: str) -> str:
    """Return the document with the table between its markers; raises ValueError where they are missing."""
    return replaced(document, BEGIN, END, f"\n{markdown()}\n")


def _config_file() -> Path:
    return Path(os.environ.get(CONFIG) or "lineward.toml")


def _is_known(variable: str) -> bool:
    return (
        variable in _NOT_SETTINGS
        or variable.startswith(_FOR_TESTS)
        or variable.removeprefix(PREFIX).lower() in Settings.model_fields
    )


def _sentence(error: ValidationError) -> str:
    """Return the first problem in one sentence, without the value: it may be a secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        meant = nearest(name, Settings.model_fields)
        action = f"did you mean `{meant}`?" if meant else _LISTED
        return f"`{name}` in {_config_file()} is not a setting of Lineward; {action}"
    where = f"{PREFIX}{name.upper()} (`{name}`)" if name else "The settings"
    if first["type"] == "string_pattern_mismatch":
        description = str(Settings.model_fields[name].description)
        return f"{where} does not have the form that it needs: {description[:1].lower()}{description[1:]}"
    return sentence(where, predicate(error))
