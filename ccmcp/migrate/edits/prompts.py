"""The prompt history (`history.jsonl`): lines of a project get another one. Pure."""

from collections.abc import Collection, Mapping, Sequence

from ccmcp.migrate.edits import members


def edited(data: bytes, projects: Sequence[tuple[str, str]], sessions: Collection[str]) -> tuple[bytes, int]:
    """
    The file with other projects in its lines, and in how many.

    `projects`: whole paths and what they become; of two for the same path the first holds. `sessions`: only lines of
    these; empty for all lines, those that name no session too. Lines that are no JSON object stay as they are, and of
    the others all but the value of `project`.
    """
    become = dict(reversed(projects))
    count = 0
    done: list[bytes] = []
    for line in data.split(b"\n"):
        new = _edited(line, become, sessions)
        count += new != line
        done.append(new)
    return b"\n".join(done) if count else data, count


def _edited(line: bytes, become: Mapping[str, str], sessions: Collection[str]) -> bytes:
    if (b'"project"' not in line and b"\\u" not in line) or not members.is_object(line):
        return line
    project: members.Member | None = None
    session: str | None = None
    for each in members.members(line):
        match members.text_of(line[each.key_start : each.key_end]):
            case "project":
                project = each
            case "sessionId":
                session = _said(line[each.start : each.end])
            case _:
                pass
    if project is None or (sessions and session not in sessions):
        return line
    token = line[project.start : project.end]
    said = _said(token)
    new = become.get(said) if said is not None else None
    if new is None or new == said:
        return line
    return line[: project.start] + members.token_of(new, token) + line[project.end :]


def _said(token: bytes) -> str | None:
    return members.text_of(token) if token.startswith(b'"') else None
