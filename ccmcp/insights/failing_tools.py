"""
Tools that fail most.

Finds calls of tools other than the shell that failed five or more times with the same error: edits whose
text was not found, reads of files that are not there, an MCP server that does not answer. It means that
the agent works from what it remembers or guesses, or that a server is broken.

Known false positives: a wrong guess now and then is how an agent finds its way; what counts is how often.
Shell commands have a pattern of their own.
"""

from collections.abc import Iterator

from ccmcp.index.aims import is_mcp, is_shell, server_of
from ccmcp.insights._faults import alike, telling_line
from ccmcp.insights._paths import quoted
from ccmcp.insights._pattern import Advice, Finding, Pattern, Sign
from ccmcp.work.session import Work


def _find(work: Work) -> Iterator[Sign]:
    for call in work.calls:
        if call.outcome == "error" and (is_mcp(call.tool) or not is_shell(call.tool)):
            line = telling_line(call.error)
            yield Sign(
                subject=call.tool,
                kind=alike(line.partition(". ")[0])[:60].rstrip("."),
                entry_id=call.entry_id,
                at=call.at,
                note=line,
                cost=work.share(call),
            )


_KNOWN = (
    (
        "not been read yet",
        "Have files read before they are written; that is one call where three are made now.",
        "- Read a file before you Edit or Write it for the first time in a session.",
    ),
    (
        "replace not found",
        "Have the part read again right before it is edited: what was remembered is not what is there.",
        "- Before an Edit read the lines around the change; copy old_string from that, not from memory.",
    ),
    (
        "exactly the same",
        "Edits that change nothing: say what is to change, and that there may be nothing to do.",
        "- If a file already is as it should be, say so; make no Edit with equal old and new text.",
    ),
    (
        "modified since read",
        "Something else writes these files (a formatter, a watcher, the user): have it run at the end, or as a hook.",
        "- Formatters change files after an edit: read the part again before the next Edit.",
    ),
    (
        "status code",
        "Addresses are guessed: say where the documentation is, or have it searched for first.",
        "- Documentation: [address]. Don't guess URLs: search first, or ask.",
    ),
    (
        "illegal operation on a directory",
        "Folders are read as files: Glob or ls lists them.",
        "- Read takes files; list a folder with Glob or ls.",
    ),
    (
        "does not exist",
        "Say where things are, so that paths need not be guessed.",
        "- Where things are: [folder: what is in it]. Use Glob to find a file before you Read it.",
    ),
    (
        "exceeds maximum",
        "Have large files read in parts.",
        "- Large files: Grep first, then Read with offset and limit.",
    ),
    (
        "inputvalidation",
        "The tool is called with wrong arguments: an example of a right call helps.",
        "- Calls of [tool] look like this: [example].",
    ),
)


def _advise(finding: Finding) -> Advice:
    low, name = finding.note.lower(), quoted(finding.subject, "tool")
    for words, do, paste in _KNOWN:
        if words in low:
            return Advice(do=do, paste=paste, into=finding.memory)
    if server := server_of(finding.subject):
        return Advice(
            do=f"See whether the MCP server {quoted(server, 'server')} runs and is of today (`claude mcp list`); turn it off where it is not needed."
        )
    return Advice(
        do=f"Read one of these calls, and say in {finding.memory} how {name} is to be used.",
        paste=f"- {name}: [what to do instead of what fails].",
        into=finding.memory,
    )


PATTERN = Pattern(
    name="failing_tools",
    title="Tools that fail most",
    cost_of="the responses that made these calls",
    find=_find,
    advise=_advise,
    least=5,
)
