"""What README.md says is so: its commands run, its tables and settings are the program's, its numbers agree."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccmcp import __version__
from ccmcp.cli import main
from ccmcp.cli.commands import all_commands
from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.server.arguments import Arguments
from ccmcp.tools import Call, Tool, all_tools

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBERS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
]
NOT_SETTINGS = {"CCMCP_CONFIG", "CCMCP_DEBUG", "CCMCP_DATA", "CCMCP_RIG"}

SHELL = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")


@dataclass(frozen=True)
class Block:
    """A code block: the mark before it, its language, what stands in it, and where."""

    mark: str
    language: str
    text: str
    place: int


def blocks(language: str) -> list[Block]:
    pattern = re.compile(r"(?:<!-- (\w+) -->\n)?```(\w+)\n(.*?)\n```", re.DOTALL)
    found = (Block(each[1] or "", each[2], each[3], each.start()) for each in pattern.finditer(README))
    return [block for block in found if block.language == language]


COMMANDS = [block for block in blocks("sh") if not block.mark]
[TRY] = [block for block in blocks("sh") if block.mark == "try"]
[TESTS] = [block for block in blocks("sh") if block.mark == "tests"]
CALLS = [
    (next(tool.command for tool in all_tools() if f"{asked} ".startswith(f"{tool.command} ")), call)
    for asked, call in re.findall(
        r"```sh\nccmcp ([^`]*?)\n```(?:(?!```sh).)*?As a tool call: `(\{.*?\})`", README, re.DOTALL
    )
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose Claude Code history is the sample."""
    folder = tmp_path / "home"
    shutil.copytree(ROOT / "examples" / "history", folder / ".claude")
    return folder


def environment(home: Path) -> dict[str, str]:
    """A fake home's, with what processes need and no more, and the commands of this Python on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    return kept | {"PATH": path, "HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}


def shell(command: str, home: Path) -> str:
    """What a command prints; it must succeed, and print something."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=home,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    return done.stdout


# -- commands -----------------------------------------------------------------------


@SHELL
@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.text)
def test_a_command_runs_as_it_stands_there(block: Block, home: Path) -> None:
    shell(block.text, home)


@SHELL
@pytest.mark.parametrize("shown", blocks("text"), ids=lambda block: block.text[:20])
def test_an_answer_that_is_shown_is_what_comes(shown: Block, home: Path) -> None:
    *_, asked = (block for block in COMMANDS if block.place < shown.place)
    came = list(map(timeless, shell(asked.text, home).splitlines()))

    assert [line for line in map(timeless, shown.text.splitlines()) if line not in came] == []


def timeless(line: str) -> str:
    """A line without the day, which reads differently with the years."""
    return re.sub(r"^( {10}).*?(  /home/)", r"\1\2", line)


@SHELL
def test_the_first_command_answers_from_the_sample(home: Path) -> None:
    shutil.copytree(home / ".claude", home / "examples" / "history")
    *setup, last = TRY.text.split(" && ")
    assert all("uv" in step or "venv" in step for step in setup)

    answer = shell(last.replace(".venv/bin/", ""), home)

    assert answer.startswith("46c6442b  Choose server-side sessions over JWTs for shop login\n")


