"""
How much context a model takes. Pure.

A transcript does not say which window a request had: the large one is chosen by a suffix of the
model's name that lines leave out. So it is told by what was sent: a prompt beyond 200,000 tokens
went into the large window, and any other is taken to have had the usual one. A derived figure.
"""

USUAL = 200_000
LARGE = 1_000_000


def window(model: str, largest: int) -> int | None:
    """The window in tokens that a model had whose largest prompt was `largest`; None for models that are not Claude."""
    if "claude" not in model.lower():
        return None
    return LARGE if largest > USUAL or "[1m]" in model.lower() else USUAL
