import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.cli.toml_server import table, with_server

ENTRY = {"command": "/bin/ccmcp", "args": ["serve"]}
PLACED = {**ENTRY, "env": {"CLAUDE_CONFIG_DIR": "/data"}}


def test_a_table_is_toml() -> None:
    assert table("ccmcp", PLACED) == (
        '[mcp_servers.ccmcp]\ncommand = "/bin/ccmcp"\nargs = ["serve"]\nenv = { CLAUDE_CONFIG_DIR = "/data" }\n'
    )


def test_a_server_is_added_at_the_end() -> None:
    text = '# mine\nmodel = "o3"\n\n[mcp_servers.other]\ncommand = "x" # keep'
    assert with_server(text, "ccmcp", ENTRY) == f"{text}\n\n{table('ccmcp', ENTRY)}"
    assert with_server("", "ccmcp", ENTRY) == table("ccmcp", ENTRY)


def test_doing_it_twice_changes_nothing_more() -> None:
    once = with_server("a = 1\n", "ccmcp", PLACED)
    assert with_server(once, "ccmcp", PLACED) == once


def test_a_table_is_renewed_and_what_else_it_holds_stays() -> None:
    text = """\
[mcp_servers."ccmcp"] # my memory
args = [
  "old", # the old way
  "serve",
]
# it is slow to start
startup_timeout_sec = 20
command = '''old'''

[tui]
command = "other"
"""
    assert (
        with_server(text, "ccmcp", ENTRY)
        == """\
[mcp_servers."ccmcp"] # my memory
args = ["serve"]
# it is slow to start
startup_timeout_sec = 20
command = "/bin/ccmcp"

[tui]
command = "other"
"""
    )


def test_other_variables_stay_inline_or_in_a_table_of_their_own() -> None:
    inline = '[mcp_servers.ccmcp]\ncommand = "/bin/ccmcp"\nargs = ["serve"]\nenv = { A = "1", "b c" = "2" }\n'
    assert tomllib.loads(with_server(inline, "ccmcp", PLACED))["mcp_servers"]["ccmcp"]["env"] == {
        "A": "1",
        "b c": "2",
        "CLAUDE_CONFIG_DIR": "/data",
    }
    apart = (
        '[mcp_servers.ccmcp]\ncommand = "/bin/ccmcp"\nargs = ["serve"]\n\n[mcp_servers.ccmcp.env]\nA = "1"'
    )
    assert with_server(apart, "ccmcp", PLACED) == (
        '[mcp_servers.ccmcp]\ncommand = "/bin/ccmcp"\nargs = ["serve"]\n\n'
        '[mcp_servers.ccmcp.env]\nCLAUDE_CONFIG_DIR = "/data"\nA = "1"'
    )


def test_windows_line_ends_stay() -> None:
    text = 'a = 1\r\n\r\n[mcp_servers.ccmcp]\r\ncommand = "old"\r\n'
    new = with_server(text, "ccmcp", ENTRY)
    assert "\n" not in new.replace("\r\n", "")
    assert tomllib.loads(new)["mcp_servers"]["ccmcp"] == ENTRY


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = ", "no valid TOML"),
        ("mcp_servers = 3", "no table"),
        ("[mcp_servers]\nccmcp = 3", "no table"),
        ('mcp_servers = { ccmcp = { command = "old" } }', "no table of its own"),
        ('[mcp_servers]\nccmcp.command = "old"', "no table of its own"),
        ('[mcp_servers.ccmcp]\nenv.A = "1"\nenv.B = "2"', "can't be edited safely|no valid TOML"),
        ("mcp_servers = { other = {} }", "can't be edited safely|no valid TOML"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        with_server(text, "ccmcp", PLACED)


@given(st.text(), st.lists(st.text(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=3))
def test_any_text_is_written_so_that_it_is_read_again(
    command: str, arguments: list[str], env: dict[str, str]
) -> None:
    entry = {"command": command, "args": arguments, "env": env}
    text = with_server("[other]\na = 1\n", "ccmcp", entry)
    assert tomllib.loads(text) == {"other": {"a": 1}, "mcp_servers": {"ccmcp": entry}}
    assert tomllib.loads(with_server(text, "ccmcp", ENTRY))["mcp_servers"]["ccmcp"] == {**entry, **ENTRY}
