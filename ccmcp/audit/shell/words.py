"""A node of a shell's syntax tree -> the words a program would get. Pure."""

import re
from collections.abc import Callable, Iterator

from ccmcp.audit.shell.command import Word
from ccmcp.audit.shell.expand import braces, escapes, marked, parameter
from ccmcp.audit.shell.scope import Scope
from ccmcp.audit.shell.tree import Node

PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,\-~^!]*").fullmatch
_GLOB = re.compile(r"[*?]|\[[^\]]+\]").search
_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\(\n|["\\$`])')
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*|[0-9@*])|\{([A-Za-z_]\w*)\})")
LONGEST = 20_000
"""How much is put in where a variable stands; what would be more is taken for unknown."""
_NAME = re.compile(r"\$\{(\w+)")
_ALL = frozenset({"$@", "$*", "${@}", "${*}"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})


class Expansion:
    """Makes words of the nodes of one text."""

    __slots__ = ("more", "run", "scope", "source")

    def __init__(self, source: bytes, scope: Scope, run: Callable[[Node], str | None]) -> None:
        """`run` is called with each $(...) and <(...) met; it tells what that prints, when this is known."""
        self.source, self.scope, self.run = source, scope, run
        self.more = False
        """Whether a word stood for any number of words: "$@"."""

    def written(self, node: Node) -> str:
        """A node as it is written."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def words(self, node: Node) -> list[Word]:
        """The words that a node of an argument stands for: mostly one."""
        kind = node.type
        if kind in ("word", "number"):
            text = self.written(node)
            if PLAIN(text):
                return [Word(text)]
        elif kind == "raw_string":
            return [Word(self.written(node)[1:-1], quoted=True)]
        made = _Made()
        self._add(node, made, quoted=False)
        return made.words()

    def word(self, node: Node) -> Word:
        """The same where a shell takes one word: no splitting."""
        words = self.words(node)
        if len(words) == 1:
            return words[0]
        return Word(
            " ".join(words),
            quoted=True,
            open=any(word.open for word in words),
            glob=any(word.glob for word in words),
        )

    def text(self, written: str) -> str | None:
        """A text as in double quotes, with its variables put in; None when it has others."""
        known, size = True, 0

        def put(found: re.Match[str]) -> str:
            nonlocal known, size
            value = self.scope.value(found[1] or found[2])
            size += len(value or "")
            known = known and size < LONGEST and (value is not None or (found[1] or found[2]) == "HOME")
            return found[0] if value is None or not known else value

        done = _VARIABLE.sub(put, written)
        if not known or "$(" in done or "`" in done:
            return None
        if done[:1] in "\"'" and done[-1:] == done[:1] and len(done) > 1:
            return done[1:-1]
        return done

    def _add(self, node: Node, made: "_Made", *, quoted: bool) -> None:  # noqa: C901, PLR0912
        match node.type:
            case "concatenation":
                self._parts(node, made, quoted=quoted)
            case "string":
                made.quoted = True
                self._parts(node, made, quoted=True)
            case "string_content":
                made.put(_ESCAPED_IN_QUOTES.sub(_unescape, self.written(node)))
            case "raw_string":
                made.quoted = True
                made.put(self.written(node)[1:-1])
            case "ansi_c_string":
                made.quoted = True
                made.put(escapes(self.written(node)[2:-1]))
            case "translated_string":
                for child in node.children[1:]:
                    self._add(child, made, quoted=True)
            case "simple_expansion":
                self._variable(self.written(node), made, quoted=quoted)
            case "expansion":
                self._expansion(node, made, quoted=quoted)
            case "command_substitution" | "process_substitution":
                output = self.run(node)
                if output is None:
                    made.unknown(self.written(node))
                else:
                    made.value(output, quoted=quoted)
            case "arithmetic_expansion":
                self.substitutions(node)
                made.unknown(self.written(node))
            case '"':
                pass
            case "word" | "number" | "extglob_pattern" | "regex" | "brace_expression" | "variable_name" if (
                not node.named_children or node.type == "brace_expression"
            ):
                made.bare(self.written(node))
            case _:
                self.substitutions(node)
                made.bare(self.written(node))

    def _parts(self, node: Node, made: "_Made", *, quoted: bool) -> None:
        at = node.start_byte
        for child in node.children:
            if child.start_byte > at:
                made.put(self.source[at : child.start_byte].decode("utf-8", "replace"))
            self._add(child, made, quoted=quoted)
            at = child.end_byte

    def _variable(self, written: str, made: "_Made", *, quoted: bool) -> None:
        if written in _ALL:
            if self.scope.given is not None:
                made.several(self.scope.given)
            else:
                self.more = True
                made.unknown(written)
            return
        name = written[1:]
        if name == "HOME" and name not in self.scope.values:
            made.put("$HOME")
            return
        value = self.scope.value(name)
        if value is None:
            made.unknown(written)
        else:
            made.value(value, quoted=quoted, known=self.scope.word(name))

    def _expansion(self, node: Node, made: "_Made", *, quoted: bool) -> None:
        written = self.written(node)
        plain = _VARIABLE.fullmatch(written)
        if plain is not None or written in _ALL:
            self._variable(f"${plain[2]}" if plain else written, made, quoted=quoted)
            return
        self.substitutions(node)
        if written[-4:] in ("[@]}", "[*]}") and (array := self.scope.values.get(written[2:-4])) is not None:
            made.several(array)
            return
        value = parameter(written, self.scope.value, self.text)
        if value is None:
            made.unknown(written)
        else:
            name = _NAME.match(written)
            made.value(value, quoted=quoted, known=self.scope.word(name[1]) if name else None)

    def substitutions(self, node: Node) -> None:
        """Run the $(...) that stand anywhere in a node."""
        for found in within(node, _SUBSTITUTIONS):
            self.run(found)


def within(node: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """The nodes of these kinds that stand in a node, the outermost of each, in order."""
    nodes = [node]
    while nodes:
        each = nodes.pop()
        if each.type in kinds:
            yield each
        else:
            nodes += reversed(each.children)


def _unescape(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


class _Made:
    """Words in the making."""

    __slots__ = ("bracket", "done", "glob", "marks", "open", "parts", "quoted", "size")

    def __init__(self) -> None:
        self.done: list[Word] = []
        self.parts: list[str] = []
        self.size = 0
        self.bracket = self.glob = self.open = self.quoted = self.marks = False

    def put(self, text: str) -> None:
        """What stands as it is."""
        self.parts.append(text)

    def bare(self, text: str) -> None:
        """What stands without quotes."""
        if "{" in text or self.marks:
            self.marks = True
            text = marked(text)
        self.bracket = self.bracket or "[" in text
        if _GLOB(_ESCAPED.sub("", text)) or (self.bracket and "]" in text and "[" not in text):
            self.glob = True
        self.parts.append(_ESCAPED.sub(_unescape, text) if "\\" in text else text)

    def unknown(self, written: str) -> None:
        """What is known only when it runs."""
        self.open = True
        self.parts.append(written)

    def value(self, text: str, *, quoted: bool, known: Word | None = None) -> None:
        """A value that is put in: split at blanks without quotes."""
        if known is not None:
            self.open = self.open or known.open
            self.glob = self.glob or known.glob
        self.size += len(text) + 1
        if self.size > LONGEST:
            self.open = True
            return
        if quoted:
            self.parts.append(text)
            return
        if _GLOB(text):
            self.glob = True
        pieces = re.split(r"[ \t\n]+", text)
        self.parts.append(pieces[0])
        for piece in pieces[1:]:
            self._end()
            self.parts.append(piece)

    def several(self, words: tuple[Word, ...]) -> None:
        """Each a word of its own; the first and the last with what stands beside them."""
        for at, word in enumerate(words):
            self.size += len(word) + 1
            if self.size > LONGEST:
                self.open = True
                return
            if at:
                self._end()
            self.parts.append(word)
            self.open, self.glob, self.quoted = word.open, word.glob, True

    def _end(self) -> None:
        text = "".join(self.parts)
        if text or self.quoted:
            for each in braces(text) if self.marks else (text,):
                self.done.append(Word(each, glob=self.glob, open=self.open, quoted=self.quoted))
        self.parts = []
        self.bracket = self.glob = self.open = self.quoted = self.marks = False

    def words(self) -> list[Word]:
        """Those that were made."""
        self._end()
        return self.done
