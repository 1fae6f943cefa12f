"""
The two Tantivy indexes: their fields, their tokenizers, their codes.

`passages` has a document for each thing said or done, its words in the field of its
kind, so that each kind has weights of its own. `sessions` has one for each session, so
that words which stand in different messages still meet. No text is stored: a passage
names its file and place, and is read from there.
"""

from functools import cache

import tantivy

from ccmcp.index.codes import DONE_ABOUT, PASSAGE_FIELDS, SAID_ABOUT, TITLE
from ccmcp.index.words import LONGEST


@cache
def plain_words() -> tantivy.TextAnalyzer:
    """Words in lower case, without accents."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


@cache
def stemmed_words() -> tantivy.TextAnalyzer:
    """Words in lower case, without accents, by their English stem."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def passages_index(folder: str | None) -> tantivy.Index:
    """Open, or make, the index of passages; in memory when there is no folder."""
    builder = tantivy.SchemaBuilder()
    for name in PASSAGE_FIELDS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    for name in ("session", "file", "what", "tool", "batch"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("place", "at"):
        builder.add_integer_field(name, fast=True)
    index = tantivy.Index(builder.build(), path=folder)
    index.register_tokenizer("words", plain_words())
    return index


def sessions_index(folder: str | None) -> tantivy.Index:
    """Open, or make, the index of sessions; in memory when there is no folder."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TITLE, tokenizer_name="stems", index_option="position")
    for name in (*SAID_ABOUT, *DONE_ABOUT):
        builder.add_text_field(name, tokenizer_name="tokens", index_option="basic")
    builder.add_integer_field("session", indexed=True, fast=True)
    index = tantivy.Index(builder.build(), path=folder)
    index.register_tokenizer("stems", stemmed_words())
    index.register_tokenizer("tokens", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
