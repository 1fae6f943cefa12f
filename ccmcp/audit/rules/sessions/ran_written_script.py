"""Scripts that were written first, and then run."""

from collections.abc import Iterator

from ccmcp.audit.course import Course, Step, TreeHit
from ccmcp.audit.rule import rule
from ccmcp.index.judging import SessionTree


@rule(
    id="EXE-008", title="Dangerous script written, then run", severity="high", category="execution",
    matches="a shell script written by the agent that would be a high or critical finding as a command, and was run later on",
    false_positives="set-up scripts for machines that are thrown away",
    advice="Read the script: a rule on commands sees only its name, not what it does.",
    on=SessionTree, attack=("T1059.004", "T1485"), atlas=("AML.T0101",), owasp=("ASI05", "ASI02"),
    auto_mode=("Irreversible Local Destruction",),
)  # fmt: skip
def ran_written_script(tree: SessionTree, course: Course) -> Iterator[TreeHit]:
    """
    What a command alone would not have been let do.

    Bad:
        Write: /home/me/project/wipe.sh ~wrote script /home/me/project/wipe.sh|FS-001 critical /etc ; Bash: ./wipe.sh ~run ./wipe.sh  # high
        Write: /tmp/x/go.sh ~wrote script /tmp/x/go.sh|GIT-001 high origin/main ; Bash: bash /tmp/x/go.sh ~run /tmp/x/go.sh  # high

    Fine:
        Write: /home/me/project/wipe.sh ~wrote script /home/me/project/wipe.sh|FS-001 critical /etc ; Bash: cat wipe.sh
        Write: /home/me/project/wipe.sh ~wrote script /home/me/project/wipe.sh|FS-001 critical /etc ; Bash: ./other.sh ~run ./other.sh
    """
    _ = tree
    written: dict[str, list[tuple[str, str, Step]]] = {}
    told: set[str] = set()
    for step in course.steps:
        for sight in step.seen("run"):
            for path, note, writer in written.get(_last(sight.value), ()):
                if path not in told and _same(sight.value, path):
                    told.add(path)
                    yield course.hit(
                        step, path, note=f"it holds {note}"[:200], related=[writer.call.entry_id]
                    )
        if step.made:
            for sight in step.seen("wrote script"):
                written.setdefault(_last(sight.value), []).append((sight.value, sight.note, step))


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _same(run: str, written: str) -> bool:
    """Whether a path as it was run can be the one that was written."""
    run, written = (path.replace("\\", "/").removeprefix("./") for path in (run, written))
    absolute = run[:1] in ("/", "~", "$") and written[:1] == "/"
    return (
        run == written
        or (not absolute and f"/{written}".endswith(f"/{run}"))
        or (run[:1] in "~$" and _tail(run) == _tail(written))
    )


def _tail(path: str) -> str:
    return "/".join(path.split("/")[-2:])
