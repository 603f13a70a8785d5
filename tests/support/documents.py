"""What the project's documents show in code: fenced blocks, and spans between backquotes."""

from __future__ import annotations

import re
import textwrap

from tests.support.project import REPOSITORY

_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_GENERATED = re.compile(r"<!-- [\w-]+:begin -->.*?<!-- [\w-]+:end -->", re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")


def document(name: str) -> str:
    return (REPOSITORY / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """Return the text of each fenced block of a language, in order."""
    return [textwrap.dedent(text) for _, found, text in _BLOCK.findall(document(name)) if found == language]


def languages(name: str) -> set[str]:
    """Return the languages of the fenced blocks; one that names none is a drawing in characters."""
    return {found for _, found, _ in _BLOCK.findall(document(name))} - {""}


def spans(name: str) -> list[str]:
    """Return what people wrote between single backquotes, blanks and ends of lines made one blank."""
    written = _BLOCK.sub("", _GENERATED.sub("", document(name)))
    return [" ".join(span.split()) for span in _SPAN.findall(written)]
