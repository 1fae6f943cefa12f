"""Passwords written on a command line."""

from collections.abc import Iterator
from functools import cache
from re import IGNORECASE, Pattern, escape
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.shell.command import Command, Word
from ccmcp.audit.shell.outputs import printed
from ccmcp.audit.shell_hosts import hosts

_VARIABLES = frozenset({
    "PGPASSWORD", "MYSQL_PWD", "SSHPASS", "RESTIC_PASSWORD", "BORG_PASSPHRASE", "AWS_SECRET_ACCESS_KEY", "VAULT_TOKEN", "REDISCLI_AUTH", "GITHUB_TOKEN", "GH_TOKEN",
    "NPM_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DATABASE_PASSWORD", "DB_PASSWORD", "MYSQL_PASSWORD",
})  # fmt: skip
_OPTIONS: dict[str, tuple[str, ...]] = {
    "docker": ("-p", "--password"), "podman": ("-p", "--password"), "helm": ("--password",), "redis-cli": ("-a", "--pass"), "mongosh": ("-p", "--password"),
    "mongo": ("-p", "--password"), "mongodump": ("-p", "--password"), "az": ("-p", "--password"), "cf": ("-p",), "skopeo": ("--creds", "--dest-creds", "--src-creds"),
    "oc": ("-p", "--password", "--token"), "ldapsearch": ("-w",), "smbclient": ("--password",), "sqlcmd": ("-P",), "xfreerdp": ("/p",), "unzip": ("-P",), "zip": ("-P",), "wget": ("--password", "--http-password"),
    "cqlsh": ("-p", "--password"), "influx": ("-password", "--password"), "rabbitmqadmin": ("-p",), "kinit": ("--password",), "openssl": ("-passin", "-passout", "-k"), "argocd": ("--password",),
}  # fmt: skip
_MYSQL = frozenset({"mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "mysqlimport"})
_DEFAULTS = frozenset(
    "postgres password pass root admin test secret changeme example dev guest mysql redis postgrespw "
    "minioadmin devpassword testpassword testpass test123 password123 admin123 123456 foo bar x xxx dummy "
    "user placeholder rootpassword rootpass".split()
)


@rule(
    id="CRD-003",
    title="Plaintext password on a command line",
    severity="medium",
    category="credentials",
    matches="sshpass -p, echo x | sudo -S, mysql -px, PGPASSWORD=x, curl -u user:x, docker login -p x, a password in a URL",
    false_positives="Placeholders, variables and the usual passwords of test databases are left alone or low.",
    advice="Use a variable, a file that only you can read, or the program's own login.",
    on=Command,
    attack=("T1552.003",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Leakage",),
)
def password(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A password stands in a command, so in the shell's history, the process list and this session.

    Bad:
        sshpass -p hunter2x ssh me@db.example        # medium
        echo hunter2x | sudo -S reboot               # medium
        mysql -uroot -phunter2x app                  # medium
        PGPASSWORD=hunter2x psql -h db.example app   # medium
        curl -u me:hunter2x https://api.example.com  # medium
        docker login -u me -p hunter2x               # medium
        git clone https://me:hunter2x@git.example.com/a.git  # medium
    Fine:
        PGPASSWORD=$DB_PASS psql -h db app
        PGPASSWORD=postgres psql -h localhost app    # low
        mysql -uroot -p app
        curl -u "me:$TOKEN" https://api.example.com
        sshpass -p "$PASS" ssh me@db.example
        docker login -u me --password-stdin
        mysql -u root -p<password> app
        sshpass -e ssh -p 2222 me@db.example
    """
    _ = scene
    for what, value in _found(command):
        if (
            value
            and not value.open
            and not _placeholder().search(value)
            and not value.startswith(("$", "<", "%", "{{", "env:", "file:", "fd:", "pass:$", "stdin"))
        ):
            usual = str(value).lower() in _DEFAULTS
            local = [each.host for each in hosts(command)]
            severity: Severity = (
                "low"
                if usual or (local and all(is_local(host) for host in local)) or _is_local_client(command)
                else "medium"
            )
            yield Hit(
                target=what,
                severity=severity,
                note="a password in plain text",
                hidden=_written(value, command.text),
            )


def _written(value: str, text: str) -> str:
    """The password as it stands in the text: with the quotes and backslashes that the shell takes away."""
    if value in text:
        return str(value)
    found = pattern(r"""["'\\]*""".join(map(escape, value[:200]))).search(text)
    return found[0] if found else str(value)


def _found(command: Command) -> Iterator[tuple[str, Word]]:
    for variable, value in command.sets.items():
        if variable in _VARIABLES or variable.endswith(_ENDINGS):
            yield variable, value
    if command.name in _SETTERS:
        for word in command.args:
            name, equals, given = word.partition("=")
            if equals and (name in _VARIABLES or name.endswith(_ENDINGS)):
                yield name, Word(given, open=word.open)
    yield from _wrapped(command)
    yield from _given(command)
    if command.name not in _PRINTERS:
        for word in command.args:
            if "://" in word and "@" in word:
                user, at, _ = word.partition("://")[2].partition("/")[0].rpartition("@")
                if at and ":" in user:
                    yield f"{command.name} URL", Word(user.partition(":")[2], open=word.open)


_ENDINGS = ("_PASSWORD", "_SECRET", "_TOKEN", "_API_KEY", "_SECRET_KEY", "PASSWORD")
_SETTERS = frozenset(
    {"export", "declare", "typeset", "setx", "docker", "podman", "nerdctl", "heroku", "fly", "flyctl"}
)
"""Programs that are given variables as words: docker run -e PGPASSWORD=x."""

_PRINTERS = frozenset({"echo", "printf", "grep", "rg", "sed", "awk", "cat"})


def _wrapped(command: Command) -> Iterator[tuple[str, Word]]:
    """What sshpass, and sudo -S, are given."""
    if "sshpass" in command.through and (given := _sshpass().search(command.text)):
        text = given[1]
        yield "sshpass -p", Word(text.strip("'\""), open=text[0] != "'" and ("$" in text or "`" in text))
    if "sudo" in command.through and command.reads and "-S" in command.text.split():
        yield "sudo -S", Word((printed(command.reads[-1:], None) or "").strip())


@cache
def _sshpass() -> Pattern[str]:
    """The password that sshpass is given; not an option of what it runs."""
    word = r"""(?:'[^']*'|"(?:[^"\\]|\\.)*"|\S+)"""
    return pattern(rf"\bsshpass(?:\s+-(?:[fdP]\s*{word}|[ev]+))*\s+-v*p\s*({word})")


def _given(command: Command) -> Iterator[tuple[str, Word]]:
    """The values of options that take a password."""
    name = command.name
    if name in _MYSQL:
        for word in command.args:
            if word[:2] == "-p" and len(word) > 2:
                yield f"{name} -p", Word(word[2:], open=word.open)
            elif word.startswith("--password="):
                yield f"{name} --password", Word(word[11:], open=word.open)
    elif name in ("curl", "curlie"):
        given = command.value("-u", "--user", "--proxy-user")
        if given and ":" in given:
            yield f"{name} -u", Word(given.partition(":")[2], open=given.open)
    elif name in ("chpasswd", "passwd") and (command.heredoc or command.reads):
        said = (command.heredoc or printed(command.reads[-1:], None) or "").strip()
        yield name, Word(said.partition(":")[2] or said)
    elif name in _OPTIONS and not (name in _LOGINS and "login" not in command.args):
        given = command.value(*_OPTIONS[name])
        if given is not None and name != "openssl":
            yield f"{name} {_OPTIONS[name][0]}", given
        elif given is not None and given.startswith("pass:"):
            yield f"{name} {_OPTIONS[name][0]}", Word(given[5:], open=given.open)


_LOGINS = frozenset({"docker", "podman", "helm", "az", "oc", "argocd"})


def _is_local_client(command: Command) -> bool:
    host = command.value("-h", "--host")
    if (
        host is None
        and command.name in (*_MYSQL, "psql", "pg_dump", "redis-cli")
        and not any("@" in word for word in command.args)
    ):
        return bool(command.host)
    addressed = next((word.rpartition("@")[2] for word in command.args if "@" in word and "://" in word), "")
    return bool(host and is_local(host)) or bool(addressed and is_local(addressed.partition("/")[0]))


@cache
def _placeholder() -> Pattern[str]:
    return pattern(
        r"^(?:your|my|the)?[-_ ]?(?:password|passwd|pass|secret|token|key|api[-_]?key)$|your[-_]|example|placeholder|redacted|\*\*\*|xxx+|\.\.\.|<[^>]*>|changeme|dummy|fake|^\W*$",
        IGNORECASE,
    )
