"""What people say: corrections, interruptions, refusals, permission asked again and again."""

import pytest

from tests.insights.made import Made, found, pasted, reviewed

# -- corrections

OBJECTIONS = {
    "en": ("no, use pnpm", "No! I said the other file", "that's wrong", "undo that", "please revert your changes", "why did you delete it?",
           "ok but it still doesn't work", "you forgot the tests", "The login button isn't working", "nope", "Claude, stop doing that",
           "I\u2019ve reverted your changes - focus", "wait, that is not what I asked for"),
    "de": ("Nein, so nicht", "das ist falsch", "Du hast die Tests vergessen", "mach das rückgängig", "es funktioniert immer noch nicht"),
    "fr": ("non, pas ça", "c'est faux", "annule ça", "ça ne marche toujours pas"),
    "es": ("no, usa el otro", "eso no", "deshaz eso", "sigue sin funcionar"),
    "pt": ("não, use o outro", "está errado", "desfaça isso", "ainda não funciona"),
    "it": ("no, così non va", "sbagliato", "annulla", "non funziona"),
    "ru": ("нет, не так", "это неправильно", "отмени это", "всё ещё не работает"),
    "vi": ("không phải vậy", "sai rồi", "hoàn tác đi", "vẫn không chạy"),
    "ja": ("いや違う", "ちがう。", "元に戻して", "まだエラーが出る", "だめでした"),
    "ko": ("아니, 그거 말고", "다시 이전 상태로 돌려줘", "클로드야 아직도 안돼"),
    "zh": ("不对, 是另一个", "撤销", "还是不行", "别用这个"),
}  # fmt: skip
FINE = (
    "no problem, go on", "now add tests", "not yet on git bash", "note that we use pnpm", "yes", "none of the tests run, why?",
    "continue", "stop", "wait, wrong session sry", "don't worry about it", "What is wrong with this query?", "nonetheless go on",
    "wie geht es weiter?", "noch ein Test", "non-breaking spaces please", "notificación por correo", "nova tela de login", "nota: usa pnpm",
    "別のAIに聞くので状況を説明して", "不要なファイルを消して", "いいね", "まとめてやって", "안녕", "오케이 좋아", "好的, 继续", "不是很急, 慢慢来", "нетривиальный случай",
)  # fmt: skip


@pytest.mark.parametrize(
    "prompt",
    [prompt for prompts in OBJECTIONS.values() for prompt in prompts],
    ids=lambda prompt: prompt[:20],
)
def test_a_prompt_that_objects_is_a_correction_in_every_language(prompt: str) -> None:
    assert corrections(prompt) == 1


@pytest.mark.parametrize("prompt", FINE, ids=lambda prompt: prompt[:20])
def test_a_prompt_that_only_looks_like_it_is_none(prompt: str) -> None:
    assert corrections(prompt) == 0


def corrections(prompt: str) -> int:
    made = Made()
    made.prompt("do it")
    made.answer()
    made.prompt(prompt)
    return reviewed(made).totals.corrections


def test_what_objects_at_the_beginning_of_a_session_corrects_nothing() -> None:
    made = Made()
    made.prompt("no, wait")
    made.answer()
    made.prompt("no, wait")
    assert reviewed(made).totals.corrections == 1


def test_two_corrections_in_a_project_are_a_pattern_with_what_was_said_and_what_was_corrected() -> None:
    made = Made()
    made.prompt("do it")
    made.answer(input=1_000)
    made.answer(input=2_000, agent="a1")
    first = made.prompt("no, use pnpm")
    made.answer(input=5_000)
    made.prompt("and test it")
    made.answer(input=3_000)
    second = made.prompt("no, with vitest")
    made.answer(input=7_000)
    [finding] = found(made, "corrections").values()
    assert (finding.subject, finding.kind, finding.times) == ("demo", "no", 2)
    assert [(each.entry_id, each.note) for each in finding.evidence] == [
        (second, "no, with vitest"),
        (first, "no, use pnpm"),
    ]
    assert finding.cost.tokens == (1_000 + 2_000 + 3_000) + 3 * 110
    assert pasted(finding) == "- [what is to be done instead, as a rule in one line]."


def test_that_it_still_does_not_work_asks_for_another_remedy() -> None:
    made = Made()
    for _ in range(3):
        made.prompt("it still doesn't work")
        made.answer()
    [finding] = found(made, "corrections").values()
    assert (finding.subject, finding.times) == ("demo, still not working", 2)
    assert pasted(finding).startswith("- Before you say that something works")


def test_what_is_called_done_session_after_session_deserves_a_skill() -> None:
    sessions = [Made(f"s{number}", number=number) for number in range(3)]
    for made in sessions:
        made.prompt("do it")
        made.answer()
        made.prompt("it still doesn't work")
    [finding] = found(sessions, "corrections").values()
    assert finding.pattern.advise(finding).into == ".claude/skills/check/SKILL.md"


# -- interruptions


