"""``fastresample compare``: how the libraries differ on the user's own images."""

import json
from pathlib import Path
from typing import Any

import click

from fastresample import batch
from fastresample.batch.decoding import read, strict_pillow
from fastresample.batch.formats import EXTENSIONS
from fastresample.batch.layout import place
from fastresample.batch.writing import write_atomic
from fastresample.cli import terminal
from fastresample.cli.options import convention_option, method_option, size_option
from fastresample.conventions import CONVENTIONS
from fastresample.validate import Comparison, compare
from fastresample.validate.libraries import choose, operator_name

METHODS = tuple(dict.fromkeys(method for convention in CONVENTIONS.values() for method in convention.methods))


def _parse_names(ctx: click.Context, param: click.Parameter, value: str | None) -> list[str] | None:
    if value is None:
        return None
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names:
        raise click.BadParameter("names no library; leave the option out for all that are installed")
    return names


def _check_figures_file(path: Path, images: tuple[Path, ...]) -> None:
    """Refuse to replace what is no file of figures: with a pattern of a shell, FILE is easily the first picture."""
    if path.suffix.lower() in EXTENSIONS or any(path.exists() and path.samefile(image) for image in images):
        raise click.UsageError(
            f"--json {terminal.printable(path)} is an image; give a name that ends in .json before the images"
        )
    if path.exists() and path.suffix.lower() != ".json":
        raise click.UsageError(f"--json {terminal.printable(path)} exists and is no .json file; give another name")
    if not path.parent.is_dir():
        raise click.UsageError(
            f"--json {terminal.printable(path)}: there is no folder {terminal.printable(path.parent)}"
        )


@click.command(
    "compare",
    epilog="Exit codes: 0 all done, 1 some files failed, 2 the command has to be changed, "
    "130 interrupted (143 by SIGTERM).",
)
@click.argument(
    "images", metavar="IMAGE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@size_option
@method_option(METHODS, default="bilinear")
@click.option(
    "--antialias/--no-antialias",
    default=None,
    help="Widen the filter when shrinking, so that all pixels count.  [default: off; on for convention pillow]",
)
@convention_option
@click.option(
    "--against",
    callback=_parse_names,
    metavar="NAMES",
    help="Libraries, separated by commas, such as opencv,pillow,torch  [default: all that are installed]",
)
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write all figures to FILE.",
)
@click.pass_context
def command(
    ctx: click.Context,
    images: tuple[Path, ...],
    size: batch.Size,
    method: str,
    antialias: bool | None,
    convention: str,
    against: list[str] | None,
    json_path: Path | None,
) -> None:
    """Show how resized images differ from library to library, and how far each one is from the exact value.

    Every sample is resized as it is stored (RGBA without alpha weighting), OpenCV without IPP. Figures are in levels
    of the image; "misrounded" are the samples that are not the integer nearest to the exact value.

    \b
    Examples:
      fastresample compare photo.jpg --size 50%
      fastresample compare *.png --size 800 --antialias --against pillow,torch --json differences.json
      fastresample compare photo.jpg --size 800 --method bicubic --convention opencv --against opencv
    """
    asked: dict[str, Any] = {"method": method, "antialias": antialias, "convention": convention}
    try:
        choose(operator_name(**asked), against)
    except (ValueError, ModuleNotFoundError) as error:
        raise click.UsageError(str(error)) from None
    asked["libraries"] = against
    if json_path is not None:
        _check_figures_file(json_path, images)
    results: list[dict[str, Any]] = []
    for path in images:
        try:
            comparison = _compare_file(path, size, asked)
        except (batch.ImageError, MemoryError) as error:
            terminal.say(f"{path}: {error or 'not enough memory for this image'}")
            continue
        click.echo(f"{terminal.printable(path)}: {comparison}\n")
        results.append({"image": str(path), **json.loads(comparison.to_json())})
    if json_path is not None:
        _write_json(json_path, results)
    ctx.exit(0 if len(results) == len(images) else 1)


def _compare_file(path: Path, size: batch.Size, asked: dict[str, Any]) -> Comparison:
    with strict_pillow():
        samples = read(path).samples
    height, width = place((samples.shape[0], samples.shape[1]), size).canvas
    if samples.dtype.name not in CONVENTIONS[asked["convention"]].methods[asked["method"]].dtypes:
        raise batch.ImageError(f"convention {asked['convention']} has no {asked['method']} of {samples.dtype} samples")
    with terminal.library_log():
        return compare(samples, (height, width), **asked)


def _write_json(path: Path, results: list[dict[str, Any]]) -> None:
    try:
        write_atomic(path, json.dumps(results, indent=2).encode(), replace=True)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None
