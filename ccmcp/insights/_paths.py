"""Paths as they are shown and pasted. Pure."""

import re


def shown(path: str, project: str) -> str:
    """A path as its project would write it: relative where it lies in the project, with slashes."""
    whole, folder = path.replace("\\", "/"), project.replace("\\", "/").rstrip("/")
    if folder and whole.lower().startswith(folder.lower() + "/"):
        return whole[len(folder) + 1 :]
    return re.sub(r"^(?:/home|/Users|[A-Za-z]:/Users)/[^/]+(?=/)", "~", whole)


def last(path: str) -> str:
    """A path's last part."""
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or path
