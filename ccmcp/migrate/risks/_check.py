"""What a check is: something to know before sessions are moved or copied. Values only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ccmcp.migrate.plan import Risk, Severity
from ccmcp.migrate.risks._circumstances import Circumstances

EXAMPLES = 5
"""So many examples at most stand in a detail."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a check says."""

    severity: Severity
    detail: str
    """What is so: counts and a few names, never contents. Whole sentences."""
    advice: str
    """What to do about it. Whole sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to know."""

    kind: str
    """How the plan calls it: `missing-paths`."""
    looks_at: str
    """What it looks at, in a few words."""
    find: Callable[[Circumstances], Iterable[Said]]
    """Its docstring says what is bad and what is fine."""

    def look(self, circumstances: Circumstances) -> Iterator[Risk]:
        """What there is to know."""
        for said in self.find(circumstances):
            yield Risk(kind=self.kind, severity=said.severity, detail=said.detail, advice=said.advice)


def check(kind: str, *, looks_at: str) -> Callable[[Callable[[Circumstances], Iterable[Said]]], Check]:
    """Make a check of the function below it."""

    def made(find: Callable[[Circumstances], Iterable[Said]]) -> Check:
        return Check(kind=kind, looks_at=looks_at, find=find)

    return made


def number(count: int, one: str, several: str = "") -> str:
    """`1 session`, `2,000 sessions`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def examples(found: Iterable[str], most: int = EXAMPLES) -> str:
    """The first few of some names, each no longer than a line, and how many more there are."""
    every = list(found)
    told = ", ".join(_short(each) for each in every[:most])
    return told if len(every) <= most else f"{told} and {len(every) - most:,} more"


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= 100 else f"{name[:40]}...{name[-57:]}"


def below(path: str, folder: str) -> str | None:
    """A path within a folder (empty for the folder itself); none where it is not in it. On text alone, with either slash."""
    cut = folder.rstrip("/\\")
    if not cut or not path.startswith(cut):
        return None
    rest = path[len(cut) :]
    return rest[1:] if rest[:1] in ("/", "\\") else "" if not rest else None


def differ(some: Sequence[str], others: Sequence[str]) -> list[str]:
    """What stands in one list only, sorted."""
    return sorted(set(some) ^ set(others))
