"""Completion scripts, driven by the real shells where they are installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from ccmcp.cli.commands import all_commands
from tests.cli.catalogue import TOOLS
from tests.cli.conftest import Ccmcp

CASES: list[tuple[list[str], set[str]]] = [
    (
        [""],
        {
            "find",
            "read",
            "count",
            "hang",
            "where",
            "move",
            "init",
            "completion",
            "serve",
            "classify",
            "rules",
            "audit",
            "report",
            "migrate",
            "bundle",
        },
    ),
    (["f"], {"find"}),
    (["find", "--o"], {"--order"}),
    (["find", "--order", ""], {"title", "year"}),
    (["find", "--order", "y"], {"year"}),
    (["find", "--no-l"], {"--no-lent"}),
    (["find", "--limit", ""], set()),
    (["find", "time", "--th"], {"--this-room"}),
    (["find", "--author", "move", "--gen"], {"--genre"}),
    (["move", "pl"], {"plan"}),
    (["move", "plan", "--pl"], {"--plan"}),
    (["--tz", "find", "init", "c"], {"claude-code", "claude-desktop", "cursor", "codex"}),
    (["completion", "z"], {"zsh"}),
]


def driven(shell: str, script: str, program: str, *arguments: str) -> list[str]:
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run(
        [found, *arguments, "-c", f"{script}\n{program}"],
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_bash_completes(ccmcp: Ccmcp, words: list[str], expected: set[str]) -> None:
    script = ccmcp("completion", "bash").out
    given = " ".join(f"'{word}'" for word in ["ccmcp", *words])
    program = f'COMP_WORDS=({given}); COMP_CWORD={len(words)}; _ccmcp; printf "%s\\n" "${{COMPREPLY[@]}}"'
    found = {line for line in driven("bash", script, program, "--norc") if line}
    assert found - {"--help", "--version"} == expected


def test_bash_completes_after_an_equals_sign(ccmcp: Ccmcp) -> None:
    script = ccmcp("completion", "bash").out
    for words in ("ccmcp find --order = y", "ccmcp --tz = UTC find --order = y"):
        count = len(words.split()) - 1
        program = f'COMP_WORDS=({words}); COMP_CWORD={count}; _ccmcp; echo "${{COMPREPLY[@]}}"'
        assert driven("bash", script, program, "--norc") == ["year"]


def test_bash_knows_whom_to_ask(ccmcp: Ccmcp) -> None:
    script = ccmcp("completion", "bash").out
    assert driven("bash", script, "complete -p ccmcp") == ["complete -o default -F _ccmcp ccmcp"]


def test_bash_completes_folders(ccmcp: Ccmcp, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    script = ccmcp("completion", "bash").out
    program = (
        f'COMP_WORDS=(ccmcp list --config-dir {tmp_path}/f); COMP_CWORD=3; _ccmcp; echo "${{COMPREPLY[@]}}"'
    )
    assert driven("bash", script, program) == [f"{tmp_path}/folder"]


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_zsh_completes(ccmcp: Ccmcp, words: list[str], expected: set[str]) -> None:
    stubs = """
compdef() { :; }
_describe() { local each; for each in "${(@P)2}"; do print -r -- "${each%%:*}"; done }
compadd() { shift; print -rl -- "$@" }
"""
    given = " ".join(f"'{word}'" for word in ["ccmcp", *words])
    program = f"words=({given}); CURRENT=$#words; _ccmcp"
    lines = driven("zsh", stubs + ccmcp("completion", "zsh").out, program, "-f")
    found = {line for line in lines if line.startswith(words[-1])}
    assert (found - {"--help", "--version"} if words[-1] else expected & found) == expected


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_fish_completes(ccmcp: Ccmcp, words: list[str], expected: set[str]) -> None:
    program = f'complete -C "{" ".join(["ccmcp", *words])}"'
    lines = driven("fish", ccmcp("completion", "fish").out, program, "--no-config")
    assert {line.partition("\t")[0] for line in lines} - {"--help", "--version"} == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_says_where_it_goes_and_knows_everything(ccmcp: Ccmcp, shell: str) -> None:
    script = ccmcp("completion", shell).out
    assert f"ccmcp completion {shell}" in "\n".join(script.splitlines()[:2])
    for command in all_commands(TOOLS).values():
        for word in command.name.split():
            assert word in script
        for option in command.switches:
            assert option.flag.removeprefix("--") in script
