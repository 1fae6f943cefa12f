"""Reports as Markdown (GitHub's), for a pull request, a wiki or a ticket. Pure."""

import re
from collections.abc import Iterator

from ccmcp.audit.compliance import ComplianceReport
from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats._document import (
    Block,
    Boxes,
    Break,
    Code,
    Document,
    Facts,
    Figures,
    Heading,
    Inline,
    Label,
    Paragraph,
    SignOff,
    Small,
    Strong,
    Table,
    Text,
    flat,
)
from ccmcp.audit.formats._reports import document_of
from ccmcp.audit.formats._weekly import weekly
from ccmcp.audit.formats._words import one_line

_SPECIAL = re.compile(
    r"[\\`*_\[\]<>~$&]|^[-+#=](?=\W|$)|^\d{1,9}(?=[.)](?:\s|$))|(?<=www)\.|:(?=//)|\|", re.IGNORECASE
)
"""What Markdown takes for more than a character: also what begins a block, an address, or a cell."""


_AS_ENTITY = re.compile(r"[\\`*_\[\]<>~$&|!]|(?<=www)\.|:(?=//)", re.IGNORECASE)
"""What is written as an entity within HTML among Markdown."""


def render(report: AuditReport | ComplianceReport) -> str:
    """A report as Markdown."""
    return write(document_of(report))


def checklist(report: ComplianceReport) -> str:
    """The weekly checklist as Markdown with boxes to tick."""
    return write(weekly(report))


def write(document: Document) -> str:
    """A document as Markdown."""
    blocks = [f"# {_plain(document.title)}"]
    if document.subtitle:
        blocks.append(_plain(document.subtitle))
    blocks += [_block(Facts(document.facts))] if document.facts else []
    blocks += map(_block, document.blocks)
    if document.footer:
        blocks += ["---", _plain(document.footer)]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_text(text)}"
        case Paragraph(text, tone):
            return f"> {_text(text)}" if tone else _text(text)
        case Figures(figures):
            return _rows(
                [
                    [_plain(each.caption) for each in figures],
                    [f"**{_plain(each.value)}**" for each in figures],
                ],
                [True] * len(figures),
            )
        case Facts(facts):
            return "\n".join(f"- {_plain(name)}: {_text(value)}" for name, value in facts)
        case Table(columns, rows):
            head = [_plain(column.head) for column in columns]
            cells = [[_text(cell, cell=True) for cell in row] for row in rows]
            return _rows([head, *cells], [column.number for column in columns])
        case Boxes(boxes):
            return "\n".join(
                line for box in boxes for line in _box_lines(box.title, box.verdict, box.details)
            )
        case SignOff(statement, fields):
            return "\n\n".join(
                [
                    _plain(statement),
                    *(f"{_plain(name)}: \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_" for name in fields),
                ]
            )


def _box_lines(title: str, verdict: str, details: tuple[Text, ...]) -> Iterator[str]:
    yield f"* [ ] **{_plain(title)}**: {_plain(verdict)}"
    for detail in details:
        yield f"  - {_text(detail)}"


def _rows(rows: list[list[str]], numbers: list[bool]) -> str:
    head, *rest = (f"| {' | '.join(row)} |" for row in rows)
    rule = f"| {' | '.join('---:' if number else '---' for number in numbers)} |"
    return "\n".join([head, rule, *rest])


# -- within a line


def _text(text: Text, *, cell: bool = False) -> str:
    told = "".join(_inline(part, cell=cell) for part in flat(text)).strip()
    return told if told and told != "\\-" else "-" if cell else told


def _inline(part: Inline, *, cell: bool) -> str:
    match part:
        case Code(text):
            return _code(text, cell=cell)
        case Label(text) | Strong(text):
            return _spaced(text, "**")
        case Small(text) | str(text):
            return _spaced(text)
        case Break():
            return "<br>" if cell else " "


def _spaced(text: str, mark: str = "") -> str:
    """A text between marks, with the spaces at its ends outside of them, which part it from its neighbours."""
    told = _plain(text)
    if not told:
        return " " if text else ""
    return f"{' ' * text[:1].isspace()}{mark}{told}{mark}{' ' * text[-1:].isspace()}"


def _plain(text: str) -> str:
    """A text that Markdown shows as it stands."""
    return _SPECIAL.sub(_escaped, one_line(text))


def _escaped(found: re.Match[str]) -> str:
    special = found[0]
    if special == "|":
        return "&#124;"
    return f"&#{ord(special[0])};{special[1:]}" if special[0].isdigit() else "\\" + special


def _code(text: str, *, cell: bool) -> str:
    """A code span whose fence is longer than any within; where a cell's border could be read into it, as HTML."""
    line = one_line(text)
    if not line:
        return ""
    if cell and ("|" in line or "\\" in line):
        return f"<code>{_AS_ENTITY.sub(lambda found: f'&#{ord(found[0])};', line)}</code>"
    longest = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"
