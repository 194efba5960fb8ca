"""``fastresample warmup``: compile the common kernels now."""

import click

from fastresample import warmup
from fastresample.cli import terminal


@click.command("warmup")
@click.option(
    "--method",
    "methods",
    multiple=True,
    default=("nearest", "bilinear", "lanczos3"),
    show_default=True,
    help="Antialiased and not, as far as there are both.",
)
@click.option("--dtype", "dtypes", multiple=True, default=("uint8",), show_default=True, help="For example float32.")
@click.option("--channels", multiple=True, type=click.IntRange(min=1), default=(1, 3, 4), show_default=True)
@click.option(
    "--convention",
    "conventions",
    multiple=True,
    default=("native",),
    show_default=True,
    help="Whose arithmetic; name methods that each of them has.",
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    help="Also conv2d, conv_transpose2d, max_pool2d, max_unpool2d, avg_pool2d: float32, or the float dtypes given.",
)
def command(
    methods: tuple[str, ...],
    dtypes: tuple[str, ...],
    channels: tuple[int, ...],
    conventions: tuple[str, ...],
    operators: tuple[str, ...],
) -> None:
    """Compile the kernels of common resizes now, so that no later call waits for it.

    Options may be repeated.

    \b
    Examples:
      fastresample warmup
      fastresample warmup --dtype uint8 --dtype float32
      fastresample warmup --method bilinear --convention opencv --operator conv2d
    """
    try:
        with terminal.library_log():
            compiled = warmup(methods, dtypes, channels, conventions, operators=operators)
    except (TypeError, ValueError) as fault:
        raise click.UsageError(str(fault)) from None
    click.echo(f"{compiled} kernels compiled" if compiled else "nothing to do: every kernel was in the cache")
