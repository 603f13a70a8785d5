"""A local MLflow registry, read through MLflow's own interface (`mlflow-skinny`, an extra); nothing is written."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from ingest_hooks.mlflow.model import Input, RegisteredModel, Run, Version

_PAGE: Final = 1_000
_CONTEXT: Final = "mlflow.data.context"
_REPOSITORY, _REVISION = "mlflow.source.git.repoURL", "mlflow.source.git.commit"
_FAILED: Final = "FAILED_REGISTRATION"
_NO_STAGE: Final = "None"
_ADDRESSES: Final = ("uri", "path", "url", "table_uri")
_QUIET: Final = {
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
"""MLflow refuses a file store unless it is told otherwise, and reports that it is used unless it is told not to."""


class RegistryError(Exception):
    """A registry cannot be read; the message is one sentence, `action` what to do."""

    def __init__(self, message: str, action: str) -> None:
        super().__init__(message)
        self.action = action


def read(address: str, names: Sequence[str] = ()) -> tuple[RegisteredModel, ...]:
    """Return the registered models at an address, by name: `sqlite:///FILE`, or the folder of a file store.

    Of these names alone where some are given. A database is copied first, since MLflow changes what it opens.

    Raises:
        RegistryError: MLflow is not installed, the address is none of these, or MLflow cannot read what is there.
    """
    with _copied(address) as uri, _environment():
        try:
            from mlflow import MlflowClient  # noqa: PLC0415  an extra, and it takes seconds
            from mlflow.exceptions import MlflowException  # noqa: PLC0415  the same
        except ImportError as error:
            raise RegistryError(
                "MLflow is not installed here.", "Install it: pip install 'lineward[mlflow]'."
            ) from error
        try:
            return tuple(_models(MlflowClient(uri, uri), frozenset(names)))
        except MlflowException as error:
            raise RegistryError(
                f"MLflow cannot read {address}: {error.error_code.lower().replace('_', ' ')}.",
                "Open it with the MLflow that wrote it; a database of an older one is raised by `mlflow db upgrade`.",
            ) from error


@contextmanager
def _environment() -> Iterator[None]:
    """Set what MLflow reads of the environment meanwhile."""
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _copied(address: str) -> Iterator[str]:
    """Yield the address that MLflow is to open: of a database that of a copy."""
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path.removeprefix("/")))
        if not path.is_file():
            raise RegistryError(f"There is no file {path}.", "Write sqlite:/// and then the path of the database.")
        with TemporaryDirectory(prefix="lineward-mlflow-") as folder:
            copy = Path(folder) / "registry.db"
            try:
                with (
                    closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as held,
                    closing(sqlite3.connect(copy)) as taken,
                ):
                    held.backup(taken)
            except sqlite3.Error as error:
                raise RegistryError(f"{path} is no SQLite database.", "Name the database of MLflow.") from error
            yield f"sqlite:///{copy}"
        return
    if parts.scheme not in {"", "file"}:
        raise RegistryError(
            f"{parts.scheme}:// is neither a file store nor an SQLite database.",
            "Name a folder, or sqlite:/// and the path of a database; of a server, a copy of its store.",
        )
    folder_ = Path(unquote(parts.path)) if parts.scheme else Path(address)
    if not (folder_ / "models").is_dir():
        raise RegistryError(f"{folder_} holds no registered models.", "Name the folder that MLflow calls mlruns.")
    yield folder_.resolve().as_uri()


def _models(client: Any, names: frozenset[str]) -> Iterator[RegisteredModel]:  # noqa: ANN401  MLflow publishes no types
    runs: dict[str, Run | None] = {}
    experiments: dict[str, str] = {}
    versions: dict[str, list[Version]] = {}
    stages: dict[str, list[tuple[str, str]]] = {}
    for one in _pages(client.search_model_versions):
        if (not names or one.name in names) and str(one.status) != _FAILED:
            if one.run_id and one.run_id not in runs:
                runs[one.run_id] = _run(client, one.run_id, experiments)
            run = runs.get(one.run_id) if one.run_id else None
            found = Version(one.name, str(one.version), int(one.creation_timestamp), run)
            versions.setdefault(one.name, []).append(found)
            stage = str(getattr(one, "current_stage", None) or _NO_STAGE)
            if stage != _NO_STAGE:
                stages.setdefault(one.name, []).append((found.version, stage))
    models = [one for one in _pages(client.search_registered_models) if not names or one.name in names]
    for one in sorted(models, key=lambda each: str(each.name)):
        aliases = tuple(sorted((str(alias), str(version)) for alias, version in one.aliases.items()))
        of = sorted(versions.get(one.name, ()), key=lambda each: (each.created_at, each.version))
        yield RegisteredModel(one.name, tuple(of), aliases, tuple(sorted(stages.get(one.name, ()))))


def _pages(search: Callable[..., Any]) -> Iterator[Any]:
    token = None
    while True:
        page = search(max_results=_PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _run(client: Any, run_id: str, experiments: dict[str, str]) -> Run | None:  # noqa: ANN401  as above
    """Return a run, None where the store has it no more."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  as above

    try:
        found = client.get_run(run_id)
    except MlflowException:
        return None
    info, data = found.info, found.data
    if info.experiment_id not in experiments:
        experiments[info.experiment_id] = client.get_experiment(info.experiment_id).name
    return Run(
        run_id,
        experiments[info.experiment_id],
        str(info.status),
        int(info.start_time),
        None if info.end_time is None else int(info.end_time),
        tuple(sorted(data.params)),
        tuple(sorted(data.metrics)),
        tuple(_input(one) for one in found.inputs.dataset_inputs) if found.inputs is not None else (),
        data.tags.get(_REPOSITORY),
        data.tags.get(_REVISION),
    )


def _input(one: Any) -> Input:  # noqa: ANN401  as above
    tags = {tag.key: tag.value for tag in one.tags}
    return Input(one.dataset.name, one.dataset.digest, _address(one.dataset.source), tags.get(_CONTEXT))


def _address(source: str) -> str | None:
    """Return where a dataset lies: MLflow keeps that as JSON, whose member depends on the kind of source."""
    try:
        content = json.loads(source)
    except ValueError:
        return None
    if not isinstance(content, Mapping):
        return None
    return next((str(content[name]) for name in _ADDRESSES if isinstance(content.get(name), str)), None)
