from __future__ import annotations

from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import (
    Block,
    Column,
    Facts,
    Text,
    cell,
    cites,
    code,
    mark,
    maybe,
    missing,
    plain,
    strong,
    table,
    words,
)
from reports.dossier.moment import moment
from reports.dossier.phrases import who


def model(context: ModelDossier) -> Iterator[Block]:
    version = context.model
    revision, environment = version.code, version.environment
    clean_tree = {True: mark("clean", "good"), False: mark("not clean", "bad"), None: missing("clean: not recorded")}
    yield Facts(
        (
            ("Name and version", cell(strong(f"{version.name} {version.version}"), code(version.namespace))),
            ("Intended use", cell(maybe(version.intended_use))),
            ("Registered", cell(words(plain(moment(version.registered_at)), plain("by"), who(version.registered_by)))),
            ("Artifact digest", cell(maybe(version.artifact_digest, "code"))),
            ("Signature", cell(maybe(version.signature, "code"))),
            (
                "Code revision",
                cell(code(revision.repository), words(code(revision.revision), clean_tree[revision.clean]))
                if revision
                else cell(missing()),
            ),
            (
                "Environment",
                cell(maybe(environment.description), code(environment.digest)) if environment else cell(missing()),
            ),
            ("Ledger entries", cell(cites(version.entries) or missing("no entry cited"))),
        )
    )
    if version.metrics:
        yield table(
            "Metrics, as registered with the model version",
            (Column("Metric", 3), Column("Value", 2), Column("Split", 2)),
            [(cell(plain(m.name)), cell(plain(m.value)), cell(maybe(m.split))) for m in version.metrics],
        )
    else:
        yield Text(words(plain("Metrics:"), missing()))
