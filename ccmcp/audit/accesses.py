"""A call -> the files it touches. Pure; never raises."""

from collections.abc import Iterator

from ccmcp.audit.call import Access, Call, How
from ccmcp.audit.code_files import files_in_code
from ccmcp.audit.shell.command import Script
from ccmcp.audit.shell_files import files

_TOOLS: dict[str, tuple[str, How]] = {
    "Read": ("file_path", "read"), "NotebookRead": ("notebook_path", "read"), "Edit": ("file_path", "write"), "MultiEdit": ("file_path", "write"),
    "Write": ("file_path", "write"), "NotebookEdit": ("notebook_path", "write"), "Grep": ("path", "read"), "Glob": ("path", "list"),
    "LS": ("path", "list"),
}  # fmt: skip
_MCP: tuple[tuple[str, How], ...] = (
    ("read", "read"), ("get_file", "read"), ("search_files", "list"), ("list_dir", "list"), ("directory_tree", "list"), ("write", "write"),
    ("edit", "write"), ("create_", "write"), ("move", "write"), ("delete", "delete"), ("remove", "delete"), ("replace", "write"),
)  # fmt: skip
_MCP_PATHS = ("path", "file_path", "filePath", "relative_path", "source", "destination", "uri")
_FILE_SERVERS = (
    "filesystem", "file-system", "desktop-commander", "desktop_commander", "serena", "files", "fs__", "acp",
    "text-editor", "text_editor",
)  # fmt: skip


def accesses(call: Call, script: Script | None) -> Iterator[Access]:
    """The files and folders a call reads, writes, deletes, lists or runs."""
    if script is not None:
        for command in script.commands:
            yield from files(command)
        for code in script.code:
            yield from files_in_code(code)
    elif call.tool in _TOOLS:
        key, how = _TOOLS[call.tool]
        if path := call.text(key):
            yield Access(path=path, how=how, content=_content(call))
        if call.tool == "Glob" and (glob := call.text("pattern"))[:1] in ("/", "~"):
            yield Access(path=glob, how="list")
        if call.tool == "Grep" and not call.text("path") and (glob := call.text("glob")):
            yield Access(path=glob, how="read")
    elif call.tool.startswith("mcp__") and any(server in call.tool for server in _FILE_SERVERS):
        yield from _mcp(call)


def _content(call: Call) -> str:
    """What a file tool writes."""
    edits = call.input.get("edits")
    if isinstance(edits, list):
        parts = (each.get("new_string") for each in edits if isinstance(each, dict))
        return "\n".join(part for part in parts if isinstance(part, str))
    return call.text("content") or call.text("new_string") or call.text("new_source")


def _mcp(call: Call) -> Iterator[Access]:
    verb = call.tool.rpartition("__")[2]
    how = next((how for word, how in _MCP if word in verb), None)
    if how is None:
        return
    for key in _MCP_PATHS:
        if path := call.text(key):
            yield Access(path=path, how="read" if key == "source" else how, content=call.text("content"))
    paths = call.input.get("paths")
    if isinstance(paths, list):
        for path in paths:
            if isinstance(path, str):
                yield Access(path=path, how=how)
