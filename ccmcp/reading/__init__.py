"""
A session's files -> a page of it for a reader with a budget.

The session is gone through once for what reading needs to know of it (`lines`), the lines
to read are chosen and ordered (`branches`, `scope`), and the words of one page are read
again and laid out (`items`, `outline`, `page`). `source` is the part that reads files.
"""

from ccmcp.reading.items import Detail, slug
from ccmcp.reading.layout import entry_head, entry_text, who
from ccmcp.reading.read import Branches, Page, Request, Shown, read
from ccmcp.reading.source import folders

__all__ = [
    "Branches",
    "Detail",
    "Page",
    "Request",
    "Shown",
    "entry_head",
    "entry_text",
    "folders",
    "read",
    "slug",
    "who",
]
