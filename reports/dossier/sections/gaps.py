from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reports.contexts import ModelDossier
from reports.document import Block, Gaps, Line, Text, faint, missing, plain, words
from reports.text import clean


def gaps(context: ModelDossier) -> Iterator[Block]:
    if not context.gaps:
        yield Text(plain("Nothing that this report asks for is missing."))
        return
    groups: defaultdict[str, list[Line]] = defaultdict(list)
    for gap in context.gaps:
        note = faint(f"({gap.note})") if gap.note else ()
        groups[gap.subject].append(words(missing(f"{clean(gap.field)}: not recorded"), note))
    yield Gaps(tuple((clean(subject), tuple(lines)) for subject, lines in groups.items()))
