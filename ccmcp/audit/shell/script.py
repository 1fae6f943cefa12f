"""Shell text -> the commands it would run. Pure; never raises."""

from ccmcp.audit.shell.command import Script
from ccmcp.audit.shell.frame import Frame, Record
from ccmcp.audit.shell.scope import Scope
from ccmcp.audit.shell.texts import read_text


def read_script(text: str, *, cwd: str = "") -> Script:
    """
    A shell text, understood; whatever it is, something of it is.

    With `cwd`, the folder it begins in, its commands' folders are absolute.
    """
    record = Record(read_text)
    scope = Scope(base=cwd)
    try:
        _read(text, scope, record)
    except RecursionError:
        record.broken = True
    return Script(
        text=text,
        commands=tuple(record.commands),
        pipelines=tuple(record.pipelines),
        code=tuple(record.code),
        sets=record.sets,
        broken=record.broken,
    )


def _read(text: str, scope: Scope, record: Record) -> None:
    read_text(text, Frame(), scope, record)
    for name, (reader, body, within) in record.functions.items():
        if name not in record.called:
            reader.statement(body, within.copy(), Frame())
