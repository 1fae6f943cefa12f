"""Walks the syntax tree of a shell text and tells each simple command, in order. Pure."""

import re
from collections.abc import Callable, Sequence

from ccmcp.audit.shell.assigning import assign
from ccmcp.audit.shell.command import Command, Redirect, Word
from ccmcp.audit.shell.frame import MOST_NESTING, Frame, Record, Simple
from ccmcp.audit.shell.heredocs import PLACE, STRING, Heredoc, cut
from ccmcp.audit.shell.outputs import printed
from ccmcp.audit.shell.running import pipeline, run
from ccmcp.audit.shell.scope import Scope
from ccmcp.audit.shell.tree import Node, parse
from ccmcp.audit.shell.words import Expansion, within
from ccmcp.values import replace

_MOST_VALUES = 8
_CHAINS = frozenset({"list", "pipeline", "negated_command"})
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_AMONG_WORDS = frozenset({"test_command", "c_style_for_statement", "case_item", "case_statement"})
_NAMES = frozenset({"variable_name"})
_BETWEEN = re.compile(r"\n|;|&&|\|\|?|\bthen\b|\bdo\b|[()]")
_MOST_PARTS = 200
_PROGRAM = re.compile(r"[A-Za-z_./~][\w./~+-]*").fullmatch
_PLACE = re.compile(rf"<{re.escape(PLACE)}(\d+)")


