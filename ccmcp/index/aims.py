"""
What somebody looks for in tool calls -> what tells whether a call was aimed at it. Pure.

Texts are looked for in any case. Paths and hosts are found at their boundaries only:
`src/auth` is in /home/dev/src/auth/login.py and in src/auth.ts, but not in src/authors.py.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccmcp.errors import BadArgumentError
from ccmcp.index.commands import BEGINNING, begins_simply, paths_in, simple_commands
from ccmcp.index.patterns import ascii_part, glob, regular_expression, sure_part, unanchored

Fits = Callable[[str, str, str], bool]
"""(tool, target, project) -> whether the target is what is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One thing looked for."""

    tools: Callable[[str], bool] | None = None
    """The tools whose calls can be aimed at it; none for all."""

    part: str = ""
    """A text that stands in every target that fits; in any case, where it is ASCII."""

    fits: Fits | None = None
    """Whether a target fits; none where `part` tells it all."""

    by_project: bool = False
    """Whether that depends on the project: it is empty where it does not."""


# -- tools

_SHELLS = frozenset({"Bash", "PowerShell", "Monitor"})
_SHELL_WORDS = frozenset({"bash", "command", "exec", "execute", "powershell", "process", "shell", "terminal"})
"""Words in the names of MCP servers' tools that run commands."""

_FILE_TOOLS = frozenset(
    {
        "Artifact", "Create", "Edit", "Glob", "LS", "MultiEdit", "NotebookEdit", "NotebookRead", "Projects", "Read",
        "Update", "Write",
    }
)  # fmt: skip
_URL_TOOLS = frozenset({"Artifact", "ReadMcpResource", "ReadMcpResourceTool", "WebFetch", "web_fetch"})


def is_mcp(tool: str) -> bool:
    """Whether a tool is an MCP server's."""
    return tool.startswith("mcp__")


def is_shell(tool: str) -> bool:
    """Whether a tool's calls are aimed at commands."""
    if is_mcp(tool):
        return not _SHELL_WORDS.isdisjoint(re.split(r"[_-]", tool.rpartition("__")[2].lower()))
    return tool in _SHELLS


def _names_files(tool: str) -> bool:
    return tool in _FILE_TOOLS or is_shell(tool) or is_mcp(tool)


def _names_urls(tool: str) -> bool:
    return tool in _URL_TOOLS or is_shell(tool) or is_mcp(tool)


# -- texts and commands


def text_aim(argument: str, text: str) -> Aim:
    """
    A text, a glob (with * or ?) or a /regular expression/ in a call's target, whatever the tool.

    A glob has to fit the whole target, or one simple command of a shell line; a regular expression
    may be found in either. The argument is what the error calls it.

    Raises:
        BadArgumentError: it is no regular expression.

    """
    if pattern := regular_expression(argument, text):
        part = sure_part(pattern)
        # A part of a line has nothing that the line has not, but for where it begins and ends.
        if not re.search(r"[$^]|\\[AZ]", pattern.pattern):
            return Aim(part=part, fits=lambda _tool, target, _project: bool(pattern.search(target)))
        return Aim(part=part, fits=_in_readings(pattern.search, needed=unanchored(pattern)))
    if re.search(r"[*?]", text):
        fits = _in_readings(glob(text).match, start=_start(text))
        return Aim(part=ascii_part(re.split(r"[*?]+", text)), fits=fits)
    if all(each.isascii() or each.lower() == each.upper() for each in text):
        return Aim(part=text)
    folded = text.casefold()
    return Aim(part=ascii_part([text]), fits=lambda _tool, target, _project: folded in target.casefold())


def _in_readings(
    found: Callable[[str], object],
    *,
    start: re.Pattern[str] | None = None,
    needed: re.Pattern[str] | None = None,
) -> Fits:
    """
    Whether a target is found, or where it is a shell line a simple command in it.

    Quickly, where it is enough that a command starts so, or where what is needed is not there at all.
    """

    def fits(tool: str, target: str, _project: str) -> bool:
        if found(target):
            return True
        if not is_shell(tool) or (needed and not needed.search(target)):
            return False
        return bool(start and begins_simply(target, start)) or any(map(found, simple_commands(target)))

    return fits


