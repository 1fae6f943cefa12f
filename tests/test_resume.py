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
from ccmcp.errors import AmbiguousSessionError, SessionNotFoundError
from ccmcp.history import History
from ccmcp.index import Session
from ccmcp.redact import clean
from ccmcp.result import plain
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
    roots = (Root(label="claude", path=tmp_path / ".claude", default=True),)
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


TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # the shape of a token, and none


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize(
    "folder",
    [
        f"/w/two\nlines/{TOKEN}",
        f"/w/{TOKEN}\n{TOKEN}",
        f"/w/\u202e{TOKEN}",
        f"/w/{TOKEN[:20]}\x01{TOKEN[20:]}",
        f"/w/{TOKEN[:20]}\u200b{TOKEN[20:]}\n{TOKEN}",
        f"/w/{TOKEN}",
        "/w/\npostgres://me:pa$s+w%rd=1!@host",
    ],
)
@pytest.mark.parametrize("place", ["cwd", "config", "gone"])
def test_no_line_spells_a_secret_so_that_redaction_does_not_see_it(
    place: str, folder: str, *, windows: bool
) -> None:
    config = Path("/c" + folder) if place == "config" and "//" not in folder else Path("/r")
    roots = (Root(label="other", path=config),)
    found = resume(
        a_session("/w" if place == "config" else folder, root="other"),
        roots=roots,
        windows=windows,
        exists=lambda _: place != "gone",
    )
    line = resume_short(a_session(folder, root="other"), roots, windows=windows)
    for text in (found.command, found.note or "", line):
        shown = clean(text)
        assert TOKEN[:16] not in shown
        assert TOKEN[-12:] not in shown
        assert "103" not in shown  # g, as [char]103
        assert "+w" not in shown
    assert found.note
    if place == "cwd":
        assert any(told in found.note for told in ("--show-secrets", "can't be written in one line"))


@posix
def test_the_whole_line_works_where_secrets_are_shown(tmp_path: Path) -> None:
    cwd = tmp_path / f"two\nlines {TOKEN}"
    cwd.mkdir()
    found = resume(a_session(str(cwd)), roots=(), windows=False, exists=os.path.isdir)
    assert found.note
    assert "can't be given over MCP" in found.note
    for shell in SHELLS:
        assert pasted(shell, found.command, tmp_path)[0] == os.path.realpath(cwd)


def test_only_what_can_not_be_seen_is_spelled_out_for_powershell() -> None:
    cwd = "/w/caf\u00e9\u200bbar's\U000e0041"
    found = resume(a_session(cwd), roots=(), windows=True, exists=lambda _: True)
    written = "('/w/caf\u00e9' + '' + [char]8203 + 'bar''s' + '' + [char]56128 + [char]56385)"
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
    assert found.command
    assert found.command.startswith(f"cd '{work}' && ")
    assert found.command in TOOL.text(found)
    assert found.command in TOOL.screen(found, Screen(now=datetime(2026, 8, 2, tzinfo=UTC)))
    other = ask(chat.id, shell="powershell").command or ""
    assert other.startswith(f"Set-Location -LiteralPath '{work}'; ")


def test_the_tool_looks_into_the_transcript_for_a_folder_that_is_still_there(
    home: Home, ask: Ask, tmp_path: Path
) -> None:
    chat = chat_in(tmp_path / "gone")
    chat.user("moved on", cwd=str(tmp_path / "later"))
    (tmp_path / "later").mkdir()
    home.write(chat)
    found = ask(chat.id)
    assert not found.exists
    assert f"cd {tmp_path / 'later'} && " in (found.command or "")


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
    assert f"&& CLAUDE_CONFIG_DIR={other.claude} claude --resume {chat.id}" in (found.command or "")
    assert found.note
    assert "another config folder" in found.note


@pytest.mark.parametrize("given", [{}, {"CLAUDE_CONFIG_DIR": "~/.claude"}])
def test_the_config_folder_of_the_asking_home_is_not_named(
    given: dict[str, str], home: Home, tmp_path: Path
) -> None:
    chat = chat_in(tmp_path)
    home.write(chat)
    env = {name: text for name, text in home.env.items() if name != "CLAUDE_CONFIG_DIR"}
    history = History(Config.load(env | given), patient=True)
    found: ResumeLine = TOOL.run(
        history, ResumeCommand(session=chat.id), Call(now=datetime(2026, 8, 2, tzinfo=UTC))
    )
    history.close()
    assert found.command == f"cd {tmp_path} && claude --resume {chat.id}"


def test_a_session_without_a_line_has_null_for_it(home: Home, ask: Ask) -> None:
    chat = Chat("empty")
    chat.raw(type="custom-title", customTitle="nothing yet", sessionId=chat.id)
    home.write(chat)
    found = ask(chat.id)
    assert plain(found)["command"] is None
    assert "nothing to resume" in TOOL.text(found)


@pytest.mark.parametrize("asked", ["a6b8dd86", "agent-a6b8dd86d7c453606", " a6b8dd86d7c453606"])
def test_a_subagents_id_gives_the_line_of_the_session_that_started_it(
    asked: str, home: Home, ask: Ask, tmp_path: Path
) -> None:
    chat = chat_in(tmp_path)
    home.write(chat)
    side = Chat("side")
    side.user("find it", isSidechain=True, agentId="a6b8dd86d7c453606", sessionId=chat.id)
    home.agent(chat, "a6b8dd86d7c453606", side.records)
    found = ask(asked)
    assert found.session_id == chat.id
    assert found.command == ask(chat.id).command
    assert found.note
    assert "a6b8dd86d7c453606 is a subagent" in found.note


@pytest.mark.parametrize("asked", ["a6b8d", "a6b8dd87", "agent-"])
def test_what_is_neither_a_session_nor_a_subagent_is_not_found(asked: str, home: Home, ask: Ask) -> None:
    chat = Chat("one")
    chat.user("hello")
    home.write(chat)
    home.agent(chat, "a6b8dd86d7c453606", chat.records)
    with pytest.raises(SessionNotFoundError):
        ask(asked)


def test_a_subagents_id_that_two_sessions_have_names_them(home: Home, ask: Ask, tmp_path: Path) -> None:
    chats = [chat_in(tmp_path, name) for name in ("one", "two")]
    for chat in chats:
        home.write(chat)
        side = Chat(f"side of {chat.name}")
        side.user("find it", isSidechain=True, agentId="a6b8dd86d7c453606", sessionId=chat.id)
        home.agent(chat, "a6b8dd86d7c453606", side.records)
    with pytest.raises(AmbiguousSessionError) as raised:
        ask("a6b8dd86")
    assert all(chat.id in str(raised.value) for chat in chats)
