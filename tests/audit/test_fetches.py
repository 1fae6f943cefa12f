"""What a call asks of the net."""

import pytest

from ccmcp.audit.call import Call
from ccmcp.audit.fetches import fetches
from ccmcp.audit.shell.script import read_script


def asked(command: str) -> set[tuple[str, bool]]:
    call = Call(tool="Bash", input={"command": command})
    return {(each.host, each.sends) for each in fetches(call, read_script(command))}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("curl -s https://A.example/x", {("a.example", False)}),
        ("curl -H 'A: b' -o f a.example/x", {("a.example", False)}),
        ("curl -XPOST https://me:pw@a.example:8080/x", {("a.example", True)}),
        ("curl -sd a=1 https://a.example", {("a.example", True)}),
        ("curl --upload-file f https://a.example", {("a.example", True)}),
        ('curl "$URL/x"', {("", False)}),
        ("wget -qO- https://a.example", {("a.example", False)}),
        ("wget --post-file=f https://a.example", {("a.example", True)}),
        ("http POST a.example x=1", {("a.example", True)}),
        ("git clone https://a.example/b.git", {("a.example", False)}),
        ("git clone git@a.example:b/c.git", {("a.example", False)}),
        ("git status", set()),
        ("scp f me@a.example:/x", {("a.example", True)}),
        ("scp me@a.example:/x f", {("a.example", False)}),
        ("rsync -av f a.example:x", {("a.example", True)}),
        ("ssh -p 22 me@a.example ls", {("a.example", False)}),
        ("nc a.example 80", {("a.example", True)}),
        ("nc -l 80", set()),
        ("echo x > /dev/tcp/a.example/80", {("a.example", True)}),
        ("npm install --registry https://a.example x", {("a.example", False)}),
        ("pip install --index-url=https://a.example/simple x", {("a.example", False)}),
        ("dig +short a.example", {("a.example", False)}),
        ("echo https://a.example", set()),
    ],
)
def test_a_shell_command_asks(command: str, expected: set[tuple[str, bool]]) -> None:
    assert asked(command) == expected


@pytest.mark.parametrize(
    "tool", ["WebFetch", "mcp__playwright__browser_navigate", "mcp__chrome-devtools__new_page"]
)
def test_a_tool_asks(tool: str) -> None:
    (found,) = fetches(Call(tool=tool, input={"url": "https://[::1]:80/x"}), None)
    assert (found.host, found.sends) == ("::1", False)


def test_a_browser_that_goes_back_asks_nothing() -> None:
    assert not list(fetches(Call(tool="mcp__chrome__navigate", input={"url": "back"}), None))