def _start(text: str) -> re.Pattern[str] | None:
    """Where a command begins that a glob fits, if it is nothing but a beginning: `npm *`."""
    beginning = text.rstrip("*")
    if beginning == text or re.search(r"[*?]", beginning):
        return None
    return re.compile(BEGINNING + re.escape(beginning), re.IGNORECASE)


def command_aim(text: str) -> Aim:
    """The same, in shell commands. Raises BadArgumentError."""
    found = text_aim("command", text)
    return Aim(tools=is_shell, part=found.part, fits=found.fits)


# -- files

_PATH_LIKE = re.compile(r"[/\\.]")
_MOST_DEEP = 2
"""Each further ** multiplies what there is to try by a path's length."""

_WILD = re.compile(r"(\*\*/?|\*|\?|\{[^{}/\\]*\})")


def file_aim(text: str) -> Aim:
    """
    A file or folder: its path, a part of it, or a glob (*, **, ?, {a,b}).

    A path stands for all that lies in it, and may lack an extension. It is looked for in the targets of
    tools that work on files and in shell commands; there a name alone counts only where it is part of a path.

    Raises:
        BadArgumentError: it names nothing, or too many ** are in it.

    """
    path = re.sub(r"^~(?=[/\\])", "", text.strip()).replace("\\", "/")
    absolute = bool(re.match(r"/|[A-Za-z]:/", path)) and not text.strip().startswith("~")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise BadArgumentError("file", text, "Give a path, a part of one, or a glob as src/**/*.ts.")
    wanted = "/".join(parts)
    if wanted.count("**") > _MOST_DEEP:
        raise BadArgumentError(
            "file", text, f"At most {_MOST_DEEP} ** can be looked for: one is enough for any folders."
        )
    pattern = _path_pattern(wanted, absolute=absolute, folder=path.endswith("/"))
    # Of an absolute path a command in its project may name no more than the end.
    part = ascii_part(_plain(parts[-1:] if absolute else parts)).lower()
    alone = len(parts) == 1 and not re.search(r"[.*?{]", wanted)

    def fits(tool: str, target: str, project: str) -> bool:
        if not is_shell(tool):
            return bool(pattern.search(target))
        inside = project if absolute and _lies_in(wanted, project) else ""
        return any(
            part in word.lower() and pattern.search(word) and not (alone and not _PATH_LIKE.search(word))
            for word in paths_in(target, inside)
        )

    return Aim(tools=_names_files, part=part, fits=fits, by_project=absolute)


def _path_pattern(wanted: str, *, absolute: bool, folder: bool) -> re.Pattern[str]:
    body = _body(_WILD.split(wanted))
    start = r"(?:^|[/\\])" if not absolute else "^" if wanted[1:2] == ":" else r"^[/\\]+"
    end = "$" if _WILD.search(wanted) else r"(?=$|[/\\])" if folder else r"(?=$|[/\\.])"
    return re.compile(start + body + end, re.IGNORECASE | re.DOTALL)


def _body(pieces: Sequence[str]) -> str:
    """
    The pieces of a glob as a regular expression.

    What * stands for ends at the first place where what follows it stands, but before the last one:
    any other parting fits no better, and trying them all could take for ever.
    """
    stars = [at for at, piece in enumerate(pieces) if piece == "*"]
    found: list[str] = []
    held = False
    for at, piece in enumerate(pieces):
        follows = pieces[at + 1] if at + 1 < len(pieces) else ""
        if at in stars[:-1] and follows and follows[0] not in "*?{":
            found.append(r"(?>[^/\\]*?")
            held = True
            continue
        found.append(_translated(piece) + (")" if held and piece else ""))
        held = held and not piece
    return "".join(found) + (")" if held else "")


def _translated(piece: str) -> str:
    """A piece of a path as a regular expression: either separator will do for the other."""
    match piece[:1]:
        case "*":
            return {"*": r"[^/\\]*", "**": ".*", "**/": r"(?:.*[/\\])?"}[piece]
        case "?":
            return r"[^/\\]"
        case "{" if piece.endswith("}"):
            return f"(?:{'|'.join(map(re.escape, piece[1:-1].split(',')))})"
        case _:
            return r"[/\\]+".join(map(re.escape, piece.split("/")))


