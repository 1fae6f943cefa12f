"""What a shell knows at one place in a text: its variables, functions, folder. Mutable, and copied for each subshell."""

from posixpath import normpath
from typing import Any

from ccmcp.audit.shell.command import Word
from ccmcp.values import dataclass, field


@dataclass(slots=True)
class Scope:
    """The state of one shell."""

    values: dict[str, tuple[Word, ...]] = field(default_factory=dict)
    """Variables that the text sets to something known; an array has several words."""
    functions: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    given: tuple[Word, ...] | None = None
    """$1 ...; None when they are not known."""
    base: str = ""
    """The folder the text began in, when it is known."""
    cwd: str = ""
    """As Command.cwd."""
    before: str = ""
    """$OLDPWD."""

    def copy(self) -> "Scope":
        """What a subshell begins with."""
        return Scope(
            dict(self.values),
            dict(self.functions),
            dict(self.aliases),
            self.given,
            self.base,
            self.cwd,
            self.before,
        )

    def value(self, name: str, index: str = "") -> str | None:
        """A variable's value; None when it is not known."""
        if name.isdigit() and name != "0":
            at = int(name[:4]) - 1
            return str(self.given[at]) if self.given is not None and at < len(self.given) else None
        if name == "PWD":
            return self.cwd or self.base or "."
        if name in ("@", "*"):
            return " ".join(self.given) if self.given else None
        found = self.values.get(name)
        if found is None:
            return " " if name == "IFS" else None
        if index in ("[@]", "[*]"):
            return " ".join(found)
        at = int(index[1:-1]) if index[1:-1].isdigit() else 0
        return str(found[at]) if at < len(found) else ""

    def word(self, name: str) -> Word | None:
        """A variable's value as the word it was set to; None when there is none."""
        if name.isdigit():
            at = int(name[:4]) - 1
            return self.given[at] if self.given is not None and 0 <= at < len(self.given) else None
        found = self.values.get(name)
        return found[0] if found else None

    def enter(self, folder: str) -> None:
        """Go to a folder."""
        if folder == "-":
            self.cwd, self.before = self.before, self.cwd
            return
        self.before = self.cwd
        if folder[:1] in ("/", "~", "$"):
            self.cwd = normpath(folder) if folder[0] == "/" else folder.rstrip("/")
        elif folder[1:2] == ":":
            self.cwd = folder.replace("\\", "/").rstrip("/")
        else:
            joined = normpath(f"{self.cwd or self.base or '.'}/{folder}")
            self.cwd = "" if joined == "." else joined
        if self.cwd == self.base:
            self.cwd = ""
