"""Which commands send data to another host, and where. Pure."""

from collections.abc import Iterator

from ccmcp.audit.hosts import KNOWN_APIS, is_local
from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell_hosts import hosts
from ccmcp.audit.shell_transfers import is_remote

DROPS = (
    "webhook.site", "requestbin", "pipedream.net", "requestcatcher.com", "hookbin.com", "beeceptor.com", "ngrok.io", "ngrok-free.app", "ngrok.app", "ngrok.dev",
    "trycloudflare.com", "loca.lt", "serveo.net", "localhost.run", "burpcollaborator.net", "oastify.com", "oast.", "interact.sh", "interactsh.com", "dnslog.cn",
    "ceye.io", "canarytokens", "transfer.sh", "file.io", "0x0.st", "pastebin.com", "paste.ee", "hastebin.com", "dpaste.", "paste.rs", "ix.io", "termbin.com", "sprunge.us",
    "bashupload.com", "temp.sh", "catbox.moe", "anonfiles", "gofile.io", "wetransfer.com", "tmpfiles.org", "uguu.se", "clbin.com", "p.ip.fi", "ptpb.pw", "envs.sh", "oshi.at",
    "pixeldrain.com", "mega.nz", "rentry.co", "ghostbin", "controlc.com", "privatebin", "discord.com/api/webhooks", "discordapp.com/api/webhooks", "hooks.slack.com",
    "api.telegram.org/bot", "bore.pub", "pinggy.io", "tunnelmole", "x0.at", "keep.sh", "upload.ee", "ufile.io", "filebin.net", "send.vis.ee", "smokescreen", "postb.in", "mockbin.org", "dnsbin",
)  # fmt: skip
"""Where anybody can drop something, or look at what was sent."""

_STORAGE = {
    "aws": ("s3",),
    "gsutil": ("cp", "mv", "rsync"),
    "rclone": ("copy", "copyto", "sync", "move", "rcat"),
    "s3cmd": ("put", "sync"),
    "mc": ("cp", "mirror", "pipe"),
    "gcloud": ("storage",),
    "az": ("storage",),
    "azcopy": ("copy",),
}
_NET = frozenset(
    "nc ncat netcat nc.traditional nc.openbsd telnet socat openssl ftp lftp tftp ncftpput smbclient curlie "
    "websocat whois finger cancel".split()
)
_MAIL = frozenset("mail mailx mutt sendmail msmtp sendemail swaks ssmtp".split())
_PASTE = frozenset(
    "pastebinit termbin wgetpaste gist croc wormhole magic-wormhole transfer ffsend pbpaste-upload ipfs".split()
)
_DNS = frozenset("dig nslookup host drill kdig ping ping6 doggo".split())


def sends(command: Command) -> str:
    """The host a command sends what it is given to, or a word for it; empty when it sends nothing from here."""
    name, args = command.name, command.args
    for redirect in command.redirects:
        if redirect.writes and redirect.target.startswith(("/dev/tcp/", "/dev/udp/")):
            return redirect.target[9:].partition("/")[0]
    if name in ("curl", "wget", "http", "https", "xh", "xhs"):
        return next((each.host or "an unknown host" for each in hosts(command) if each.sends), "")
    if name in _NET:
        if (name == "openssl" and "s_client" not in args) or command.has("-z"):
            return ""
        return next(
            (each.host or each.url for each in hosts(command)),
            f"by {name}"
            if name in ("whois", "finger", "smbclient", "cancel")
            else "a listener"
            if command.has("-l")
            else "",
        )
    if name == "sftp" and "put " in command.heredoc:
        return next((each.partition(":")[0].rpartition("@")[2] for each in command.operands()), "")
    if name in ("scp", "rsync", "sftp"):
        words = command.operands(
            frozenset("-i -P -F -o -l -c -S -J -e --rsh --exclude --include --filter --port".split())
        )
        last = words[-1] if words else ""
        return (
            last.partition(":")[0].rpartition("@")[2] if last and (is_remote(last) or "://" in last) else ""
        )
    return _sent_by_client(command)


def _sent_by_client(command: Command) -> str:
    """Where clients of storage, mail and paste sites send to."""
    name, args = command.name, command.args
    if name in _STORAGE:
        words = command.operands()
        if (
            any(word in _STORAGE[name] for word in words[:2])
            and words
            and ("://" in words[-1] or is_remote(words[-1]) or name == "az")
        ):
            return words[-1].partition("://")[2].partition("/")[0] or words[-1].partition(":")[0]
        return ""
    if name == "gh":
        return "gist.github.com" if args[:2] == ("gist", "create") else ""
    if name in _MAIL:
        return "a mail server"
    if name in _PASTE:
        return f"by {name}"
    if name == "ssh" and command.reads:
        return next((each.host for each in hosts(command)), "")
    return ""


def is_drop(url: str) -> bool:
    """Whether a URL or host is one where anybody can leave, or look at, data."""
    low = url.lower()
    return any(part in low for part in DROPS)


def stays(target: str) -> bool:
    """Whether what `sends` names is this machine, or one of its own network."""
    return " " not in target and is_local(target)


def expects_credentials(host: str) -> bool:
    """Whether credentials are sent to this host as a matter of course."""
    return host in KNOWN_APIS


def is_dns(command: Command) -> bool:
    """Whether a command asks for a name."""
    return command.name in _DNS


def upstream(command: Command) -> Iterator[Command]:
    """The commands whose output it sends: those it reads, and those in its $(...), at any depth."""
    seen: list[Command] = []
    waiting = [*command.reads, *command.inner]
    while waiting and len(seen) < 50:
        each = waiting.pop()
        if not any(each is other for other in seen):
            seen.append(each)
            waiting += [*each.reads, *each.inner]
            yield each