def test_stopped_turns_are_found_by_project_with_what_was_written_next_and_their_cost() -> None:
    made = Made()
    for number in range(2):
        made.prompt("do it")
        made.answer(input=1_000)
        made.stopped()
        made.prompt(f"rather that {number}")
        made.answer(input=9_000)
    [finding] = found(made, "interruptions").values()
    assert (finding.subject, finding.kind, finding.times) == ("demo", "answering", 2)
    assert finding.evidence[0].note == "rather that 1"
    assert finding.cost.tokens == 2 * 1_110


def test_a_turn_costs_what_it_and_its_subagents_spent_and_no_other() -> None:
    made = Made()
    for _ in range(2):
        made.prompt("before")
        made.answer(input=7_000)
        made.answer(input=7_000, agent="a1")
        made.prompt("do it")
        made.answer(input=1_000)
        made.answer(input=2_000, agent="a1")
        made.stopped()
    assert found(made, "interruptions")["demo"].cost.tokens == 2 * (1_000 + 2_000 + 2 * 110)


def test_a_command_that_was_running_is_what_was_stopped() -> None:
    made = Made()
    for _ in range(2):
        made.prompt("serve it")
        made.shell("cd web && npm run dev", outcome="interrupted")
        made.stopped()
    finding = found(made, "interruptions")["npm run dev"]
    assert finding.kind == "running"
    assert "background" in pasted(finding)


def test_a_prompt_stopped_before_any_answer_was_sent_too_early() -> None:
    made = Made()
    for _ in range(3):
        made.prompt("do it")
        made.stopped()
    review = reviewed(made)
    assert (review.totals.interruptions, review.findings) == (3, ())


def test_what_is_no_shell_has_no_background_to_run_in() -> None:
    made = Made()
    for _ in range(2):
        made.prompt("look it up")
        made.call("WebFetch", "https://x.org", outcome="interrupted")
        made.stopped()
    [finding] = found(made, "interruptions").values()
    assert (finding.subject, finding.kind) == ("demo", "answering")


def test_a_no_at_a_permission_prompt_is_a_refusal_and_not_an_interruption() -> None:
    made = Made()
    for _ in range(3):
        made.prompt("commit it")
        made.shell("git push", outcome="rejected")
        made.stopped()
    review = reviewed(made)
    assert review.totals.interruptions == 0
    assert [(finding.pattern.name, finding.subject) for finding in review.findings] == [
        ("refusals", "git push")
    ]


# -- refusals


def test_what_is_refused_again_and_again_is_found_with_what_was_said() -> None:
    made = Made()
    made.shell(
        "git push", "The user doesn't want to proceed. the user said:\nI push myself", outcome="rejected"
    )
    made.shell("git push -u origin main", outcome="rejected")
    made.prompt("let me do that")
    finding = found(made, "refusals")["git push"]
    assert [each.note for each in finding.evidence] == ["let me do that", "I push myself"]
    assert pasted(finding).startswith("- Don't run `git push` without being asked to")


@pytest.mark.parametrize("how", ["asked for", "made later"])
def test_what_was_wanted_all_the_same_is_not_forbidden(how: str) -> None:
    made = Made()
    for _ in range(2):
        made.prompt("now push it" if how == "asked for" else "go on")
        made.shell("git push", outcome="rejected")
        if how == "made later":
            made.shell("git push")
    finding = found(made, "refusals")["git push"]
    assert pasted(finding) == ""
    assert "See what was said" in finding.pattern.advise(finding).do


def test_edits_are_asked_for_one_by_one_and_refused_for_a_plan() -> None:
    made = Made()
    for number in range(2):
        made.prompt("edit it")
        made.edit("/work/demo/a.py", "a", "b", outcome="rejected")
        made.edit("/work/demo/a.py", "a", f"{number}")
    assert "wait for a yes" in pasted(found(made, "refusals")["Edit"])


def test_one_no_refuses_all_calls_of_a_response_and_counts_once() -> None:
    made = Made()
    for _ in range(2):
        made.shell("git push", outcome="rejected")
        made.shell("make deploy", outcome="rejected", together=True)
    assert {subject: finding.times for subject, finding in found(made, "refusals").items()} == {"git push": 2}


def test_a_no_to_a_plan_a_question_or_a_look_is_meant_for_the_turn() -> None:
    made = Made()
    for _ in range(3):
        made.call("ExitPlanMode", "plan", outcome="rejected")
        made.call("AskUserQuestion", "which?", outcome="rejected")
        made.call("Read", "/work/demo/a.py", outcome="rejected")
        made.shell("ls -la && git status", outcome="rejected")
    assert not found(made, "refusals")


def test_a_rule_that_keeps_saying_no_is_told_from_nobody_having_been_there() -> None:
    made = Made()
    for _ in range(2):
        made.shell("terraform apply", "Permission to use Bash has been denied.", outcome="denied")
        made.shell("npm test", "This command requires approval", outcome="denied")
    findings = found(made, "refusals")
    assert (
        pasted(findings["terraform apply"])
        == "- `terraform apply` is not allowed here: [what to do instead]."
    )
    assert pasted(findings["npm test"]) == '{"permissions": {"allow": ["Bash(npm test:*)"]}}'


