"""Sets of words, written as a text."""


def some(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())
