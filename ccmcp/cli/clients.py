"""Which MCP clients there are, where each keeps its servers, and what an entry looks like there. Pure."""

import ntpath
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["user", "project"]
Name = Literal["claude-code", "claude-desktop", "cursor", "vscode", "codex", "gemini"]
Place = Callable[["Machine"], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a client's paths depend on."""

    platform: str
    """As sys.platform: linux, darwin, win32."""

    home: str
    env: Mapping[str, str]

    def join(self, *parts: str) -> str:
        """Path parts joined as this machine does it."""
        return ntpath.join(*parts) if self.platform == "win32" else posixpath.join(*parts)

    def applications(self) -> str:
        """Where desktop applications keep their settings."""
        match self.platform:
            case "win32":
                return self.env.get("APPDATA") or self.join(self.home, "AppData", "Roaming")
            case "darwin":
                return self.join(self.home, "Library", "Application Support")
            case _:
                return self.env.get("XDG_CONFIG_HOME") or self.join(self.home, ".config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One MCP client, as its documentation describes it."""

    name: Name
    title: str
    user: Place
    """Where servers for all projects of a user stand."""

    project: str = ""
    """Where those of one project stand, below its folder with / between; empty when there is no such place."""

    key: str = "mcpServers"
    """The object that holds the servers."""

    format: Literal["json", "jsonc", "toml"] = "json"
    typed: bool = False
    """Whether an entry says that it is of type stdio."""

    after: str = "Restart it to connect."
    """What makes the client see the entry."""


def _claude_code(machine: Machine) -> str:
    # Not settings.json, and in its config folder only when that was moved.
    return machine.join(machine.env.get("CLAUDE_CONFIG_DIR") or machine.home, ".claude.json")


CLIENTS: Mapping[str, Client] = {
    client.name: client
    for client in (
        Client(
            name="claude-code",
            title="Claude Code",
            user=_claude_code,
            project=".mcp.json",
            typed=True,
            after="Start a new session; /mcp shows it.",
        ),
        Client(
            name="claude-desktop",
            title="Claude Desktop",
            user=lambda machine: machine.join(machine.applications(), "Claude", "claude_desktop_config.json"),
            after="Quit it (not only its window) and start it again.",
        ),
        Client(
            name="cursor",
            title="Cursor",
            user=lambda machine: machine.join(machine.home, ".cursor", "mcp.json"),
            project=".cursor/mcp.json",
            format="jsonc",
            typed=True,
        ),
        Client(
            name="vscode",
            title="VS Code",
            user=lambda machine: machine.join(machine.applications(), "Code", "User", "mcp.json"),
            project=".vscode/mcp.json",
            key="servers",
            format="jsonc",
            typed=True,
            after="Run `MCP: List Servers` there to start it.",
        ),
        Client(
            name="codex",
            title="Codex",
            user=lambda machine: machine.join(
                machine.env.get("CODEX_HOME") or machine.join(machine.home, ".codex"), "config.toml"
            ),
            project=".codex/config.toml",
            key="mcp_servers",
            format="toml",
            after="Start a new session; /mcp shows it.",
        ),
        Client(
            name="gemini",
            title="Gemini CLI",
            user=lambda machine: machine.join(machine.home, ".gemini", "settings.json"),
            project=".gemini/settings.json",
            format="jsonc",
            after="Start a new session; /mcp shows it.",
        ),
    )
}


def place(client: Client, scope: Scope, machine: Machine, folder: str) -> str:
    """The settings file an entry goes to; "" when the client has none of this scope. `folder` is the project's."""
    if scope == "user":
        return client.user(machine)
    return machine.join(folder, *client.project.split("/")) if client.project else ""


def entry(client: Client, launch: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
    """What is registered: how the server is started."""
    command, *arguments = launch
    found: dict[str, Any] = {"type": "stdio"} if client.typed else {}
    found |= {"command": command, "args": arguments}
    return {**found, "env": dict(env)} if env else found


def launch(*, prefix: str, python: str, scripts: Sequence[str], uvx: str, source: str) -> list[str]:
    """
    The command line that starts the server, with an absolute path first: clients on a desktop don't have a shell's PATH.

    `prefix` is the Python environment we run in, `python` its interpreter, `scripts` the installed `ccmcp` programs
    that exist, best first, `uvx` the path of uvx or "", `source` where uvx got ccmcp from when not from PyPI. In uvx's
    own environment, which its cache may drop any day, the command is uvx; anywhere else the program itself.
    """
    if uvx and re.search(r"[\\/](archive|environments|builds)-v\d+[\\/]", prefix):
        return [uvx, *(["--from", source] if source else []), "ccmcp", "serve"]
    if scripts:
        return [scripts[0], "serve"]
    return [python, "-m", "ccmcp", "serve"]


def shell_line(
    machine: Machine, scope: Scope, name: str, launch: Sequence[str], env: Mapping[str, str]
) -> str:
    """The `claude mcp add` line that does the same, to paste into a shell."""
    words = ["claude", "mcp", "add"]
    # --env takes all words up to the next flag, so it must not come last.
    for key, value in env.items():
        words += ["--env", f"{key}={value}"]
    words += ["--scope", scope, name, "--", *launch]
    return " ".join(_quoted(machine, word) for word in words)


def _quoted(machine: Machine, word: str) -> str:
    if re.fullmatch(r"[\w@%+=:,./-]+" if machine.platform != "win32" else r"[\w+=:./\\-]+", word, re.ASCII):
        # PowerShell swallows a bare --.
        return f"'{word}'" if word == "--" and machine.platform == "win32" else word
    return "'" + word.replace("'", "''" if machine.platform == "win32" else "'\"'\"'") + "'"
