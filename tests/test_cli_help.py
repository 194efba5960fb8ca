"""Help, manual page, completion, and what is said about commands that do not exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fastresample import cli
from fastresample.cli import completion, main, man


def run(*arguments):
    return CliRunner().invoke(main, arguments, prog_name="fastresample")


def commands(group=main, path=()):
    """Return the words of every command that does something."""
    ctx = click.Context(group, info_name="fastresample")
    for name in group.list_commands(ctx):
        found = group.get_command(ctx, name)
        yield from commands(found, (*path, name)) if isinstance(found, click.Group) else [(*path, name)]


COMMANDS = list(commands())


def test_every_command_is_in_the_table_and_has_a_module():
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*.py") if "def command(" in path.read_text()}
    assert modules == set(cli.COMMANDS)
    assert {words[0] for words in COMMANDS} == modules


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words):
    result = run(*words, "--help")
    assert result.exit_code == 0
    text = re.sub(r"\s+", " ", result.stdout)
    assert (
        f"fastresample {' '.join(words)}" in text.partition("Options:")[0].removeprefix("Usage: ") or "cache" in words
    )
    assert "--help Show this message" in text
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_examples_of_the_help_are_commands_that_parse(words, tmp_path, monkeypatch):
    """Each line below "Examples:" is taken apart by the very command (nothing runs)."""
    monkeypatch.chdir(tmp_path)
    for name in ("photo.jpg", "a.png"):
        Path(name).touch()
    Path("photos").mkdir()
    lines = run(*words, "--help").stdout.split("Examples:\n")[1].splitlines()
    examples = [line.strip() for line in lines if line.strip().startswith("fastresample ")]
    assert examples
    for example in examples:
        arguments = shlex.split(re.split(r" [|>] ", example)[0].replace("*.png", "a.png"))[1:]
        found = main.get_command(click.Context(main), arguments[0])
        found.make_context(arguments[0], arguments[1:], parent=click.Context(main)).close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resise", "a", "b"], "there is no command 'resise'; did you mean 'resize'?"),
        (["comparison"], "there is no command 'comparison'; did you mean 'compare'?"),
        (["frobnicate"], "there is no command 'frobnicate'; choose from resize, compare, "),
        (["photos", "small"], "to resize that file or folder: fastresample resize 'photos' OUTPUT --size 50%"),
        (["\x1b[2J\u202e"], r"there is no command '\x1b[2J\u202e'"),
        (["resize", "photos", "small", "--sise", "50%"], "--size"),
        (["--versoin"], "--version"),
        (["completion", "tcsh"], "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
    ],
)
def test_mistakes_are_met_with_what_was_meant(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


class TestManualPage:
    def test_it_has_every_command_and_option(self):
        text = man.page(main)
        for words in COMMANDS:
            assert f".SS {' '.join(words)}\n" in text
        plain = text.replace("\\-", "-")
        for option in ("--size SIZE", "--overwrite", "--against NAMES", "--version"):
            assert f".B {option}" in plain
        assert "fastresample resize photos small --size 50%\n" in plain.partition(".EX")[2]

    def test_the_command_prints_it(self, monkeypatch):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
        result = run("man")
        assert result.exit_code == 0
        assert result.stdout.startswith('.TH FASTRESAMPLE 1 "1970-01-02" "fastresample ')
        assert result.stdout.isascii()
        assert "\b" not in result.stdout

    @pytest.mark.parametrize(
        "command",
        [["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-ww", "-man", "-Tascii", "-z"]],
        ids=["mandoc", "groff"],
    )
    def test_checkers_find_nothing(self, tmp_path, command):
        if not shutil.which(command[0]):
            pytest.skip(f"{command[0]} is not installed")
        (tmp_path / "page.1").write_text(man.page(main) + "\n")
        done = subprocess.run([*command, tmp_path / "page.1"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    @pytest.mark.parametrize(
        ("text", "roff"),
        [(".x 'y'", r"\&.x \(aqy\(aq"), ("a\\b -c ~^", r"a\eb \-c \(ti\(ha"), ("é", r"\[u00E9]")],
    )
    def test_what_roff_would_take_for_its_own_is_escaped(self, text, roff):
        assert man._escaped(text) == roff


CALL = 'from fastresample.cli import main; main(prog_name="fastresample")'


def complete(*words, shell="bash"):
    """Ask the program as a shell's script does; return what it offers."""
    settings = {
        "COMP_WORDS": " ".join(["fastresample", *words]),
        "COMP_CWORD": str(len(words)) if shell != "fish" else words[-1],
        "_FASTRESAMPLE_COMPLETE": f"{shell}_complete",
    }
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


