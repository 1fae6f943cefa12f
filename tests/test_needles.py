"""
What was said anywhere is found, and what the client injects or repeats is not: one word for each place.

Each row of the two tables writes a word into one place of one conversation, as the
client does. A search for the word must find that conversation once, with one passage
that shows it; or, for the second table, find nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import pytest

from ccmcp.history import History
from ccmcp.index.own import OWN_TOOLS
from ccmcp.tools import Call, all_tools
from ccmcp.tools.search_sessions import TOOL, SearchSessions
from ccmcp.transcripts.projects import encode
from ccmcp.views.found import FoundSession
from tests.transcript import Chat, Home, Record, line, session_id

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
WORD = "quetzalcoatlus"
FILLER = "The build was green again after the second try, so nothing else was changed that day. "
LONG = FILLER * 1200
"""About 100 kB of other words."""


@dataclass
class Scene:
    """A conversation about something else, and the home it is kept in."""

    home: Home
    chat: Chat
    word: str = WORD

    def agent_lines(self, *texts: str | Record) -> list[Record]:
        """Lines of a subagent of this conversation: a prompt, then answers."""
        side = Chat(f"{self.chat.name}/agent", cwd=self.chat.cwd)
        for number, text in enumerate(texts):
            if number == 0:
                side.user(text)
            else:
                side.assistant(text)
        for record in side.records:
            record |= {"isSidechain": True, "agentId": "a1f2e3d4c5b6a7980", "sessionId": self.chat.id}
        return side.records

    def side(self, name: str) -> Any:
        """A path in the session's own folder."""
        return self.home.path(self.chat).with_suffix("") / name


Place = Callable[[Scene], str | None]
"""Writes the word; the id of the session it is credited to where that is not the scene's conversation."""

FOUND: dict[str, Place] = {}
NOT_FOUND: dict[str, Place] = {}


def found(place: Place) -> Place:
    FOUND[place.__name__.replace("_", " ")] = place
    return place


def not_found(place: Place) -> Place:
    NOT_FOUND[place.__name__.replace("_", " ")] = place
    return place


def search(history: History, query: str, **more: Any) -> list[FoundSession]:
    return list(TOOL.run(history, SearchSessions(query=query, passages=5, **more), Call(now=NOW)).sessions)


def written(home: Home, place: Place) -> tuple[Scene, str]:
    chat = Chat("scene")
    chat.user("please look at the build")
    chat.assistant("It is green.")
    scene = Scene(home, chat)
    home.write(chat)
    expected = place(scene) or chat.id
    if expected == chat.id:
        home.write(chat)
    return scene, expected


# -- prompts


@found
def a_prompt_that_is_a_string(scene: Scene) -> None:
    scene.chat.user(f"why is the {scene.word} slow?")


@found
def a_prompt_of_blocks(scene: Scene) -> None:
    scene.chat.user(
        [{"type": "text", "text": "look:"}, {"type": "text", "text": f"the {scene.word} is slow"}]
    )


@found
def a_prompt_beside_a_picture(scene: Scene) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}}
    scene.chat.user([picture, {"type": "text", "text": f"what is this {scene.word}"}])


@found
def a_prompt_with_a_reminder_behind_it(scene: Scene) -> None:
    scene.chat.user(f"why is the {scene.word} slow?\n<system-reminder>Be brief.</system-reminder>")


@found
def a_prompt_the_client_says_was_typed(scene: Scene) -> None:
    scene.chat.user(f"the {scene.word}", origin={"kind": "human"}, promptSource="typed", turnOrigin="human")


@found
def a_prompt_far_into_a_long_text(scene: Scene) -> None:
    scene.chat.user(LONG + scene.word + " " + LONG)


@found
def the_name_of_a_slash_command(scene: Scene) -> None:
    scene.chat.user(
        f"<command-message>{scene.word} is running</command-message>\n<command-name>/{scene.word}</command-name>"
    )


@found
def the_arguments_of_a_slash_command(scene: Scene) -> None:
    scene.chat.user(
        "<command-name>/review</command-name>\n            <command-message>review</command-message>\n"
        f"            <command-args>the {scene.word} branch</command-args>"
    )


@found
def the_arguments_of_a_slash_command_that_stays_local(scene: Scene) -> None:
    scene.chat.system(
        "local_command",
        f"<command-name>/color</command-name>\n<command-message>color</command-message>\n<command-args>{scene.word}</command-args>",
    )


@found
def the_output_of_a_slash_command(scene: Scene) -> None:
    scene.chat.user(f"<local-command-stdout>Set model to {scene.word}</local-command-stdout>")


