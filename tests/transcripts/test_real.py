"""The same on real transcripts, where there are any (CCMCP_DATA): nothing unknown that should be known, nothing lost."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccmcp.transcripts.calls import target
from ccmcp.transcripts.content import ToolCall, ToolResult
from ccmcp.transcripts.decode import decode
from ccmcp.transcripts.discover import scan
from ccmcp.transcripts.entries import Attachment, Damaged, Entry, Message, Unknown, User, object_of, text_of
from ccmcp.transcripts.passages import INJECTED_ATTACHMENTS, passages
from ccmcp.transcripts.projects import encode
from ccmcp.transcripts.results import extra_text, outcome
from tests.transcripts.sound import check

CAUSED = {
    "diagnostics", "directory", "edited_text_file", "file", "hook_additional_context", "hook_blocking_error",
    "hook_non_blocking_error", "hook_success", "hook_system_message", "opened_file_in_ide", "queued_command",
    "selected_lines_in_ide", "task_status",
}  # fmt: skip
"""The kinds of attachments in the data that a person caused."""


def transcripts(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*.jsonl") if path.name not in ("history.jsonl", "queries.jsonl")
    )


def entries_of(path: Path) -> list[Entry]:
    with path.open("rb") as lines:
        return list(decode(lines))


def damaged(path: Path) -> bool:
    return any(isinstance(entry, Damaged) for entry in entries_of(path))


def read_all(*folders: Path) -> Iterator[Entry]:
    for folder in folders:
        for path in transcripts(folder):
            yield from entries_of(path)


def test_every_type_of_line_of_every_client_is_known(data: Path) -> None:
    found = {
        entry.type
        for entry in read_all(data / "client", data / "projects", data / "known-item")
        if isinstance(entry, Unknown)
    }
    assert found <= {"zzz"}  # a line made up to see what the client does with it


def test_whole_lines_of_the_client_itself_are_never_damage(data: Path) -> None:
    cases = {
        path.relative_to(data / "client").parts[1] for path in transcripts(data / "client") if damaged(path)
    }
    assert cases <= {"resume"}  # which breaks a file on purpose


def test_everything_in_every_line_reads_as_the_type_it_should_be(data: Path) -> None:
    for entry in read_all(data / "client", data / "fixtures"):
        check(entry)


def test_every_line_gives_an_entry(data: Path) -> None:
    for path in transcripts(data / "fixtures") + transcripts(data / "projects"):
        lines = [line for line in path.read_bytes().split(b"\n") if line.strip(b"\x00\r\t \xef\xbb\xbf")]
        assert len(entries_of(path)) >= len(lines), path


def test_each_kind_of_attachment_is_injected_or_has_words(data: Path) -> None:
    caused: dict[str, list[str]] = defaultdict(list)
    for entry in read_all(data / "client", data / "projects", data / "known-item"):
        if isinstance(entry, Attachment) and entry.kind not in INJECTED_ATTACHMENTS:
            caused[entry.kind] += [each.text for each in passages(entry)]
    assert set(caused) <= CAUSED
    for kind, texts in caused.items():
        assert any(texts), kind
        assert not any(
            "toolu_" in text.partition("\n")[0] or ";base64," in text
            for text in texts
            if kind != "queued_command"
        ), kind


def results(*folders: Path) -> Iterator[tuple[User, ToolResult]]:
    for entry in read_all(*folders):
        if isinstance(entry, User):
            for block in entry.blocks():
                if isinstance(block, ToolResult):
                    yield entry, block


def test_what_the_client_calls_a_denial_is_no_error_and_no_success(data: Path) -> None:
    for entry, result in results(data / "client", data / "projects", data / "known-item"):
        came = outcome(entry, result)
        if text_of(entry.record, "toolDenialKind"):
            assert came in ("rejected", "denied", "interrupted")
        elif text_of(object_of(entry.record, "permissionDecision"), "decision") == "accept":
            assert came in ("ok", "error", "interrupted")
        assert (came == "ok") <= (not result.is_error)


def test_no_line_that_a_command_printed_is_lost(data: Path) -> None:
    for entry, result in results(data / "projects", data / "client"):
        kept = entry.tool_use_result
        printed = (
            text_of(kept, "stdout").strip() if isinstance(kept, dict) and not kept.get("isImage") else ""
        )
        if printed not in result.text:
            extra = extra_text(kept, result.text)
            assert all(line.strip() in result.text or line in extra for line in printed.split("\n"))


def test_of_results_that_were_seen_whole_little_stands_twice(data: Path) -> None:
    seen = more = 0
    for entry, result in results(data / "projects"):
        if "<persisted-output>" not in result.text and "truncated" not in result.text:
            seen += len(result.text)
            more += len(extra_text(entry.tool_use_result, result.text))
    assert more < seen / 100


def test_a_call_with_any_text_has_a_target(data: Path) -> None:
    for entry in read_all(data / "projects", data / "client"):
        for block in entry.blocks() if isinstance(entry, Message) else ():
            if isinstance(block, ToolCall) and isinstance(block.input, dict):
                assert target(block) or not any(
                    isinstance(each, str) and each for each in block.input.values()
                )


def test_every_file_of_a_history_is_found_or_counted(data: Path) -> None:
    roots = [data, *(each.parent for each in (data / "client").rglob("projects") if each.is_dir())]
    for root in roots:
        found = scan("r", root)
        assert found.complete, found.problems
        there = [
            path
            for path in (root / "projects").rglob("*")
            if path.is_file() and "memory" not in path.relative_to(root).parts
        ]
        memories = found.skipped.pop("memory files", 0)
        linked = sum(count for what, count in found.skipped.items() if what.startswith("links"))
        listed = [file for file in found.files if file.kind not in ("plan", "history")]
        assert len(listed) + sum(found.skipped.values()) - linked == len(there), (root, memories)


def test_the_client_s_own_folders_are_named_as_we_name_them(data: Path) -> None:
    projects = next((data / "client/2.1.330/pathenc").rglob("projects"), None)
    if projects is None:
        pytest.skip("the data holds no folders as the client made them")
    compared = 0
    for path in transcripts(projects):
        if cwd := next((entry.cwd for entry in entries_of(path) if entry.cwd), ""):
            assert encode(cwd) == path.parent.name
            compared += 1
    assert compared