def test_both_commands_set_up_alike_and_the_second_runs_the_tests() -> None:
    *setup, last = TESTS.text.split(" && ")

    assert setup == TRY.text.split(" && ")[:-1]
    assert last.startswith(".venv/bin/pytest")


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
def test_ci_runs_the_command_that_stands_here() -> None:
    if not (ROOT / ".ci" / "run").exists():
        pytest.skip("needs a checkout")
    [program] = re.findall(r"awk '(.*)' README\.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))

    found = subprocess.run(
        ["awk", program, "README.md"], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=True
    )

    assert found.stdout.strip() == TESTS.text


@pytest.mark.parametrize("command", all_commands(all_tools()))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: ccmcp {command} ")


def test_every_command_and_flag_named_here_exists(capsys: pytest.CaptureFixture[str]) -> None:
    known = all_commands(all_tools())
    for command in known:
        main([*command.split(), "--help"])
    main(["--help"])
    helped = capsys.readouterr().out
    spoken = [*re.findall(r"`([^`\n]+)`", README), *(block.text for block in COMMANDS)]

    named = {word for text in spoken for word in re.findall(r"\bccmcp ([a-z]+)", text)}
    flags = {word for text in spoken for word in re.findall(r"(?<!\S)--[a-z-]+", text) if "ruff" not in text}

    assert named - {name.split()[0] for name in known} == set()
    assert {flag for flag in flags if flag not in helped} == set()


# -- tools --------------------------------------------------------------------------


def test_the_table_has_every_tool_with_its_command() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `ccmcp ([a-z ]+?)(?: [A-Z]+)?` \|", README, re.MULTILINE)

    assert sorted(rows) == sorted((tool.name, tool.command) for tool in all_tools())
    assert f"It sees {NUMBERS[len(rows)]} tools" in README


@pytest.mark.parametrize(("command", "call"), CALLS)
def test_a_tool_call_that_is_shown_works(command: str, call: str, home: Path) -> None:
    [tool] = [tool for tool in all_tools() if tool.command == command]

    told = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    counted = r"\b[1-9]\d* (?:sessions|responses)\b"
    assert re.search(told if tool.contract == "text" else counted, called(tool, call, home))


def test_every_tool_that_takes_arguments_is_shown_being_called() -> None:
    # Those that write take the id of a plan, which only the one before them can give.
    takes = {tool.command for tool in all_tools() if fields(tool.parameters) and not tool.writes}

    assert {command for command, _ in CALLS} == takes


def called(tool: Tool, call: str, home: Path) -> str:
    """A tool's answer to arguments as JSON, over the sample, the day after its last session."""
    history = History(Config.load(environment(home)), patient=True)
    try:
        arguments = Arguments(tool.name, tool.parameters).read(json.loads(call))
        now = datetime(2026, 11, 20, tzinfo=UTC)
        return tool.text(tool.run(history, arguments, Call(now=now, cwd="/home/dev/shop")))
    finally:
        history.close()


# -- settings -----------------------------------------------------------------------


def test_the_settings_shown_work_where_they_belong(home: Path) -> None:
    [block] = blocks("toml")
    path = Config.load(environment(home)).settings
    path.parent.mkdir(parents=True)
    path.write_text(block.text, encoding="utf-8")

    config = Config.load(environment(home))

    assert config.exclude_projects == (str(home / "private"), "*/secret-*")
    assert config.exclude_sessions == ("46c6442b",)
    assert [root.label for root in config.roots] == ["claude", "archive"]
    if sys.platform == "linux":
        assert block.text.startswith(f"# ~/{path.relative_to(home)}\n")
        assert config.cache.parent == home / ".cache" / "ccmcp"


def test_the_variable_that_is_shown_sets_what_the_file_sets(home: Path) -> None:
    [(name, value)] = re.findall(r'`(CCMCP_\w+)="(.*?)"`', README)

    config = Config.load(environment(home) | {name: value})

    assert config.exclude_projects == (str(home / "private"), "*/secret-*")


def test_every_variable_named_here_is_read() -> None:
    settable = {f"CCMCP_{field.name}".upper() for field in fields(Config)} | {
        "CCMCP_CACHE_DIR",
        "CCMCP_STATE_DIR",
    }

    assert set(re.findall(r"\bCCMCP_[A-Z_]+", README)) - settable <= NOT_SETTINGS


# -- what is said in several places -------------------------------------------------


def test_the_registry_entry_agrees_with_the_package() -> None:
    server = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    [package] = server["packages"]

    assert f"<!-- mcp-name: {server['name']} -->" in README
    assert (server["version"], package["version"], package["identifier"]) == (
        __version__,
        __version__,
        "ccmcp",
    )
    assert len(server["description"]) <= 100


def test_the_changelog_is_of_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest, *older = re.findall(r"^## \[(.+?)\]", changes, re.MULTILINE)
    released = [name for name in (newest, *older) if name != "Unreleased"]

    assert newest in ("Unreleased", __version__)
    assert released[:1] in ([], [__version__])


def test_the_python_that_is_asked_for_is_the_one_that_is_needed() -> None:
    [needed] = re.findall(
        r'requires-python = ">=(.+?)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )

    assert f"needs Python {needed} or later" in README


def test_every_file_and_folder_named_here_is_there() -> None:
    assert [name for name in named_files() if not (ROOT / name).exists()] == []


def named_files() -> Iterator[str]:
    yield from re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    yield from re.findall(r"`((?!ccmcp/config)(?:examples|tests|ccmcp|\.ci)/[\w./]*)`", README)
    yield from (f"{name.replace('.', '/')}.py" for name in re.findall(r"`python -m (tests[\w.]+)`", README))
