"""The lines that resume sessions, pasted into real shells with a stand-in for the client."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccmcp.config import Config, Root
from ccmcp.history import History
from ccmcp.index import Session
from ccmcp.resume import resume, resume_short
from ccmcp.screen import Screen
from ccmcp.tools import Call
from ccmcp.tools.resume_command import TOOL, ResumeCommand, ResumeLine
from ccmcp.transcripts.projects import encode
from tests.transcript import Chat, Home

ID = "40ba1f2c-0000-4000-8000-000000000001"
SHELLS = [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]

posix = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell is needed")


def a_session(cwd: str, **more: Any) -> Session:
    values: dict[str, Any] = {
        "number": 1, "root": "claude", "session_id": ID, "project": cwd, "cwd": cwd, "folder": encode(cwd),
        "title": "", "title_from": "", "started_at": None, "ended_at": None, "branch": "", "models": (), "turns": 1,
        "messages": 2, "tool_calls": 0, "subagents": 0, "compactions": 0, "version": "2.1.330", "entrypoint": "cli",
        "ended": 0, "main_path": f"/roots/claude/{ID}.jsonl",
    }  # fmt: skip
    return Session(**values | more)


def pasted(shell: str, command: str, folder: Path) -> tuple[str, list[str], str]:
    """What a client on PATH is started with by a line: its folder, arguments and config folder."""
    stub = folder / "bin" / "claude"
    told = folder / "told"
    if not stub.exists():
        stub.parent.mkdir()
        stub.write_text(
            '#!/bin/sh\n{ printf "%s\\0" "$(pwd -P; echo .)" "${CLAUDE_CONFIG_DIR-(unset)}" "$@"; } > "$TOLD"\n'
        )
        stub.chmod(0o755)
    told.unlink(missing_ok=True)
    env = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "TOLD": str(told), "HOME": str(folder)}
    start = folder / "start"
    start.mkdir(exist_ok=True)
    subprocess.run([shell, "-c", command], env=env, cwd=start, check=True, timeout=20)
    cwd, config, *arguments = told.read_bytes().decode().split("\0")[:-1]
    return cwd.removesuffix("\n."), arguments, config


ODD = st.text(
    st.sampled_from(" '\"$`\\!*?[]{}~#&;|<>()-=%^,a1é日😀ß\n\t\r\x1b\x7f\u00a0\u202e\u200b\u2028"),
    min_size=1,
    max_size=14,
)


@posix
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=ODD, config=ODD)
@example(name="it's a dir", config="-dash")
@example(name="-", config="$(touch pwned)")
@example(name="two\nlines", config="`id`")
@example(name="%s\\n", config="tab\there")
def test_the_line_starts_the_client_in_the_right_folder_whatever_it_is_called(
    name: str, config: str, tmp_path: Path
) -> None:
    cwd, root = tmp_path / "work" / name, tmp_path / "roots" / f"{config}x"
    cwd.mkdir(parents=True, exist_ok=True)
    found = resume(
        a_session(str(cwd), root="other"),
        roots=(Root(label="other", path=root),),
        windows=False,
        exists=os.path.isdir,
    )
    assert found.exists
    assert "\n" not in found.command
    for shell in SHELLS:
        told_cwd, arguments, told_config = pasted(shell, found.command, tmp_path)
        assert arguments == ["--resume", ID] == list(found.argv[1:])
        assert told_config == str(root)
        if name.endswith("\n"):  # a shell's $(...) drops it, so the line does not go there, and says so
            assert found.note
            assert "go there yourself" in found.note
        else:
            assert told_cwd == os.path.realpath(cwd)


@posix
def test_a_line_for_the_default_config_folder_leaves_the_variable_alone(tmp_path: Path) -> None:
    roots = (Root(label="claude", path=Path("~/.claude").expanduser()),)
    line = resume_short(a_session(str(tmp_path)), roots, windows=False)
    assert line == f"cd {tmp_path} && claude --resume {ID}"
    assert pasted("sh", line, tmp_path)[2] == "(unset)"


@pytest.mark.parametrize(
    ("cwd", "written"),
    [
        (r"C:\Users\me\My Project", r"'C:\Users\me\My Project'"),
        (r"C:\Users\O'Brien", r"'C:\Users\O''Brien'"),
        ("C:\\caf\u2019e", "'C:\\caf\u2019\u2019e'"),
        (r"C:\$env:x `id`", r"'C:\$env:x `id`'"),
        ("/tmp/two\nlines", "('/tmp/two' + '' + [char]10 + 'lines')"),
    ],
)
def test_the_line_for_powershell_quotes_as_powershell_reads(cwd: str, written: str) -> None:
    found = resume(a_session(cwd), roots=(), windows=True, exists=lambda _: True)
    assert found.command == f"Set-Location -LiteralPath {written}; claude --resume {ID}"


@pytest.mark.skipif(not shutil.which("pwsh"), reason="no PowerShell here")
@pytest.mark.parametrize("name", ["plain", "it's", "two\nlines", "$x `y", "caf\u2019e"])
def test_the_line_for_powershell_works_in_powershell(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    found = resume(a_session(str(tmp_path / name)), roots=(), windows=True, exists=os.path.isdir)
    assert pasted("pwsh", found.command, tmp_path)[0] == str(tmp_path / name)


def test_powershell_is_told_the_config_folder_before_the_client_starts() -> None:
    roots = (Root(label="archive", path=Path("/mnt/it's")),)
    found = resume(a_session(r"D:\w", root="archive"), roots=roots, windows=True, exists=lambda _: True)
    assert found.command == (
        rf"Set-Location -LiteralPath 'D:\w'; $env:CLAUDE_CONFIG_DIR='/mnt/it''s'; claude --resume {ID}"
    )
    assert found.note
    assert "stays set" in found.note


def test_fork_adds_the_clients_flag() -> None:
    found = resume(a_session("/w"), roots=(), windows=False, exists=lambda _: True, fork=True)
    assert found.command == f"cd /w && claude --resume {ID} --fork-session"
    assert found.argv == ("claude", "--resume", ID, "--fork-session")
    assert found.note is None


def test_a_session_whose_folder_is_gone_is_resumed_from_one_it_worked_in_later() -> None:
    found = resume(
        a_session("/gone"),
        roots=(),
        windows=False,
        exists=lambda path: path == "/later",
        cwds=("/gone", "/later", "/x"),
    )
    assert not found.exists
    assert found.cwd == "/gone"
    assert found.command == f"cd /later && claude --resume {ID}"
    assert found.note
    assert "2.1.260" in found.note
    assert "mkdir -p /gone" in found.note


def test_a_session_without_any_folder_left_is_resumed_from_where_one_is() -> None:
    found = resume(a_session("/gone"), roots=(), windows=False, exists=lambda _: False, cwds=("/gone",))
    assert found.command == f"claude --resume {ID}"


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"main_path": None, "subagents": 1}, "Only subagents' transcripts"),
        ({"main_path": None, "session_id": "prompts:-work"}, "Only typed prompts"),
        ({"messages": 0}, "No conversation found"),
    ],
)
def test_a_session_that_can_not_be_resumed_gets_a_reason_instead_of_a_line(
    facts: dict[str, Any], why: str
) -> None:
    session = a_session("/w", **facts)
    found = resume(session, roots=(), windows=False, exists=lambda _: True)
    assert (found.command, found.argv) == ("", ())
    assert found.note
    assert why in found.note
    assert resume_short(session, (), windows=False) == ""


def test_a_transcript_that_is_not_named_by_a_uuid_is_resumed_by_its_path() -> None:
    session = a_session("/w", session_id="my notes", main_path="/r/my notes.jsonl")
    found = resume(session, roots=(), windows=False, exists=lambda _: True)
    assert found.command == "cd /w && claude --resume '/r/my notes.jsonl'"


def test_the_folder_that_names_the_project_folder_wins_over_where_the_session_went() -> None:
    session = a_session("/moved", project="/work/demo", folder=encode("/work/demo"))
    assert resume_short(session, (), windows=False) == f"cd /work/demo && claude --resume {ID}"


# -- the tool -----------------------------------------------------------------------

Ask = Callable[..., ResumeLine]


@pytest.fixture
def ask(history: History) -> Ask:
    def asked(session: str, **more: Any) -> ResumeLine:
        call = Call(now=datetime(2026, 8, 2, tzinfo=UTC))
        found: ResumeLine = TOOL.run(history, ResumeCommand(session=session, **more), call)
        return found

    return asked


def chat_in(folder: Path, name: str = "one") -> Chat:
    chat = Chat(name, cwd=str(folder))
    chat.user("hello")
    chat.assistant("hi")
    return chat


def test_the_tool_gives_a_line_and_what_it_is_made_of(home: Home, ask: Ask, tmp_path: Path) -> None:
    work = tmp_path / "my work"
    work.mkdir()
    chat = chat_in(work)
    home.write(chat)
    found = ask(chat.id[:8])
    assert (found.session_id, found.cwd, found.exists) == (chat.id, str(work), True)
    assert found.argv == ("claude", "--resume", chat.id)
    assert found.command.startswith(f"cd '{work}' && ")
    assert found.command in TOOL.text(found)
    assert found.command in TOOL.screen(found, Screen(now=datetime(2026, 8, 2, tzinfo=UTC)))
    assert ask(chat.id, shell="powershell").command.startswith(f"Set-Location -LiteralPath '{work}'; ")


def test_the_tool_looks_into_the_transcript_for_a_folder_that_is_still_there(
    home: Home, ask: Ask, tmp_path: Path
) -> None:
    chat = chat_in(tmp_path / "gone")
    chat.user("moved on", cwd=str(tmp_path / "later"))
    (tmp_path / "later").mkdir()
    home.write(chat)
    found = ask(chat.id)
    assert not found.exists
    assert f"cd {tmp_path / 'later'} && " in found.command


def test_an_id_in_two_project_folders_is_resumed_by_its_path_when_its_folder_is_gone(
    home: Home, ask: Ask, tmp_path: Path
) -> None:
    chat = chat_in(tmp_path / "gone")
    path = home.write(chat)
    home.put(
        home.claude / "projects" / "-elsewhere" / path.name, chat.bytes()[: chat.bytes().index(b"\n") + 1]
    )
    found = ask(chat.id)
    assert found.argv == ("claude", "--resume", str(path))


def test_a_session_in_another_root_names_its_config_folder(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    chat = chat_in(tmp_path)
    other.write(chat)
    config = Config.load({**home.env, "CLAUDE_CONFIG_DIR": f"{home.claude},{other.claude}"})
    history = History(config, patient=True)
    found: ResumeLine = TOOL.run(
        history, ResumeCommand(session=chat.id), Call(now=datetime(2026, 8, 2, tzinfo=UTC))
    )
    history.close()
    assert f"&& CLAUDE_CONFIG_DIR={other.claude} claude --resume {chat.id}" in found.command
    assert found.note
    assert "another config folder" in found.note
