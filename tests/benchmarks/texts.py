"""The text of a transcript line that a search should find, read in the plainest way: no part of the product."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import orjson


def texts(entry: object) -> Iterator[str]:
    """Prompts, answers, thinking, tool inputs, tool results, summaries, titles and queued prompts of one line."""
    match entry:
        case {"type": "user" | "assistant", "message": {"content": content}, **rest}:
            found = list(_content(content))
            yield from found
            if not found:
                yield from _strings(rest.get("toolUseResult"))
        case {"type": "summary", "summary": str(text)} | {"type": "system", "content": str(text)}:
            yield text
        case {"type": "ai-title", "aiTitle": str(text)} | {"type": "custom-title", "customTitle": str(text)}:
            yield text
        case {"type": "queue-operation", "content": str(text)}:
            yield text
        case {"type": "attachment", "attachment": {"type": "queued_command", "prompt": prompt}}:
            yield from _strings(prompt)
        case _:
            pass


def _content(content: object) -> Iterator[str]:
    match content:
        case str():
            yield content
        case list():
            for block in content:
                yield from _block(block)
        case _:
            pass


def _block(block: object) -> Iterator[str]:
    match block:
        case {"type": "text", "text": str(text)} | {"type": "thinking", "thinking": str(text)}:
            yield text
        case {"type": "tool_use" | "server_tool_use", "input": value}:
            yield from _strings(value)
        case {"type": "tool_result", "content": content}:
            yield from _content(content)
        case _:
            pass


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
        case _:
            pass


def documents(transcripts: Iterable[Path]) -> Iterator[str]:
    """One text for each line that has any, file by file, then each large tool result kept in a file of its own."""
    folders = set()
    for path in transcripts:
        folders.add(path.with_suffix("") / "tool-results")
        with path.open("rb") as file:
            for line in file:
                try:
                    text = "\n".join(filter(None, texts(orjson.loads(line))))
                except orjson.JSONDecodeError:
                    continue
                if text:
                    yield text
    for folder in sorted(folders):
        for path in sorted(folder.glob("*.txt")):
            yield path.read_text(encoding="utf-8", errors="replace")


def spool(transcripts: Iterable[Path], target: Path) -> None:
    """Write the documents to one file, so that they can be fed to an index without decoding anything."""
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        for text in documents(transcripts):
            data = text.encode(errors="replace")
            file.write(len(data).to_bytes(4, "big") + data)
    partial.replace(target)


def spooled(file: BinaryIO) -> Iterator[str]:
    """The documents of a spool, one at a time."""
    while head := file.read(4):
        yield file.read(int.from_bytes(head, "big")).decode()