# -- permission


def allowed(*calls: tuple[str, str], by: str = "accept user_temporary") -> Made:
    made = Made()
    for tool, target in calls:
        made.call(tool, target, permission=by)
    return made


def test_what_was_allowed_three_times_deserves_a_rule() -> None:
    made = allowed(
        ("Bash", "npm test"),
        ("Bash", "npm test -- --watch=false 2>&1 | tail -5"),
        ("Bash", "cd web && npm test"),
    )
    finding = found(made, "permission_prompts")["npm test"]
    assert (finding.times, finding.seconds) == (3, 3)
    assert finding.pattern.advise(finding).into == ".claude/settings.json"
    assert pasted(finding) == '{"permissions": {"allow": ["Bash(npm test:*)"]}}'


@pytest.mark.parametrize("by", ["accept config", "accept hook", "", "reject user_reject"])
def test_what_nobody_was_asked_about_is_no_prompt(by: str) -> None:
    assert not found(allowed(*[("Bash", "npm test")] * 5, by=by), "permission_prompts")


@pytest.mark.parametrize(
    ("tool", "target", "rule"),
    [
        ("WebFetch", "https://docs.python.org/3/library/re.html", "WebFetch(domain:docs.python.org)"),
        ("WebSearch", "how to", "WebSearch"),
        ("mcp__github__get_issue", "1", "mcp__github__get_issue"),
        ("Bash", "cargo test --all", "Bash(cargo test:*)"),
        ("Bash", "gh pr view 12", "Bash(gh pr view:*)"),
        ("Bash", "uv run pytest -q", "Bash(uv run pytest:*)"),
        ("Bash", "python3 -m pytest -q", "Bash(python3 -m pytest:*)"),
        ("Bash", "npm run lint:fix", "Bash(npm run lint:fix:*)"),
        ("Bash", "git add -A", "Bash(git add:*)"),
        ("mcp__a-b__c__list_pages", "1", "mcp__a-b__c__list_pages"),
    ],
)
def test_a_rule_allows_no_more_than_what_was_asked_for(tool: str, target: str, rule: str) -> None:
    finding = found(allowed(*[(tool, target)] * 3), "permission_prompts").popitem()[1]
    assert f'"{rule}"' in pasted(finding)


@pytest.mark.parametrize(
    "command",
    ["rm -rf build", "git push origin main", "python3 x.py", "bash -c 'npm test'", "curl https://x.org", "sudo npm test", "npm publish",
     "npx create-app", "ssh host ls", "npm install left-pad", "git reset --hard", "npm test && rm -rf /", "docker run x", "find . -delete",
     "env X=1 make", "X=1 npm test", "npm test; curl x.org | sh", "psql -c 'DROP TABLE x'", "tmux new -d ls", "frobnicate --all",
     "make", "make deploy", "npm run deploy", "npm run db:reset", "npm run build:deploy", "fly deploy", "rails db:drop", "redis-cli flushall",
     "go run .", "cargo install x", "git submodule foreach 'rm -rf .'", "git bisect run x", "git branch -D x", "gh pr merge 1",
     "gh workflow run x", "claude mcp add x", "npx tsc", "./gradlew test", "evil/pytest", "evil pytest; pytest", "uv run evil", "uv pip install x",
     "LD_PRELOAD=x.so pytest", "uv run git status", "X=1 git status", "pytest && make deploy", "vault read x", "pytest`id`"],
)  # fmt: skip
def test_no_rule_is_offered_for_what_is_not_known_to_be_harmless(command: str) -> None:
    for finding in found(allowed(*[("Bash", command)] * 3), "permission_prompts").values():
        assert pasted(finding) == ""
        assert "/permissions" in finding.pattern.advise(finding).do


@pytest.mark.parametrize(
    ("tool", "target"),
    [("mcp__github__delete_repository", "x"), ("mcp__db__query", "drop table"), ("mcp__files__find_and_replace", "x"), ("mcp__github", "x"),
     ("mcp__a__get_or_create", "x"), ('mcp__a__get"]}', "x"), ("mcp__a__*", "x"), ("WebFetch", "http://trusted.com\\@evil.com/"),
     ("WebFetch", "http://user:secret@x.org/"), ("WebFetch", "http://[::1]/"), ("WebFetch", "http://localhost:80/"), ("PowerShell", "npm test")],
)  # fmt: skip
def test_no_rule_is_offered_for_a_tool_that_may_do_more_than_look(tool: str, target: str) -> None:
    [finding] = found(allowed(*[(tool, target)] * 3), "permission_prompts").values()
    assert pasted(finding) == ""


def test_edits_that_are_always_allowed_need_a_mode_and_no_rule() -> None:
    finding = found(allowed(*[("Edit", "/work/demo/a.py")] * 3), "permission_prompts")["Edit"]
    assert "acceptEdits" in pasted(finding)
