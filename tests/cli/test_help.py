from collections.abc import Callable

import pytest
from inline_snapshot import snapshot

from ccmcp.cli.commands import all_commands
from ccmcp.screen import columns
from tests.cli.catalogue import TOOLS
from tests.cli.conftest import Ccmcp


def test_help_lists_the_commands_by_what_they_are_for(ccmcp: Ccmcp) -> None:
    assert ccmcp("--help").out == snapshot("""\
Usage: ccmcp COMMAND [options]

A memory of your Claude Code sessions, for you and (over MCP) for your agents.

Find and read
  find             Find books by their words, best first
  read             Do what read does

Reports
  count            Do what count does
  hang             Do what hang does
  where            Do what where does
  report verify    Check that a report, and the transcripts it is about, are what they were
  report sign      Sign a report with an ssh key (ssh-keygen -Y sign)
  audit suppress   Say that a finding needs no more attention, and why
  audit baseline   Take all that is found by now as known
  classify         What the audit's rules say of a tool call that was not made yet
  rules            What the audit looks for

Change
  move plan        Do what move plan does
  move apply       Do what move apply does
  migrate list     The migrations that were planned, applied and undone, the newest first
  migrate recover  Bring a migration that was interrupted to an end
  bundle create    Put sessions of a project into one file, for another machine, user or folder
  bundle apply     Take the sessions of a bundle into a project of this machine

Set up
  init             Register ccmcp with an MCP client
  completion       Print a script that completes ccmcp's commands, flags and choices in your shell
  serve            Serve MCP over standard input and output, as `ccmcp init` registers it

Every command
  --json             The answer as JSON: every key always there, null when unknown.
  --config-dir PATH  Claude Code's config folder, instead of CLAUDE_CONFIG_DIR; several with commas
                     between.
  --tz ZONE          The time zone of days and times, as Europe/Berlin, instead of this machine's.
  --no-color         No colours. NO_COLOR=1 does the same for good.
  --show-secrets     Secrets as they are, instead of [REDACTED:...]; on a terminal only.
  --help             This help.

Examples
  ccmcp find time --order year
  ccmcp read Momo
  ccmcp report verify week.json
  ccmcp init claude-code

`ccmcp COMMAND --help` tells more.
""")


def test_help_on_a_command_has_its_flags_and_examples(ccmcp: Ccmcp) -> None:
    assert ccmcp("find", "--help").out == snapshot("""\
Usage: ccmcp find [QUERY...] [options]

Find books by their words, best first. For one book `ccmcp read`.

Arguments
  QUERY  Words to look for.

Options
  --order title|year   By what to sort. (default title)
  --genre novel|essay  Only of this genre.
  --author AUTHOR      Only by this author. (may be repeated)
  --no-lent            Turns off that lent books count; `ccmcp where` shows who has them.
  --this-room          Only books of this room.
  --limit N            How many. (from 1 to 50; default 10)
  --weight WEIGHT      (of at least 0.5)

As every command it takes --json, --config-dir PATH, --tz ZONE, --no-color, --show-secrets, --help:
see `ccmcp --help`.

Examples
  ccmcp find time --order year
  ccmcp find 'time -clock'
""")


def test_help_on_a_group_lists_its_commands(ccmcp: Ccmcp) -> None:
    assert ccmcp("move", "--help").out == snapshot("""\
Usage: ccmcp move COMMAND [options]

Change
  move plan   Do what move plan does
  move apply  Do what move apply does

`ccmcp move COMMAND --help` tells more.
""")


def test_help_on_init_has_the_clients(ccmcp: Ccmcp) -> None:
    assert ccmcp("init", "--help").out == snapshot("""\
Usage: ccmcp init [CLIENT] [options]

Register ccmcp with an MCP client: print what its settings file needs, or add it there. The client
then starts the server by itself; CLAUDE_CONFIG_DIR is passed on when it is set.

Arguments
  CLIENT  The client to register with; when left out, all are printed. (claude-code claude-desktop
          cursor vscode codex gemini)

Options
  --write               Add it to the client's settings file. All else in the file stays, and its
                        old content is kept in FILE.bak.
  --scope user|project  For all your projects, or only for the one in this folder. (default user)
  --name NAME           What the client calls the server. (default ccmcp)

As every command it takes --json, --config-dir PATH, --tz ZONE, --no-color, --show-secrets, --help:
see `ccmcp --help`.

Examples
  ccmcp init claude-code
  ccmcp init claude-code --write
  ccmcp init vscode --write --scope project
""")


@pytest.mark.parametrize("command", ["", *all_commands(TOOLS)])
@pytest.mark.parametrize("width", [40, 79, 200])
def test_help_fits_the_terminal(
    ccmcp: Ccmcp, command: str, width: int, terminal: Callable[..., None]
) -> None:
    terminal(width=width)
    out = ccmcp(*command.split(), "--help").out
    # Examples are to be copied: they are not broken.
    lines = out.partition("Examples")[0].splitlines()
    assert max(columns(line) for line in lines) <= width


def test_help_speaks_of_commands_not_of_tools(ccmcp: Ccmcp) -> None:
    out = ccmcp("find", "--help").out
    assert "read_book" not in out
    assert "`ccmcp read`" in out
    assert "list_shelves" not in out
    assert "{" not in out


def test_no_summary_ends_within_a_bracket_or_a_word(ccmcp: Ccmcp, terminal: Callable[..., None]) -> None:
    terminal(width=60)
    out = ccmcp("--help").out.partition("Every command")[0]
    assert out.count("(") == out.count(")")
    assert "…" not in out
