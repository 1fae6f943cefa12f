"""A shell command -> what it asks of the net, or sends there. Pure."""

from collections.abc import Callable, Iterator
from functools import cache

from ccmcp.audit.call import Fetch
from ccmcp.audit.shell.command import Command

_Asked = Iterator[tuple[str, bool]]
"""URLs, or hosts, and whether data goes there."""


def hosts(command: Command) -> Iterator[Fetch]:
    """What a command asks or sends to."""
    handler = _handlers().get(command.name)
    if handler is not None:
        for url, sends in handler(command):
            yield fetch(url, sends=sends, command=command)
    for redirect in command.redirects:
        if redirect.target.startswith(("/dev/tcp/", "/dev/udp/")):
            yield fetch(redirect.target[9:], sends=redirect.writes, command=command)


def fetch(url: str, *, sends: bool = False, command: Command | None = None) -> Fetch:
    """A `Fetch` of a URL, or of a host with or without user, port and path."""
    return Fetch(url=url, host=host_in(url), sends=sends, command=command)


def host_in(url: str) -> str:
    """The host in a URL or address, lower case; empty when it is known only when it runs."""
    scheme, colon, rest = url.partition("://")
    rest = rest if colon else scheme
    rest = rest.partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2]
    host = rest[1:].partition("]")[0] if rest[:1] == "[" else rest.partition(":")[0]
    return "" if "$" in host or "`" in host or "{" in host or " " in host else host.lower()


_CURL_VALUED = frozenset(
    "-A -b -c -C -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -X -y -Y -z -d --user-agent --cookie --cookie-jar --header --output "
    "--user --proxy --max-time --connect-timeout --cacert --cert --key --write-out --retry --retry-delay --form --referer --range "
    "--resolve --interface --upload-file --oauth2-bearer --aws-sigv4 --limit-rate --config --dump-header --request --data --data-raw "
    "--data-binary --data-urlencode --data-ascii --json --proxy-user --unix-socket --form-string --noproxy --retry-max-time "
    "--max-redirs --output-dir --netrc-file --connect-to --socks5 --socks5-hostname --doh-url --dns-servers".split()
)
_CURL_SENDS = ("-d", "-F", "-T")
_CURL_LONG_SENDS = frozenset(
    "--data --data-raw --data-binary --data-urlencode --data-ascii --json --form --form-string "
    "--upload-file".split()
)


def _curl(command: Command) -> _Asked:
    urls, sends = list[str](), False
    words = iter(command.args)
    for word in words:
        if word[:1] != "-" or word == "-":
            urls.append(word)
            continue
        name, equals, value = word.partition("=")
        if word[:2] == "--":
            sends = sends or name in _CURL_LONG_SENDS
            if name == "--url":
                urls.append(value if equals else next(words, ""))
            elif not equals and name in _CURL_VALUED:
                next(words, None)
            continue
        for at, letter in enumerate(word[1:], 1):
            if f"-{letter}" in _CURL_VALUED:
                sends = sends or f"-{letter}" in _CURL_SENDS
                given = word[at + 1 :] or next(words, "")
                sends = sends or (letter == "X" and given.upper() in ("POST", "PUT", "PATCH"))
                break
    for url in urls:
        yield url, sends


def _wget(command: Command) -> _Asked:
    sends = any(word.startswith(("--post-", "--body-")) for word in command.args)
    valued = frozenset(
        "-O -o -a -P -t -T -w -e -U -i -B -Q --header --output-document --user --password --tries --timeout "
        "--post-file --post-data --body-file --body-data --method".split()
    )
    for word in command.operands(valued):
        if not any(
            option.endswith("O") and option[:1] == "-" and option[1:2] != "-" and word == following
            for option, following in zip(command.args, command.args[1:], strict=False)
        ):
            yield word, sends


_METHODS = frozenset("GET POST PUT PATCH DELETE HEAD OPTIONS get post put patch delete head options".split())


def _httpie(command: Command) -> _Asked:
    words = command.operands(
        frozenset(
            "-a --auth -A --auth-type -o --output --session --timeout --verify --proxy --print -p --style "
            "-s".split()
        )
    )
    sends = any(word in ("POST", "PUT", "PATCH", "post", "put", "patch") for word in words[:1]) or any(
        "=" in word or "@" in word for word in words[2:]
    )
    for word in words[:2]:
        if word not in _METHODS:
            yield word, sends or bool(command.redirects and not command.redirects[0].writes)
            return


def _downloader(command: Command) -> _Asked:
    for word in command.args:
        if "://" in word and word[:1] != "-":
            yield word, False


def _git(command: Command) -> _Asked:
    words = command.operands(
        frozenset(
            "-C -c -b --branch --depth -o --origin --git-dir --work-tree -j --jobs --reference --filter "
            "--config".split()
        )
    )
    sub, rest = (words[0], words[1:]) if words else ("", ())
    if sub in ("clone", "ls-remote", "fetch", "pull", "push", "remote", "submodule"):
        for word in rest:
            if "://" in word or (is_address(word) and "@" in word):
                yield word.replace(":", "/", 1) if "://" not in word else word, sub == "push"


