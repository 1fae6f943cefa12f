"""The same tool failing again and again."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ccmcp.audit.course import MINUTE, Course, Step, TreeHit
from ccmcp.audit.rule import rule
from ccmcp.index.judging import SessionTree

_LEAST, _MANY, _LONG = 3, 8, 30 * MINUTE
_NONE = (False, 0)


@dataclass(slots=True)
class _Run:
    """Failures of a tool, or of one call, with no success of it between them."""

    steps: list[Step] = field(default_factory=list)

    @property
    def duration(self) -> int:
        """Milliseconds from the first to the last."""
        first, last = self.steps[0].call, self.steps[-1].call
        return max(0, (last.result_at or last.at) - first.at) if first.at else 0

    @property
    def rank(self) -> tuple[bool, int]:
        """The worse of two runs has the greater one."""
        return self.bad, len(self.steps)

    @property
    def bad(self) -> bool:
        """Whether it took more than a few tries."""
        return len(self.steps) >= _MANY or self.duration > _LONG


@rule(
    id="OPS-001", title="Repeated failure of a tool", severity="info", category="operations",
    matches="three or more failures in a row of one tool, or of one call made again, in one transcript; medium from eight on, or over half an hour",
    false_positives="tests that are meant to fail until the code is written",
    advice="Read the error once: what fails eight times in a row needs another way, or a person.",
    on=SessionTree, owasp=("ASI08",), soc2=("CC7.2", "CC7.3"), auto_mode=("Transient Retry",),
)  # fmt: skip
def repeated_failures(tree: SessionTree, course: Course) -> Iterator[TreeHit]:
    """
    The worst run of a tool's failures; one finding a session and tool.

    Bad:
        WebFetch: https://a.example/1 => error 3 times  # info
        Bash: make test => error 9 times  # medium
        Bash: make test => error ; Bash: ls ; Bash: make test => error ; Read: Makefile ; Bash: make test => error  # info

    Fine:
        Bash: make test => error ; Bash: make test => error ; Bash: make test
        Read: a.txt => error ; Bash: ls ; Read: b.txt => error ; Read: c.txt
    """
    _ = tree
    runs: dict[tuple[int, str, str], _Run] = {}
    worst: dict[str, _Run] = {}
    for step in course.steps:
        call = step.call
        keys = [
            (call.place[0], call.tool, ""),
            *([(call.place[0], call.tool, call.target)] if call.target else []),
        ]
        if call.outcome == "ok":
            for key in keys:
                runs.pop(key, None)
        elif call.outcome == "error":
            for key in keys:
                run = runs.setdefault(key, _Run())
                run.steps.append(step)
                if len(run.steps) >= _LEAST and run.rank > (
                    worst[call.tool].rank if call.tool in worst else _NONE
                ):
                    worst[call.tool] = run
    for tool, run in worst.items():
        first, last = run.steps[0], run.steps[-1]
        minutes = run.duration // MINUTE
        note = f"{len(run.steps):,} times in a row{f', over {minutes:,} minutes' if minutes > 1 else ''}"
        target = first.call.target if len({step.call.target for step in run.steps}) == 1 else ""
        yield course.hit(
            last, f"{tool} {target}".strip(), severity="medium" if run.bad else None, note=note,
            related=[step.call.entry_id for step in run.steps[:8]], evidence=last.call.error or last.call.target,
        )  # fmt: skip
