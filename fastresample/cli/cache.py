"""``fastresample cache clear``: delete the compiled kernels."""

import click

from fastresample import cache


@click.group("cache")
def command() -> None:
    """Manage the folder of compiled kernels ($FASTRESAMPLE_CACHE_DIR, else the user's cache folder)."""


@command.command("clear")
def clear() -> None:
    """Delete every compiled kernel; the next calls compile again.

    \b
    Examples:
      fastresample cache clear
    """
    try:
        before = cache.clear()
    except OSError as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"{before.kernels} compiled kernels deleted ({before.bytes / 1e6:.1f} MB) from {before.root}")
