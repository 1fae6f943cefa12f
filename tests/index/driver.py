"""
A process of its own on a home and its cache, for the tests of what several processes and killed ones do.

    python -m tests.index.driver TASK [ARGUMENT...]

It lives in the home its environment names, and prints what it found as JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.index import build, index
from ccmcp.index.catalog import Catalog
from ccmcp.index.fulltext import Fulltext
from tests.index.asking import found, hits
from tests.index.contents import contents, words_of
from tests.index.village import HAPPENINGS, UNDOING, WORDS
from tests.transcript import Chat, Home

TASKS: dict[str, Callable[..., object]] = {}


def task(run: Callable[..., object]) -> Callable[..., object]:
    TASKS[run.__name__] = run
    return run


def home() -> Home:
    return Home(Path(os.environ["HOME"]))


def config(cache: Path | None = None) -> Config:
    return Config.load(os.environ, {"cache_dir": str(cache)} if cache else {})


# -- several at once


@task
def ask(*words: str) -> object:
    """What each word finds, after one look at the disk."""
    history = History(config(), patient=True)
    complete = history.refresh().complete
    told = {word: {hit.session.session_id: len(hit.matches) for hit in hits(history, word)} for word in words}
    history.close()
    return {"complete": complete, "found": told}


@task
def peak(*words: str) -> object:
    """The same, and the most memory that it and its children took."""
    import resource  # noqa: PLC0415 - not there on Windows

    told = ask(*words)
    most = max(_peak_kb(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    assert isinstance(told, dict)
    return {**told, "peak_mb": most // (1_000_000 if sys.platform == "darwin" else 1_000)}


def _peak_kb() -> int:
    """This process's own: what the system tells of one includes what it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(row.split()[1]) for row in status.read_text().splitlines() if row.startswith("VmHWM"))
    import resource  # noqa: PLC0415 - not there on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@task
def mingle(name: str, rounds: str) -> object:
    """Append a line and search, again and again, while others do the same: all that was there before must be found once."""
    index.LOCK_SECONDS = 0.02  # so that overlays are needed
    place, chat = home(), Chat(name, cwd=f"/work/{name}")
    place.write(chat)
    history = History(config(), patient=True)
    luck = random.Random(name)
    wrong: list[object] = []
    overlays = 0
    for number in range(int(rounds)):
        word = f"{name}x{number}"
        place.append(chat, [chat.user(f"{word} is here")])
        others = sorted((place.claude / "projects").glob("*/*.jsonl"))
        there = [
            (path.stem, json.loads(text)["message"]["content"].split()[0])
            for path in others
            for text in path.read_bytes().split(b"\n")[:-1]
        ]
        history.refresh()
        overlays += history._index._overlay is not None
        for session, other in [(chat.id, word), *luck.sample(there, min(3, len(there)))]:
            told = [(hit.session.session_id, len(hit.matches)) for hit in hits(history, other)]
            if told != [(session, 1)]:
                wrong.append([other, told])
    history.close()
    return {"wrong": wrong, "overlays": overlays}


# -- killed


@task
def kills(happening: str) -> object:
    """
    Kill a refresh at each of its steps; what the next process makes of each cache that is left.

    `happening` is what happens to the village before the refresh; `cold`: nothing, but there is no cache yet.
    """
    _small_batches()
    caches = home().folder / "caches"
    before = caches / "before"
    before.mkdir(parents=True)
    if happening != "cold":
        _in_a_child(lambda: _refreshed(before))
        HAPPENINGS[happening](home())
    undone = UNDOING.get(happening)
    if undone:
        undone(home())
    shutil.copytree(before, caches / "right")
    right = _in_a_child(lambda: _state(caches / "right"))
    most = _in_a_child(lambda: _state(caches / "scratch"))["words"]
    wrong: list[object] = []
    step = 0
    while True:
        step += 1
        cache = caches / f"at{step}"
        shutil.copytree(before, cache)
        if undone:
            HAPPENINGS[happening](home())
        if not _killed(partial(_die_at, step, cache)):
            return {"steps": step - 1, "wrong": wrong}
        if undone:
            undone(home())
        after = _in_a_child(partial(_state, cache))
        wrong += [[step, *each] for each in _differences(right, after, most)]


