"""
Every weight of the ranking, with what it is for. Values only.

A session's score is how much it is about the query's words (`index.about`, `index.units`),
plus how well its best passages match them (`index.match`), plus something for having
all of them, and a little more for being recent. The first two are shares of what a
session that is all the query asks for would have, so they compare whatever is asked.
Chosen by cross-validation on the sets of `tests.benchmarks.relevance`; the best is a
broad plateau, so they are round numbers.
"""

from collections.abc import Mapping
from typing import Final

from ccmcp.index import codes

# -- how much a session is about a word: written into its document

HALF_DENSITY: Final = 20.0
"""So many times in 1,000 words of a field count half of always: counts alone would let long sessions win."""

SMOOTHING: Final = 10
"""Words added to a field's length: two words of prompt are no proof."""

FIELD_WEIGHTS: Final[Mapping[str, float]] = {
    "project": 0.3,  # the names of its folder and the one above: many sessions share them
    "title": 1.3,  # what somebody, or a model, thought it was about
    "first": 1.0,  # what it was begun for
    "prompts": 1.0,  # what the user said and which commands they gave
    "answers": 1.0,  # what the model said, thought and summed up
}
OTHER_FIELDS: Final = 0.5
"""A word that is dense in several fields: the best counts whole, the others half."""

# -- what a word of the query is worth, times how rare it is

PRESENT: Final = 0.25
"""Standing in what was said at all, beside up to 1 for how dense it is there."""

DONE_PRESENT: Final = 0.05
DONE: Final = 0.5
"""The same for what was done: commands, paths, other targets, and what subagents said."""

CONCEPT: Final = 0.8
"""A word that means the same, in this language or another, beside the word itself."""

MEANT: Final = 0.7
"""A word that begins with, or is a slip away from, one that stands nowhere."""

# -- passages

PASSAGE_WEIGHTS: Final[Mapping[str, float]] = {
    codes.SAID: 1.0,  # what people and models said is what sessions are remembered by
    codes.NOTED: 0.7,  # summaries, commands, attachments
    codes.THOUGHT: 0.6,  # the model's, read by few
    codes.INPUT: 0.6,  # commands and paths
    codes.OUTPUT: 0.5,  # long, and mostly not about anything
}
PAIR: Final = 0.5
"""A pair of neighbours out of a longer run (a path, a CJK phrase) counts half of a word."""

CLOSE: Final = 0.3
"""Two neighbouring words of the query that are neighbours in a passage too, beside the words themselves."""

ROW: Final = 0.6
"""All words of the query in a row: an error message, a command, a sentence as it stands."""

# -- together

BEST_PASSAGE: Final = 0.5
"""A session's best passage, beside how much the session is about the words."""

FURTHER_PASSAGE: Final = 0.03
"""Each further one of its best, up to 5: they show that it was no chance."""

ALL_WORDS: Final = 8.0
"""
A session that has all of the words somewhere, over the cube of how many these are.

Of two or three words all are meant: such sessions come first. Of a long title the session that it
is of has most, and a giant one all.
"""

RECENT: Final = 0.1
"""What a session of right now has more: enough between two that fit alike, too little to bring a worse one up."""

RECENT_DAYS: Final = 60
"""After so many days half of that is left."""
