"""Rules on PowerShell that are rows: severity, pattern, what it is. Pure."""

from collections.abc import Iterator, Sequence

from ccmcp.audit.call import Line
from ccmcp.audit.rule import Hit, Severity
from ccmcp.audit.rules.powershell._lines import bare, statements, words_pattern

Row = tuple[Severity, str, str]


_MOST, _LONGEST = 300, 3000
"""So many statements, and so many letters of each, are looked at."""


def hits(line: Line, rows: Sequence[Row]) -> Iterator[Hit]:
    """What the rows find in a line: the first that fits each statement."""
    for statement in statements(line.text)[:_MOST]:
        kept = bare(statement[:_LONGEST])
        if not kept or words_pattern(r"-WhatIf\b").search(kept):
            continue
        for severity, form, note in rows:
            if found := words_pattern(form).search(kept):
                yield Hit(target=" ".join(found[0].split())[:100], severity=severity, note=note)
                break
