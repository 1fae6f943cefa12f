"""Registering with clients in a home of the test's own."""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ccmcp.cli.clients import CLIENTS
from tests.cli.conftest import HOME, Ccmcp, Outcome

ALL = list(CLIENTS)


def registered(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    [found] = json.loads(outcome.out)["registrations"]
    assert isinstance(found, dict)
    return found


def servers(path: Path, client: str) -> Any:
    text = path.read_text(encoding="utf-8")
    found = tomllib.loads(text) if client == "codex" else json.loads(text)
    return found[CLIENTS[client].key]


def test_all_clients_are_printed_with_their_files(ccmcp: Ccmcp, home: Path) -> None:
    out = ccmcp("init").out
    for client in CLIENTS.values():
        assert f"\n{client.title}: {home}" in f"\n{out}"
    assert "[mcp_servers.ccmcp]" in out
    assert '"servers": {' in out
    assert "claude mcp add --scope user ccmcp -- " in out
    assert list(home.iterdir()) == [], "nothing is written"


def test_all_of_a_project_leave_out_a_client_without_projects(ccmcp: Ccmcp) -> None:
    out = ccmcp("init", "--scope", "project").out
    assert "Claude Desktop" not in out
    assert "VS Code" in out


@pytest.mark.parametrize("client", ALL)
def test_a_registration_is_written_where_nothing_was(ccmcp: Ccmcp, client: str) -> None:
    found = registered(ccmcp("init", client, "--write", "--json"))
    assert (found["state"], found["backup"]) == ("written", None)
    entry = servers(Path(found["file"]), client)["ccmcp"]
    assert Path(entry["command"]).is_absolute()
    assert entry["args"][-1] == "serve"
    assert "env" not in entry
    assert entry.get("type") == ("stdio" if CLIENTS[client].typed else None)


@pytest.mark.parametrize("client", ALL)
def test_the_second_time_nothing_changes(ccmcp: Ccmcp, client: str) -> None:
    path = Path(registered(ccmcp("init", client, "--write", "--json"))["file"])
    before = path.read_bytes()
    found = registered(ccmcp("init", client, "--write", "--json"))
    assert (found["state"], found["backup"]) == ("unchanged", None)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("client", [name for name in ALL if name != "codex"])
def test_everything_else_in_the_file_stays_and_its_old_content_is_kept(ccmcp: Ccmcp, client: str) -> None:
    path = Path(registered(ccmcp("init", client, "--json"))["file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    key = CLIENTS[client].key
    mine = {"command": "old", "timeout": 90, "env": {"A": "1"}}
    old = json.dumps({"theme": "dark", key: {"other": {"command": "x"}, "ccmcp": mine}, "last": [1]})
    path.write_text(old, encoding="utf-8")
    found = registered(ccmcp("init", client, "--write", "--json"))
    new = json.loads(path.read_text(encoding="utf-8"))
    assert list(new) == ["theme", key, "last"]
    assert new[key]["other"] == {"command": "x"}
    assert new[key]["ccmcp"]["timeout"] == 90
    assert new[key]["ccmcp"]["env"] == {"A": "1"}
    assert new[key]["ccmcp"]["command"] != "old"
    assert Path(found["backup"]).read_text(encoding="utf-8") == old
    assert found["backup"] == f"{path}.bak"


def test_codex_comments_stay(ccmcp: Ccmcp, home: Path) -> None:
    path = home / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('# mine\nmodel = "o3" # the best\n', encoding="utf-8")
    assert ccmcp("init", "codex", "--write").code == 0
    assert path.read_text(encoding="utf-8").startswith(
        '# mine\nmodel = "o3" # the best\n\n[mcp_servers.ccmcp]\n'
    )


def test_comments_stay_where_a_client_allows_them(ccmcp: Ccmcp, home: Path) -> None:
    path = home / ".gemini" / "settings.json"
    path.parent.mkdir()
    path.write_text('{\n  // dark, please\n  "theme": "dark", // yes\n}\n', encoding="utf-8")
    assert ccmcp("init", "gemini", "--write").code == 0
    assert path.read_text(encoding="utf-8").startswith(
        '{\n  // dark, please\n  "theme": "dark", // yes\n  "mcpServers": {'
    )


@pytest.mark.parametrize(
    ("client", "content", "told"),
    [
        ("claude-code", b'{"a": 1,}', "no valid JSON (line 1"),
        ("claude-code", b'{\n// note\n"a": 1}', "no valid JSON (line 2"),
        ("cursor", b'{"a": ', "no valid JSON (line 1)"),
        ("vscode", b'{"servers": []}', "something else than an object"),
        ("gemini", b"[]", "something else than an object"),
        ("gemini", b'{"a": "\xff"}', "no UTF-8"),
        ("codex", b"a = \n", "no valid TOML"),
        ("codex", b"mcp_servers = 1\n", "no table"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_and_left_as_it_is(
    ccmcp: Ccmcp, client: str, content: bytes, told: str
) -> None:
    path = Path(registered(ccmcp("init", client, "--json"))["file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    outcome = ccmcp("init", client, "--write")
    assert outcome.code == 1
    assert str(path) in outcome.err
    assert told in outcome.err
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b"\xef\xbb\xbf"])
def test_an_empty_file_is_filled(ccmcp: Ccmcp, home: Path, content: bytes) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    path.write_bytes(content)
    assert ccmcp("init", "cursor", "--write").code == 0
    assert "ccmcp" in json.loads(path.read_text(encoding="utf-8-sig"))["mcpServers"]


def test_a_project_is_registered_in_its_folder(
    ccmcp: Ccmcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = ccmcp("init", "claude-code", "--write", "--scope", "project")
    assert "uvx ccmcp serve" in outcome.out, "how to share it"
    assert "ccmcp" in servers(tmp_path / ".mcp.json", "claude-code")
    assert ccmcp("init", "vscode", "--write", "--scope", "project").code == 0
    assert "ccmcp" in servers(tmp_path / ".vscode" / "mcp.json", "vscode")


def test_claude_desktop_has_no_projects(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("init", "claude-desktop", "--scope", "project")
    assert outcome.code == 2
    assert "Claude Desktop knows no servers of a project" in outcome.err


def test_another_name_can_be_given(ccmcp: Ccmcp, home: Path) -> None:
    assert ccmcp("init", "cursor", "--write", "--name", "my-memory_2").code == 0
    assert list(servers(home / ".cursor" / "mcp.json", "cursor")) == ["my-memory_2"]
    for name in ("a b", "a.b", "ü", "-", "a]\nb"):
        assert ccmcp("init", "codex", "--write", "--name", name).code == 2
    assert not (home / ".codex").exists()


def test_writing_needs_a_client(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("init", "--write")
    assert outcome.code == 2
    assert "claude-code, claude-desktop, cursor" in outcome.err


def test_a_moved_config_folder_is_passed_on_with_its_absolute_path(
    ccmcp: Ccmcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "moved")
    found = registered(ccmcp("init", "claude-code", "--write", "--json"))
    assert Path(found["file"]) == moved / ".claude.json"
    assert servers(moved / ".claude.json", "claude-code")["ccmcp"]["env"] == {"CLAUDE_CONFIG_DIR": str(moved)}
    assert f"--env CLAUDE_CONFIG_DIR={moved} --scope user ccmcp -- " in found["command_line"]
    other = tmp_path / "other"
    other.mkdir()
    found = registered(ccmcp("init", "cursor", "--json", "--config-dir", str(other)))
    assert f'"CLAUDE_CONFIG_DIR": {json.dumps(str(other))}' in found["content"]


def test_of_several_config_folders_claude_code_uses_the_first(
    ccmcp: Ccmcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{one},{two}")
    found = registered(ccmcp("init", "claude-code", "--write", "--json"))
    assert Path(found["file"]) == one / ".claude.json"
    entry = servers(one / ".claude.json", "claude-code")["ccmcp"]
    assert entry["env"] == {"CLAUDE_CONFIG_DIR": f"{one},{two}"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions and links of POSIX")
def test_permissions_and_links_stay(ccmcp: Ccmcp, home: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}", encoding="utf-8")
    real.chmod(0o640)
    (home / ".claude.json").symlink_to(real)
    assert ccmcp("init", "claude-code", "--write").code == 0
    assert (home / ".claude.json").is_symlink()
    assert "ccmcp" in servers(real, "claude-code")
    assert real.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions stop")
def test_a_folder_that_may_not_be_written_is_told(ccmcp: Ccmcp, home: Path) -> None:
    (home / ".cursor").mkdir(mode=0o500)
    outcome = ccmcp("init", "cursor", "--write")
    assert outcome.code == 1
    assert "Permission denied" in outcome.err


def test_a_place_that_is_no_folder_is_told(ccmcp: Ccmcp, home: Path) -> None:
    (home / ".cursor").write_text("", encoding="utf-8")
    outcome = ccmcp("init", "cursor", "--write")
    assert outcome.code == 1
    assert str(home / ".cursor") in outcome.err
    assert "internal error" not in outcome.err


def test_without_a_home_variable_the_systems_own_is_used(
    ccmcp: Ccmcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HOME)
    assert Path(registered(ccmcp("init", "cursor", "--json"))["file"]).is_absolute()
