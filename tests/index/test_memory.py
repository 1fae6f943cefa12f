"""Memory is bounded by the largest single line, not by what there is to read."""

import sys
from collections.abc import Callable

import pytest

from tests.index.asking import talk
from tests.index.running import answer, start
from tests.transcript import Home, line

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tells no peak of memory")

MB = 1_000_000


def _of_large_lines(home: Home) -> None:
    """One line of 30 MB."""
    chat = talk("main", "a wombat")
    chat.call("Bash", "toolu_1", command="cat all")
    chat.result("toolu_1", "words and more words\n" * (30 * MB // 21) + "quokka")
    chat.user("a numbat")
    home.write(chat)


def _of_many_lines(home: Home) -> None:
    """60 MB in one file."""
    chat = talk("main", "a wombat")
    path = home.write(chat)
    chat.call("Bash", "toolu_1", command="cat some")
    block = b"".join(
        line(chat.result("toolu_1", f"words {number} and more words\n" * 400)) for number in range(50)
    )
    with path.open("ab") as file:
        for _ in range(60 * MB // len(block)):
            file.write(block)
        file.write(line(chat.user("a numbat and a quokka")))


@pytest.mark.parametrize("write", [_of_large_lines, _of_many_lines])
def test_large_files_are_read_within_bounds(write: Callable[[Home], None], home: Home) -> None:
    write(home)
    told = answer(start(home, "peak", "wombat", "quokka", "numbat"))
    assert [list(found.values()) for found in told["found"].values()] == [[1], [1], [1]]
    assert told["peak_mb"] < 400
