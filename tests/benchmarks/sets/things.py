"""Things that sessions did something with: files, errors, commands, functions."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.benchmarks.sessions import Session
from tests.benchmarks.sets.material import Asked, Material

MENTIONED = 12
"""A file that more sessions than this speak of is everybody's."""

_TELLS_A_FAILURE = re.compile(
    r"error|fail|cannot|can't|not found|no such|denied|exception|unexpected|invalid|refused|fatal",
    re.IGNORECASE,
)
_STAMP = re.compile(r"^\W*(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d(?::\d\d)?\S*\s*|^\s*\d+\s*[|:→]\s*")
_MARKUP = re.compile(r"</?\w+>|\x1b\[[0-9;]*m")
_DEFINED = re.compile(
    r"\b(?:def|class|function|func|fn|interface|struct|enum|type|const|let|var)\s+\*?([A-Za-z_]\w{7,40})\b"
)
_QUOTED_NAME = re.compile(r"`([A-Za-z_]\w{7,40})(?:\(\))?`")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_EVERYDAY = """
    cd echo sudo source export sleep true set then do for if while ls cat wc head tail grep rg find sed awk which type
    env xargs
"""
_FORGOTTEN = frozenset(_EVERYDAY.split())
_ARGUMENT = re.compile(r"[\w./:@~+-]{3,40}")
_NAME = re.compile(r"[^\W\d][\w-]{6,45}")
_ASKED_OF_ALL = frozenset({"--version", "--help"})
_SUBCOMMAND = re.compile(r"[a-z][a-z:-]{2,20}")


def file_name(material: Material) -> Iterator[Asked]:
    """The name of a file that a session's tools read or changed."""
    touched = _index(material, lambda session: (path.rpartition("/")[2] for path in session.files))

    def ask(session: Session, chance: random.Random) -> Asked | None:
        names = [path.rpartition("/")[2] for path in session.files]
        names = [name for name in names if len(name) >= 5]
        return _file(material, chance.choice(names), touched) if names else None

    yield from material.asked_of_sessions("file-name", ask)


def path_part(material: Material) -> Iterator[Asked]:
    """The last two or three parts of such a file's path, or the two folders it lies in."""
    touched = _index(material, lambda session: (part for path in session.files for part in _parts(path)))

    def ask(session: Session, chance: random.Random) -> Asked | None:
        parts = _parts(chance.choice(list(session.files))) if session.files else []
        return _file(material, chance.choice(parts), touched) if parts else None

    yield from material.asked_of_sessions("path-part", ask)


def error(material: Material) -> Iterator[Asked]:
    """A line of a tool's failure, shortened as people paste it: without its stamp, not to its end."""

    def ask(session: Session, chance: random.Random) -> Asked | None:
        lines = [line for text in session.by("error") for line in _failures(text)]
        if not lines:
            return None
        query = " ".join(chance.choice(lines).split(" ")[: chance.randint(5, 12)])
        if not _TELLS_A_FAILURE.search(query):
            return None
        right = material.holding(query)
        return Asked(query, material.with_copies(right)) if material.fits(right) else None

    yield from material.asked_of_sessions("error", ask)


def command(material: Material) -> Iterator[Asked]:
    """A command that was run, as remembered: program, subcommand, one argument."""
    ran = {
        session.id: [line.casefold() for line in session.commands] for session in material.sessions.values()
    }

    def ask(session: Session, chance: random.Random) -> Asked | None:
        known = [short for line in session.commands if (short := _in_short(line))]
        if not known:
            return None
        query = chance.choice(known)
        parts = query.casefold().split()
        right = {
            name for name, lines in ran.items() if any(all(part in line for part in parts) for line in lines)
        }
        return Asked(query, material.with_copies(right)) if material.fits(right) else None

    yield from material.asked_of_sessions("command", ask)


def identifier(material: Material) -> Iterator[Asked]:
    """A function or class that a session defined or spoke of, its name written in another way."""

    named = _index(material, lambda session: set(map(_bare, _NAME.findall(material.texts[session.id]))))

    def ask(session: Session, chance: random.Random) -> Asked | None:
        names = _names(session)
        if not names:
            return None
        name = chance.choice(names)
        writings = _writings(name)
        right = named.get(_bare(name), frozenset())
        query = chance.choice([*(each for each in writings if each != name), writings[0].replace("_", " ")])
        if " " in query and all(len(word) > 2 for word in query.split()):
            right |= material.together(query.split())
        return Asked(query, material.with_copies(right)) if material.fits(right) else None

    yield from material.asked_of_sessions("identifier", ask)


def _index(material: Material, things: Callable[[Session], Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """Each thing, caseless -> the sessions that have it."""
    found = defaultdict(set)
    for session in material.sessions.values():
        for thing in things(session):
            found[thing.casefold()].add(session.id)
    return {thing: frozenset(names) for thing, names in found.items()}


def _file(material: Material, asked: str, touched: Mapping[str, frozenset[str]]) -> Asked | None:
    right = touched[asked.casefold()]
    if not material.fits(right) or material.several(material.holding(asked)) > MENTIONED:
        return None
    return Asked(asked, material.with_copies(right))


def _parts(path: str) -> list[str]:
    names = path.strip("/").split("/")
    if len(names) < 4:
        return []
    return ["/".join(part) for part in (names[-2:], names[-3:], names[-3:-1]) if len("".join(part)) >= 8]


def _failures(text: str) -> list[str]:
    lines = [_STAMP.sub("", _MARKUP.sub("", line)).strip() for line in text.splitlines()[:200]]
    return [line for line in lines if 25 <= len(line) <= 160 and _TELLS_A_FAILURE.search(line)]


def _in_short(line: str) -> str:
    """Program, subcommand and the longest argument of the first command of a line that does something; else nothing."""
    for part in re.split(r"&&|\|\||[;|\n]", line):
        words = [word.strip("\"'()") for word in part.split() if ">" not in word and "=" not in word]
        if not words or words[0] in _FORGOTTEN or not words[0][:1].isalpha():
            continue
        program, rest = words[0], words[1:]
        subcommand = rest[:1] if rest and _SUBCOMMAND.fullmatch(rest[0]) else []
        others = [
            word
            for word in rest[len(subcommand) :]
            if _ARGUMENT.fullmatch(word) and word not in _ASKED_OF_ALL
        ]
        argument = [max(others, key=len)] if others else []
        return " ".join([program, *subcommand, *argument]) if subcommand or argument else ""
    return ""


def _names(session: Session) -> list[str]:
    found = [name for text in session.by("call") for name in _DEFINED.findall(text)]
    found += [name for text in session.by("answer") for name in _QUOTED_NAME.findall(text)]
    return sorted({name for name in found if 2 <= len(_PART.findall(name)) <= 5 and not name.isupper()})


def _bare(name: str) -> str:
    """The name however it is written."""
    return re.sub(r"[_-]", "", name).casefold()


def _writings(name: str) -> list[str]:
    """get_user_name, get-user-name, getUserName, GetUserName."""
    parts = [part.lower() for part in _PART.findall(name)]
    pascal = "".join(part.capitalize() for part in parts)
    return ["_".join(parts), "-".join(parts), parts[0] + pascal[len(parts[0]) :], pascal]