def is_address(word: str) -> bool:
    """Whether it is user@host:path or host:path."""
    head, colon, _ = word.partition(":")
    return bool(colon) and "/" not in head and len(head) > 1


def _remote_copy(command: Command) -> _Asked:
    valued = frozenset(
        "-i -P -F -o -l -c -S -J -e --rsh --exclude --include --filter --exclude-from --include-from "
        "--files-from --bwlimit --port --timeout".split()
    )
    words = command.operands(valued)
    for at, word in enumerate(words):
        if "://" in word:
            yield word, at == len(words) - 1
        elif is_address(word):
            host, _, path = word.partition(":")
            yield f"{host}/{path.lstrip(':/')}", at == len(words) - 1 and at > 0


_SSH_VALUED = frozenset("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w".split())


def _ssh(command: Command) -> _Asked:
    for word in command.operands(_SSH_VALUED)[:1]:
        yield word, False


def _socket(command: Command) -> _Asked:
    if command.has("-l", "--listen"):
        return
    words = command.operands(
        frozenset("-e -c -i -o -p -q -s -w -x -X -m -g -G --exec --sh-exec -ssl --proxy".split())
    )
    if words and not words[0].isdigit():
        yield f"{words[0]}:{words[1]}" if len(words) > 1 else words[0], True


def _socat(command: Command) -> _Asked:
    for word in command.operands():
        kind, _, rest = word.partition(":")
        if (
            kind.lower().split("-")[0] in ("tcp", "tcp4", "tcp6", "udp", "openssl", "ssl")
            and "listen" not in kind.lower()
            and rest
        ):
            yield rest.partition(",")[0], True


def _openssl(command: Command) -> _Asked:
    if "s_client" in command.args and (given := command.value("-connect")):
        yield given, True


def _ftp(command: Command) -> _Asked:
    for word in command.operands(frozenset("-u -p -P -e -c -m".split()))[:1]:
        yield word, command.name in ("tftp", "ncftpput")


def _dns(command: Command) -> _Asked:
    for word in command.operands(frozenset("-t -p -c -k -i -W -w -s -I -q -n".split())):
        if word[:1] not in ("@", "+") and "." in word:
            yield word, False
            return


_REGISTRIES = (
    "--registry", "--index-url", "--extra-index-url", "--find-links", "--source", "--index",
    "--default-index", "-i", "-f", "-s",
)  # fmt: skip


def _packages(command: Command) -> _Asked:
    words = command.args
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in _REGISTRIES:
            value = value if equals else words[at + 1] if at + 1 < len(words) else ""
            if "://" in value:
                yield value, False
        elif "://" in word and word[:1] != "-":
            yield word[word.find("http") :] if "http" in word else word, False


_STORES = {"s3": "amazonaws.com", "gs": "storage.googleapis.com"}


def _store(command: Command) -> _Asked:
    words = command.operands()
    for at, word in enumerate(words):
        scheme, colon, rest = word.partition("://")
        if colon and scheme in _STORES:
            yield f"https://{rest.partition('/')[0]}.{_STORES[scheme]}", at == len(words) - 1


_DOWNLOADERS = (
    "aria2c axel lynx w3m links elinks lwp-download fetch youtube-dl yt-dlp gallery-dl chromium google-chrome "
    "firefox open xdg-open httrack nuclei".split()
)
_PACKAGE_MANAGERS = "npm pnpm yarn bun pip pip3 uv pipx gem cargo go poetry conda brew npx bunx".split()


@cache
def _handlers() -> dict[str, Callable[[Command], _Asked]]:
    return {
        "curl": _curl, "curlie": _curl, "wget": _wget, **dict.fromkeys(("http", "https", "xh", "xhs"), _httpie),
        **dict.fromkeys(_DOWNLOADERS, _downloader),
        "git": _git, "scp": _remote_copy, "rsync": _remote_copy, "sftp": _remote_copy, **dict.fromkeys(("ssh", "autossh", "mosh", "ssh-copy-id"), _ssh),
        **dict.fromkeys(("nc", "ncat", "netcat", "nc.traditional", "nc.openbsd", "telnet"), _socket), "socat": _socat, "openssl": _openssl,
        **dict.fromkeys(("ftp", "lftp", "tftp", "ncftpput", "sftp"), _ftp), **dict.fromkeys(("dig", "nslookup", "host", "drill", "kdig", "doggo"), _dns),
        **dict.fromkeys(_PACKAGE_MANAGERS, _packages),
        **dict.fromkeys(("aws", "gsutil", "gcloud", "s3cmd"), _store),
    }  # fmt: skip
