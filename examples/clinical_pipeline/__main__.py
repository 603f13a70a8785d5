"""`python -m examples.clinical_pipeline --url http://127.0.0.1:8080 --workdir some-new-folder`.

API keys are read from the environment, `DEMO_KEY_STEWARD` and so on for each of `estate.PRINCIPALS`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ingest_hooks.emit import EmitError

from . import PRINCIPALS, MissingLibraryError, run_pipeline


def main() -> int:
    """Run the pipeline; 0 when it went through, 3 where something outside is not there."""
    parser = argparse.ArgumentParser(prog="python -m examples.clinical_pipeline", description=__doc__)
    parser.add_argument("--url", required=True, help="where the catalog answers")
    parser.add_argument("--workdir", required=True, type=Path, help="a new folder for the data")
    arguments = parser.parse_args()
    keys = {who.key: os.environ.get(f"DEMO_KEY_{who.key.upper()}") for who in PRINCIPALS}
    try:
        run_pipeline(arguments.url, arguments.workdir, keys, _tell)
    except (EmitError, MissingLibraryError, FileExistsError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
