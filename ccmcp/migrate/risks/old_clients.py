"""Transcripts of clients that do not know the line which says that a session has moved."""

import re
from collections import Counter
from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances

RELOCATED = (2, 1, 197)
"""The first client that reads `relocated` lines."""

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")


@check("old-clients", looks_at="the client that wrote each transcript's last line")
def old_clients(circumstances: Circumstances) -> Iterator[Said]:
    """
    A session that has moved says so in one line, which clients before 2.1.197 pass over.

    Bad: such a client is still in use: its list of sessions shows the old folder.
    Fine: it was updated since, or the paths in the transcripts are rewritten; the sessions themselves resume with every client from their new folder.
    """
    if circumstances.rewrite_paths:
        return
    old: Counter[str] = Counter()
    for each in circumstances.sessions:
        version = _VERSION.match(each.says.version)
        if version and tuple(map(int, version.groups())) < RELOCATED and each.home != each.new_home:
            old[version[0]] += 1
    if old:
        told = examples(f"{version} ({count:,})" for version, count in old.most_common())
        yield Said(
            "info",
            f"{number(old.total(), 'transcript')} {'was' if old.total() == 1 else 'were'} last written by Claude Code before "
            f"2.1.197, whose list of sessions shows the old folder: {told}.",
            "Nothing to do with a newer client. With an old one, resume by id from the new folder: "
            "`claude --resume ID`, or plan it with --rewrite-paths.",
        )
