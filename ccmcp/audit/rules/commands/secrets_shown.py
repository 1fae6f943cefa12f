"""Commands that print the environment, or the secrets a program keeps."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.accesses._use import captured, hidden
from ccmcp.audit.rules.commands._secret_rows import ROWS
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_SECRET_NAMES = (
    "SECRET", "TOKEN", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL",
    "_KEY", "AUTH", "DATABASE_URL", "_PASS", "PASSPHRASE", "_DSN",
)  # fmt: skip
_SEARCHED = (
    "id_rsa", "id_ed25519", "id_dsa", ".pem", ".key", ".env", "credentials", "*secret*", "*password*",
    "*token*", ".kdbx", ".p12", ".pfx", "wallet", "*.ppk", "shadow", "authorized_keys", "*_rsa", ".netrc",
    ".npmrc", ".aws", ".git-credentials", "kubeconfig", "Login Data",
)  # fmt: skip
_BROAD = ("/", "~", "/home", "/root", "/etc", "/var", "/Users", "$HOME", "/opt", "/mnt", "/home/*")
_TRACES = (
    "password", "passwd", "secret", "api_key", "apikey", "api-key", "token", "credential", "private key",
    "private_key", "aws_", "akia", "sk-", "begin rsa", "begin openssh", "begin private",
)  # fmt: skip


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(ROWS)


@rule(
    id="CRD-002",
    title="Credential or environment dump",
    severity="medium",
    category="credentials",
    matches="env, printenv, export -p; keychain, password managers, cloud and cluster secrets printed; searches of the disk for keys",
    false_positives="One harmless variable, or env piped to a grep for it, is info or low; a token put into a variable is low.",
    advice="Name the one variable that is needed; let programs fetch secrets themselves.",
    permission="Bash(printenv:*)",
    on=Command,
    programs=(
        "env",
        "printenv",
        "export",
        "set",
        "declare",
        "typeset",
        "compgen",
        "ps",
        "echo",
        "printf",
        "find",
        "fd",
        "grep",
        "rg",
        "egrep",
        "strings",
        "locate",
        "tcpdump",
        *sorted(programs_of(ROWS)),
    ),
    attack=("T1552.007", "T1555.001", "T1003.008", "T1552.001"),
    atlas=("AML.T0098",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Materialization", "Credential Exploration"),
)
def secrets_shown(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Secrets are printed, so that they stand in the session from then on.

    Bad:
        env                                                # medium
        printenv | sort                                    # medium
        env | grep -i token                                # medium
        echo $AWS_SECRET_ACCESS_KEY                        # medium
        security find-generic-password -s app -w           # medium
        gh auth token                                      # medium
        kubectl get secret db -o yaml                      # medium
        aws secretsmanager get-secret-value --secret-id x  # medium
        find / -name id_rsa                                # medium
        grep -rn "BEGIN RSA PRIVATE KEY" /home             # medium
    Fine:
        env | grep PATH                   # low
        printenv PATH                     # info
        echo $HOME
        TOKEN=$(gh auth token) npm test   # low
        kubectl get secrets               # low
        env FOO=1 npm test
        export FOO=1
        grep -rn token src
    """
    name = command.name
    if name in ("env", "printenv", "export", "set", "declare", "typeset", "compgen", "ps"):
        severity, target = _environment(command)
        if severity == "medium":
            severity = _filtered(command, scene)
        if severity is not None:
            yield Hit(target=target, severity=severity, note="environment variables")
    elif name in ("echo", "printf"):
        yield from _echoed(command, scene)
    elif name in ("find", "fd", "locate", "grep", "rg", "egrep", "strings"):
        yield from _searched(command)
    elif name == "tcpdump":
        if command.has("-A", "-X", "-w"):
            yield Hit(target="network traffic", severity="low", note="traffic recorded")
    elif row := look_up(
        _table(),
        command,
        frozenset({"-n", "--namespace", "--profile", "--region", "--context", "-p", "--project"}),
    ):
        severity = row.severity
        if severity == "medium" and (
            hidden(command, scene) or captured(command, scene) or _feeds_login(command, scene)
        ):
            severity = "low"
        yield Hit(
            target=f"{name} {' '.join(command.operands()[:3])}".strip()[:120],
            severity=severity,
            note=row.note,
        )


def _environment(command: Command) -> tuple[Severity | None, str]:
    """How severe it is to print what it prints of the environment, if it does."""
    words = command.operands(frozenset({"-u", "--unset", "-C"}))
    match command.name:
        case "env":
            return ("medium" if not words and not command.has("-i", "--help", "--version") else None), "env"
        case "printenv":
            if not words:
                return "medium", "printenv"
            secret = any(_is_secret(word) for word in words)
            return ("medium" if secret else "info"), f"printenv {' '.join(words)}"[:80]
        case "export" | "declare" | "typeset":
            if command.has("-p", "-x", "-xp", "-px") and not words:
                return "medium", f"{command.name} -p"
            return (
                "medium" if command.name == "export" and not command.args and not command.open else None
            ), command.name
        case "set":
            return ("medium" if not command.args else None), "set"
        case "compgen":
            return ("low" if command.has("-v", "-e") else None), "compgen"
        case _:
            shows = any(
                word in ("eww", "auxe", "auxeww", "axe", "-eww", "e", "auxewww", "axeww")
                for word in command.args
            )
            return ("medium" if shows else None), "ps with environments"


