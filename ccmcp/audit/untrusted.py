"""Which results hold what strangers wrote: pages, issues, MCP servers' answers, other people's code. Pure; never raises."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ccmcp.audit.call import Access
from ccmcp.audit.engine import Examined
from ccmcp.audit.hosts import host_of, is_local
from ccmcp.audit.shell.command import Command


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a call gives back comes from, when a stranger may have written it."""

    name: str
    """A URL, a host, an MCP server, a path."""
    code: bool = False
    """Whether it is program text."""
    describes: bool = False
    """Whether it tells a model what tools or skills there are, and how to use them."""


@dataclass(frozen=True, slots=True)
class UntrustedText:
    """A text that a stranger may have written, as it was handed to the model."""

    text: str
    origin: Origin


_WEB = frozenset({"WebFetch", "WebSearch", "web_fetch", "web_search"})
_DESCRIBING = frozenset({"ToolSearch", "Skill"})
_MCP_READS = frozenset({"ReadMcpResource", "ReadMcpResourceTool", "ListMcpResources", "ListMcpResourcesTool"})
_READERS = frozenset({"Read", "Grep", "NotebookRead", "Bash", "Monitor"})


def origin_of(examined: Examined, written: Mapping[str, None] | None = None) -> Origin | None:
    """The stranger whose words a call's result may be; none where it is the user's own. `written` are files the agent made."""
    call = examined.scene.call
    if found := origin_of_tool(
        call.tool, call.text("url") or call.text("query") or call.text("uri") or call.text("skill")
    ):
        return found
    if call.tool not in _READERS:
        return None
    for command in examined.scene.script.commands if examined.scene.script else ():
        if found := _asked(command):
            return found
    if call.tool == "Grep":
        return origin_of_file(call.text("path"))
    for access in examined.scene.accesses:
        if access.how == "read" and (found := _read(access, written or {})):
            return found
    return None


def origin_of_tool(tool: str, asked: str = "") -> Origin | None:
    """The stranger whose words a tool always gives back."""
    if tool in _WEB:
        return Origin(asked or tool)
    if tool in _DESCRIBING:
        return Origin(asked or tool, describes=True)
    if tool in _MCP_READS:
        return Origin(asked or tool)
    if tool.startswith("mcp__") and not _is_on_disk(server := tool.split("__")[1]):
        return Origin(f"MCP server {server}")
    return None


_SENDING = frozenset(
    {
        "add", "append", "book", "comment", "create", "email", "fill", "insert", "invite", "merge", "notify", "open", "order", "pay",
        "post", "publish", "push", "put", "reply", "reserve", "schedule", "send", "share", "submit", "transfer", "type", "update",
        "upload", "write",
    }
)  # fmt: skip
_ON_DISK = frozenset({"filesystem", "fs", "serena", "memory", "sequential", "ide", "todo", "plan", "local"})


def sends(tool: str) -> bool:
    """Whether an MCP tool's name says that what it is given goes to another place, where others may read it."""
    server, _, name = tool.removeprefix("mcp__").partition("__")
    words = {word.lower() for word in _words().findall(name)}
    return not words.isdisjoint(_SENDING) and not _is_on_disk(server)


def _is_on_disk(server: str) -> bool:
    """Whether an MCP server, by its name, deals with the user's own files only."""
    return not _ON_DISK.isdisjoint(word.lower() for word in _words().findall(server))


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


# -- files of others

_VENDORED = (
    "/node_modules/", "/site-packages/", "/vendor/", "/third_party/", "/third-party/", "/Downloads/", "/.cargo/registry/",
    "/go/pkg/mod/", "/bower_components/", "/Pods/", "/.m2/repository/", "/.gradle/caches/", "/.nuget/packages/", "/deps/",
    "/.claude/plugins/",
)  # fmt: skip
_PROGRAM_TEXT = "bash c cc cjs cpp cs css cxx ex go h hpp hs java js jsx kt lua mjs mm php pl ps1 py rb rs scala sh sql swift tf ts tsx vue yaml yml zsh"
_CODE = frozenset(_PROGRAM_TEXT.split(" "))


def origin_of_file(path: str) -> Origin | None:
    """The stranger who wrote a file: it was installed, downloaded or cloned into a temporary folder; none for all others."""
    path = path.replace("\\", "/")
    skill = path.endswith("/SKILL.md")
    if skill or any(each in path for each in _VENDORED) or _cloned(path):
        return Origin(path, code=path.rpartition(".")[2].lower() in _CODE, describes=skill)
    return None


def _cloned(path: str) -> bool:
    """Whether it lies in a folder below a temporary one, which is not the client's own."""
    for top in ("/tmp/", "/private/tmp/", "/var/tmp/"):  # noqa: S108 - looked for, not written to
        if path.startswith(top):
            folder, slash, _ = path[len(top) :].partition("/")
            return bool(slash) and not folder.startswith("claude")
    return False


def _read(access: Access, written: Mapping[str, None]) -> Origin | None:
    return None if access.path in written else origin_of_file(access.path)


# -- commands that ask the net

_FETCHERS = frozenset({"curl", "wget", "http", "https", "xh", "lynx", "w3m", "aria2c"})
_FORGES = frozenset({"gh", "glab", "tea", "hub"})
_FORGE_TEXTS = frozenset(
    {"issue", "pr", "mr", "api", "search", "release", "gist", "discussion", "view", "list", "repo"}
)


def _asked(command: Command) -> Origin | None:
    if command.name in _FETCHERS:
        urls = [word for word in command.args if "://" in word[:8]] or [
            word for word in command.args if word[:1] != "-" and _host_shape().match(word)
        ]
        for word in urls:
            if not is_local(host_of(word)):
                return Origin(str(word)[:300])
    elif command.name in _FORGES and len(command.args) > 1 and command.args[0] in _FORGE_TEXTS:
        return Origin(" ".join((command.name, *map(str, command.args[:3])))[:300])
    return None


@cache
def _host_shape() -> re.Pattern[str]:
    return re.compile(r"[\w.-]+\.[A-Za-z]{2,}(?::\d+)?(?:[/?#]|$)")