class TestCompletion:
    def test_commands(self):
        assert complete("re") == ["plain,resize"]
        assert complete("") == [f"plain,{name}" for name in cli.COMMANDS]
        assert complete("c") == [f"plain,{name}" for name in cli.COMMANDS if name.startswith("c")]

    def test_options_and_their_values(self):
        assert "plain,--overwrite" in complete("resize", "--o")
        assert complete("resize", "--method", "lanczos") == [f"plain,lanczos{n}" for n in (2, 3, 4, 5)]
        assert complete("completion", "") == ["plain,bash", "plain,zsh", "plain,fish"]

    def test_files_are_left_to_the_shell(self):
        assert complete("resize", "pho") == ["file,pho"]

    def test_no_command_is_imported_to_name_them(self):
        code = "import sys; from fastresample.cli import main\ntry: main(prog_name='fastresample')\nfinally: "
        code += "assert not {'numpy', 'PIL', 'fastresample.cli.resize'} & set(sys.modules)"
        settings = {"COMP_WORDS": "fastresample ", "COMP_CWORD": "1", "_FASTRESAMPLE_COMPLETE": "bash_complete"}
        done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **settings}, capture_output=True)
        assert done.returncode == 0, done.stderr

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_script_says_how_to_install_it(self, shell):
        result = run("completion", shell)
        assert result.exit_code == 0
        assert result.stderr == ""
        assert f"fastresample completion {shell} > ~/" in result.stdout
        assert f"_FASTRESAMPLE_COMPLETE={shell}_complete" in result.stdout
        assert result.stdout.startswith("#compdef fastresample\n") == (shell == "zsh")

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_shell_accepts_the_script(self, shell, tmp_path):
        if not shutil.which(shell):
            pytest.skip(f"{shell} is not installed")
        (tmp_path / "script").write_text(completion.script(main, shell))
        done = subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize("shell", ["zsh", "fish"])
    def test_other_shells_are_told_what_commands_are_for(self, shell):
        told = "\n".join(complete("re", shell=shell))
        assert "resize" in told
        assert cli.COMMANDS["resize"] in told

    @pytest.fixture
    def program(self, tmp_path):
        """The program under its name, and its scripts beside it; returns the environment for a shell."""
        path = tmp_path / "fastresample"
        path.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{CALL}'\n")
        path.chmod(0o755)
        for shell in ("bash", "fish"):
            (tmp_path / f"script.{shell}").write_text(completion.script(main, shell))
        return {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}

    @pytest.mark.parametrize(
        ("shell", "code"),
        [
            (
                ["bash", "--norc"],
                """
                . "$HOME/script.bash"
                COMP_WORDS=(fastresample resize --method lan); COMP_CWORD=3
                _fastresample_completion fastresample
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
            ),
            (["fish", "--no-config"], 'source $HOME/script.fish; complete -C "fastresample resize --method lan"'),
        ],
        ids=["bash", "fish"],
    )
    def test_in_a_real_shell(self, program, shell, code):
        """The function that the script defines, called as Tab calls it."""
        if not shutil.which(shell[0]):
            pytest.skip(f"{shell[0]} is not installed")
        done = subprocess.run([*shell, "-c", code], env=program, capture_output=True, text=True, check=False)
        assert done.stdout.split() == ["lanczos2", "lanczos3", "lanczos4", "lanczos5"], done.stderr
