"""Reports as one HTML file that needs nothing else: no scripts, no addresses, and it prints well on A4 and Letter. Pure."""

from collections.abc import Iterator
from html import escape

from ccmcp.audit.compliance import ComplianceReport
from ccmcp.audit.finding import AuditReport
from ccmcp.audit.formats._document import (
    Block,
    Box,
    Boxes,
    Break,
    Code,
    Column,
    Document,
    Facts,
    Figure,
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
from ccmcp.audit.formats._style import STYLE
from ccmcp.audit.formats._weekly import weekly
from ccmcp.audit.formats._words import one_line

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Whatever may get past the escaping is not run or loaded by a browser either."""


def render(report: AuditReport | ComplianceReport) -> str:
    """A report as an HTML page."""
    return write(document_of(report))


def checklist(report: ComplianceReport) -> str:
    """The weekly checklist as an HTML page that prints on one sheet."""
    return write(weekly(report))


def write(document: Document) -> str:
    """A document as an HTML page."""
    title = _plain(document.title)
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
    )
    return "".join([
        head,
        '<body class="one-page">\n<main>\n' if document.one_page else "<body>\n<main>\n",
        f"<header>\n<h1>{title}</h1>\n",
        f'<p class="subtitle">{_plain(document.subtitle)}</p>\n' if document.subtitle else "",
        _facts(document.facts),
        "</header>\n",
        *map(_block, document.blocks),
        f"<footer>{_plain(document.footer)}</footer>\n" if document.footer else "",
        "</main>\n</body>\n</html>\n",
    ])  # fmt: skip


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{_text(text)}</h{level}>\n"
        case Paragraph(text, tone):
            return f'<p class="set-off {tone}">{_text(text)}</p>\n' if tone else f"<p>{_text(text)}</p>\n"
        case Figures(figures):
            return f'<ul class="figures">\n{"".join(map(_figure, figures))}</ul>\n'
        case Facts(facts):
            return _facts(facts)
        case Table():
            return _table(block)
        case Boxes(boxes):
            return f'<ul class="boxes">\n{"".join(map(_box, boxes))}</ul>\n'
        case SignOff(statement, fields):
            lines = "".join(f'<div class="field"><span>{_plain(name)}</span></div>' for name in fields)
            return (
                f'<section class="sign-off"><p>{_plain(statement)}</p><div class="notes"></div>'
                f'<div class="fields">{lines}</div></section>\n'
            )


def _facts(facts: tuple[tuple[str, Text], ...]) -> str:
    if not facts:
        return ""
    return f"<dl>\n{''.join(f'<dt>{_plain(name)}</dt><dd>{_text(value)}</dd>{chr(10)}' for name, value in facts)}</dl>\n"


def _figure(figure: Figure) -> str:
    return (
        f'<li class="{figure.tone}"><strong>{_plain(figure.value)}</strong> {_plain(figure.caption)}</li>\n'
    )


def _table(table: Table) -> str:
    caption = f"<caption>{_plain(table.caption)}</caption>\n" if table.caption else ""
    heads = "".join(
        f'<th scope="col"{_aligned(column)}>{_plain(column.head)}</th>' for column in table.columns
    )
    widths = "".join(
        f'<col style="width:{column.width}%">' if column.width else "<col>" for column in table.columns
    )
    rows = "".join(f"<tr>{''.join(_cells(table.columns, row))}</tr>\n" for row in table.rows)
    return (
        f"<table>\n{caption}<colgroup>{widths}</colgroup>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _cells(columns: tuple[Column, ...], row: tuple[Text, ...]) -> Iterator[str]:
    for column, cell in zip(columns, row, strict=True):
        yield f"<td{_aligned(column)}>{_text(cell)}</td>"


def _aligned(column: Column) -> str:
    return ' class="number"' if column.number else ""


def _box(box: Box) -> str:
    details = "".join(f"<li>{_text(detail)}</li>" for detail in box.details)
    below = f"<ul>{details}</ul>" if details else ""
    return (
        f'<li class="{box.tone}"><span class="tick" role="img" aria-label="box to tick"></span><div>'
        f'<h2>{_plain(box.title)}</h2> <p class="verdict">{_plain(box.verdict)}</p>{below}</div></li>\n'
    )


# -- within a line


def _text(text: Text) -> str:
    return "".join(map(_inline, flat(text)))


def _inline(part: Inline) -> str:
    match part:
        case Code(text):
            return f"<code>{_code(text)}</code>" if one_line(text) else ""
        case Break():
            return "<br>"
        case Label(text, tone):
            return f'<span class="label {tone}">{_plain(text)}</span>'
        case Strong(text):
            return f"<strong>{_spaced(text)}</strong>"
        case Small(text):
            return f"<small>{_spaced(text)}</small>"
        case str():
            return _spaced(part)


def _code(text: str) -> str:
    """A command whose options stay whole: browsers break a line behind a hyphen."""
    words = (f"<span>{word}</span>" if "-" in word else word for word in _plain(text).split(" "))
    return " ".join(words)


def _spaced(text: str) -> str:
    """A text with the spaces at its ends, which part it from its neighbours."""
    if not text.strip():
        return " " if text else ""
    return f"{' ' * text[:1].isspace()}{_plain(text)}{' ' * text[-1:].isspace()}"


def _plain(text: str) -> str:
    """A text that a browser shows as it stands."""
    return escape(one_line(text))
