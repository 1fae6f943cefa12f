"""Calls that are still to come, classified by a process: for programs, for Claude Code's hook, and for people."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ccmcp.audit.catalogue import every_rule
from ccmcp.cli.hook import answer_to
from tests.cli.conftest import REPOSITORY, Ccmcp

POLICY = """
[hook]
deny = "critical"
ask = "high"
allow = ["Read"]
except = ["GIT-001"]
rules = { "FS-002" = "allow" }
"""
DISASTER = {
    "tool_name": "Bash",
    "tool_input": {"command": "rm -rf /"},
    "cwd": "/home/me/project",
    "hook_event_name": "PreToolUse",
}


def started(*arguments: str, given: bytes = b"", **more: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ccmcp", "classify", *arguments],
        input=given,
        capture_output=True,
        cwd=REPOSITORY,
        check=False,
        **more,
    )


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def call(command: str) -> bytes:
    return (
        json.dumps({"tool": "Bash", "input": {"command": command}, "cwd": "/home/me/project"}).encode()
        + b"\n"
    )


def policy(home: Path, text: str = POLICY) -> None:
    os.environ["CCMCP_CONFIG"] = str(home / "settings.toml")
    (home / "settings.toml").write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _settings_are_the_tests(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.is_dir()
    monkeypatch.setenv("CCMCP_CONFIG", "")


# -- a line a call


def test_every_line_gets_its_answer_in_order() -> None:
    bad = [
        b"\n",
        b"[1]\n",
        b"{\n",
        b"\xff\xfe\x00\n",
        b'{"tool": 3}\n',
        b'{"tool": "Bash", "input": []}\n',
        b"[" * 9999 + b"\n",
    ]
    done = started(
        "--jsonl",
        given=call("rm -rf /") + b"".join(bad) + call("ls") + call("git push --force origin main").rstrip(),
    )
    answers = lines(done)
    assert (done.returncode, done.stderr, len(answers)) == (0, b"", 10)
    assert answers[0] == {"findings": [{"rule": "FS-001", "severity": "critical", "confidence": "definite"}]}
    assert answers[8] == {"findings": []}
    assert answers[9]["findings"][0]["rule"] == "GIT-001"
    assert all(
        set(each) == {"findings", "error"} and each["error"] and not each["findings"] for each in answers[1:8]
    )


def test_it_answers_each_line_before_the_next_is_written() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ccmcp", "classify", "--jsonl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    ) as running:
        assert running.stdin
        assert running.stdout
        for command in ("ls", "rm -rf /", "ls"):
            running.stdin.write(call(command))
            running.stdin.flush()
            assert bool(json.loads(running.stdout.readline())["findings"]) is command.startswith("rm")
        running.stdin.close()
        assert running.wait() == 0


def test_no_input_no_answers() -> None:
    done = started("--jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_wrong_arguments_are_refused() -> None:
    done = started("--jsonl", "--what")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--what" in done.stderr


def test_a_reader_that_has_gone_ends_it_quietly() -> None:
    done = subprocess.run(
        ["bash", "-c", f"yes '{call('ls').decode().strip()}' | {sys.executable} -m ccmcp classify --jsonl | head -1; echo ${{PIPESTATUS[1]}}"],
        capture_output=True, cwd=REPOSITORY, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[1:] == [b"141"]
    assert done.stderr == b""


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=12,
)
calls = some.fixed_dictionaries(
    {
        "tool": some.sampled_from(
            ["Bash", "Read", "Write", "WebFetch", "PowerShell", "Monitor", "mcp__db__query"]
        )
        | some.text()
    },
    optional={
        "input": some.dictionaries(
            some.sampled_from(["command", "file_path", "url", "content", "query"]) | some.text(),
            some.text() | anything,
            max_size=3,
        ),
        "cwd": some.text() | anything,
    },
)


@settings(max_examples=200, deadline=None)
@given(calls | anything)
def test_it_answers_whatever_is_asked(asked: object) -> None:
    answer = json.loads(answer_to(json.dumps(asked).encode()))
    assert isinstance(answer["findings"], list)
    assert not answer.get("error", "").startswith("internal")


@settings(max_examples=200, deadline=None)
@given(some.binary(max_size=200))
def test_it_answers_whatever_bytes_come(line: bytes) -> None:
    answer = json.loads(answer_to(line))
    assert not answer.get("error", "").startswith("internal")


# -- a hook


def hooked(given: object, **more: Any) -> subprocess.CompletedProcess[bytes]:
    done = started("--hook", given=given if isinstance(given, bytes) else json.dumps(given).encode(), **more)
    assert done.returncode == 0
    return done


def decided(given: object) -> tuple[str, str]:
    done = hooked(given)
    assert done.stderr == b""
    if not done.stdout:
        return "", ""
    answer = json.loads(done.stdout)["hookSpecificOutput"]
    assert answer.pop("hookEventName") == "PreToolUse"
    return answer["permissionDecision"], answer["permissionDecisionReason"]


def bash(command: str) -> dict[str, Any]:
    return DISASTER | {"tool_input": {"command": command}}


def test_without_a_policy_it_decides_nothing() -> None:
    assert decided(DISASTER) == ("", "")


def test_the_policy_decides(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home)
    decision, reason = decided(DISASTER)
    assert decision == "deny"
    assert reason.startswith("FS-001 ")
    assert "the whole disk" in reason
    assert decided(bash("git push --force origin main")) == ("", "")
    assert decided(bash("ls")) == ("", "")
    assert (
        decided(DISASTER | {"tool_name": "Read", "tool_input": {"file_path": "/home/me/project/a.py"}})[0]
        == "allow"
    )
    assert decided(DISASTER | {"hook_event_name": "PostToolUse"}) == ("", "")
    policy(home, '[hook]\nask = "high"')
    assert decided(DISASTER)[0] == "ask"
    policy(home, '[hook]\nrules = { "FS-001" = "ask", "GIT-001" = "deny" }')
    assert decided(DISASTER)[0] == "ask"
    assert decided(bash("rm -rf / && git push -f origin main"))[0] == "deny"
    assert decided(bash("rm -rf /usr; git reset --hard"))[0] == "ask"


def test_a_reason_holds_no_secret(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home, '[hook]\nask = "info"')
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7z" + "0aB3dE6g"
    reason = decided(bash(f"git push --force https://me:{token}@github.com/me/it main; rm -rf /{token}"))[1]
    assert reason
    assert token not in reason


@pytest.mark.parametrize(
    "text",
    [
        "[hook", "hook = 3", "[hook]\ndeny = 'very'", "[hook]\ndeney = 'high'", "[hook]\nallow = true", "[hook]\nexcept = ['x']",
        "[hook]\nrules = { 'GIT-001' = 'kill' }", "[hook]\nrules = 3", "nonsense = 1", "\0",
    ],
)  # fmt: skip
def test_bad_settings_decide_nothing_and_block_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home, text)
    done = hooked(DISASTER)
    assert done.stdout == b""
    assert done.stderr.startswith(b"ccmcp classify --hook: no decision: ")
    assert done.stderr.count(b"\n") == 1
    assert b"internal" not in done.stderr


def test_a_misspelt_key_is_told_with_the_nearest(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home, "[hook]\ndeney = 'high'")
    assert b"Did you mean 'deny'?" in hooked(DISASTER).stderr


def test_missing_settings_block_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", str(home / "nowhere.toml"))
    assert hooked(DISASTER).stdout == b""


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"garbage",
        b"\x00\xff\x80",
        b"[]",
        b"null",
        b"{}",
        b'{"tool_name": 3}',
        b"{" * 100_000,
        b'{"tool_input": "' + b"x" * 10**7,
    ],
)
def test_bad_input_blocks_nothing(home: Path, monkeypatch: pytest.MonkeyPatch, given: bytes) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home)
    done = hooked(given)
    assert done.stdout == b""
    assert len(done.stderr) < 1000
    assert b"internal" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--what"], ["--jsonl"], ["rm -rf /"], ["--config-dir"], ["--json"], ["--tz", "x"], ["", "-"]],
)
def test_bad_arguments_block_nothing(arguments: list[str]) -> None:
    for words in (["--hook", *arguments], [*arguments, "--hook"]):
        done = started(*words, given=json.dumps(DISASTER).encode())
        assert (done.returncode, done.stdout) == (0, b"")
        assert b"no decision" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as a POSIX shell does")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "> /dev/full", "2> /dev/full"])
def test_closed_streams_block_nothing(home: Path, monkeypatch: pytest.MonkeyPatch, closed: str) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home)
    (home / "call.json").write_text(json.dumps(DISASTER), encoding="utf-8")
    words = f"{sys.executable} -m ccmcp classify --hook < {home / 'call.json'} {closed}; echo $? > {home / 'code'}"
    subprocess.run(["bash", "-c", words], cwd=REPOSITORY, check=True, capture_output=True)
    assert (home / "code").read_text(encoding="utf-8") == "0\n"


def test_a_huge_call_is_decided(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCMCP_CONFIG", "to be restored")
    policy(home)
    assert decided(bash("rm -rf /; echo " + "x" * 5_000_000))[0] == "deny"


# -- what is loaded


def loaded(line: bytes) -> set[str]:
    code = "import sys; sys.path.insert(0, '.'); from ccmcp.cli.hook import answer_to; answer_to(sys.stdin.buffer.read()); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], input=line, capture_output=True, cwd=REPOSITORY, check=True
    )
    return set(done.stdout.decode().split())


HEAVY = {
    "mcp", "pydantic", "tantivy", "sqlite3", "orjson", "dataclasses", "inspect", "pathlib", "argparse", "ccmcp.config", "ccmcp.redact",
    "ccmcp.tools", "ccmcp.cli.command", "ccmcp.index", "difflib",
}  # fmt: skip


def test_a_call_of_a_file_tool_loads_no_rules_on_commands() -> None:
    found = loaded(b'{"tool": "Read", "input": {"file_path": "/home/me/project/a.py"}}')
    assert not found & HEAVY
    assert "tree_sitter" not in found
    unwanted = ("ccmcp.audit.rules.commands.", "ccmcp.audit.rules.scripts.")
    assert not [name for name in found if name.startswith(unwanted) and "._" not in name]


def test_a_command_loads_the_rules_on_its_program_only() -> None:
    found = loaded(call("git status"))
    assert not found & HEAVY
    assert "tree_sitter" not in found
    assert "ccmcp.audit.rules.commands.force_push" in found
    assert "ccmcp.audit.rules.commands.permissions" not in found


# -- people


def test_people_read_the_rule_the_reason_and_the_advice(ccmcp: Ccmcp) -> None:
    done = ccmcp("classify", "git push --force origin main")
    assert done.code == 0
    assert "GIT-001" in done.out
    assert "critical" in done.out
    assert "origin/main" in done.out
    assert "--force-with-lease" in done.out
    assert "Bash(git push --force:*)" in done.out
    assert ccmcp("classify", "ls").out == "Nothing found.\n"


def test_any_tool_and_json(ccmcp: Ccmcp) -> None:
    [found] = json.loads(ccmcp("classify", "--input", '{"command": "rm -rf /"}', "--json").out)["findings"]
    assert (found["rule"], found["severity"]) == ("FS-001", "critical")
    assert json.loads(ccmcp("classify", "--tool", "TodoWrite", "--input", "{}", "--json").out) == {
        "findings": []
    }


@pytest.mark.parametrize("arguments", [[], ["--input", "3"], ["--input", "{"], ["a", "b"], ["--inptu", "{}"]])
def test_wrong_usage(ccmcp: Ccmcp, arguments: list[str]) -> None:
    done = ccmcp("classify", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


# -- rules


def test_rules_lists_every_rule(ccmcp: Ccmcp) -> None:
    done = ccmcp("rules", "--json")
    assert [each["id"] for each in json.loads(done.out)["rules"]] == sorted(rule.id for rule in every_rule())
    assert "GIT-001" in ccmcp("rules").out


def test_rules_documents_each(ccmcp: Ccmcp) -> None:
    for rule in every_rule():
        done = ccmcp("rules", rule.id)
        assert done.code == 0
        assert rule.title in done.out
    found = json.loads(ccmcp("rules", "git-001", "--json").out)
    assert any("# critical" in each for each in found["bad"])
    assert "git push origin main" in found["fine"]
    assert found["mappings"]["soc2"] == ["CC7.2", "CC8.1"]


def test_an_unknown_rule_is_refused_with_the_nearest(ccmcp: Ccmcp) -> None:
    done = ccmcp("rules", "GTI-001")
    assert done.code == 2
    assert "GIT-001" in done.err


def test_rules_knows_the_secrets(ccmcp: Ccmcp) -> None:
    found = json.loads(ccmcp("rules", "secrets", "--json").out)["secrets"]
    assert "Anthropic" in {each["provider"] for each in found}


def test_a_call_without_a_tool_is_refused_in_words(ccmcp: Ccmcp) -> None:
    refused = ccmcp("classify", "--tool", "", "ls")
    assert refused.code == 2
    assert "--tool" in refused.err
