"""`python -m docs` writes the generated part of each document anew."""

from docs import GENERATED, ROOT

for name, rewritten in GENERATED.items():
    path = ROOT / name
    path.write_text(rewritten(path.read_text("utf-8")), "utf-8")
