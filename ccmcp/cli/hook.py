"""
`ccmcp classify --jsonl` and `--hook`: the audit's rules on calls that are still to come, answered at once.

A hook's user waits for this before every call, so `main` comes here first and nothing is imported that can be done without.
"""

import gc
import os
import sys
from json import dumps, loads

from ccmcp.audit.call import Call, home_of
from ccmcp.audit.engine import Found, examine

TYPE_CHECKING = False  # typing's own takes 2 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ccmcp.config import HookPolicy

DONE, MISUSED, UNREAD = 0, 2, 141
_DECISIONS = ("allow", "ask", "deny")
"""From the mildest to the strictest."""
_MOST_REASONS = 3
_WARM = 100


def classify(arguments: "Sequence[str]", env: "Mapping[str, str]") -> int:
    """
    Answer calls from standard input on standard output; the exit code.

    With --hook it is 0 whatever happens: Claude Code takes 2 for "block this call", and one mistake in the settings would
    block them all. What is wrong stands on standard error, which the client keeps in its log.
    """
    surplus = [word for word in arguments if word not in ("classify", "--jsonl", "--hook")]
    asked = {*arguments} - {"classify"}
    if "--hook" in asked:
        try:
            if surplus or "--jsonl" in asked:
                raise ValueError("--hook takes no other arguments")  # noqa: TRY301 - told where all else is
            if answer := _hooked(_all(), env):
                _write(answer)
        except BaseException as error:  # noqa: BLE001 - see above
            _complain(f"ccmcp classify --hook: no decision: {_told(error)}")
        return DONE
    if surplus:
        _complain(
            f"ccmcp: --jsonl takes no other arguments, and there is {surplus[0][:60]!r}. See `ccmcp classify --help`."
        )
        return MISUSED
    try:
        for number, line in enumerate(sys.stdin.buffer if sys.stdin else ()):
            _write(answer_to(line))
            if number == _WARM:
                gc.enable()  # off while all is imported
    except OSError:
        return UNREAD
    return DONE


# -- a line a call


def answer_to(line: bytes) -> str:
    """The answer to one line of --jsonl, with the line break; for a line that holds no call it says why."""
    try:
        found = examine_call(loads(line))
    except Exception as error:  # noqa: BLE001 - the next line must get its answer
        return dumps({"findings": [], "error": _told(error)}) + "\n"
    findings = [
        {"rule": each.rule.id, "severity": each.severity, "confidence": each.confidence} for each in found
    ]
    return dumps({"findings": findings}) + "\n"


def examine_call(given: object, root: str = "", home: str = "") -> tuple[Found, ...]:
    """
    What the rules say of a call as JSON: {"tool", "input", "cwd"}.

    `root` is the project's folder, by default the call's own; `home` the user's, by default as the root tells.

    Raises:
        ValueError: it is no call.

    """
    if not isinstance(given, dict):
        raise ValueError("A call is an object with tool, input and cwd.")  # noqa: TRY004 - the text is wrong
    tool, arguments, cwd = given.get("tool"), given.get("input"), given.get("cwd")
    if not isinstance(tool, str) or not tool:
        raise ValueError("tool must be the tool's name.")
    if not isinstance(arguments, dict | None):
        raise ValueError("input must be an object.")  # noqa: TRY004 - as above
    if not isinstance(cwd, str | None):
        raise ValueError("cwd must be a path.")  # noqa: TRY004 - as above
    root = root or cwd or ""
    call = Call(tool=tool, input=arguments or {}, cwd=cwd or "")
    return examine(call, roots=(root,) if root else (), home=home or home_of(root)).found


# -- a hook


def _hooked(text: bytes, env: "Mapping[str, str]") -> str:
    """What to answer a PreToolUse hook; nothing when there is no policy or it says nothing of this call."""
    policy = _policy(env)
    if policy is None:
        return ""
    given = loads(text)
    if not isinstance(given, dict) or given.get("hook_event_name", "PreToolUse") != "PreToolUse":
        return ""
    call = {"tool": given.get("tool_name"), "input": given.get("tool_input"), "cwd": given.get("cwd")}
    root = env.get("CLAUDE_PROJECT_DIR", "")
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    decision, reason = decide(examine_call(call, root, home), policy, str(call["tool"]))
    if not decision:
        return ""
    answer = {
        "hookEventName": "PreToolUse",
        "permissionDecision": decision,
        "permissionDecisionReason": reason,
    }
    return dumps({"hookSpecificOutput": answer}) + "\n"


def _policy(env: "Mapping[str, str]") -> "HookPolicy | None":
    from ccmcp.cli import settings_of  # noqa: PLC0415 - it is the package that imports this module
    from ccmcp.config import Config  # noqa: PLC0415 - not for --jsonl

    return Config.load(settings_of(env)).hook


def decide(found: "Iterable[Found]", policy: "HookPolicy", tool: str) -> tuple[str, str]:
    """The decision and the reason for it; both empty where the policy has none."""
    judged = [(policy.decision(each.rule.id, each.severity), each) for each in found]
    strictest = max((_DECISIONS.index(decision) for decision, _ in judged if decision), default=-1)
    if strictest <= 0:
        harmless = not any(each.severity != "info" and decision != "allow" for decision, each in judged)
        return (
            ("allow", "ccmcp found nothing to object to.") if harmless and tool in policy.allow else ("", "")
        )
    from ccmcp.redact import clean  # noqa: PLC0415 - it takes as long as all the rest, and most calls are harmless

    hidden = [each.hit.hidden for _, each in judged if each.hit.hidden]

    def shown(text: str) -> str:
        for secret in hidden:
            text = text.replace(secret, "[REDACTED:password]")
        return clean(text)  # whole: half a secret is not recognised

    reasons = [_reason(each, shown) for decision, each in judged if decision == _DECISIONS[strictest]]
    return _DECISIONS[strictest], " ".join(reasons[:_MOST_REASONS])


def _reason(found: Found, shown: "Callable[[str], str]") -> str:
    note = f" ({shown(found.hit.note)})" if found.hit.note else ""
    target = shown(found.hit.target)
    target = target if len(target) <= 200 else f"{target[:199]}…"
    return f"{found.rule.id} {found.rule.title}, {found.severity}: {target}{note}. {found.rule.advice}"


# -- streams


def _all() -> bytes:
    return sys.stdin.buffer.read() if sys.stdin else b""


def _write(text: str) -> None:
    # Not sys.stdout: what it can't write it tries again at exit, with a traceback and exit code 120.
    left = text.encode("utf-8")
    while left:
        left = left[os.write(1, left) :]


def _complain(text: str) -> None:
    try:
        os.write(2, f"{text}\n".encode("utf-8", "replace"))
    except OSError:
        return


def _told(error: BaseException) -> str:
    """What went wrong, without what the call holds."""
    from ccmcp.errors import CcmcpError  # noqa: PLC0415 - hardly ever needed

    if isinstance(error, UnicodeDecodeError):
        return "It is no UTF-8 text."
    if type(error).__name__ == "JSONDecodeError" or isinstance(error, RecursionError):
        return f"It is no JSON: {str(error)[:100]}"
    if isinstance(error, CcmcpError) or type(error) is ValueError:
        return str(error)[:500]
    return f"internal error ({type(error).__name__})"
