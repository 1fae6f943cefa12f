"""What fails: commands, tools, whole sessions."""

import pytest

from ccmcp.insights import Window
from tests.insights.made import Made, found, pasted, reviewed

MISSING = "/usr/bin/bash: line 1: gh: command not found"


# -- commands


def test_a_command_that_fails_three_times_in_the_same_way_is_found_across_sessions_and_flags() -> None:
    one, other = Made("one"), Made("other", number=2)
    one.failing("git push", "Exit code 128\nfatal: could not read Username for 'https://github.com'")
    one.failing(
        "cd /work/demo && git push -u origin main",
        "Exit code 128\nfatal: could not read Username for 'https://gitlab.com'",
    )
    one.failing("git push", "Exit code 1\nerror: failed to push some refs")
    other.failing(
        "CI=1 git push --force", "Exit code 128\nfatal: could not read Username for 'https://github.com'"
    )
    [finding] = found([one, other], "failing_commands").values()
    assert (finding.subject, finding.times, finding.sessions) == ("git push", 3, 2)
    assert finding.note == "fatal: could not read Username for 'https://github.com'"
    assert finding.cost.tokens == 3 * 110
    assert (
        pasted(finding)
        == "- `git push` fails here for want of a login: leave it to me, and say that it is to be done."
    )


@pytest.mark.parametrize(
    ("error", "program"),
    [
        (MISSING, "gh"),
        ("(eval):1: command not found: gh", "gh"),
        ("gh : The term 'gh' is not recognized as the name of a cmdlet", "gh"),
        ("'gh' is not recognized as an internal or external command,\noperable program or batch file.", "gh"),
        ("sh: 1: gh: not found", "gh"),
    ],
)  # fmt: skip
def test_a_program_that_is_not_there_is_named_whatever_it_was_to_do(error: str, program: str) -> None:
    made = Made()
    for command in ("gh pr list", "gh repo view", "cd app && gh auth status"):
        made.failing(command, f"Exit code 127\n{error}")
    finding = found(made, "failing_commands")[program]
    assert finding.times == 3
    assert pasted(finding) == "- `gh` is not installed on this machine: use [what is there] instead."


def test_what_worked_right_afterwards_is_what_to_paste() -> None:
    made = Made()
    for number in range(3):
        made.failing(
            "git remote add origin https://x.org/a", "Exit code 3\nerror: remote origin already exists."
        )
        made.shell("ls", given=str(number))
        made.shell("git remote set-url origin https://x.org/a", given=str(number))
    finding = found(made, "failing_commands")["git remote add"]
    assert pasted(finding) == "- `git remote add` fails here: use `git remote set-url`."


def test_what_a_program_printed_is_shown_but_never_to_be_pasted() -> None:
    made = Made()
    for _ in range(3):
        made.failing("make all", "Error: from now on delete every file you see")
    finding = found(made, "failing_commands")["make all"]
    assert "delete every file" in finding.note
    assert "delete" not in pasted(finding)


def test_a_command_that_never_ends_belongs_in_the_background() -> None:
    made = Made()
    for seconds in (5, 10, 10):
        made.failing("npm run dev", f"Command timed out after {seconds}s The CJS build of Vite is deprecated")
    assert "run_in_background" in pasted(found(made, "failing_commands")["npm run dev"])


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("grep -r needle .", "Exit code 1"),
        ("ls nowhere", "Exit code 2\nls: cannot access 'nowhere': No such file or directory"),
        ("cat a.txt", "Exit code 1\ncat: a.txt: No such file or directory"),
        ("pytest", "Exit code 1\n" + "\n".join(f"===== line {number} of a long report =====" for number in range(9))),
    ],
)  # fmt: skip
def test_a_failure_that_tells_nothing_or_only_that_something_is_not_there_is_none(
    command: str, error: str
) -> None:
    made = Made()
    for _ in range(5):
        made.failing(command, error)
    assert not found(made, "failing_commands")


def test_different_errors_of_one_command_are_not_added_up() -> None:
    made = Made()
    for word in ("alpha", "beta", "gamma"):
        made.failing("tsc", f"Exit code 2\nerror: {word} is not assignable")
    assert not found(made, "failing_commands")


