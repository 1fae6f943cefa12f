"""What looks like a dataclass is one, as far as can be told from outside."""

import copy
import dataclasses
import pickle

import pytest

from ccmcp.values import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Inner:
    """One."""

    number: int
    text: str = "x"
    words: list[str] = field(default_factory=list)
    aside: int = field(default=0, repr=False, compare=False)

    @property
    def twice(self) -> int:
        """Its double."""
        return 2 * self.number


@dataclass(slots=True, kw_only=True)
class Outer:
    """Another."""

    inner: Inner
    count: int = 1


def test_values() -> None:
    one = Inner(3)
    assert (one.number, one.text, one.words, one.aside, one.twice) == (3, "x", [], 0, 6)
    assert one == Inner(3, aside=9) != Inner(4)
    assert repr(one) == "Inner(number=3, text='x', words=[])"
    assert one.words is not Inner(3).words
    assert not hasattr(one, "__dict__")
    assert Inner.__match_args__[:2] == ("number", "text")
    match one:
        case Inner(number, text="x"):
            assert number == 3
        case _:
            pytest.fail("it does not match")


def test_changes() -> None:
    outer = Outer(inner=Inner(1))
    assert replace(outer, count=5) == Outer(inner=Inner(1), count=5) == dataclasses.replace(outer, count=5)
    outer.count = 5
    assert outer.count == 5
    with pytest.raises(TypeError):
        replace(outer, size=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Outer(Inner(1))  # type: ignore[call-arg]


def test_hashes() -> None:
    assert hash(replace(Inner(1), words=())) == hash(Inner(1, "x", ()))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        hash(Outer(inner=Inner(1)))


def test_dataclasses_knows_them() -> None:
    outer = Outer(inner=Inner(1))
    assert dataclasses.is_dataclass(outer)
    assert [each.name for each in dataclasses.fields(Inner)] == ["number", "text", "words", "aside"]
    assert dataclasses.asdict(outer) == {
        "inner": {"number": 1, "text": "x", "words": [], "aside": 0},
        "count": 1,
    }
    assert pickle.loads(pickle.dumps(outer)) == outer == copy.deepcopy(outer)