class Reader:
    """Reads one text."""

    __slots__ = ("documents", "record", "source")

    def __init__(self, source: bytes, documents: list[Heredoc], record: Record) -> None:
        self.source, self.documents, self.record = source, documents, record

    @classmethod
    def of(cls, text: str, record: Record) -> "Reader":
        """A reader of a text as it is written."""
        parsed, documents = cut(text)
        return cls(parsed.encode(), documents, record)

    def all(self, scope: Scope, frame: Frame) -> list[Command]:
        """The commands of the whole text, in order."""
        root = parse(self.source)
        if root.has_error:
            self.record.broken = True
        return self.statements(root.children, scope, frame)

    def written(self, node: Node, to: Node | None = None) -> str:
        """A node (and all up to the end of another) as it is written, its here-documents shown by how they begin."""
        text = self.source[node.start_byte : (to or node).end_byte].decode("utf-8", "replace")
        if PLACE in text:
            text = _PLACE.sub(self._start, text)
        return text.replace(f"<{STRING}", "<<< ")

    def _start(self, found: re.Match[str]) -> str:
        number = int(found[1][:6])
        return self.documents[number].start if number < len(self.documents) else found[0]

    def statements(self, nodes: Sequence[Node], scope: Scope, frame: Frame) -> list[Command]:
        """The commands of statements that follow each other."""
        found = list[Command]()
        for node in nodes:
            if node.is_named:
                found += self.statement(node, scope, frame)
        return found

    def statement(
        self, node: Node, scope: Scope, frame: Frame, redirects: Sequence[Node] = ()
    ) -> list[Command]:
        """The commands of one statement that have its input and output."""
        self.record.steps += 1
        if self.record.full or frame.nesting > MOST_NESTING:
            self.record.broken = True
            return []
        kind = node.type
        if kind == "command":
            return self._command(node, scope, frame, redirects)
        if kind in _CHAINS or kind == "redirected_statement":
            return self._chain(node, scope, frame)
        if kind in _REDIRECTS:
            text = self.written(node, redirects[-1] if redirects else None)
            return self._simple(Simple(text=text), [node, *redirects], scope, frame)
        if redirects:
            frame = self._redirected(redirects, scope, frame)
        return self._compound(node, scope, replace(frame, nesting=frame.nesting + 1))

    def _compound(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:  # noqa: PLR0911 - one a kind
        kind = node.type
        if kind == "subshell":
            return self.statements(node.children, scope.copy(), frame)
        if kind == "for_statement":
            return self._for(node, scope, frame)
        if kind == "while_statement":
            return self._while(node, scope, frame)
        if kind == "function_definition":
            return self._function(node, scope)
        if kind in ("variable_assignment", "variable_assignments"):
            return self._assignments(node, scope, frame)
        if kind in ("declaration_command", "unset_command"):
            return self._declaration(node, scope, frame)
        if kind in _AMONG_WORDS:
            return self._mixed(node, scope, frame)
        if kind == "ERROR":
            return self._broken(node, scope, frame)
        return [] if kind == "comment" else self.statements(node.children, scope, frame)

    def _mixed(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        """Statements among words, whose $(...) run too."""
        found = list[Command]()
        expansion = self._expansion(Simple(), scope, frame)
        for child in node.children:
            if child.type in ("do_group", "compound_statement"):
                # what a for ((...)) counts with is known only for its first round
                for each in within(node, _NAMES):
                    scope.values.pop(self.written(each), None)
            if child.type in _STATEMENTS:
                found += self.statement(child, scope, frame)
            else:
                expansion.substitutions(child)
        return found

    def _broken(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        """What there is in a part that does not parse."""
        self.record.broken = True
        children = node.children
        found = list[Command]()
        if any(child.type in _STATEMENTS and child.type != "ERROR" for child in children):
            for child in children:
                if child.type in _STATEMENTS:
                    found += self.statement(child, scope, frame)
            return found
        text = self.written(node).strip()
        parts = _BETWEEN.split(text, _MOST_PARTS)
        # a quote that is not closed goes on with the command before
        for part in parts[1:] if text[:1] in ("'", '"') else parts:
            words = [Word(word.strip("'\"")) for word in part.split()]
            if words and _PROGRAM(words[0]):
                found += self._run(Simple(words=words, text=part.strip()), scope, frame)
        return found

    # -- lists and pipelines ------------------------------------------------------------------------------------

    def _chain(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        """
        A list of pipelines.

        The grammar puts && under | and a redirect around all before it (#345): so it is taken apart and put together anew.
        """
        found = list[Command]()
        stages = list[tuple[Node, list[Node]]]()
        todo: list[Node | list[Node]] = [node]
        while todo:
            each = todo.pop()
            if isinstance(each, list):
                if stages:
                    stages[-1][1].extend(each)
                else:
                    stages.append((each[0], each[1:]))
            elif each.type in _CHAINS:
                todo += reversed(each.children)
            elif each.type == "redirected_statement":
                redirects = [child for child in each.children if child.type in _REDIRECTS]
                if len(redirects) == len(each.children):
                    stages.append((redirects[0], redirects[1:]))
                else:
                    todo.append(redirects)
                    todo += [child for child in reversed(each.children) if child.type not in _REDIRECTS]
            elif each.type in ("&&", "||"):
                found += self._pipeline(stages, scope, frame)
                stages = []
            elif each.is_named:
                stages.append((each, []))
        return found + self._pipeline(stages, scope, frame)

    def _pipeline(self, stages: list[tuple[Node, list[Node]]], scope: Scope, frame: Frame) -> list[Command]:
        def stage(node: Node, redirects: list[Node]) -> Callable[[Scope, Frame], list[Command]]:
            return lambda inner, around: self.statement(node, inner, around, redirects)

        return pipeline([stage(*each) for each in stages], scope, frame, self.record)

    # -- compound commands --------------------------------------------------------------------------------------

    def _for(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        name, values, listed = "", list[Word](), False
        simple = Simple(text=self.written(node))
        expansion = self._expansion(simple, scope, frame)
        body = None
        for child in node.children:
            kind = child.type
            if kind == "variable_name" and not name:
                name = self.written(child)
            elif kind == "in":
                listed = True
            elif kind in ("do_group", "compound_statement"):
                body = child
            elif child.is_named and kind != "comment":
                values += expansion.words(child)
        if body is None:
            return []
        if not listed or expansion.more or not values or any(word.open for word in values):
            scope.values.pop(name, None)
            return self.statement(body, scope, frame)
        return self._each(name, values, body, scope, frame)

    def _each(
        self, name: str, values: Sequence[Word], body: Node, scope: Scope, frame: Frame
    ) -> list[Command]:
        """A loop's body once for each value; commands that are the same each time are told once."""
        found, seen = list[Command](), set[tuple[object, ...]]()
        record = self.record
        for value in list(dict.fromkeys(values))[:_MOST_VALUES]:
            start, pipelines = len(record.commands), len(record.pipelines)
            scope.values[name] = (value,)
            made = self.statement(body, scope, frame)
            if seen and all(_key(command) in seen for command in record.commands[start:]):
                del record.commands[start:], record.pipelines[pipelines:]
                continue
            seen.update(map(_key, record.commands[start:]))
            found += made
        return found

    def _while(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        children = node.children
        if frame.stdin is not None and len(children) > 1 and children[1].type == "command":
            words = self.written(children[1]).split()
            lines = [Word(line.strip(), quoted=True) for line in frame.stdin.splitlines() if line.strip()]
            if words[-1:] and "read" in words[:2] and words[-1].isidentifier() and lines and len(words) < 4:
                return self._each(words[-1], lines, children[-1], scope, frame)
        return self.statements(children, scope, frame)

    def _function(self, node: Node, scope: Scope) -> list[Command]:
        name, body = "", None
        for child in node.children:
            if child.type == "word" and not name:
                name = self.written(child)
            elif child.is_named:
                body = child
        if name and body is not None:
            scope.functions[name] = (self, body)
            self.record.functions[name] = (self, body, scope)
        return []

    def _redirected(self, redirects: Sequence[Node], scope: Scope, frame: Frame) -> Frame:
        simple = Simple()
        self._redirects(simple, redirects, self._expansion(simple, scope, frame), scope, frame)
        return replace(
            frame,
            redirects=(*frame.redirects, *simple.redirects),
            reads=(*frame.reads, *simple.reads),
            stdin=simple.heredoc or frame.stdin,
        )

    # -- simple commands ----------------------------------------------------------------------------------------

    def _expansion(self, simple: Simple, scope: Scope, frame: Frame) -> Expansion:
        def run(node: Node) -> str | None:
            return self._substitution(node, simple, scope, frame)

        return Expansion(self.source, scope, run)

    def _substitution(self, node: Node, simple: Simple, scope: Scope, frame: Frame) -> str | None:
        if frame.ran or self.record.full:
            return None
        around = Frame(
            through=frame.through,
            host=frame.host,
            text=frame.text,
            depth=frame.depth,
            nesting=frame.nesting + 1,
        )
        made = self.statements(node.children, scope.copy(), around)
        if node.type == "process_substitution":
            if self.source[node.start_byte : node.start_byte + 1] == b"<":
                simple.reads += made
            return None
        simple.inner += made
        if len(made) == 1 and made[0].name == "pwd" and not made[0].args:
            return scope.value("PWD")
        if not made or (len(made) > 1 and self.record.pipelines[-1:] != [tuple(made)]):
            return None
        output = printed(made, None)
        return output.rstrip("\n") if output is not None else None

    def _assignments(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        simple = Simple(text=self.written(node))
        expansion = self._expansion(simple, scope, frame)
        for each in [node] if node.type == "variable_assignment" else node.children:
            if each.is_named and (made := assign(each, expansion, scope)):
                self.record.sets[made[0]] = made[1]
        return []

    def _declaration(self, node: Node, scope: Scope, frame: Frame) -> list[Command]:
        simple = Simple(text=self.written(node))
        expansion = self._expansion(simple, scope, frame)
        for child in node.children:
            if child.type == "variable_assignment":
                if made := assign(child, expansion, scope):
                    self.record.sets[made[0]] = made[1]
                    simple.words.append(Word("=".join(made), open=made[1].open))
            elif child.is_named or not simple.words:
                simple.words += expansion.words(child) or [Word(self.written(child))]
        if node.type == "unset_command":
            for word in simple.words[1:]:
                scope.values.pop(word, None)
        return self._run(simple, scope, frame)

    def _command(self, node: Node, scope: Scope, frame: Frame, redirects: Sequence[Node]) -> list[Command]:
        simple = Simple(text=self.written(node, redirects[-1] if redirects else None))
        expansion = self._expansion(simple, scope, frame)
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                self._set(simple, child, expansion, scope)
            elif kind == "command_name":
                simple.words += expansion.words(child.children[0]) if child.children else []
            elif kind in _REDIRECTS:
                self._redirects(simple, [child], expansion, scope, frame)
            elif kind in ("subshell", "compound_statement"):
                # what `time` stands before
                return self.statement(child, scope, frame, redirects)
            elif kind not in ("comment", "ERROR") or child.is_named:
                simple.words += expansion.words(child)
        if redirects:
            self._redirects(simple, redirects, expansion, scope, frame)
        simple.open = expansion.more
        return self._run(simple, scope, frame)

    def _set(self, simple: Simple, node: Node, expansion: Expansion, scope: Scope) -> None:
        aside = scope.copy()
        if made := assign(node, Expansion(self.source, aside, expansion.run), aside):
            simple.sets[made[0]] = made[1]

    def _simple(self, simple: Simple, redirects: Sequence[Node], scope: Scope, frame: Frame) -> list[Command]:
        self._redirects(simple, redirects, self._expansion(simple, scope, frame), scope, frame)
        return self._run(simple, scope, frame)

    def _redirects(
        self, simple: Simple, nodes: Sequence[Node], expansion: Expansion, scope: Scope, frame: Frame
    ) -> None:
        for node in nodes:
            fd, operator, targets = -1, "", list[Word]()
            for child in node.children:
                kind = child.type
                if kind == "file_descriptor":
                    fd = int(self.written(child)[:4]) if self.written(child).isdigit() else -1
                elif not child.is_named:
                    operator = operator or kind
                else:
                    targets += expansion.words(child)
            # the grammar takes the arguments after a redirect for more targets (#233)
            simple.words += targets[1:]
            if operator == "<" and targets and targets[0].startswith(STRING):
                simple.heredoc = f"{targets[0][len(STRING) :]}\n"
            elif operator == "<" and targets and targets[0].startswith(PLACE):
                simple.heredoc = self._document(targets[0], simple, scope, frame)
            elif targets and not (
                operator in (">&", "<&") and (targets[0].isdigit() or targets[0].strip("0123456789") == "-")
            ):
                simple.redirects.append(Redirect("&>" if operator == ">&" else operator, targets[0], fd))

    def _document(self, place: str, simple: Simple, scope: Scope, frame: Frame) -> str:
        """The content of a here-document, its variables put in."""
        number = place[len(PLACE) :]
        if not number.isdigit() or int(number[:6]) >= len(self.documents):
            return ""
        document = self.documents[int(number[:6])]
        if document.literal or ("$" not in document.body and "`" not in document.body):
            return document.body
        source = b'"' + document.body.replace('"', "\ue003").encode("utf-8", "replace") + b'"'
        root = parse(source)
        reader = Reader(source, [], self.record)
        for node in within(root, frozenset({"string"})):
            expansion = reader._expansion(simple, scope, frame)
            return str(expansion.word(node)).replace("\ue003", '"')
        return document.body

    def _run(self, simple: Simple, scope: Scope, frame: Frame) -> list[Command]:
        return run(simple, scope, frame, self.record)


_STATEMENTS = frozenset({
    "command", "list", "pipeline", "redirected_statement", "negated_command", "subshell", "compound_statement", "do_group",
    "if_statement", "while_statement", "for_statement", "c_style_for_statement", "case_statement", "case_item", "function_definition",
    "variable_assignment", "variable_assignments", "declaration_command", "unset_command", "test_command", "else_clause", "elif_clause",
    "file_redirect", "ERROR",
})  # fmt: skip


def _key(command: Command) -> tuple[object, ...]:
    return command.name, command.args, command.text, command.cwd, command.through, command.redirects