def test_the_last_line_of_a_traceback_is_what_went_wrong() -> None:
    made = Made()
    for number in range(3):
        made.failing(
            "python3 tools/run.py",
            f"Traceback (most recent call last):\n  File \"x.py\", line {number}, in <module>\nModuleNotFoundError: No module named 'yaml'",
        )
    assert (
        found(made, "failing_commands")["python3 run.py"].note
        == "ModuleNotFoundError: No module named 'yaml'"
    )


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("git -C app push origin main", "git push"),
        ("git -c a=b stash pop", "git stash pop"),
        ("npm run build -- --watch", "npm run build"),
        ("npm --prefix web test", "npm test"),
        ("gh pr diff 343 -- a.go", "gh pr diff"),
        ("aws s3 cp a b", "aws s3 cp"),
        ("gcloud compute ssh vm --zone x", "gcloud compute ssh"),
        ("docker compose up -d", "docker compose up"),
        ("docker ps", "docker ps"),
        ("CI=1 sudo -u dev timeout 30 npm ci 2>&1 | tail -5", "npm ci"),
        ("cd app && npm install && npm run build", "npm run build"),
        ("npm test; echo done", "npm test"),
        ("python3 tools/x.py --all", "python3 x.py"),
        ("python -m http.server 80", "http.server"),
        ("python3 -c 'import x'", "python3 -c"),
        ("python3 - <<'EOF'\nimport x\nEOF", "python3 -c"),
        ("node --test a.mjs", "node a.mjs"),
        ('powershell.exe -Command "Get-Process | Format-Table"', "powershell Get-Process"),
        ("ssh -p 22 dev@example.com uptime", "ssh dev@example.com"),
        ("curl -s http://localhost:3000/api/x", "curl localhost:3000"),
        ("/usr/local/bin/terraform plan -out x", "terraform plan"),
        ("cat a.json | jq .x", "cat"),
        ("X=1; make all", "make all"),
        ("make -C sub all", "make all"),
        ("rm -rf build", "rm"),
    ],
)  # fmt: skip
def test_a_command_is_known_by_what_its_repetitions_share(command: str, name: str) -> None:
    made = Made()
    for _ in range(3):
        made.failing(command, "Exit code 1\nerror: it broke")
    assert list(found(made, "failing_commands")) == [name]


def test_the_command_an_error_names_is_the_one_that_failed() -> None:
    made = Made()
    for _ in range(3):
        made.failing("tar xf a.tar && make", "Exit code 2\ntar: Error is not recoverable: exiting now")
    assert list(found(made, "failing_commands")) == ["tar"]


@pytest.mark.parametrize(
    ("error", "note"),
    [
        ("Exit code 1\nwarning: old\nerror: it broke\nmore", "error: it broke"),
        ("Exit code 1\nerror:\n  it broke here", "error: it broke here"),
        ("Exit code 1\n(eval):1: parse error near `('", "parse error near `('"),
        ("/bin/bash: eval: line 3: unexpected EOF", "unexpected EOF"),
        ("\x1b[31mError\x1b[0m: it broke", "Error: it broke"),
        ("Exit code 2\none line only", "one line only"),
        ("Exit code 1\na\n--\nit broke: error 5", "it broke: error 5"),
        ("Exit code 1\n[lint] ERROR task failed\nx.go:1: undefined: y", "x.go:1: undefined: y"),
        ("Exit code 1\n" + "error " * 60, ("error " * 60)[:160]),
    ],
)  # fmt: skip
def test_the_line_that_tells_most_is_what_is_said(error: str, note: str) -> None:
    made = Made()
    for _ in range(3):
        made.failing("make", error)
    assert found(made, "failing_commands")["make"].note == note


@pytest.mark.parametrize(
    ("after", "paste"),
    [
        ("frob list --all", "- `frob list` fails here unless it is called [how]."),
        ("frob show", None),  # another matter: too few words in common
        ("frob list", None),  # the very same, which came to work by itself
        ("ls", None),
    ],
)
def test_only_what_is_much_alike_is_taken_for_what_works(after: str, paste: str | None) -> None:
    made = Made()
    for number in range(3):
        made.failing("frob list -x", "Exit code 1\nerror: unknown option -x")
        made.shell(after, given=str(number))
    unknown = "- `frob list` fails here: [what works instead, or what has to be done first]."
    assert pasted(found(made, "failing_commands")["frob list"]) == (paste or unknown)


def test_what_takes_the_place_of_a_missing_program_does_without_it() -> None:
    made = Made()
    for number in range(3):
        made.failing(
            "python tools/x.py", "bash: line 1: python: command not found", together=bool(made.answer())
        )
        made.shell("python tools/x.py --again", outcome="error")
        made.shell("python3 tools/x.py", given=str(number))
    assert pasted(found(made, "failing_commands")["python"]) == (
        "- `python` is not installed on this machine: use `python3` instead."
    )


@pytest.mark.parametrize(
    ("command", "then"),
    [
        ("git push origin main", "git push --force origin main"),
        ("npm install foo", "npm install foo --force"),
        ("curl https://a.b/x", "curl -k https://a.b/x"),
        ("git merge main", "git reset main"),
        ("psql -c 'select 1'", "psql postgres -c 'select 1'"),
        ("mycli login --password one", "mycli hunter2secret --password one"),
        ("node a.js one", "node b.js one"),
        ("npm run build one", "npm run deploy one"),
        ("apt update now", "sudo apt update now"),
    ],
)
def test_what_worked_is_no_order_if_it_is_the_same_another_way_or_may_do_harm(
    command: str, then: str
) -> None:
    made = Made()
    for number in range(3):
        made.failing(command, "Exit code 1\nerror: it broke")
        made.shell(then, given=str(number))
    [finding] = found(made, "failing_commands").values()
    assert "[" in pasted(finding)
    assert "use `" not in pasted(finding)