def _plain(parts: Iterable[str]) -> Iterator[str]:
    for part in parts:
        yield from re.split(r"[*?]+|\{[^{}]*\}", part)


def _lies_in(wanted: str, project: str) -> bool:
    folder = project.replace("\\", "/").strip("/").lower()
    return bool(folder) and wanted.lower().startswith(folder + "/")


# -- URLs

_HOST = re.compile(
    r"(?:localhost|(?:[\w-]+\.)+[^\W\d_]{2,}|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d+)?", re.IGNORECASE
)
_SCHEME = r"\b[A-Za-z][\w+.-]*://"
_URL = re.compile(rf"{_SCHEME}[^\s\"'`<>|)\]}}]+")
_BEFORE_HOST = r"(?:^|//(?:[^\s/@]*@)?|[\s\"'`(<,]|\b(?:ssh|scp|sftp|rsync)\b[^;&|\n]*@|[\w.-]@(?=[\w.-]+:))"


def url_aim(text: str) -> Aim:
    """
    A URL: its host, which stands for its subdomains too, its beginning, any part of it, a glob (with *) or a /regular expression/.

    Raises:
        BadArgumentError: it is no regular expression.

    """
    wanted = text.strip()
    if pattern := regular_expression("url", wanted):
        return Aim(
            tools=_names_urls, fits=lambda _tool, target, _: any(map(pattern.search, _urls_in(target)))
        )
    if "*" in wanted:
        whole = re.compile(fnmatch.translate(re.sub(r"([\[?])", r"[\1]", wanted)), re.IGNORECASE)
        return Aim(
            tools=_names_urls,
            part=ascii_part(piece.strip("/") for piece in wanted.split("*")),
            fits=lambda _tool, target, _: any(
                whole.match(form)
                for url in _urls_in(target)
                for bare in (url, re.sub(f"^{_SCHEME}", "", url))
                for form in (bare, bare + "/")
            ),
        )
    bare = re.sub(f"^{_SCHEME}", "", wanted).rstrip("/")
    host, slash, rest = bare.partition("/")
    if host and ("://" in wanted or _HOST.fullmatch(host)):
        ends = re.escape(slash + rest) if rest else r"(?=$|[\s/:?#\"'`)>,;|&\]}\\])"
        at = re.compile(rf"{_BEFORE_HOST}(?:[\w-]+\.)*{re.escape(host)}{ends}", re.IGNORECASE)
        return Aim(
            tools=_names_urls, part=ascii_part([bare]), fits=lambda _tool, target, _: bool(at.search(target))
        )
    folded = wanted.casefold()
    return Aim(
        tools=_names_urls,
        part=ascii_part([wanted]),
        fits=lambda _tool, target, _: any(folded in url.casefold() for url in _urls_in(target)),
    )


def _urls_in(target: str) -> Iterator[str]:
    """The URLs in a target; all of it when it is one without a scheme."""
    if _HOST.match(target) and not re.search(r"\s", target):
        yield target
    for found in _URL.finditer(target):
        yield found[0]


# -- names


def server_of(tool: str) -> str:
    """The MCP server a tool is of; empty for the client's own."""
    return tool.removeprefix("mcp__").rpartition("__")[0] if is_mcp(tool) else ""


def tools_named(asked: str, tools: Iterable[str]) -> frozenset[str]:
    """The tools that a text names, in any case: several with commas, with * and ?; an MCP server's also by their own names."""
    wanted = [each.strip().lower() for each in asked.split(",")]
    return frozenset(
        tool
        for tool in tools
        for name in (tool.lower(), tool.lower().rpartition("__")[2])
        if any(fnmatch.fnmatchcase(name, each.replace("[", "[[]")) for each in wanted)
    )


def named(asked: str, names: Iterable[str]) -> frozenset[str]:
    """The servers or kinds of agents that a text names: with * and ?, whole, or by a part; the first way that fits."""
    known = {name: _folded(name) for name in names}
    wanted = _folded(asked).replace("[", "[[]")
    for pattern in (wanted,) if re.search(r"[*?]", wanted) else (wanted, f"*{wanted}*"):
        if found := [name for name, folded in known.items() if fnmatch.fnmatchcase(folded, pattern)]:
            return frozenset(found)
    return frozenset()


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.strip().lower())
