"""Reads a text with the cheapest reader that understands it. Pure."""

import re

from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.frame import Frame, Record
from ccmcp.audit.shell.plain import read_plain
from ccmcp.audit.shell.scope import Scope

_MOST_TEXT = 200_000
_MOST_OPEN = 300
_PROPER = re.compile(r"[^\ud800-\udfff\0]*").fullmatch


def read_text(text: str, frame: Frame, scope: Scope, record: Record) -> list[Command]:
    """The commands of a text, in order; they are recorded as well."""
    if record.full:
        record.broken = True
        return []
    if len(text) > _MOST_TEXT:
        text, record.broken = text[:_MOST_TEXT], True
    if text.count("(") - text.count(")") > _MOST_OPEN:
        # the parser takes quadratic time to recover from these
        text, record.broken = "(".join(text.split("(", _MOST_OPEN)[:-1]), True
    made = read_plain(text, frame, scope, record)
    if made is not None:
        return made
    from ccmcp.audit.shell.reader import Reader  # noqa: PLC0415 - with the parser, not needed for plain texts

    if not _PROPER(text):
        text = text.encode("utf-8", "replace").decode().replace("\0", " ")
    return Reader.of(text.replace("\r\n", "\n"), record).all(scope, frame)
