"""``fastresample man``: the manual page, made from the same texts as ``--help``."""

import inspect
import os
import re
import textwrap
import time
from collections.abc import Iterator

import click

from fastresample import __version__

_SECTIONS_BEFORE = {
    "NAME": r"fastresample \- resize image files and folders, and see how libraries differ",
    "SYNOPSIS": ".B fastresample\n.I COMMAND\n.RI [ OPTION .\\|.\\|.]\n.RI [ ARGUMENT .\\|.\\|.]",
}
_EXIT_CODES = {
    "0": "everything was done",
    "1": "some files failed, or the run was stopped",
    "2": "nothing was done; the command has to be changed",
    "130": "interrupted (Ctrl-C)",
    "143": "ended by SIGTERM",
}
_ENVIRONMENT = {
    "FASTRESAMPLE_CACHE_DIR": "The folder of compiled kernels, in place of the user's cache folder.",
}

_FILES = {
    ".fastresample-manifest.jsonl": "In output folders: what runs with --resume made of what. It may be deleted.",
    ".fastresample-*": "A result that is being written. One that a killed run left is removed by the next run.",
}


@click.command("man")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Print the manual page of all commands, in the format of man(1).

    \b
    Examples:
      fastresample man | man -l -
      fastresample man > ~/.local/share/man/man1/fastresample.1
    """
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    click.echo(page(root))


def page(program: click.Group) -> str:
    """Return the manual page of a program in the macros of man(7)."""
    made = time.gmtime(float(os.environ.get("SOURCE_DATE_EPOCH") or time.time()))
    head = f'.TH FASTRESAMPLE 1 "{time.strftime("%Y-%m-%d", made)}" "fastresample {__version__}" "User Commands"'
    lines = [head]
    for title, text in _SECTIONS_BEFORE.items():
        lines += [f".SH {title}", text]
    with click.Context(program, info_name="fastresample", **program.context_settings) as ctx:
        lines += [".SH DESCRIPTION", *_paragraphs(program.help)[1:], ".SH COMMANDS"]
        for command_ctx in _commands(ctx):
            lines += _section(command_ctx)
        lines += [".SH OPTIONS", *_options(ctx)]
    for title, table in {"EXIT STATUS": _EXIT_CODES, "ENVIRONMENT": _ENVIRONMENT, "FILES": _FILES}.items():
        lines.append(f".SH {title}")
        for name, text in table.items():
            lines += [".TP", f".B {_escaped(name)}", *_filled(text)]
    return "\n".join(lines)


def _commands(ctx: click.Context) -> Iterator[click.Context]:
    """Yield a context for every command that does something, those of groups too."""
    assert isinstance(ctx.command, click.Group)
    for name in ctx.command.list_commands(ctx):
        found = ctx.command.get_command(ctx, name)
        assert found is not None, name
        inner = click.Context(found, info_name=name, parent=ctx)
        if isinstance(found, click.Group):
            yield from _commands(inner)
        else:
            yield inner


def _section(ctx: click.Context) -> list[str]:
    name = ctx.command_path.partition(" ")[2]
    usage = " ".join(ctx.command.collect_usage_pieces(ctx))
    return [
        f".SS {_escaped(name)}",
        f".B {_escaped(ctx.command_path)}",
        f".I {_escaped(usage)}",
        *_paragraphs(ctx.command.help),
        *_options(ctx),
        *_paragraphs(ctx.command.epilog),
    ]


def _options(ctx: click.Context) -> list[str]:
    lines = []
    for param in ctx.command.get_params(ctx):
        names, text = param.get_help_record(ctx) or ("", "")
        if text:
            lines += [".TP", f".B {_escaped(names)}", *_filled(text)]
    return lines


def _paragraphs(text: str | None) -> list[str]:
    r"""Return the paragraphs of a help text; one that click shall not wrap (``\b``) keeps its lines here too."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text or "")):
        first, _, rest = paragraph.partition("\n")
        if first == "\b":
            lines += [".PP", ".EX", *map(_escaped, rest.splitlines()), ".EE"]
        elif paragraph:
            lines += [".PP", *_filled(paragraph)]
    return lines


def _filled(text: str) -> list[str]:
    """Return a paragraph as lines that are short, as roff's readers and their checkers like them."""
    return [_escaped(line) for line in textwrap.wrap(text, 78, break_long_words=False, break_on_hyphens=False)]


_SPECIAL = {"\\": r"\e", "-": r"\-", "~": r"\(ti", "^": r"\(ha", "'": r"\(aq", "`": r"\(ga", '"': r"\(dq"}


def _escaped(text: str) -> str:
    r"""Return text that roff prints as it is.

    Examples
    --------
    >>> print(_escaped(".x -- é"))
    \&.x \-\- \[u00E9]
    """
    plain = "".join(
        _SPECIAL.get(character) or (character if character.isascii() else f"\\[u{ord(character):04X}]")
        for character in text
    )
    return rf"\&{plain}" if plain.startswith(".") else plain