@found
def the_output_of_a_slash_command_that_stays_local(scene: Scene) -> None:
    scene.chat.system(
        "local_command", f"<local-command-stdout>Exported to {scene.word}</local-command-stdout>"
    )


@found
def the_error_output_of_a_slash_command(scene: Scene) -> None:
    scene.chat.user(f"<local-command-stderr>no such {scene.word}</local-command-stderr>")


@found
def a_command_typed_behind_an_exclamation_mark(scene: Scene) -> None:
    scene.chat.user(f"<bash-input>cat {scene.word}.txt</bash-input>")


@found
def the_output_of_a_command_typed_behind_an_exclamation_mark(scene: Scene) -> None:
    scene.chat.user(f"<bash-stdout>line one\n{scene.word}</bash-stdout><bash-stderr></bash-stderr>")


@found
def the_error_output_of_a_command_typed_behind_an_exclamation_mark(scene: Scene) -> None:
    scene.chat.user(f"<bash-stdout></bash-stdout><bash-stderr>{scene.word}: not found</bash-stderr>")


def _queued(scene: Scene, operation: str, **more: Any) -> None:
    scene.chat.raw(type="queue-operation", operation=operation, timestamp="2026-08-01T10:30:00.000Z",
                   sessionId=scene.chat.id, **more)  # fmt: skip


@found
def a_queued_prompt_that_got_no_line_of_its_own(scene: Scene) -> None:
    _queued(scene, "enqueue", content=f"and the {scene.word}?")
    _queued(scene, "remove", reason="absorbed_mid_turn")


@found
def a_queued_prompt_that_a_line_repeats(scene: Scene) -> None:
    _queued(scene, "enqueue", content=f"and the {scene.word}?")
    _queued(scene, "dequeue")
    scene.chat.user(f"and the {scene.word}?", promptSource="sdk")


@found
def a_queued_prompt_that_an_attachment_repeats(scene: Scene) -> None:
    _queued(scene, "enqueue", content=f"and the {scene.word}?")
    scene.chat.attachment(
        "queued_command", prompt=f"and the {scene.word}?", commandMode="prompt", origin={"kind": "human"}
    )


@found
def a_queued_prompt_of_blocks_in_an_attachment(scene: Scene) -> None:
    scene.chat.attachment(
        "queued_command", prompt=[{"type": "text", "text": f"and the {scene.word}?"}], commandMode="prompt"
    )


@found
def a_queued_slash_command(scene: Scene) -> None:
    _queued(scene, "enqueue", content=f"/review {scene.word}")
    _queued(scene, "dequeue")
    scene.chat.user(
        f"<command-name>/review</command-name>\n<command-message>review</command-message>\n<command-args>{scene.word}</command-args>"
    )


@found
def a_notification_of_a_background_task(scene: Scene) -> None:
    scene.chat.user(f"<task-notification>\n<summary>{scene.word} is done</summary>\n</task-notification>")


# -- answers


@found
def an_answer(scene: Scene) -> None:
    scene.chat.assistant(f"Because the {scene.word} waits for the lock.")


@found
def an_answer_beside_a_call_in_one_line(scene: Scene) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {"command": "ls"}}
    scene.chat.assistant(f"I look at the {scene.word} first.", call)


@found
def thinking(scene: Scene) -> None:
    scene.chat.assistant({"type": "thinking", "thinking": f"Perhaps the {scene.word}.", "signature": "c2ln"})


@found
def an_error_of_the_api_shown_to_the_user(scene: Scene) -> None:
    scene.chat.assistant(f"API Error: {scene.word} overloaded", model="<synthetic>", isApiErrorMessage=True)


@found
def an_answer_that_was_broken_off(scene: Scene) -> None:
    scene.chat.assistant(f"The {scene.word} is", isAbortedMidStream=True)


# -- what tools were asked


@found
def a_command(scene: Scene) -> None:
    scene.chat.call("Bash", "toolu_1", command=f"make {scene.word}", description="Build it")


@found
def a_command_s_description(scene: Scene) -> None:
    scene.chat.call("Bash", "toolu_1", command="make all", description=f"Build the {scene.word}")


@found
def a_path_that_was_read(scene: Scene) -> None:
    scene.chat.call("Read", "toolu_1", file_path=f"/work/demo/src/{scene.word}.py")


@found
def a_part_of_a_path(scene: Scene) -> None:
    scene.chat.call("Read", "toolu_1", file_path=f"/work/{scene.word}_old/src/a-b.py")


