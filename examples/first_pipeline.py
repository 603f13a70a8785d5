"""A job that reports itself: what it read, what it wrote, and which column came of which."""

from pathlib import Path

from ingest_hooks import emit

stays = emit.Dataset("clinic", "landing/stays", columns=(emit.Column("born", "date"),))
ages = emit.Dataset("clinic", "curated/ages", columns=(emit.Column("age", "int"),))

with emit.run(emit.Job("clinic", "derive_ages")) as run:
    run.read(stays, snapshot=emit.manifest("landing/stays"))
    born = Path("landing/stays/part-1.csv").read_text().split(",")[1]
    Path("curated/ages").mkdir(parents=True, exist_ok=True)
    Path("curated/ages/part-1.csv").write_text(f"age,{2026 - int(born[:4])}\n")
    run.write(ages, files="curated/ages", column_lineage={"age": [emit.Flow(stays, "born")]})