@task
def kills_by_the_clock(times: str) -> object:
    """The same for a cold build, killed wherever it happens to be."""
    _small_batches()
    caches = home().folder / "caches"
    right = _in_a_child(lambda: _state(caches / "right"))
    luck = random.Random(7)
    cache = caches / "one"
    killed = 0
    for _ in range(int(times)):
        # The next one goes on from what the last one left.
        killed += _killed(partial(_die_within, luck.uniform(0.005, 0.08), cache))
    after = _in_a_child(partial(_state, cache))
    return {"killed": killed, "wrong": _differences(right, after, right["words"])}


def _small_batches() -> None:
    build.PHASED, build.BATCH = 3_000, 8_000


def _refreshed(cache: Path) -> None:
    history = History(config(cache), patient=True)
    history.refresh()
    history.close()


def _state(cache: Path) -> dict[str, Any]:
    """What is found, and what the stores hold, after a refresh."""
    history = History(config(cache), patient=True)
    told: dict[str, Any] = {"complete": history.refresh().complete}
    told["found"] = {word: found(history, word) for word in WORDS}
    history.close()
    told |= contents(config(cache))
    told["words"] = {word: words_of(config(cache), word) for word in WORDS}
    return told


def _differences(
    right: dict[str, Any], after: dict[str, Any], most: dict[str, list[str]]
) -> list[tuple[object, ...]]:
    """Where two caches of the same files differ. Sessions' own documents may be behind a little, and may be made anew."""
    wrong: list[tuple[object, ...]] = [
        (word, "words", right["words"][word], after["words"][word])
        for word in WORDS
        if not set(right["words"][word]) <= set(after["words"][word]) <= set(most[word])
    ]
    for key in right.keys() - {"words"}:
        one, other = right[key], after[key]
        if one != other and isinstance(one, list):
            wrong.append(
                (
                    key,
                    [each for each in one if each not in other],
                    [each for each in other if each not in one],
                )
            )
        elif one != other:
            wrong.append((key, one, other))
    return wrong


def _die_at(step: int, cache: Path) -> None:
    """Refresh, and die at a step: just after a commit to either store, when the next has been begun but for its commit."""
    left = step

    def passed() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_commits(passed)
    _refreshed(cache)


def _watch_commits(passed: Callable[[], None]) -> None:
    class Writer:
        def __init__(self, writer: Any) -> None:
            self._writer = writer

        def __getattr__(self, name: str) -> Any:
            return getattr(self._writer, name)

        def commit(self) -> None:
            self._writer.commit()
            passed()

    opened, transaction, execute = Fulltext.writer, Catalog.transaction, Catalog.execute

    @contextmanager
    def watched(catalog: Catalog) -> Iterator[None]:
        with transaction(catalog):
            yield
        passed()

    def executed(catalog: Catalog, sql: str, values: Any = ()) -> Any:
        done = execute(catalog, sql, values)
        if (
            sql.split(maxsplit=1)[0] in ("INSERT", "UPDATE", "DELETE")
            and not catalog.connection.in_transaction
        ):
            passed()
        return done

    Fulltext.writer = lambda self, place, memory: Writer(opened(self, place, memory))  # type: ignore[method-assign,assignment,return-value]  # watched from outside
    Catalog.transaction = watched  # type: ignore[method-assign,assignment]  # watched from outside
    Catalog.execute = executed  # type: ignore[method-assign,assignment]  # watched from outside


def _die_within(seconds: float, cache: Path) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _refreshed(cache)


def _killed(run: Callable[[], None]) -> bool:
    """Run it in a child; whether that died of a signal."""
    child = os.fork()
    if child == 0:
        try:
            run()
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            sys.excepthook(*sys.exc_info())
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code <= 0, "the child failed before it could die"
    return code < 0


def _in_a_child(run: Callable[[], Any]) -> Any:
    """What it gives, from a process that begins with nothing open."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 3
        try:
            os.close(reader)
            with os.fdopen(writer, "w") as file:
                json.dump(run(), file, default=repr)
            code = 0
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            sys.excepthook(*sys.exc_info())
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as file:
        told = file.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, "the child failed"
    return json.loads(told)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
