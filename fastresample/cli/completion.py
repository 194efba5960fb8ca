"""``fastresample completion``: let a shell complete commands, options, values and file names with the Tab key."""

import contextlib
import io

import click
from click.shell_completion import get_completion_class

_PROGRAM = "fastresample"
_VARIABLE = "_FASTRESAMPLE_COMPLETE"  # click's name for it: what the scripts call the program with

# Where each shell finds the script by itself, and what else its user has to do.
_INSTALL = {
    "bash": (
        "~/.local/share/bash-completion/completions/fastresample",
        "needs the package bash-completion; without it, put this line into ~/.bashrc:",
        'eval "$(fastresample completion bash)"',
    ),
    "zsh": (
        "~/.zfunc/_fastresample",
        "and these two lines into ~/.zshrc, unless they are there:",
        "fpath=(~/.zfunc $fpath); autoload -Uz compinit && compinit",
    ),
    "fish": ("~/.config/fish/completions/fastresample.fish", "", ""),
}


@click.command("completion")
@click.argument("shell", metavar="SHELL", type=click.Choice(tuple(_INSTALL)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes this program's commands, options and file names in SHELL: bash, zsh or fish.

    The first lines of the script say where to put it. New shells then complete; Tab twice lists what is possible.

    \b
    Examples:
      fastresample completion bash > ~/.local/share/bash-completion/completions/fastresample
      fastresample completion zsh > ~/.zfunc/_fastresample
      fastresample completion fish > ~/.config/fish/completions/fastresample.fish
    """
    click.echo(script(ctx.find_root().command, shell))


def script(program: click.Command, shell: str) -> str:
    """Return a shell's script: click's own, below a comment that says how to install it."""
    source = get_completion_class(shell)
    assert source is not None, shell
    with contextlib.redirect_stderr(
        io.StringIO()
    ):  # click looks for bash here to warn of old ones; it may be elsewhere
        text = source(program, {}, _PROGRAM, _VARIABLE).source().strip()
    path, more, line = _INSTALL[shell]
    comment = [f"# Completion of {_PROGRAM} in {shell}. To install it:"]
    comment.append(f"#   mkdir -p {path.rpartition('/')[0]} && {_PROGRAM} completion {shell} > {path}")
    comment += [f"# {more}", f"#   {line}"] if more else []
    first, _, rest = text.partition("\n")
    if first.startswith("#compdef"):  # has to stay zsh's first line
        return "\n".join([first, *comment, rest])
    return "\n".join([*comment, text])
