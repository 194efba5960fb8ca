"""The command line: a module per command, imported only when that command runs, so that ``--help`` stays quick."""

from importlib import import_module
from typing import Any

import click

from fastresample import __version__
from fastresample.cli.signals import INTERRUPTED, TERMINATED, sigterm_interrupts

COMMANDS = {
    "resize": "Resize image files and folders.",
    "compare": "Show how libraries differ on your images.",
    "warmup": "Compile the common kernels now.",
    "info": "Show versions, processor, threads and the cache.",
    "cache": "Manage the folder of compiled kernels.",
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
