from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[4]
SERVER = ("catalog", "reports", "fastapi", "pydantic", "strawberry", "neo4j", "sqlglot", "orjson", "cryptography")


def test_a_pipeline_that_imports_the_library_loads_no_server() -> None:
    program = "import sys, ingest_hooks.emit; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    loaded = {module.partition(".")[0] for module in done.stdout.split()}
    assert "openlineage" in loaded
    assert loaded.isdisjoint(SERVER)