def _filtered(command: Command, scene: Scene) -> Severity:
    """How severe it is once others have filtered the list."""
    if hidden(command, scene) or captured(command, scene):
        return "low"
    if any(
        redirect.writes and redirect.fd in (-1, 1) and redirect.target == "/dev/null"
        for redirect in command.redirects
    ):
        return "info"
    if scene.script is None:
        return "medium"
    for other in scene.script.commands:
        if any(each is command for each in other.reads) and other.name in (
            "grep",
            "egrep",
            "rg",
            "awk",
            "sed",
            "fgrep",
            "wc",
            "head",
        ):
            words = [word for word in other.args if word[:1] != "-"]
            if (
                other.name in ("grep", "egrep", "rg", "fgrep")
                and words
                and not command.has("-v")
                and not other.has("-v", "--invert-match")
            ):
                return "medium" if _is_secret(words[0]) or words[0] in (".", "", "=", ".*", "^") else "low"
    return "medium"


def _is_secret(word: str) -> bool:
    upper = word.upper()
    return any(name in upper for name in _SECRET_NAMES) or upper.strip("^$_") in (
        "KEY",
        "AWS",
        "PASS",
        "CRED",
        "PWD|PASS",
        "API",
        "GH_",
        "GITHUB",
    )


def _echoed(command: Command, scene: Scene) -> Iterator[Hit]:
    if command.redirects and any(redirect.writes for redirect in command.redirects):
        return
    for word in command.args:
        if "$" in word and word.open and not command.host:
            name = _variable(word)
            if (
                name
                and _is_secret(name)
                and not name.endswith(("_LENGTH", "_FILE", "_PATH", "_ID", "_NAME"))
                and not name.islower()
            ):
                if any(True for _ in _readers(command, scene)):
                    return
                yield Hit(target=f"${name}", severity="medium", note="a secret variable shown")
                return


def _variable(word: str) -> str:
    """The variable whose whole value a word shows; empty for ${#X}, ${X:0:4}, ${X:+set}."""
    start = word.find("$")
    rest = word[start + 1 :]
    if rest[:1] == "{":
        inside = rest[1:].partition("}")[0]
        return inside if inside.isidentifier() else ""
    name = ""
    for letter in rest:
        if not (letter.isalnum() or letter == "_"):
            break
        name += letter
    return name if name.isidentifier() else ""


def _readers(command: Command, scene: Scene) -> Iterator[Command]:
    if scene.script is not None:
        yield from (
            other
            for other in scene.script.commands
            if any(each is command for each in other.reads) or any(each is command for each in other.inner)
        )


def _searched(command: Command) -> Iterator[Hit]:
    words = [str(word) for word in command.args]
    if command.name in ("grep", "rg", "egrep", "strings"):
        operands = [
            str(word)
            for word in command.operands(
                frozenset({"-e", "-A", "-B", "-C", "-m", "-g", "--include", "--exclude-dir"})
            )
        ]
        sought = command.value("-e", "--regexp") or (operands[0] if operands else "")
        places = operands[1:] if not command.has("-e") else operands
        recursive = command.name == "rg" or command.has("-r", "-R", "--recursive", "-rn", "-ri")
        if (
            recursive
            and any(_broad(place) for place in places)
            and any(trace in sought.lower() for trace in _TRACES)
        ):
            yield Hit(target=" ".join(places)[:80], severity="medium", note="the disk searched for secrets")
        return
    places = [] if command.name == "locate" else words[:1]
    sought = " ".join(words[1:] if command.name == "find" else words)
    if (command.name == "locate" or any(_broad(place) for place in places)) and any(
        name.strip("*") in sought for name in _SEARCHED
    ):
        yield Hit(
            target=f"{command.name} {places[0] if places else ''}".strip(),
            severity="medium",
            note="the disk searched for keys",
        )


def _broad(place: str) -> bool:
    return (
        place.rstrip("/") in _BROAD
        or place == "/"
        or (place.startswith(("/home/", "/Users/")) and place.rstrip("/").count("/") == 2)
    )


def _feeds_login(command: Command, scene: Scene) -> bool:
    """Whether what it prints goes straight into a login: aws ecr get-login-password | docker login."""
    return any(
        "login" in other.args or "--password-stdin" in other.args for other in _readers(command, scene)
    )
