"""Files in which keys, passwords and tokens are kept."""

from collections.abc import Iterator

from ccmcp.audit.call import Access, Scene
from ccmcp.audit.credentials import Credential, credential
from ccmcp.audit.places import Place
from ccmcp.audit.rule import SEVERITIES, Hit, Severity, rule
from ccmcp.audit.rules.accesses._use import captured, hidden, where


@rule(
    id="CRD-001",
    title="Credential file access",
    severity="high",
    category="credentials",
    matches="SSH, cloud, registry and database keys, password stores, browser stores, .env files, key files, read by a file tool or a command",
    false_positives="Templates (.env.example), public keys, certificates and test data are left alone; source .env is low.",
    advice="Deny the path in settings, hand over values through the environment, and change what was shown.",
    permission="Read(~/.ssh/**)",
    on=Access,
    attack=("T1552.001", "T1552.004", "T1555.003"),
    atlas=("AML.T0055",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Exploration", "Standard Credentials"),
)
def credential_file(access: Access, scene: Scene) -> Iterator[Hit]:
    """
    A file that holds a key, password or token is read, copied or written.

    Bad:
        cat ~/.ssh/id_rsa                    # high
        Read: ~/.aws/credentials             # high
        Read: /home/me/project/.env          # medium
        cp -r ~/.ssh /tmp/x                  # high
        grep -r token ~/.config/gcloud       # high
        base64 < ~/.kube/config              # high
        sudo cat /etc/shadow                 # high
        grep SECRET .env.production          # medium
        python3 -c "print(open('/home/me/.ssh/id_ed25519').read())"  # high
    Fine:
        cat ~/.ssh/id_rsa.pub
        Read: .env.example
        source .env && npm start             # low
        export $(grep -v '^#' .env | xargs)  # low
        cut -d= -f1 .env                     # low
        ls -la ~/.ssh                        # low
        cp .env.example .env                 # low
        chmod 600 ~/.ssh/id_rsa
        ssh -i ~/.ssh/id_rsa host
        echo "cat ~/.ssh/id_rsa"
    """
    yield from _hits(access, scene, agent=False)


@rule(
    id="CRD-005",
    title="An agent's own credentials read",
    severity="high",
    category="credentials",
    matches="What Claude Code, Codex, Gemini, Copilot, gh and MCP servers log in with, read by a file tool or a command",
    false_positives="~/.claude.json also holds ordinary settings, so it is medium.",
    advice="Deny the path in settings; log out and in again if the value was shown.",
    permission="Read(~/.claude/.credentials.json)",
    on=Access,
    attack=("T1552.001",),
    atlas=("AML.T0083", "AML.T0055"),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Exploration",),
)
def agent_credential_file(access: Access, scene: Scene) -> Iterator[Hit]:
    """
    A file with the login of an agent or of the tools it uses is read.

    Bad:
        cat ~/.claude/.credentials.json   # high
        Read: ~/.codex/auth.json          # high
        cat ~/.config/gh/hosts.yml        # high
        jq .mcpServers ~/.claude.json     # medium
    Fine:
        ls ~/.claude
        cat ~/.claude/settings.json
        stat ~/.claude/.credentials.json  # low
    """
    yield from _hits(access, scene, agent=True)


def _hits(access: Access, scene: Scene, *, agent: bool) -> Iterator[Hit]:
    if access.how == "delete":
        return
    found = where(access, scene)
    kept = credential(found.path)
    if kept is None or kept.agent is not agent or kept.severity == "info":
        return
    severity, note = _judged(access, scene, kept, found)
    if severity is not None:
        yield Hit(target=found.path, severity=severity, note=f"{kept.kind}{note}")


def _judged(access: Access, scene: Scene, kept: Credential, found: Place) -> tuple[Severity | None, str]:
    if access.how == "list":
        return ("low" if kept.severity == "high" else None), ", only listed"
    if access.how == "run":
        return "low", ", loaded into the environment"
    if access.how == "write":
        if kept.folder:
            return None, ""
        beyond = kept.severity == "high" and not found.inside and found.where != "temp"
        return ("medium" if beyond else "low"), ", written"
    severity = _lower(kept.severity) if found.where in ("temp", "build") else kept.severity
    return _read(access, scene, severity, found)


def _read(access: Access, scene: Scene, severity: Severity, found: Place) -> tuple[Severity, str]:
    """How severe a reading is, as far as its values are shown."""
    command = access.command
    if command is None:
        if scene.call.tool == "Grep" and scene.call.text("output_mode") in (
            "",
            "files_with_matches",
            "count",
        ):
            return "low", ", only searched"
        return severity, ""
    if hidden(command, scene):
        return "low", ", its values not shown"
    if captured(command, scene):
        return ("low" if severity != "high" else "medium"), ", put into a variable"
    if (
        command.name in ("cp", "gcp", "mv", "install", "rsync")
        and severity == "medium"
        and found.inside
        and _stays(command.operands()[-1:])
    ):
        return "low", ", copied within the project"
    if command.name in ("openssl", "ssh-keygen", "gpg", "sops", "ansible-vault") and severity == "high":
        return "medium", ", used"
    return severity, ""


def _stays(words: tuple[str, ...]) -> bool:
    return all(word[:1] not in ("/", "~", "$") and ".." not in word and ":" not in word for word in words)


def _lower(severity: Severity) -> Severity:
    return SEVERITIES[max(SEVERITIES.index(severity) - 1, 0)]
