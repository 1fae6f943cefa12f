"""Here-documents taken out of a shell text before it is parsed: the grammar is at its weakest there (#345, #346). Pure."""

import re

from ccmcp.values import dataclass

PLACE = "/.heredoc/"
"""The redirect that stands for the n-th here-document reads from this path followed by n."""
STRING = "/.herestring/"
"""... and the one that stands for a here-string from this followed by the string."""


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document."""

    start: str
    """As written: <<-'EOF'"""
    body: str
    literal: bool
    """Whether nothing in it is put in: its delimiter is quoted."""


def cut(text: str) -> tuple[str, list[Heredoc]]:
    """The text with `</.heredoc/N` where its here-documents began and `</.herestring/...` for <<<, and the documents."""
    if "<<" not in text:
        return text, []
    return _Cutter(text).cut()


_MOST = 500
_STOP = re.compile(r"""\\.|\$'|'|"|\$\(\(|\$\(|\(\(|[()`]|<<<|<<|(?<![^\s;&|()])#|\n""", re.DOTALL)
_START = re.compile(r"""<<(-?)[ \t]*((?:'[^'\n]*'|"[^"\n]*"|\\.|[^\s;&|<>()'"\\`])+)""")
_QUOTES = re.compile(r"""\\(.)|['"]""", re.DOTALL)
_BLANKS = re.compile(r"(?:[ \t]|\\\n)*")
_ANSI_END = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL)


class _Cutter:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.kept_to = text, 0, 0
        self.kept: list[str] = []
        self.found: list[Heredoc] = []
        self.waiting: list[tuple[str, bool, str, bool]] = []
        self.modes = [""]

    def cut(self) -> tuple[str, list[Heredoc]]:
        text = self.text
        while stop := _STOP.search(text, self.at):
            self.at = stop.end()
            self._met(stop[0], stop.start())
        if self.waiting:
            self._bodies()
        self.kept.append(text[self.kept_to :])
        return "".join(self.kept), self.found

    def _met(self, mark: str, start: int) -> None:
        if mark[0] == "\\":
            return
        if self.modes[-1] == '"':
            self._met_in_quotes(mark)
        elif mark in ("'", "$'"):
            self._quoted(mark)
        elif mark == '"':
            self.modes.append('"')
        elif mark == "`":
            self._backtick()
        elif mark in ("(", "((", "$(", "$(("):
            self._open(mark)
        elif mark == ")":
            if self.modes[-1] in ("(", "(("):
                self.modes.pop()
        elif mark == "#":
            end = self.text.find("\n", start)
            self.at = end if end >= 0 else len(self.text)
        elif mark == "\n":
            if self.waiting:
                self._bodies()
        elif self.modes[-1] != "((":
            self._start(mark, start)

    def _met_in_quotes(self, mark: str) -> None:
        if mark == '"':
            self.modes.pop()
        elif mark == "`":
            self._backtick()
        elif mark in ("$(", "$(("):
            self._open(mark)

    def _open(self, mark: str) -> None:
        self.modes += ["((", "(("] if mark[-2:] == "((" else ["("]

    def _backtick(self) -> None:
        if self.modes[-1] == "`":
            self.modes.pop()
        else:
            self.modes.append("`")

    def _quoted(self, mark: str) -> None:
        if mark == "'":
            end = self.text.find("'", self.at) + 1
        else:
            found = _ANSI_END.match(self.text, self.at)
            end = found.end() if found else 0
        self.at = end or len(self.text)

    def _start(self, mark: str, start: int) -> None:
        if mark == "<<<":
            self.kept += (self.text[self.kept_to : start], f"<{STRING}")
            blanks = _BLANKS.match(self.text, self.at)
            self.at = self.kept_to = blanks.end() if blanks else self.at
            return
        found = _START.match(self.text, start)
        if found is None or len(self.found) + len(self.waiting) >= _MOST:
            return
        delimiter = _QUOTES.sub(lambda each: each[1] or "", found[2])
        self.waiting.append((delimiter, delimiter != found[2], found[0], bool(found[1])))
        number = len(self.found) + len(self.waiting) - 1
        self.kept += (self.text[self.kept_to : start], f"<{PLACE}{number}")
        self.at = self.kept_to = found.end()

    def _bodies(self) -> None:
        """Take the bodies of the documents that were begun on the line that ends here."""
        self.kept.append(self.text[self.kept_to : self.at])
        for delimiter, literal, start, tabs in self.waiting:
            end, after = self._end(delimiter, tabs)
            body = self.text[self.at : end]
            if tabs:
                body = "\n".join(line.lstrip("\t") for line in body.split("\n"))
            self.found.append(Heredoc(start, body, literal))
            self.at = after
        self.waiting = []
        self.kept_to = self.at

    def _end(self, delimiter: str, tabs: bool) -> tuple[int, int]:  # noqa: FBT001
        """Where the body ends, and where the text goes on."""
        before = r"^\t*" if tabs else "^"
        name = re.escape(delimiter)
        found = re.compile(rf"{before}{name}(?:\r?\n|\r?\Z)", re.MULTILINE).search(self.text, self.at)
        if found is None and len(self.modes) > 1:
            found = re.compile(rf"{before}{name}(?=[ \t]*[)`])", re.MULTILINE).search(self.text, self.at)
        return (found.start(), found.end()) if found else (len(self.text), len(self.text))
