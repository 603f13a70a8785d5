"""A server's half that owns a projecting process: takes a few events, prints that process's id, waits to be killed."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from catalog import app
from catalog.access.keys import local_actor
from catalog.projection_process import ProjectionProcess
from catalog.settings import load
from tests.support.records import event


def main(folder: Path) -> None:
    with app.opened(load(data_dir=folder), server=True) as service:
        assert isinstance(service.projection, ProjectionProcess)
        taken = service.intake.submit_event(event(), local_actor(), "tests").result()
        assert service.projection.wait_for(taken.receipt.index, 60)
        os.write(1, b"%d\n" % (service.projection.pid or 0))
        threading.Event().wait()


main(Path(sys.argv[1]))
