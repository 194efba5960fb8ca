"""``fastresample info``: what a bug report needs."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

import click

from fastresample import __version__, cache, get_num_threads

_PACKAGES = (
    *("numba", "llvmlite", "numpy", "pillow", "opencv-python-headless", "opencv-python", "simplejpeg", "torch"),
    *("scikit-image", "cykooz-resizer", "pyvips", "jinja2"),
)


@click.command("info")
def command() -> None:
    """Show versions, the processor tier, threads, and the state of the cache of compiled kernels.

    \b
    Examples:
      fastresample info
    """
    from fastresample.kernels import tiers

    name, features = tiers.processor()
    click.echo(f"fastresample  {__version__}")
    click.echo(f"Python        {sys.version.split()[0]} on {platform.platform()}")
    for package in _PACKAGES:
        try:
            click.echo(f"{package:13s} {version(package)}")
        except PackageNotFoundError:
            continue
    enabled = sum(feature.startswith("+") for feature in features.split(","))
    click.echo(f"processor     {name} ({platform.machine()}, {enabled} features), kernel tier: {tiers.tier().name}")
    click.echo(f"threads       {get_num_threads()}")
    state = cache.state()
    click.echo(f"cache         {state.root}")
    if state.problem:
        click.echo(f"              NOT USED: {state.problem}")
    else:
        click.echo(f"              {state.kernels} compiled kernels, {state.bytes / 1e6:.1f} MB")
