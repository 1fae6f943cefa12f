"""
What a parameter may be, said beside its type: `Annotated[int, Ge(1), Le(50)]`.

The words are those of annotated-types; that package costs a command line that never
loads pydantic a tenth of its start.
"""


class Ge:
    """At least this number."""

    __match_args__ = ("ge",)
    __slots__ = ("ge",)

    def __init__(self, ge: float) -> None:
        self.ge = ge


class Le:
    """At most this number."""

    __match_args__ = ("le",)
    __slots__ = ("le",)

    def __init__(self, le: float) -> None:
        self.le = le


class MinLen:
    """A text of at least so many characters."""

    __match_args__ = ("min_length",)
    __slots__ = ("min_length",)

    def __init__(self, min_length: int) -> None:
        self.min_length = min_length


class MaxLen:
    """A text of at most so many characters."""

    __match_args__ = ("max_length",)
    __slots__ = ("max_length",)

    def __init__(self, max_length: int) -> None:
        self.max_length = max_length