@found
def the_text_an_edit_took_away(scene: Scene) -> None:
    scene.chat.call(
        "Edit", "toolu_1", file_path="/work/demo/a.py", old_string=f"x = {scene.word}()", new_string="x = 1"
    )


@found
def the_text_an_edit_put_in(scene: Scene) -> None:
    scene.chat.call(
        "Edit", "toolu_1", file_path="/work/demo/a.py", old_string="x = 1", new_string=f"x = {scene.word}()"
    )


@found
def the_text_of_one_of_many_edits(scene: Scene) -> None:
    edits = [{"old_string": "a", "new_string": "b"}, {"old_string": "c", "new_string": scene.word}]
    scene.chat.call("MultiEdit", "toolu_1", file_path="/work/demo/a.py", edits=edits)


@found
def the_content_that_was_written(scene: Scene) -> None:
    scene.chat.call("Write", "toolu_1", file_path="/work/demo/a.md", content=f"{LONG}{scene.word}\n{FILLER}")


@found
def a_text_deep_in_the_input_of_an_mcp_tool(scene: Scene) -> None:
    scene.chat.call(
        "mcp__db__query", "toolu_1", where={"any": [{"field": "name", "is": [[scene.word]]}]}, limit=5
    )


@found
def an_input_that_is_a_text(scene: Scene) -> None:
    scene.chat.assistant({"type": "tool_use", "id": "toolu_1", "name": "Odd", "input": f"the {scene.word}"})


@found
def a_question_to_a_server_tool(scene: Scene) -> None:
    scene.chat.assistant(
        {
            "type": "server_tool_use",
            "id": "srvtoolu_1",
            "name": "web_search",
            "input": {"query": f"{scene.word} size"},
        }
    )


@found
def a_task_s_subject(scene: Scene) -> None:
    scene.chat.call("TaskCreate", "toolu_1", subject=f"Mend the {scene.word}", description="soon")


@found
def a_plan_shown_by_its_tool(scene: Scene) -> None:
    scene.chat.call("ExitPlanMode", "toolu_1", plan=f"# Plan\n1. mend the {scene.word}")


# -- what came back


def _called(scene: Scene, content: Any, tool: str = "Bash", **more: Any) -> None:
    scene.chat.call(tool, "toolu_1", command="make all")
    scene.chat.result("toolu_1", content, **more)


@found
def a_result_that_is_a_string(scene: Scene) -> None:
    _called(scene, f"1 {scene.word} found")


@found
def a_result_of_blocks(scene: Scene) -> None:
    _called(scene, [{"type": "text", "text": "one"}, {"type": "text", "text": f"two {scene.word}"}])


@found
def a_result_that_is_an_object(scene: Scene) -> None:
    _called(scene, {"rows": [{"name": scene.word}], "count": 1})


@found
def a_result_of_blocks_of_an_unknown_type(scene: Scene) -> None:
    _called(scene, [{"type": "resource", "resource": {"uri": "x://1", "text": f"the {scene.word}"}}])


@found
def an_error_of_a_tool(scene: Scene) -> None:
    _called(scene, f"Exit code 2\n{scene.word}: no such target", is_error=True,
            toolUseResult=f"Error: Exit code 2\n{scene.word}: no such target")  # fmt: skip


@found
def a_word_deep_in_a_result_of_200_kilobytes(scene: Scene) -> None:
    _called(scene, LONG + scene.word + " " + LONG)


@found
def a_result_that_the_client_s_own_record_repeats(scene: Scene) -> None:
    _called(
        scene,
        f"{scene.word} built",
        toolUseResult={"stdout": f"{scene.word} built", "stderr": "", "interrupted": False},
    )


@found
def output_that_only_the_client_s_own_record_holds(scene: Scene) -> None:
    shown = "<persisted-output>\nOutput too large. Preview (first 2KB):\nstart\n</persisted-output>"
    _called(
        scene,
        shown,
        toolUseResult={"stdout": f"start\n{LONG}{scene.word}\n", "stderr": "", "interrupted": False},
    )


@found
def error_output_that_only_the_client_s_own_record_holds(scene: Scene) -> None:
    _called(
        scene,
        "done",
        toolUseResult={"stdout": "done", "stderr": f"warning: {scene.word}", "interrupted": False},
    )


@found
def a_text_deep_in_the_client_s_own_record(scene: Scene) -> None:
    _called(scene, "2 results", tool="WebSearch",
            toolUseResult={"query": "q", "results": [{"content": [{"title": f"All about {scene.word}"}]}]})  # fmt: skip


