"""Tunnels and listeners through which others reach this machine."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
info: ngrok config|update|version|help|diagnose|credits ; its settings
medium: ngrok * ; a tunnel from outside
info: cloudflared version|update|login ; its settings
info: cloudflared tunnel list|info|login|route|create|delete|cleanup ; its settings
medium: cloudflared tunnel|access|--url ; a tunnel from outside
medium: cloudflared --url ; a tunnel from outside
medium: localtunnel|lt --port|-p ; a tunnel from outside
medium: bore|rathole|frpc|frps|zrok|pagekite|telebit|localhost.run|expose|jprq|holesail * ; a tunnel from outside
medium: frpc|frps|rathole -c ; a tunnel from outside
high: chisel|ligolo|ligolo-ng|gost|revsocks|iodine|dnscat|dnscat2|ptunnel|hans|stowaway|nps|npc|earthworm client|-connect|* ; a tunnel past firewalls
high: chisel client|server ; a tunnel past firewalls
medium: tailscale funnel ; a port shown to the whole net
low: tailscale serve|up ; a port shown to the user's own network
medium: devtunnel host|create|port ; a tunnel from outside
medium: code tunnel ; an editor reached from outside
medium: tmate|upterm|sshx|ttyd|gotty|wetty|shellinabox|teleconsole * ; a terminal shown to others
medium: tmate|sshx !--version ; a terminal shown to others
medium: vscode-server|code-server --auth|--bind-addr ; an editor reached from outside
medium: vncserver|x11vnc|x0vncserver|xrdp|anydesk|teamviewer|rustdesk * ; a desktop shown to others
info: python -m http.server --bind ; a local server
"""
_VALUED = frozenset({"-p", "--port", "-R", "-L", "-D", "--host", "--bind", "-b", "-d", "--directory"})
_ANY = ("0.0.0.0", "::", "[::]", "*")  # noqa: S104 - compared, not listened on
_SERVERS = (
    "python", "python3", "php", "busybox", "ruby", "http-server", "serve", "live-server", "darkhttpd",
    "webfsd", "miniserve", "dufs", "caddy", "simple-http-server", "httpd", "twistd", "updog",
)  # fmt: skip
_WIDE = frozenset({"/", "~", "$HOME", "/home", "/etc", "/root", "/Users", "/var"})


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


@rule(
    id="EXE-005",
    title="Tunnel or listener exposure",
    severity="medium",
    category="execution",
    matches="ssh -R, ngrok, cloudflared tunnel, shared terminals, file servers of home and system folders, plain listeners",
    false_positives="Dev servers on 0.0.0.0 are info.",
    advice="Bind to 127.0.0.1, and close the tunnel when the work is done.",
    permission="Bash(ngrok:*)",
    on=Command,
    programs=(
        "ssh",
        "autossh",
        "sshd",
        "nc",
        "ncat",
        "netcat",
        "socat",
        "npx",
        *_SERVERS,
        *sorted({*programs_of(_ROWS)} - {*_SERVERS}),
    ),
    attack=("T1219", "T1095", "T1572"),
    owasp=("ASI03",),
    auto_mode=("External Ingress Tunnel", "Expose Local Services"),
)
def tunnel(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Something on this machine can be reached from outside.

    Bad:
        ngrok http 3000                            # medium
        ssh -R 80:localhost:3000 serveo.net        # medium
        cloudflared tunnel --url http://localhost:8080  # medium
        chisel client 192.0.2.7:80 R:socks         # high
        cd ~ && python3 -m http.server 8000        # medium
        ttyd bash                                  # medium
        npx localtunnel --port 3000                # medium
    Fine:
        ssh -L 5432:localhost:5432 db.example
        python3 -m http.server 8000                # info
        nc -l 8080                                 # low
        ngrok version
        cloudflared tunnel list                    # info
    """
    _ = scene
    name = command.name
    if name in ("ssh", "autossh"):
        if (given := _forward(command)) is not None:
            yield Hit(target=given, note="a port of the remote host leads here")
    elif name in ("nc", "ncat", "netcat"):
        if command.has("-l", "--listen"):
            yield Hit(target="a listener", severity="low")
    elif name == "socat":
        words = [word.lower() for word in command.operands()]
        if any("listen" in word.partition(":")[0] or word.startswith("tcp-l:") for word in words) and not any(
            word.startswith(("exec:", "system:")) for word in words
        ):
            yield Hit(target=words[0][:80], severity="low", note="a relay")
    elif name == "sshd":
        yield Hit(target="sshd", severity="medium", note="an SSH server of one's own")
    elif name in _SERVERS:
        yield from _served(command)
    elif row := look_up(_table(), command, _VALUED):
        yield Hit(
            target=f"{name} {' '.join(command.operands()[:2])}".strip(), severity=row.severity, note=row.note
        )


def _forward(command: Command) -> str | None:
    for at, word in enumerate(command.args):
        if word == "-R" or (
            word[:1] == "-" and word[1:2] != "-" and word.endswith("R") and word[1:-1].isalpha()
        ):
            return str(command.args[at + 1]) if at + 1 < len(command.args) else ""
        if word[:2] == "-R" and len(word) > 2:
            return str(word[2:])
        if word[:1] != "-" and at and command.args[at - 1][:1] != "-" and ":" not in word:
            return None
    return None


def _served(command: Command) -> Iterator[Hit]:
    words = command.args
    module = words[:2] in (
        ("-m", "http.server"),
        ("-m", "SimpleHTTPServer"),
        ("-m", "pyftpdlib"),
        ("-m", "uploadserver"),
        ("-m", "updog"),
    )
    if command.name in ("python", "python3") and not module:
        return
    if command.name == "php" and "-S" not in words:
        return
    if command.name == "ruby" and not any(word[2:] == "un" or word == "httpd" for word in words):
        return
    if command.name in ("busybox", "httpd") and not command.has("-f", "-p", "-h"):
        return
    if command.name in ("caddy", "serve", "twistd") and words[:1] not in (("file-server",), ("/",)):
        return
    folder = str(command.value("-d", "--directory", "-t", "-h") or "") or command.cwd
    wide = folder.rstrip("/") in _WIDE or folder == "/" or folder.endswith(("/.ssh", "/.aws"))
    severity: Severity = "medium" if wide else "info"
    yield Hit(target=folder or "the folder it runs in", severity=severity, note="files served")