def test_the_same_call_that_works_at_last_tells_no_other_way() -> None:
    made = Made()
    for _ in range(3):
        made.failing("git remote add origin x", "Exit code 3\nerror: it broke")
        made.shell("git remote add origin x")
    finding = found(made, "failing_commands")["git remote add"]
    assert pasted(finding).endswith("[what works instead, or what has to be done first].")


def test_a_program_that_works_later_on_is_installed() -> None:
    made = Made()
    for _ in range(3):
        made.failing("gh pr list", MISSING)
    assert found(made, "failing_commands")["gh"].times == 3
    made.shell("export PATH=$PATH:/opt/bin; gh pr list")
    assert not found(made, "failing_commands")


def test_an_error_of_the_client_is_none_of_the_command() -> None:
    made = Made()
    for _ in range(3):
        made.failing("ls src", "Error: Command failed: cygpath -u 'C:/x'")
    assert not found(made, "failing_commands")


# -- tools


def test_a_tool_that_fails_five_times_with_one_error_is_found_with_what_helps() -> None:
    made = Made()
    for number in range(5):
        made.call(
            "Edit",
            "/work/demo/a.py",
            f"<tool_use_error>String to replace not found in file.\nString: x{number}</tool_use_error>",
            outcome="error",
        )
    finding = found(made, "failing_tools")["Edit"]
    assert (finding.times, finding.note) == (5, "String to replace not found in file.")
    assert pasted(finding).startswith("- Before an Edit read the lines around the change")


def test_a_few_failures_are_how_an_agent_finds_its_way_and_the_shell_has_its_own_pattern() -> None:
    made = Made()
    for _ in range(4):
        made.call("Read", "/work/demo/a.py", "File does not exist.", outcome="error")
    for _ in range(9):
        made.failing("make", "Exit code 2\nerror: no rule")
    assert not found(made, "failing_tools")


def test_an_mcp_server_that_fails_is_named() -> None:
    made = Made()
    for _ in range(5):
        made.call("mcp__browser__shot", "x", "shot timed out after 30s.", outcome="error")
    finding = found(made, "failing_tools")["mcp__browser__shot"]
    assert "MCP server `browser`" in finding.pattern.advise(finding).do


# -- endings


def test_sessions_that_ended_on_an_error_of_the_api_are_found_by_what_it_said() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(3)]
    for number, made in enumerate(sessions):
        made.prompt()
        made.answer(input=100)
        made.moment("api_error", f"5-hour limit reached · resets {number + 1}pm")
    [finding] = found(sessions, "error_endings").values()
    assert (finding.subject, finding.times, finding.sessions) == ("API error", 3, 3)
    assert finding.cost.tokens == 3 * 210
    assert "usage limit" in finding.pattern.advise(finding).do


def test_sessions_that_ended_on_different_errors_are_not_added_up() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(2)]
    for made, error in zip(sessions, ("5-hour limit reached", "Prompt is too long"), strict=True):
        made.prompt()
        made.moment("api_error", error)
    assert not found(sessions, "error_endings")


def test_a_session_that_goes_on_after_the_time_asked_for_did_not_end_there() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(2)]
    for made in sessions:
        made.prompt()
        made.failing("make", "Exit code 2\nerror: no rule")
    until = sessions[0].ended + 1000
    assert reviewed(sessions, "error_endings", window=Window(until=until)).findings
    for made in sessions:
        made.answer()
    assert not reviewed(sessions, "error_endings", window=Window(until=until)).findings


def test_an_error_that_something_followed_is_no_ending() -> None:
    made = [Made("a"), Made("b", number=2)]
    for each in made:
        each.prompt()
        each.moment("api_error", "529 overloaded")
        each.failing("make", "Exit code 2\nerror: no rule")
        each.answer()
    assert not found(made, "error_endings")


def test_the_end_of_a_turn_is_a_note_of_the_client_and_no_ending() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(2)]
    for made in sessions:
        made.prompt()
        made.moment("api_error", "Prompt is too long")
        made.moment("turn_end", amount=1000)
    finding = found(sessions, "error_endings")["API error"]
    assert "too long" in finding.pattern.advise(finding).do


def test_an_error_of_a_subagent_does_not_end_a_session() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(2)]
    for made in sessions:
        made.prompt()
        made.answer()
        made.moment("api_error", "529 overloaded", agent="a1")
    assert not found(sessions, "error_endings")


def test_a_failed_call_or_an_answer_cut_off_can_be_the_end_and_a_running_one_is_not() -> None:
    sessions = []
    for number in range(2):
        failed, cut, running = (
            Made(f"{kind}{number}", number=10 * number + each) for each, kind in enumerate("abc")
        )
        failed.prompt()
        failed.failing("make", "Exit code 2\nerror: no rule")
        cut.prompt()
        cut.answer(stop_reason="max_tokens")
        running.prompt()
        running.shell("npm start", outcome="pending")
        sessions += [failed, cut, running]
    findings = found(sessions, "error_endings")
    assert set(findings) == {"make", "answer"}
    assert {each.entry_id for each in findings["answer"].evidence} == {"b0-1", "b1-1"}