@found
def the_file_before_an_edit(scene: Scene) -> None:
    _called(scene, "The file has been updated.", tool="Edit",
            toolUseResult={"filePath": "/a.py", "oldString": "a", "newString": "b", "structuredPatch": [],
                           "originalFile": f"one\ntwo {scene.word}\nthree\n"})  # fmt: skip


@found
def the_same_file_before_each_of_two_edits(scene: Scene) -> None:
    for number in (1, 2):
        scene.chat.call(
            "Edit", f"toolu_{number}", file_path="/a.py", old_string=f"x{number}", new_string=f"y{number}"
        )
        scene.chat.result(
            f"toolu_{number}",
            "The file has been updated.",
            toolUseResult={"filePath": "/a.py", "originalFile": f"one x{number}\ntwo {scene.word}\n"},
        )


@found
def answers_to_a_question_the_model_asked(scene: Scene) -> None:
    _called(scene, "User has answered.", tool="AskUserQuestion",
            toolUseResult={"questions": [], "answers": {"Which?": f"the {scene.word}"}})  # fmt: skip


@found
def a_file_that_was_read(scene: Scene) -> None:
    _called(scene, f"     1→one\n     2→two {scene.word}\n", tool="Read",
            toolUseResult={"type": "text", "file": {"filePath": "/a", "content": f"one\ntwo {scene.word}\n", "numLines": 2}})  # fmt: skip


@found
def a_result_of_a_server_tool(scene: Scene) -> None:
    scene.chat.assistant(
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1",
         "content": [{"type": "web_search_result", "title": f"{scene.word} facts", "url": "https://example.org"}]}
    )  # fmt: skip


@found
def output_kept_beside_the_transcript(scene: Scene) -> None:
    _called(
        scene,
        "<persisted-output>\nOutput too large. Full output saved to: tool-results/b1.txt\n</persisted-output>",
    )
    scene.home.put(scene.side("tool-results/b1.txt"), f"{LONG}{scene.word}\n{LONG}".encode())


@found
def output_of_an_mcp_tool_kept_beside_the_transcript(scene: Scene) -> None:
    scene.home.put(
        scene.side("tool-results/toolu_01.json"), json.dumps([{"type": "text", "text": scene.word}]).encode()
    )


@found
def output_kept_beside_the_transcript_beyond_its_first_megabytes(scene: Scene) -> None:
    scene.home.put(scene.side("tool-results/b1.txt"), f"{LONG * 25}{scene.word}\n{LONG}".encode())


@found
def a_result_longer_than_a_megabyte(scene: Scene) -> None:
    _called(scene, LONG * 25 + scene.word + " " + LONG)


# -- subagents


@found
def a_subagent_s_prompt(scene: Scene) -> None:
    meta = {"agentType": "general-purpose", "description": "look", "toolUseId": "toolu_9"}
    scene.home.agent(
        scene.chat, "a1f2e3d4c5b6a7980", scene.agent_lines(f"find the {scene.word}", "done"), meta
    )


@found
def a_subagent_s_answer(scene: Scene) -> None:
    scene.home.agent(
        scene.chat, "a1f2e3d4c5b6a7980", scene.agent_lines("find it", f"the {scene.word} is in a.py")
    )


@found
def a_subagent_s_command(scene: Scene) -> None:
    call: Record = {
        "type": "tool_use",
        "id": "toolu_5",
        "name": "Bash",
        "input": {"command": f"grep {scene.word}"},
    }
    scene.home.agent(scene.chat, "a1f2e3d4c5b6a7980", scene.agent_lines("find it", call))


@found
def a_subagent_s_answer_that_the_result_of_its_call_repeats(scene: Scene) -> None:
    scene.home.agent(
        scene.chat, "a1f2e3d4c5b6a7980", scene.agent_lines("find it", f"the {scene.word} is in a.py")
    )
    scene.chat.call("Agent", "toolu_9", prompt="find it", description="look", subagent_type="Explore")
    scene.chat.result(
        "toolu_9",
        [{"type": "text", "text": f"the {scene.word} is in a.py"}],
        toolUseResult={
            "status": "completed",
            "agentId": "a1f2e3d4c5b6a7980",
            "content": [{"type": "text", "text": f"the {scene.word} is in a.py"}],
        },
    )


@found
def a_subagent_beside_its_session_s_file(scene: Scene) -> None:
    folder = scene.home.path(scene.chat).parent
    records = scene.agent_lines("find it", f"the {scene.word} is in a.py")
    scene.home.put(folder / "agent-a1b2c3d.jsonl", b"".join(map(line, records)))


@found
def a_subagent_inside_the_main_file(scene: Scene) -> None:
    records = scene.agent_lines("find it", f"the {scene.word} is in a.py")
    for record in records:
        del record["agentId"]
    scene.chat.records += records


