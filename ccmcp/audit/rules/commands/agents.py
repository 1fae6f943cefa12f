"""Agents started by the agent, and what is put into them."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.shell.command import Command

_AGENTS = frozenset({
    "claude", "codex", "gemini", "cursor-agent", "aider", "amp", "opencode", "copilot", "goose", "qwen", "q", "kiro", "kiro-cli", "crush", "droid", "cline", "auggie", "grok",
    "claude-code", "@anthropic-ai/claude-code", "@openai/codex", "@google/gemini-cli", "happy", "ccr", "iflow", "plandex", "openhands", "kilocode", "roo",
})  # fmt: skip
_BYPASS = frozenset({
    "--dangerously-skip-permissions", "--allow-dangerously-skip-permissions", "--yolo", "--dangerously-bypass-approvals-and-sandbox", "--dangerously-allow-all",
    "--allow-all-tools", "--allow-all", "--trust-all-tools", "--yes-always", "--skip-permissions-unsafe", "--auto-approve", "--no-sandbox", "--dangerously-skip-version-check",
    "--skip-trust", "--always-approve",
})  # fmt: skip
_VALUES = ("bypassPermissions", "danger-full-access", "never", "yolo", "auto_edit", "dontAsk")


@rule(
    id="AGT-007",
    title="Agent started without permission checks",
    severity="medium",
    category="agents",
    matches="claude --dangerously-skip-permissions, codex --yolo, gemini --yolo, --permission-mode bypassPermissions and such",
    false_positives="Runs in a container or a throw-away machine, where that is meant.",
    advice="Name the allowed tools instead (--allowedTools), or start it in a container without network.",
    permission="Bash(claude *--dangerously-skip-permissions*)",
    on=Command,
    programs=sorted(_AGENTS),
    attack=("T1562.001",),
    owasp=("ASI03", "ASI10"),
    soc2=("CC6.1", "CC7.2", "CC8.1"),
    auto_mode=("Create Unsafe Agents", "Safety Bypass Flag"),
)
def unchecked_agent(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    An agent is started that asks nobody.

    Bad:
        claude -p "fix it" --dangerously-skip-permissions  # medium
        codex exec --yolo "fix it"                         # medium
        gemini --yolo -p "fix it"                          # medium
        claude --permission-mode bypassPermissions         # medium
        codex exec -s danger-full-access "fix it"          # medium
        claude -p "fix it" --allowedTools "Bash(*)"        # medium
    Fine:
        claude -p "explain it"
        claude mcp list
        echo claude --dangerously-skip-permissions
        codex exec --full-auto "fix it"                    # low
    """
    _ = scene
    flags = command.flags
    found = flags & _BYPASS
    mode = command.value(
        "--permission-mode",
        "--sandbox",
        "-s",
        "--ask-for-approval",
        "-a",
        "--approval-mode",
        "--sandbox-mode",
    )
    if found:
        yield Hit(target=f"{command.name} {min(found)}", note="nobody is asked")
    elif mode is not None and mode in _VALUES[:4] and not (mode == "never" and command.name != "codex"):
        yield Hit(
            target=f"{command.name} {mode}",
            note="nobody is asked",
            severity="low" if mode == "never" else None,
        )
    elif any(
        word in ("Bash(*)", "Bash", "*", "Bash(*:*)", "Bash(:*)")
        for value in [command.value("--allowedTools", "--allowed-tools")]
        if value
        for word in (value, *value.replace(",", " ").split())
    ):
        yield Hit(target=f"{command.name} --allowedTools", note="every command allowed")
    elif (
        "--full-auto" in flags
        or (command.name in ("cursor-agent", "amp") and command.has("-f", "--force"))
        or (command.name in ("gemini", "qwen") and command.has("-y"))
    ):
        yield Hit(
            target=f"{command.name} --full-auto",
            severity="low" if "--full-auto" in flags else "medium",
            note="few things are asked",
        )


