"""The command line as shells and clients meet it: a process with streams, locales and signals."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ccmcp.cli.commands import tools_for
from ccmcp.tools import all_tools
from tests.cli.conftest import REPOSITORY, Ccmcp, python

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell and signals")

LOADED = """
import sys
from ccmcp.cli import main
from tests.cli.catalogue import catalogue, open_shelf
code = main(sys.argv[1:], catalogue=catalogue, open_history=open_shelf)
heavy = {"mcp", "pydantic", "anyio", "tantivy", "argparse", "shutil", "tempfile", "platformdirs"}
loaded = {name.partition(".")[0] for name in sys.modules}
sys.stderr.write(" ".join(sorted(loaded & heavy)))
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["find", "--help"], ["find", "x"], ["find", "--json"]]
)
def test_commands_load_nothing_heavy(home: Path, arguments: list[str]) -> None:
    assert home.is_dir()
    done = python(LOADED, arguments)
    assert done.returncode == 0
    assert done.stderr in ("", "ccmcp: 1 secret is redacted in this answer\n")
    assert done.stdout


def test_serving_loads_nothing_of_the_command_line(home: Path) -> None:
    assert home.is_dir()
    code = """
import sys
import ccmcp.server
ccmcp.server.serve = lambda open_history, env, **rest: 7
from ccmcp.cli import main
assert main(["serve"]) == 7
print([name for name in sys.modules if name.startswith(("ccmcp.cli.", "ccmcp.tools", "ccmcp.history"))])
"""
    done = python(code)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_command_loads_no_other_tool_than_its_own(home: Path) -> None:
    assert home.is_dir()
    code = """
import sys
from ccmcp.cli.commands import tools_for
[tool] = tools_for(["list", "--limit", "3"])
print(tool.name, [name for name in sys.modules if name.startswith("ccmcp.tools.") and "._" not in name])
"""
    done = python(code)
    assert (done.stdout, done.stderr) == ("list_sessions ['ccmcp.tools.list_sessions']\n", "")


def test_every_command_is_found_by_its_name() -> None:
    for tool in all_tools():
        assert tool.name in [found.name for found in tools_for(tool.command.split())]


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["list", "--help"], ["help", "list"], ["lst"], ["--json", "list"]]
)
def test_who_asks_for_more_than_one_gets_all(arguments: list[str]) -> None:
    assert tools_for(arguments) == all_tools()


@POSIX
def test_a_reader_that_leaves_is_no_error(command: list[str]) -> None:
    script = '"$@" read long | head -1; echo "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *command],
        cwd=REPOSITORY, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == "line 0\n141\n"
    assert done.stderr == ""


@POSIX
def test_a_reader_of_errors_that_leaves_is_no_error_either(command: list[str]) -> None:
    script = '"$@" read missing 2>&1 >/dev/null | true; echo "${PIPESTATUS[0]}"'
    done = subprocess.run(
        ["bash", "-c", script, "bash", *command],
        cwd=REPOSITORY, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("1\n", "")


@POSIX
@pytest.mark.parametrize("arguments", [["find"], ["find", "--json"], ["--help"]])
def test_a_closed_output_is_told(command: list[str], arguments: list[str]) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" >&-', "bash", *command, *arguments],
        cwd=REPOSITORY, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "ccmcp: The answer could not be written to standard output: it is closed.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(command: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*command, "find"],
            cwd=REPOSITORY, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict"},
    ],
)
def test_all_languages_come_out_whatever_the_locale(process: Ccmcp, env: dict[str, str]) -> None:
    outcome = process("find", **env)
    assert outcome.code == 0
    assert "走れメロス" in outcome.out
    assert process("read", "surrogate", **env).out == "half \ufffd of it\n"


@POSIX
def test_ctrl_c_ends_quietly(command: list[str]) -> None:
    done = subprocess.Popen(
        [*command, "hang"], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )
    assert done.stdout
    done.stdout.readline()
    done.send_signal(signal.SIGINT)
    out, err = done.communicate(timeout=60)
    assert (done.returncode, out, err) == (130, "", "")


def test_without_arguments_and_terminal_it_serves(process: Ccmcp) -> None:
    ask = {"jsonrpc": "2.0", "id": 1, "method": "initialize",
           "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}  # fmt: skip
    for arguments in ([], ["serve"], ["serve", "--no-color"]):
        outcome = process(*arguments, stdin=json.dumps(ask) + "\n")
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out)["result"]["serverInfo"]["name"] == "ccmcp"


def test_the_module_is_the_command(home: Path) -> None:
    assert home.is_dir()
    done = subprocess.run(
        [sys.executable, "-m", "ccmcp", "--version"],
        cwd=REPOSITORY, env=dict(os.environ), capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ccmcp ")
