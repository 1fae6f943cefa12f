"""Logs, histories and transcripts that are deleted, or whose writing is stopped."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import in_container, placed
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
high: history -c|-d|-w !-a ; the shell's history
high: fc -p|-P ; the shell's history
high: journalctl --vacuum-time|--vacuum-size|--vacuum-files|--rotate|--relinquish-var|--flush !--flush ; the journal
high: auditctl -D|-e ; the audit rules
high: auditctl -d|-W ; an audit rule
high: wevtutil cl|clear-log|sl ; event logs
high: Clear-EventLog * ; event logs
high: log erase|config ; the system's log
high: auditpol /clear|/remove|/set ; the audit policy
high: lastlog -C|--clear ; logins
medium: dmesg -C|-c|--clear|--read-clear|-D ; the kernel's messages
medium: logrotate -f|--force ; logs
high: fsutil usn deletejournal ; the change journal
high: praudit|audit -t|-s ; auditing
"""
_LOGS = (
    "/var/log", "/var/adm", "/var/audit", "/private/var/log", "/Library/Logs", "/run/log/journal",
    "/var/db/diagnostics", "/var/spool/audit",
)  # fmt: skip
_HISTORIES = frozenset({
    ".bash_history", ".zsh_history", ".zhistory", ".python_history", ".node_repl_history", ".psql_history", ".mysql_history", ".histfile",
    ".sh_history", ".ash_history", ".history", ".sqlite_history", ".rediscli_history", ".lesshst", "fish_history", "ConsoleHost_history.txt",
    ".bash_sessions", ".zsh_sessions",
})  # fmt: skip
_AGENTS = (
    ".claude/projects", ".claude/history.jsonl", ".codex/sessions", ".codex/history.jsonl", ".gemini/tmp",
    ".claude/todos", ".claude/file-history",
)  # fmt: skip
_SERVICES = frozenset((
    "auditd rsyslog syslog syslog-ng systemd-journald fluentd fluent-bit filebeat osqueryd falcon-sensor wazuh-agent "
    "auditd.service rsyslog.service systemd-journald.service falcon-sensor.service clamav-daemon fail2ban crowdsec td-agent datadog-agent "
    "splunk splunkd amazon-cloudwatch-agent sysmon mdatp sentinelone cbagentd"
).split())  # fmt: skip
_TAKES = frozenset({
    "rm", "shred", "truncate", "srm", "unlink", "mv", "rimraf", "wipe", "grm", "tee", "cp", "ln", "sed", "dd",
})  # fmt: skip


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


@cache
def _programs() -> frozenset[str]:
    return frozenset(programs_of(_ROWS))


@rule(
    id="SYS-002",
    title="Log, history or audit tampering",
    severity="high",
    category="integrity",
    matches="history -c, HISTFILE unset, system logs, shell histories and agents' transcripts deleted or emptied, auditing stopped",
    false_positives="Logs of the project itself are left alone; rotation by hand on one's own machine.",
    advice="Let logrotate and cleanupPeriodDays do it, and keep a copy.",
    permission="Bash(history -c:*)",
    on=Command,
    attack=("T1070.003", "T1070.002", "T1562.001"),
    owasp=("ASI09", "ASI10"),
    auto_mode=("Logging/Audit Tampering", "Session Transcript Tampering"),
)
def tampering(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    What tells afterwards what was done is taken away.

    Bad:
        history -c                             # high
        rm ~/.bash_history                     # high
        > ~/.zsh_history                       # high
        ln -sf /dev/null ~/.bash_history       # high
        unset HISTFILE                         # high
        export HISTSIZE=0                      # medium
        rm -rf /var/log/*                      # high
        sudo journalctl --vacuum-time=1s       # high
        rm -rf ~/.claude/projects/-home-me     # high
        systemctl stop auditd                  # high
    Fine:
        history | tail
        tail -f /var/log/syslog
        rm -f app.log
        rm -rf logs
        cat ~/.claude/projects/x/y.jsonl
    """
    for redirect in command.redirects:
        if redirect.operator in (">", ">|", "&>"):
            yield from _lost(redirect.target, command, scene)
    name = command.name
    if name in _TAKES:
        yield from _taken(command, scene)
    elif name in _programs():
        row = look_up(_table(), command)
        if row and not (
            name == "history" and command.has("-d", "-w") and not command.has("-c") and len(command.args) < 2
        ):
            yield Hit(target=" ".join(command.operands()[:2]) or name, severity=row.severity, note=row.note)
    elif name in ("unset", "export", "set", "declare", "typeset", "shopt", "setopt", "readonly", "local", ""):
        yield from _variables(command)
    elif name in ("systemctl", "service", "launchctl", "pkill", "killall"):
        words = command.operands()
        if any(word in _SERVICES for word in words) and (
            name in ("pkill", "killall")
            or any(word in ("stop", "disable", "mask", "kill", "unload", "bootout") for word in words)
        ):
            yield Hit(
                target=next(str(word) for word in words if word in _SERVICES),
                note="a logging or monitoring service",
            )


def _variables(command: Command) -> Iterator[Hit]:
    for word in command.args:
        name, equals, value = word.partition("=")
        if name == "HISTFILE" and (command.name == "unset" or (equals and value in ("", "/dev/null"))):
            yield Hit(target="HISTFILE", note="the shell's history is not written")
        elif name in ("HISTSIZE", "HISTFILESIZE", "SAVEHIST") and equals and value == "0":
            yield Hit(target=name, severity="medium", note="the shell's history is not kept")
    if command.name == "set" and ("history" in command.args and "+o" in command.args):
        yield Hit(target="history", severity="medium", note="the shell's history is not kept")


def _taken(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.operands(frozenset({"-s", "--size"}))
    if command.name == "sed":
        if not any(word[:2] == "-i" for word in command.args):
            return
        words = words[1:]
    elif command.name == "mv":
        words = words[:-1] if len(words) > 1 else words
    elif command.name in ("cp", "ln"):
        words = words[-1:] if words[:1] == ("/dev/null",) else ()
    elif command.name == "tee" and command.has("-a", "--append"):
        return
    elif command.name == "dd":
        words = tuple(type(word)(word[3:]) for word in command.args if word.startswith("of="))
    for word in words:
        yield from _lost(word, command, scene)


def _lost(word: str, command: Command, scene: Scene) -> Iterator[Hit]:
    last = word.rstrip("/").rpartition("/")[2]
    if not (
        last in _HISTORIES
        or "log" in word
        or ".claude" in word
        or ".codex" in word
        or ".gemini" in word
        or "/var/a" in word
        or "$HISTFILE" in word
    ):
        return
    path = placed(word, command, scene).path
    severity: Severity = "high"
    if (
        last in _HISTORIES and ("/." in f"/{word}" or "fish" in word or "Console" in word)
    ) or "$HISTFILE" in word:
        note = "a shell's history"
    elif any(path == each or path.startswith(f"{each}/") for each in _LOGS):
        note = "a system log"
        app = path.count("/") > 3 or path.endswith((".gz", ".1", ".old"))
        severity = "medium" if in_container(command) or app else "high"
    elif any(f"/{each}" in path for each in _AGENTS) and "/memory/" not in path:
        note = "an agent's transcripts"
    else:
        return
    yield Hit(target=path, severity=severity, note=note)