@rule(
    id="AGT-006",
    title="Nested or remote agent launched",
    severity="low",
    category="agents",
    matches="claude -p, codex exec, gemini -p and other agents run by a command",
    false_positives="Second opinions and scripted reviews are often wanted.",
    advice="Give it the least it needs, and keep its transcript.",
    permission="Bash(claude:*)",
    on=Command,
    programs=sorted(_AGENTS),
    owasp=("ASI07", "ASI08"),
    auto_mode=("Create Unsafe Agents",),
)
def nested_agent(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    The agent starts another.

    Bad:
        claude -p "fix it" --dangerously-skip-permissions  # medium
    Fine:
        claude -p "summarise"        # low
        codex exec "review this"     # low
        gemini -p "review this"      # low
        claude --version
        claude mcp list
    """
    _ = scene
    words, args = command.operands(), command.args
    runs = (
        command.has("-p", "--print", "--prompt", "--message", "-m")
        or words[:1] in (("exec",), ("run",), ("e",), ("chat",))
        or any(each in ("echo", "cat", "printf") for each in (reader.name for reader in command.reads))
    )
    if command.name == "q" and words[:1] != ("chat",):
        return
    if runs and args:
        severity: Severity | None = "medium" if not command.flags.isdisjoint(_BYPASS) else None
        yield Hit(
            target=command.name, severity=severity, note="without permission checks" if severity else ""
        )


_ADDS = frozenset({"add", "add-json", "add-from-claude-desktop", "install", "i", "marketplace", "enable"})


@rule(
    id="SUP-002",
    title="New MCP server, plugin, skill or extension",
    severity="medium",
    category="supply chain",
    matches="claude mcp add, plugin and extension installs of agents and editors",
    false_positives="Servers the user asked for; extensions of an editor are low.",
    advice="Read what it runs before it is used, and pin its version.",
    permission="Bash(claude mcp add:*)",
    on=Command,
    programs=sorted(
        {
            *_AGENTS,
            "code",
            "cursor",
            "npx",
            "bunx",
            "skills",
            "smithery",
            "openskills",
            "add-mcp",
            "install-mcp",
            "windsurf",
            "codium",
        }
    ),
    attack=("T1195",),
    atlas=("AML.T0110",),
    owasp=("ASI04",),
    soc2=("CC6.8", "CC8.1"),
    auto_mode=("Untrusted Code Integration",),
)
def extension(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    An agent or editor is given something that others wrote, and that runs within it.

    Bad:
        claude mcp add x -- npx -y x-mcp                    # medium
        claude plugin install tool@market                   # medium
        gemini extensions install https://x.example/e       # medium
        npx skills add acme/skills                          # medium
        npx -y @smithery/cli install x                      # medium
    Fine:
        claude mcp list
        claude mcp remove x
        code --install-extension ms-python.python           # low
        npx prettier --write .
    """
    _ = scene
    name, words = (
        command.name,
        command.operands(frozenset({"-s", "--scope", "-t", "--transport", "-e", "--env", "-H"})),
    )
    if name in ("code", "cursor", "windsurf", "codium"):
        if given := command.value("--install-extension"):
            yield Hit(target=str(given), severity="low", note="an editor's extension")
        elif command.value("--add-mcp"):
            yield Hit(target="--add-mcp", note="an MCP server")
        return
    if name in ("npx", "bunx"):
        found = next(
            (
                at
                for at, word in enumerate(words[:2])
                if word.partition("@")[0] in ("skills", "add-skill", "openskills", "add-mcp", "install-mcp")
                or word.startswith(("@smithery/cli", "mcp-installer"))
            ),
            -1,
        )
        if found >= 0 and (
            words[found].startswith("add-") or any(word in _ADDS for word in words[found + 1 : found + 3])
        ):
            yield Hit(target=" ".join(words[found : found + 3])[:100])
        return
    if name in ("skills", "openskills", "smithery", "add-mcp", "install-mcp"):
        if name[-3:] == "mcp" or any(word in _ADDS for word in words[:1]):
            yield Hit(target=f"{name} {' '.join(words[:2])}"[:100])
        return
    if words[:1] in (
        ("mcp",),
        ("plugin",),
        ("plugins",),
        ("extensions",),
        ("extension",),
        ("skill",),
        ("skills",),
    ) and any(word in _ADDS for word in words[1:2]):
        listing = words[1] == "marketplace" and words[2:3] in (("list",), ("update",), ("remove",))
        if not listing:
            yield Hit(target=" ".join(words[:3])[:100])