@found
def a_subagent_of_a_workflow(scene: Scene) -> None:
    records = scene.agent_lines("find it", f"the {scene.word} is in a.py")
    path = scene.side("subagents/workflows/wf_1/agent-a1f2e3d4c5b6a7980.jsonl")
    scene.home.put(path, b"".join(map(line, records)))


@found
def a_subagent_whose_session_s_file_is_gone(scene: Scene) -> None:
    scene.home.agent(
        scene.chat, "a1f2e3d4c5b6a7980", scene.agent_lines("find it", f"the {scene.word} is in a.py")
    )
    scene.chat.records.clear()


# -- summaries and titles


@found
def a_summary_that_a_compaction_left(scene: Scene) -> None:
    scene.chat.system("compact_boundary", "Conversation compacted", compactMetadata={"trigger": "auto"})
    scene.chat.user(f"This session is being continued. The {scene.word} was mended.", isCompactSummary=True)


@found
def a_word_from_before_a_compaction(scene: Scene) -> None:
    scene.chat.user(f"mend the {scene.word}")
    scene.chat.system("compact_boundary", "Conversation compacted")
    scene.chat.user("This session is being continued.", isCompactSummary=True)


@found
def a_recap_after_an_absence(scene: Scene) -> None:
    scene.chat.system("away_summary", f"You were mending the {scene.word}.")


@found
def a_summary_line_about_a_session_in_another_file(scene: Scene) -> str:
    old = Chat("old", version="1.0.60")
    old.user("hello")
    leaf = old.assistant("done")
    scene.home.write(old)
    scene.home.put(
        scene.home.path(scene.chat),
        line({"type": "summary", "summary": f"Mending the {scene.word}", "leafUuid": leaf["uuid"]}),
    )
    return old.id


@found
def a_summary_line_about_a_session_nobody_knows(scene: Scene) -> None:
    scene.chat.raw(type="summary", summary=f"Mending the {scene.word}", leafUuid=session_id("nowhere"))


@found
def a_title_given_by_the_user(scene: Scene) -> None:
    scene.chat.raw(type="custom-title", customTitle=f"The {scene.word} affair", sessionId=scene.chat.id)


@found
def a_title_given_again_and_again(scene: Scene) -> None:
    for _ in range(20):
        scene.chat.raw(type="custom-title", customTitle=f"The {scene.word} affair", sessionId=scene.chat.id)


@found
def a_title_made_by_a_model(scene: Scene) -> None:
    scene.chat.raw(type="ai-title", aiTitle=f"The {scene.word} affair", sessionId=scene.chat.id)


@found
def a_title_kept_beside_the_transcript(scene: Scene) -> None:
    scene.home.put(
        scene.side("custom-title.json"), json.dumps({"customTitle": f"The {scene.word} affair"}).encode()
    )


@found
def a_title_made_by_a_model_before_the_user_gave_another(scene: Scene) -> None:
    scene.chat.raw(type="ai-title", aiTitle=f"The {scene.word} affair", sessionId=scene.chat.id)
    scene.chat.raw(type="custom-title", customTitle="Something else", sessionId=scene.chat.id)


@found
def a_title_the_user_has_since_replaced(scene: Scene) -> None:
    scene.chat.raw(type="custom-title", customTitle=f"The {scene.word} affair", sessionId=scene.chat.id)
    scene.chat.raw(type="custom-title", customTitle="Something else", sessionId=scene.chat.id)


TITLES = (
    "a title given by the user",
    "a title given again and again",
    "a title made by a model",
    "a title kept beside the transcript",
    "a summary line about a session in another file",
)
"""A title shows itself, without a passage."""


# -- what the client noted


@found
def a_piece_of_information(scene: Scene) -> None:
    scene.chat.system("informational", f"{scene.word} is not available on your plan", level="warning")


@found
def a_failed_request(scene: Scene) -> None:
    error = {
        "message": "529 {}",
        "status": 529,
        "formatted": f"529 {scene.word} is overloaded",
        "connection": None,
    }
    scene.chat.system("api_error", error=error, level="error", retryAttempt=1)


@found
def what_a_hook_said_at_the_end(scene: Scene) -> None:
    scene.chat.system("stop_hook_summary", hookCount=1, hookErrors=[f"{scene.word} must be mended first"])


@found
def a_system_line_of_a_subtype_nobody_knows(scene: Scene) -> None:
    scene.chat.system("from_the_future", f"the {scene.word} has landed")


