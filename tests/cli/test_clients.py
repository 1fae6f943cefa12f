"""Where each client keeps its servers, on each system."""

import pytest
from inline_snapshot import snapshot

from ccmcp.cli.clients import CLIENTS, Machine, Scope, launch, place, shell_line

LINUX = Machine(platform="linux", home="/home/ada", env={})
MAC = Machine(platform="darwin", home="/Users/ada", env={})
WINDOWS = Machine(platform="win32", home=r"C:\Users\ada", env={"APPDATA": r"C:\Users\ada\AppData\Roaming"})


def places(machine: Machine, scope: Scope, folder: str = "") -> dict[str, str]:
    return {name: place(client, scope, machine, folder) for name, client in CLIENTS.items()}


def test_places_on_linux() -> None:
    assert places(LINUX, "user") == snapshot(
        {
            "claude-code": "/home/ada/.claude.json",
            "claude-desktop": "/home/ada/.config/Claude/claude_desktop_config.json",
            "cursor": "/home/ada/.cursor/mcp.json",
            "vscode": "/home/ada/.config/Code/User/mcp.json",
            "codex": "/home/ada/.codex/config.toml",
            "gemini": "/home/ada/.gemini/settings.json",
        }
    )


def test_places_on_macos() -> None:
    assert places(MAC, "user") == snapshot(
        {
            "claude-code": "/Users/ada/.claude.json",
            "claude-desktop": "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json",
            "cursor": "/Users/ada/.cursor/mcp.json",
            "vscode": "/Users/ada/Library/Application Support/Code/User/mcp.json",
            "codex": "/Users/ada/.codex/config.toml",
            "gemini": "/Users/ada/.gemini/settings.json",
        }
    )


def test_places_on_windows() -> None:
    assert places(WINDOWS, "user") == snapshot(
        {
            "claude-code": "C:\\Users\\ada\\.claude.json",
            "claude-desktop": "C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
            "cursor": "C:\\Users\\ada\\.cursor\\mcp.json",
            "vscode": "C:\\Users\\ada\\AppData\\Roaming\\Code\\User\\mcp.json",
            "codex": "C:\\Users\\ada\\.codex\\config.toml",
            "gemini": "C:\\Users\\ada\\.gemini\\settings.json",
        }
    )


def test_places_in_a_project() -> None:
    assert places(LINUX, "project", "/home/ada/engine") == snapshot(
        {
            "claude-code": "/home/ada/engine/.mcp.json",
            "claude-desktop": "",
            "cursor": "/home/ada/engine/.cursor/mcp.json",
            "vscode": "/home/ada/engine/.vscode/mcp.json",
            "codex": "/home/ada/engine/.codex/config.toml",
            "gemini": "/home/ada/engine/.gemini/settings.json",
        }
    )
    assert places(WINDOWS, "project", r"C:\engine")["vscode"] == r"C:\engine\.vscode\mcp.json"


@pytest.mark.parametrize(
    ("client", "env", "path"),
    [
        ("claude-code", {"CLAUDE_CONFIG_DIR": "/data/claude"}, "/data/claude/.claude.json"),
        ("codex", {"CODEX_HOME": "/data/codex"}, "/data/codex/config.toml"),
        ("vscode", {"XDG_CONFIG_HOME": "/data/conf"}, "/data/conf/Code/User/mcp.json"),
        ("claude-desktop", {"XDG_CONFIG_HOME": "/data/conf"}, "/data/conf/Claude/claude_desktop_config.json"),
    ],
)
def test_a_client_that_was_moved_is_followed(client: str, env: dict[str, str], path: str) -> None:
    machine = Machine(platform="linux", home="/home/ada", env=env)
    assert place(CLIENTS[client], "user", machine, "") == path


def test_windows_without_appdata_falls_back_to_its_usual_place() -> None:
    bare = Machine(platform="win32", home=r"C:\Users\ada", env={})
    assert place(CLIENTS["vscode"], "user", bare, "") == places(WINDOWS, "user")["vscode"]


UVX = "/home/ada/.local/bin/uvx"


@pytest.mark.parametrize(
    ("prefix", "scripts", "source", "command"),
    [
        # uvx's own environment may go with its cache, so uvx makes it anew
        ("/home/ada/.cache/uv/archive-v0/Xk3/", ["/x/ccmcp"], "", [UVX, "ccmcp", "serve"]),
        (r"C:\ada\uv\cache\archive-v0\Xk3", [], "", [UVX, "ccmcp", "serve"]),
        ("/c/uv/archive-v0/X", [], "git+https://x/y@v1", [UVX, "--from", "git+https://x/y@v1", "ccmcp", "serve"]),
        # an installed tool, a project's environment
        ("/home/ada/.local/share/uv/tools/ccmcp", ["/home/ada/.local/bin/ccmcp", "/y"], "", ["/home/ada/.local/bin/ccmcp", "serve"]),
        ("/repo/.venv", ["/repo/.venv/bin/ccmcp"], "file:///repo", ["/repo/.venv/bin/ccmcp", "serve"]),
        # not installed at all
        ("/usr", [], "", ["/usr/bin/python3", "-m", "ccmcp", "serve"]),
    ],
)  # fmt: skip
def test_the_registered_command_works_from_anywhere(
    prefix: str, scripts: list[str], source: str, command: list[str]
) -> None:
    found = launch(prefix=prefix, python="/usr/bin/python3", scripts=scripts, uvx=UVX, source=source)
    assert found == command


def test_without_uvx_its_environment_is_better_than_nothing() -> None:
    found = launch(prefix="/c/uv/archive-v0/X", python="/p", scripts=["/c/ccmcp"], uvx="", source="")
    assert found == ["/c/ccmcp", "serve"]


def test_the_line_for_claude_code_can_be_pasted() -> None:
    assert shell_line(LINUX, "user", "ccmcp", ["/bin/ccmcp", "serve"], {}) == (
        "claude mcp add --scope user ccmcp -- /bin/ccmcp serve"
    )
    assert shell_line(LINUX, "project", "mem", ["/a b/it's", "serve"], {"CLAUDE_CONFIG_DIR": "/a b"}) == (
        "claude mcp add --env 'CLAUDE_CONFIG_DIR=/a b' --scope project mem -- '/a b/it'\"'\"'s' serve"
    )
    assert shell_line(WINDOWS, "user", "ccmcp", [r"C:\it's\ccmcp.exe", "serve"], {}) == (
        r"claude mcp add --scope user ccmcp '--' 'C:\it''s\ccmcp.exe' serve"
    )
