"""How the command line explains itself: help by what one wants to do, and one sentence for what was typed wrongly.

Typer keeps the classes of its errors to itself; they are told apart by what they carry.
"""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from catalog.cli.ending import exit_codes

_BOTH, _LEAST = re.compile(r"(-?\d+)<=x<=(-?\d+)"), re.compile(r"x>=(-?\d+)")
"""How Typer writes ranges."""
_EXTRA = re.compile(r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)")


class Explained(TyperCommand):
    """A command whose help speaks of what is typed, and of no type of ours."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  typer keeps its context's class to itself
        """Return the pieces of the line that shows how it is used."""
        return [_usage(piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write arguments and options, each with what it is."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if (record := param.get_help_record(ctx)) is None:
                continue
            is_argument = param.param_type_name == "argument"
            name = param.metavar or param.name if is_argument else record[0]
            rows.setdefault("Arguments" if is_argument else "Options", []).append((name, _in_words(record[1])))
        for section, found in rows.items():
            with formatter.section(section):
                formatter.write_dl(found)


class Grouped(TyperGroup):
    """A group of commands whose help lists them under the panels that they name."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  typer keeps its context's class to itself
        """Return the names of the commands in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the commands, each with its first sentence."""
        panels: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.commands[name]
            panel = getattr(command, "rich_help_panel", None)
            panels.setdefault(panel if isinstance(panel, str) else "Commands", []).append((name, _first(command.help)))
        width = max(len(name) for name in self.commands)
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(width), text) for name, text in rows])

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Run the command; ends with one sentence and the exit code of an error that says who has to act."""
        with exit_codes():
            return super().invoke(ctx)


def example(line: str) -> str:
    """Return what stands below a command's help; it is kept in its line."""
    return f"\b\nExample:\n  {line}"


def complaint(error: Exception) -> str | None:
    """Return what was typed wrongly as one sentence that says where help is; None where the error is not Typer's."""
    context, message = getattr(error, "ctx", None), getattr(error, "message", None)
    if context is None or not isinstance(message, str):
        return None
    if is_help(error):
        return message
    return f"{_sentence(error, message)} `{context.command_path} --help` shows what it takes."


def is_help(error: Exception) -> bool:
    """Tell whether the error is that nothing was typed, whose message is the help."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _sentence(error: Any, message: str) -> str:  # noqa: ANN401  one of several of Typer's errors
    wrong = getattr(error, "option_name", None)
    if wrong is not None and hasattr(error, "possibilities"):
        near = sorted(error.possibilities or ())
        return f"There is no option {wrong}{f'; did you mean {near[0]}?' if near else '.'}"
    if (extra := _EXTRA.fullmatch(message)) is not None:
        return f"{extra[1]} is more than it takes: put a name that has blanks in quotes."
    param = getattr(error, "param", None)
    if param is None:
        return message if message.endswith("?") else f"{message.rstrip('.')}."
    what = param.opts[0] if param.param_type_name == "option" else param.metavar or param.name
    if error.__cause__ is not None:
        from pydantic import ValidationError  # noqa: PLC0415  `--help` checks nothing

        from catalog.validation import predicate, sentence  # noqa: PLC0415  the same

        if isinstance(error.__cause__, ValidationError):
            return sentence(what, predicate(error.__cause__))
    return f"{what} is missing." if not message else f"{what}: {message.rstrip('.')}."


def _usage(piece: str) -> str:
    plain = piece.replace("{", "").replace("}", "")
    # What has several parts says so by itself.
    return plain.removesuffix("...") if " " in plain else plain


def _in_words(text: str) -> str:
    return _LEAST.sub(r"from \1", _BOTH.sub(r"\1 to \2", text))


def _first(text: str | None) -> str:
    return (text or "").split("\n\n")[0].replace("\n", " ")