@found
def a_file_named_in_a_prompt(scene: Scene) -> None:
    scene.chat.attachment(
        "file",
        filename="/work/demo/a.md",
        content={"type": "text", "file": {"filePath": "/work/demo/a.md", "content": f"the {scene.word}"}},
    )


@found
def what_a_hook_said(scene: Scene) -> None:
    scene.chat.attachment(
        "hook_success", hookName="PreToolUse:Bash", hookEvent="PreToolUse", content=f"{scene.word} allowed"
    )


@found
def why_a_hook_refused(scene: Scene) -> None:
    scene.chat.attachment(
        "hook_blocking_error",
        hookName="Stop",
        blockingError={"blockingError": f"{scene.word} fails", "command": "x"},
    )


@found
def what_a_hook_added(scene: Scene) -> None:
    scene.chat.attachment(
        "hook_additional_context", content=[f"remember the {scene.word}"], hookName="UserPromptSubmit"
    )


@found
def lines_selected_in_an_editor(scene: Scene) -> None:
    scene.chat.attachment(
        "selected_lines_in_ide", filename="/a.py", content=f"x = {scene.word}", lineStart=1, lineEnd=1
    )


@found
def an_attachment_of_a_type_nobody_knows(scene: Scene) -> None:
    scene.chat.attachment("from_the_future", text=f"the {scene.word}")


@found
def the_address_of_a_pull_request(scene: Scene) -> None:
    scene.chat.raw(type="pr-link", prNumber=7, prUrl=f"https://github.com/acme/{scene.word}/pull/7",
                   prRepository=f"acme/{scene.word}", sessionId=scene.chat.id, timestamp="2026-08-01T11:00:00.000Z")  # fmt: skip


@found
def a_document_in_a_prompt(scene: Scene) -> None:
    source = {"type": "text", "media_type": "text/plain", "data": f"the {scene.word} manual"}
    scene.chat.user(
        [{"type": "document", "title": "manual", "source": source}, {"type": "text", "text": "see this"}]
    )


@found
def a_document_s_title(scene: Scene) -> None:
    source = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    scene.chat.user([{"type": "document", "title": f"{scene.word}.pdf", "source": source}])


# -- beside the transcripts


@found
def a_plan_told_by_its_slug(scene: Scene) -> None:
    scene.chat.user("go on", slug="gentle-teacup")
    scene.home.put(
        scene.home.claude / "plans" / "gentle-teacup.md", f"# Plan\n1. mend the {scene.word}\n".encode()
    )


@found
def a_plan_that_nobody_names(scene: Scene) -> str:
    scene.home.put(
        scene.home.claude / "plans" / "lost-plan.md", f"# Plan\n1. mend the {scene.word}\n".encode()
    )
    return "plan:lost-plan"


def _typed(scene: Scene, **more: Any) -> None:
    record = {"display": f"why is the {scene.word} slow?", "pastedContents": {}, "timestamp": 1785578400000,
              "project": scene.chat.cwd, **more}  # fmt: skip
    scene.home.put(scene.home.claude / "history.jsonl", line(record))


@found
def a_typed_prompt_of_a_session_that_is_gone(scene: Scene) -> str:
    _typed(scene, sessionId=session_id("gone"))
    return session_id("gone")


@found
def a_typed_prompt_of_a_session_that_is_there(scene: Scene) -> None:
    _typed(scene, sessionId=scene.chat.id)


@found
def a_typed_prompt_that_the_transcript_repeats(scene: Scene) -> None:
    _typed(scene, sessionId=scene.chat.id)
    scene.chat.user(f"why is the {scene.word} slow?")


@found
def a_typed_prompt_of_no_session(scene: Scene) -> str:
    _typed(scene)
    return f"prompts:{encode(scene.chat.cwd)}"


@found
def a_text_pasted_into_a_typed_prompt(scene: Scene) -> str:
    _typed(scene, sessionId=session_id("gone"), display="see [Pasted text #1 +30 lines]",
           pastedContents={"1": {"id": 1, "type": "text", "content": f"log of the {scene.word}"}})  # fmt: skip
    return session_id("gone")


# -- damage


@found
def the_last_line_of_a_file_without_a_line_end(scene: Scene) -> str:
    torn = Chat("torn")
    torn.user("hello")
    torn.assistant(f"the {scene.word}")
    scene.home.put(scene.home.path(torn), torn.bytes().rstrip(b"\n"))
    return torn.id


@found
def the_second_object_on_one_line(scene: Scene) -> str:
    two = Chat("two")
    two.user("hello")
    two.assistant(f"the {scene.word}")
    scene.home.put(scene.home.path(two), two.bytes().replace(b"}\n{", b"}{"))
    return two.id


