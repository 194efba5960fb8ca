"""The command line: a module per command, imported only when that command runs, so that ``--help`` stays quick."""

import os
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from fastresample import __version__
from fastresample.cli.signals import INTERRUPTED, TERMINATED, sigterm_interrupts

COMMANDS = {
    "resize": "Resize image files and folders.",
    "compare": "Show how libraries differ on your images.",
    "validate": "Check here what each convention promises.",
    "warmup": "Compile the common kernels now.",
    "info": "Show versions, processor, threads and the cache.",
    "cache": "Manage the folder of compiled kernels.",
    "completion": "Print the script for Tab in bash, zsh or fish.",
    "man": "Print the manual page.",
}


class _LazyGroup(click.Group):
    """A group whose commands live in ``fastresample.cli.<name>`` as ``command`` and are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"fastresample.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; of an unknown one say which was meant, or that a file needs a command before it."""
        name = args[0]
        if name in COMMANDS or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = get_close_matches(name, COMMANDS, n=1)
        if near:
            hint = f"did you mean {near[0]!r}?"
        elif os.path.exists(name):
            hint = f"to resize that file or folder: {ctx.command_path} resize {name!r} OUTPUT --size 50%"
        else:
            hint = f"choose from {', '.join(COMMANDS)}"
        raise click.UsageError(f"there is no command {name!r}; {hint}", ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete commands from their table: importing them all would make Tab slow."""
        names = [name for name in COMMANDS if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=COMMANDS[name]) for name in names), *options]

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command, its import included; an interruption at any point of it ends with one line."""
        with sigterm_interrupts() as terminated:
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt:
                click.echo("terminated" if terminated.is_set() else "interrupted", err=True)
                ctx.exit(TERMINATED if terminated.is_set() else INTERRUPTED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fastresample")
def main() -> None:
    """Resize images fast, and see how libraries differ.

    Try: fastresample resize photos small --size 50%
    """
