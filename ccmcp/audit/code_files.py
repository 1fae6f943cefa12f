"""A program text -> the files it names to open. Pure."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.call import Access
from ccmcp.audit.shell.command import Code, Word


def files_in_code(code: Code) -> Iterator[Access]:
    """The files a text given to an interpreter opens, where it names them itself."""
    text = code.text
    if code.language in ("sed", "sql") or not _may().search(text):
        return
    for found in _opens().finditer(text):
        path = found["path"] or found["wrapped"] or ""
        if 0 < len(path) < 300:
            mode = found["mode"] or ""
            writes = bool(mode and set(mode) & set("wax+")) or found["verb"].startswith(
                ("write", "append", "dump")
            )
            yield Access(path=Word(path), how="write" if writes else "read", command=code.command)
    for found in _paths().finditer(text):
        yield Access(
            path=Word(found["path"]),
            how="write" if found["verb"].startswith("write") else "read",
            command=code.command,
        )


@cache
def _may() -> Pattern[str]:
    return pattern(r"open|[rR]ead|[wW]rite|file_get|slurp|load")


@cache
def _opens() -> Pattern[str]:
    quote = r"""["'`]"""
    return pattern(
        r"\b(?P<verb>open|readFileSync|readFile|writeFileSync|writeFile|appendFileSync|appendFile|createReadStream|file_get_contents|"
        r"readTextFile|read_text|slurp|readlines|File\.read|IO\.read|File\.open|Bun\.file)\s*\(?\s*"
        rf"(?:os\.path\.expanduser\(\s*{quote}(?P<wrapped>[^\"'`\n]+){quote}\s*\)|[rbf]?{quote}(?P<path>[^\"'`\n]+){quote})"
        rf"(?:\s*,\s*(?:mode\s*=\s*)?{quote}(?P<mode>[rwaxb+<>t]{{1,4}}){quote})?"
    )


@cache
def _paths() -> Pattern[str]:
    return pattern(
        r"""Path\(\s*[rf]?["'](?P<path>[^"'\n]+)["']\s*\)(?:\.expanduser\(\))?\.(?P<verb>read_text|read_bytes|write_text|write_bytes)"""
    )
