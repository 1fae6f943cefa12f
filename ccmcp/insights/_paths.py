"""Names and paths as they are shown and pasted. Pure."""

import re


def shown(path: str, project: str) -> str:
    """A path as its project would write it: relative where it lies in the project, with slashes."""
    whole, folder = path.replace("\\", "/"), project.replace("\\", "/").rstrip("/")
    if folder and whole.lower().startswith(folder.lower() + "/"):
        return whole[len(folder) + 1 :]
    return re.sub(r"^(?:/home|/Users|[A-Za-z]:/Users)/[^/]+(?=/)", "~", whole)


_LONGEST = 120
_PLAIN = re.compile(r"[\w./\\@:+~-]+(?: [\w./\\@:+~-]+){0,3}")
"""What ends no quotation and says no sentence: up to four words without punctuation."""


def quoted(name: str, what: str) -> str:
    """A name from a transcript as it may stand in a line that is obeyed later on: in backticks if it is plain, else [this file]."""
    return f"`{name}`" if len(name) <= _LONGEST and _PLAIN.fullmatch(name) else f"[this {what}]"


def last(path: str) -> str:
    """A path's last part."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path