@found
def a_line_behind_a_torn_one(scene: Scene) -> str:
    torn = Chat("torn")
    torn.user("hello")
    torn.assistant(f"the {scene.word}")
    first, second, _ = torn.bytes().split(b"\n")
    scene.home.put(scene.home.path(torn), first[:80] + b"\n" + second + b"\n")
    return torn.id


@found
def a_text_with_odd_line_separators_in_it(scene: Scene) -> None:
    scene.chat.user(f"one\u2028two\u0085the {scene.word}\x00 is slow")


# -- what no search finds


@not_found
def a_snapshot_of_the_system_prompt(scene: Scene) -> None:
    scene.chat.attachment(
        "prompt_snapshot", system=[f"You know the {scene.word}"], rendered=[{"content": scene.word}]
    )


@not_found
def a_list_of_skills(scene: Scene) -> None:
    scene.chat.attachment("skill_listing", content=f"- {scene.word}: mends things", skillCount=1)


@not_found
def a_list_of_deferred_tools(scene: Scene) -> None:
    scene.chat.attachment(
        "deferred_tools_delta", addedNames=[scene.word], addedLines=[scene.word], removedNames=[]
    )


@not_found
def the_environment(scene: Scene) -> None:
    scene.chat.attachment(
        "environment", rendered=[{"content": f"Branch: {scene.word}"}], renderedRole="system"
    )


@not_found
def instructions_of_an_mcp_server(scene: Scene) -> None:
    scene.chat.attachment(
        "mcp_instructions_delta", addedNames=["x"], addedBlocks=[f"Use it for the {scene.word}"]
    )


@not_found
def memory_files_of_a_folder(scene: Scene) -> None:
    scene.chat.attachment(
        "nested_memory", path="/work/demo/CLAUDE.md", content={"content": f"never touch the {scene.word}"}
    )


@not_found
def a_copy_of_a_request(scene: Scene) -> None:
    scene.chat.raw(
        type="api-request-blob",
        hash="ab12",
        message={"role": "user", "content": f"the {scene.word}"},
        sessionId=scene.chat.id,
    )


@not_found
def the_shape_of_a_request(scene: Scene) -> None:
    scene.chat.raw(
        type="api-request-shape",
        shapeHash="ab12",
        shape={"system": [scene.word], "tools": []},
        sessionId=scene.chat.id,
    )


@not_found
def a_copy_of_a_request_whose_type_stands_last(scene: Scene) -> None:
    scene.chat.raw(
        sessionId=scene.chat.id,
        hash="ab12",
        message={"role": "user", "content": scene.word},
        type="api-request-blob",
    )


@not_found
def a_subagent_s_message_copied_into_progress(scene: Scene) -> None:
    inner = {
        "type": "assistant",
        "message": {"role": "assistant", "content": [{"type": "text", "text": scene.word}]},
    }
    scene.chat.entry(
        "progress", data={"type": "agent_progress", "message": inner}, toolUseID="a", parentToolUseID="b"
    )


@not_found
def output_copied_into_progress(scene: Scene) -> None:
    scene.chat.entry(
        "progress",
        data={"type": "bash_progress", "output": scene.word, "fullOutput": scene.word},
        toolUseID="a",
    )


@not_found
def a_reminder_in_a_prompt(scene: Scene) -> None:
    scene.chat.user(f"go on\n<system-reminder>\nThe {scene.word} was changed.\n</system-reminder>")


@not_found
def a_reminder_that_is_a_line(scene: Scene) -> None:
    scene.chat.user(f"<system-reminder>\nThe {scene.word} was changed.\n</system-reminder>", isMeta=True)


@not_found
def a_caveat(scene: Scene) -> None:
    scene.chat.user(f"<local-command-caveat>Caveat: {scene.word}</local-command-caveat>", isMeta=True)


@not_found
def a_skill_s_text(scene: Scene) -> None:
    scene.chat.user(
        [{"type": "text", "text": f"Base directory: /skills\n# How to mend a {scene.word}"}], isMeta=True
    )


@not_found
def the_last_prompt_that_is_kept_again(scene: Scene) -> None:
    scene.chat.user("go on")
    scene.chat.raw(
        type="last-prompt", lastPrompt=f"{scene.word}", leafUuid=session_id("leaf"), sessionId=scene.chat.id
    )


@not_found
def a_signature(scene: Scene) -> None:
    scene.chat.assistant({"type": "thinking", "thinking": "", "signature": scene.word})


