"""Options that several commands share."""

import click

from fastresample import batch


def _parse_size(ctx: click.Context, param: click.Parameter, value: str) -> batch.Size:
    try:
        return batch.parse_size(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


size_option = click.option(
    "--size",
    required=True,
    callback=_parse_size,
    metavar="SIZE",
    help="800 (longest side in pixels), 800x600 (fit inside, width x height), x600 (height), 800x (width), "
    "50% (of each side) or 2MP (megapixels). The aspect ratio is kept.",
)
