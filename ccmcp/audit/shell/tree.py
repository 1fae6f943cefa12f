"""A shell text -> its syntax tree, with what the grammar is known to get wrong put right. Pure."""

import re
import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from typing import Any

Node = Any
"""A node of tree-sitter's: the package is loaded when the first text is parsed, not with this module."""


def parse(source: bytes) -> Node:
    """
    The root of the tree of a text without here-documents.

    A newline that the grammar (0.25.1) takes for a blank after a pipeline or leading redirects is made a `;` of the same length (#347).
    """
    root = _parser().parse(source).root_node
    doubtful = b"\n" in source and (b"|" in source or _LEADING_REDIRECT(source))
    for _ in range(_REPAIRS if doubtful else 0):
        repaired = bytearray(source)
        if not _part(root, repaired):
            break
        source = bytes(repaired)
        root = _parser().parse(source).root_node
    return root


_REPAIRS = 4
_LEADING_REDIRECT = re.compile(rb"(?:\A|[;&|\n({])\s*\d*[<>]").search


def _part(root: Node, source: bytearray) -> bool:
    """Write a `;` where a command goes on after a newline; whether there was one."""
    found, nodes = False, [root]
    while nodes:
        node = nodes.pop()
        children = node.children
        nodes += children
        if node.type not in _ONE_LINE:
            continue
        for before, after in pairwise(children):
            start, end = before.end_byte, after.start_byte
            at = source.find(b"\n", start, end)
            if at >= 0 and source[at - 1 : at] != b"\\":
                if before.type == "comment":
                    start = before.start_byte
                    source[start:at] = b" " * (at - start)
                source[at] = ord(";")
                found = True
    return found


_ONE_LINE = frozenset(
    {"command", "redirected_statement", "file_redirect", "declaration_command", "unset_command"}
)


@cache
def _parser() -> Any:
    from tree_sitter import Language, Parser  # noqa: PLC0415 - only when there is something to parse

    return Parser(Language(_grammar()))


def _grammar() -> object:
    """The grammar's C extension, without the package around it, whose imports take longer than most parses."""
    spec = PathFinder.find_spec("tree_sitter_bash")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for suffix in EXTENSION_SUFFIXES:
            found = _extension(f"{folder}/_binding{suffix}")
            if found is not None:
                return found
    from tree_sitter_bash import language  # noqa: PLC0415 - the way round, should the package be laid out otherwise

    return language()


def _extension(path: str) -> object:
    name = "tree_sitter_bash._binding"
    spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, path))
    if spec is None or spec.loader is None:
        return None
    try:
        module = sys.modules.get(name) or module_from_spec(spec)
        spec.loader.exec_module(module)
    except (ImportError, OSError):
        return None
    return module.language()
