"""Big results of tools that the sessions refer to by where they were."""

from collections.abc import Iterator

from ccmcp.migrate.risks._check import Said, check, number
from ccmcp.migrate.risks._circumstances import Circumstances
from ccmcp.transcripts.projects import encode


@check("saved-outputs", looks_at="tool results that are kept as files of their own")
def saved_outputs(circumstances: Circumstances) -> Iterator[Said]:
    """
    A result too big for the conversation is a file, and the transcript names it by its whole path.

    Bad: after a move that path leads to the old project folder, and a session that wants to read more finds nothing.
    Fine: paths are rewritten (--rewrite-paths); the project folder keeps its name.
    """
    if circumstances.rewrite_paths:
        return
    roots = {root.path for root in circumstances.roots}
    stays = not circumstances.target_roots or {root.path for root in circumstances.target_roots} <= roots
    found = [
        each
        for each in circumstances.sessions
        if each.saved_outputs
        and not (stays and circumstances.mode != "copy" and encode(each.home) == encode(each.new_home))
    ]
    if found:
        files = number(sum(each.saved_outputs for each in found), "saved tool result")
        who = "1 session refers" if len(found) == 1 else f"{len(found):,} sessions refer"
        yield Said(
            "low",
            f"{who} to {files} by the old project folder's path: the files come along, the references do not follow.",
            "Plan it with --rewrite-paths to mend the references; without it everything else resumes as it was.",
        )
