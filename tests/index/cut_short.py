"""
A process of its own that kills refreshes at each of their steps, and looks at what is counted afterwards.

    python -m tests.index.cut_short cold|changed

It lives in the home its environment names, and prints what it found as JSON.
"""

import json
import shutil
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from ccmcp.history import History
from tests.index.driver import _die_at, _in_a_child, _killed, _small_batches, config, home
from tests.usage.asked import spent
from tests.usage.made import Json, answer, made

_CALL = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}}


def _in_lines(number: int, session: str = "s1", **more: Any) -> list[Json]:
    """A response in two lines: one of prose, which a cold build reads first, and one of a call."""
    first = answer(number, session=session, **more)
    message = {**first["message"], "content": [{**_CALL, "id": f"toolu_{number}"}], "stop_reason": "tool_use"}
    message["usage"] = {"input_tokens": number, "output_tokens": 640}
    second = {**answer(number, "2026-08-02T10:30:01.000Z", session, **more), "message": message}
    return [{**first, "message": {**first["message"], "stop_reason": None}}, {**second, "uuid": f"v{number}"}]


def _of(numbers: Iterable[int], session: str, **more: Any) -> list[Json]:
    return [line for number in numbers for line in _in_lines(number, session, **more)]


def settle() -> None:
    """A few files: sessions and their forks, one of them more than a batch, others, a subagent's beside them that is of two."""
    made(
        s1=_of([1, 2], "s1"),
        s2=[*_of([1, 2], "s2", requestSessionId="s1"), *_of([3], "s2")],
        s3=_of([4, 5], "s3"),
        s5=_of([6], "s5"),
        s6=_of(range(20, 45), "s6"),
        s7=[*_of(range(20, 45), "s7", requestSessionId="s6"), *_of([13], "s7")],
        **{"agent-b": [*_of([10], "s1", isSidechain=True), *_of([11], "s2", isSidechain=True)]},
    ).write(home().claude)


def change() -> None:
    """Files grow, one is new, an original goes, a copy and another original lose their ends, one is moved."""
    projects = home().claude / "projects" / "-work-one"
    more = {"s3": _of([5, 9], "s3"), "s4": _of([2, 12], "s4", requestSessionId="s1")}
    for name, content in made(**more).files.items():
        with (projects / Path(name).name).open("ab") as file:
            file.write(content)
    (projects / "s1.jsonl").unlink()
    for name in ("s2", "s6"):
        content = (projects / f"{name}.jsonl").read_bytes()
        (projects / f"{name}.jsonl").write_bytes(content[: len(content) // 2])
    (projects.parent / "-work-two").mkdir()
    (projects / "s5.jsonl").rename(projects.parent / "-work-two" / "s5.jsonl")


def _refreshed(cache: Path) -> Any:
    """What is counted after a refresh, as it is written."""
    history = History(config(cache), patient=True)
    history.refresh()
    told = spent(history)
    history.close()
    return {name: sorted(map(repr, (*rows.items(), *rest))) for name, (rows, *rest) in told.items()}


def kills(happening: str) -> dict[str, Any]:
    """At how many steps a refresh was killed, and where the next one counted otherwise than a new index."""
    _small_batches()
    settle()
    caches = home().folder / "caches"
    before = caches / "before"
    before.mkdir(parents=True)
    if happening == "changed":
        _in_a_child(partial(_refreshed, before))
        change()
    right = _in_a_child(partial(_refreshed, caches / "right"))
    wrong: list[object] = []
    step = 0
    while True:
        step += 1
        cache = caches / f"at{step}"
        shutil.copytree(before, cache)
        if not _killed(partial(_die_at, step, cache)):
            return {"steps": step - 1, "wrong": wrong}
        after = _in_a_child(partial(_refreshed, cache))
        wrong += [[step, name, right[name], after[name]] for name in right if right[name] != after[name]]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(kills(sys.argv[1])))
