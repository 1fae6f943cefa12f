"""The real Claude Code client asks `ccmcp classify --hook` before each call."""

import json
import shlex
import sys
from pathlib import Path

from tests.client.conversation import Converse

# Without a repository or a network it would fail by itself, should the hook let it through.
PUSH = ("Bash", {"command": "git push --force origin main", "description": "Push"})
ECHO = ("Bash", {"command": "echo it-ran", "description": "Say something"})


def hooked(folder: Path, policy: str, *arguments: str) -> tuple[str, ...]:
    """The client's arguments for a hook with this policy."""
    settings = folder / "settings.toml"
    settings.write_text(policy, encoding="utf-8")
    command = shlex.join(
        ["env", f"CCMCP_CONFIG={settings}", sys.executable, "-m", "ccmcp", "classify", "--hook", *arguments]
    )
    hooks = {"PreToolUse": [{"matcher": "*", "hooks": [{"type": "command", "command": command}]}]}
    return ("--settings", json.dumps({"hooks": hooks}), "--allowedTools", "Bash(git push:*)", "Bash(echo:*)")


def test_the_hook_denies_and_says_why(converse: Converse, tmp_path: Path) -> None:
    push, echo = converse([PUSH, ECHO], *hooked(tmp_path, '[hook]\ndeny = "critical"')).answers
    assert push.is_error
    assert "GIT-001 Force push" in push.text
    assert (echo.is_error, echo.text) == (False, "it-ran")


def test_bad_settings_and_arguments_block_nothing(converse: Converse, tmp_path: Path) -> None:
    for arguments in (hooked(tmp_path, '[hook]\ndeny = "very"'), hooked(tmp_path, "", "--what")):
        push, echo = converse([PUSH, ECHO], *arguments).answers
        assert "GIT-001" not in push.text
        assert (echo.is_error, echo.text) == (False, "it-ran")
