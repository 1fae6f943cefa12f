"""Assignments in a shell text: what a variable is from there on. Pure."""

from ccmcp.audit.shell.command import Word
from ccmcp.audit.shell.scope import Scope
from ccmcp.audit.shell.tree import Node
from ccmcp.audit.shell.words import LONGEST, Expansion


def assign(node: Node, expansion: Expansion, scope: Scope) -> tuple[str, Word] | None:
    """Take note in `scope` of X=1, X+=1 or X=(1 2); the name and the value as one word."""
    children = node.children
    if len(children) < 2:
        return None
    name = expansion.written(children[0])
    array = len(children) > 2 and children[2].type == "array"
    if array:
        words = tuple(
            word for child in children[2].children if child.is_named for word in expansion.words(child)
        )
    else:
        words = (expansion.word(children[2]),) if len(children) > 2 else (Word(""),)
    if children[1].type == "+=":
        words = _added(scope.values.get(name), words, array=array)
    known = sum(map(len, words)) < LONGEST and not any(word.open for word in words)
    if words and known and children[0].type == "variable_name":
        scope.values[name] = words
    else:
        scope.values.pop(name, None)
    if len(words) == 1:
        return name, words[0]
    return name, Word(" ".join(words), open=any(word.open for word in words))


def _added(before: tuple[Word, ...] | None, words: tuple[Word, ...], *, array: bool) -> tuple[Word, ...]:
    if before is None or not (before and words):
        return tuple(Word(word, open=True) for word in words)
    if array:
        return before + words
    first, more = before[0], words[0]
    return (Word(first + more, glob=first.glob or more.glob, open=first.open or more.open),)