@not_found
def a_picture(scene: Scene) -> None:
    scene.chat.user(
        [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": scene.word}}]
    )


@not_found
def the_files_that_were_backed_up(scene: Scene) -> None:
    scene.chat.raw(
        type="file-history-snapshot",
        messageId="m",
        snapshot={"trackedFileBackups": {scene.word: {}}},
        isSnapshotUpdate=False,
    )


@not_found
def a_list_of_the_tools_used(scene: Scene) -> None:
    scene.chat.raw(type="tools-used", tools=[scene.word], sessionId=scene.chat.id)


@not_found
def what_a_client_writes_for_no_answer(scene: Scene) -> None:
    scene.word = "response"
    scene.chat.assistant("No response requested.", model="<synthetic>")


def _asked(scene: Scene, tool: str, **arguments: Any) -> None:
    scene.chat.call(tool, "toolu_1", **arguments)
    scene.chat.result("toolu_1", f"1 session: {scene.word}")


@found
def the_answer_of_another_server_s_tool_of_the_same_name(scene: Scene) -> None:
    _asked(scene, "mcp__boats__search_sessions", query="boats", boat=7)


@found
def the_answer_of_another_tool_of_a_server(scene: Scene) -> None:
    _asked(scene, "mcp__mymem__search_boats", query="boats")


@not_found
def the_name_of_a_permission_mode(scene: Scene) -> None:
    scene.chat.raw(type="permission-mode", permissionMode=scene.word, sessionId=scene.chat.id)


@not_found
def the_state_of_a_session(scene: Scene) -> None:
    scene.chat.raw(type="agent-name", agentName=scene.word, sessionId=scene.chat.id)


# -- the two tables, tested


@pytest.mark.parametrize("name", FOUND)
def test_what_was_said_is_found_once_and_credited_to_its_session(
    name: str, home: Home, history: History
) -> None:
    scene, expected = written(home, FOUND[name])
    [hit] = search(history, scene.word)
    assert hit.session_id == expected
    shown = [match.text for match in hit.matches]
    if name in TITLES:
        assert scene.word in hit.title
        assert shown == []
    else:
        assert len(shown) == 1, shown
        assert scene.word in shown[0].lower()


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_the_client_injects_or_repeats_is_not_found(name: str, home: Home, history: History) -> None:
    scene, _ = written(home, NOT_FOUND[name])
    assert search(history, scene.word, include_current=True) == []


def test_a_fork_s_copies_are_found_in_the_session_they_come_from(home: Home, history: History) -> None:
    chat = Chat("original")
    chat.user(f"the {WORD}")
    chat.assistant("It is slow.")
    fork = Chat("fork")
    for record in chat.records:
        copy = record | {
            "sessionId": fork.id,
            "forkedFrom": {"sessionId": chat.id, "messageUuid": record["uuid"]},
        }
        fork.raw(**copy)
    fork.user("something else")
    home.write(chat)
    home.write(fork)
    [hit] = search(history, WORD)
    assert hit.session_id == chat.id
    assert len(hit.matches) == 1


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("mcp__mymem__search_sessions", {"query": WORD, "limit": 3}),
        ("mcp__plugin_memory_mem__read_session", {"session": WORD, "detail": "full"}),
        ("mcp__plugin_ccmcp_ccmcp__index_status", {}),
    ],
)
def test_ccmcp_under_any_name_does_not_find_its_own_questions_and_answers(
    tool: str, given: dict[str, Any], home: Home, history: History
) -> None:
    scene = Scene(home, Chat("asking"))
    scene.chat.user("hello")
    _asked(scene, tool, **given)
    home.write(scene.chat)
    assert search(history, WORD) == []
    assert [each.session_id for each in search(history, WORD, include_current=True)] == [scene.chat.id]


def test_an_answer_of_ccmcp_that_comes_after_its_question_was_indexed_is_not_found(
    home: Home, history: History
) -> None:
    chat = Chat("asking")
    chat.user("hello")
    for tool, given in (
        ("mcp__mymem__search_sessions", {"query": "x"}),
        ("Bash", {"command": "x " * 1100 + "; ccmcp search x"}),
    ):
        chat.call(tool, f"toolu_{tool}", **given)
    home.write(chat)
    history.refresh()
    size = len(chat.records)
    for tool in ("mcp__mymem__search_sessions", "Bash"):
        chat.result(f"toolu_{tool}", f"1 session: {WORD}")
    home.append(chat, chat.records[size:])
    assert search(history, WORD) == []


def test_ccmcp_knows_its_own_tools_and_their_parameters() -> None:
    tools = {tool.name: {each.name for each in fields(tool.parameters)} for tool in all_tools()}
    assert tools == OWN_TOOLS
