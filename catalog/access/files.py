"""The data directory belongs to whoever runs the catalog: neither group nor others may enter or read it."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterable
from pathlib import Path

from catalog.errors import OperatorError

_LOG = logging.getLogger("lineward.access")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FOLDER = 0o700


def keep_private(folder: Path, ours: Iterable[str]) -> None:
    """Make the data directory, and take away what group and others may do in it: one log line where they could.

    `ours` are what the names of the catalog's files begin with. A folder with anything else in it is not changed, only
    complained of: it is somebody's for other reasons too. So is what this user may not change.

    Raises OperatorError where the folder cannot be made or read.
    """
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise OperatorError(
            f"The data directory {folder} cannot be used ({error.strerror}).",
            action="Make it, writable for this user, or name another.",
        ) from error
    files = [path for path in inside if path.name.startswith(tuple(ours)) and path.is_file()]
    foreign = [path for path in inside if not path.name.startswith(tuple(ours))]
    tightened, left = 0, 0
    for path in [*files, folder]:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & _OTHERS:
            continue
        if (path == folder and foreign) or not _tighten(path, mode & ~_OTHERS):
            left += 1
        elif inside:
            tightened += 1
    if tightened:
        _LOG.warning("the data directory was open to other users, and is not any more", extra={"entries": tightened})
    if left:
        _LOG.warning("the data directory is open to other users: chmod -R go= on it", extra={"folder": str(folder)})


def _tighten(path: Path, mode: int) -> bool:
    try:
        path.chmod(mode)
    except OSError:
        return False
    return True
