"""A command of curl, wget, httpie and such -> the requests it makes: method, URLs, body. Pure."""

from collections.abc import Iterator

from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command, Word
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """A request over HTTP."""

    method: str
    """Upper case."""
    url: Word
    body: str = ""
    """What is sent, as far as the command line holds it."""


_HTTPIE = frozenset({"http", "https", "xh", "xhs", "httpie"})

CLIENTS = ("curl", "curlie", "wget", "grpcurl", *_HTTPIE)

_CURL_VALUED = some(
    "-A -b -c -C -D -e -E -F -H -K -m -o -P -Q -r -t -T -u -U -w -x -y -Y -z --user-agent --cookie --cookie-jar --header "
    "--output --user --proxy --max-time --connect-timeout --cacert --cert --key --write-out --retry --retry-delay --form "
    "--referer --range --resolve --interface --upload-file --oauth2-bearer --aws-sigv4 --limit-rate --config --dump-header "
    "--proxy-user --unix-socket --ciphers --form-string --noproxy --retry-max-time --max-redirs --variable --output-dir"
)
_CURL_BODY = some("-d --data --data-raw --data-binary --data-urlencode --data-ascii --json")
_WGET_VALUED = some(
    "-O -o -a -P -t -T -w -e -U --header --output-document --user --password --tries --timeout"
)
_WGET_BODY = some("--post-data --post-file --body-data --body-file")
_HTTPIE_VALUED = some(
    "-a --auth -A --auth-type -o --output --session --timeout --verify --proxy --print -p --style -s"
)
_METHODS = some("GET POST PUT PATCH DELETE HEAD OPTIONS PURGE")


def requests(command: Command) -> Iterator[Request]:
    """The requests a command makes; none when it is no client of HTTP."""
    if command.name in ("curl", "curlie"):
        yield from _curl(command)
    elif command.name == "wget":
        yield from _wget(command)
    elif command.name in _HTTPIE:
        yield from _httpie(command)
    elif command.name == "grpcurl":
        words = command.operands(
            frozenset({"-H", "-d", "-proto", "-import-path", "-cacert", "-cert", "-key", "-authority"})
        )
        if len(words) >= 2 and words[1] not in ("list", "describe"):
            yield Request("POST", Word(f"{words[0]}/{words[1]}"))


def _curl(command: Command) -> Iterator[Request]:
    method, body, urls, gets = "", [command.heredoc] if command.heredoc else [], list[Word](), False
    words = iter(command.args)
    for word in words:
        name, equals, value = word.partition("=")
        if word[:1] != "-" or word == "-":
            urls.append(word)
        elif name in ("-X", "--request"):
            method = value if equals else next(words, Word(""))
        elif word[:2] != "--" and (at := _bundled(word, "X")):
            method = word[at:] or next(words, Word(""))
        elif name == "--url":
            urls.append(Word(value, open=word.open) if equals else next(words, Word("")))
        elif name in _CURL_BODY:
            body.append(value if equals else next(words, Word("")))
        elif word[:2] == "-d":
            body.append(word[2:])
        elif word in ("-G", "--get", "-I", "--head"):
            gets = True
        elif word in _CURL_VALUED or (
            word[:2] != "--" and len(word) > 2 and f"-{word[-1]}" in _CURL_VALUED and _plain(word)
        ):
            if word in ("-F", "--form", "-T", "--upload-file"):
                body.append("")
            next(words, None)
        elif word[:2] != "--" and len(word) > 2 and word[-1] == "d" and _plain(word):
            body.append(next(words, Word("")))
    usual = "GET" if gets or not body else "POST"
    for url in urls:
        yield Request((method or usual).upper(), url, "\n".join(body))


def _plain(bundle: str) -> bool:
    """Whether a bundle is one of options without values, but for its last: -sSfo."""
    return all(f"-{letter}" not in _CURL_VALUED and letter not in "Xd" for letter in bundle[1:-1])


def _bundled(word: str, option: str) -> int:
    """Where the value of a short option begins in a bundle like -sXDELETE; 0 when it isn't in there."""
    for at, letter in enumerate(word[1:], 1):
        if letter == option:
            return at + 1
        if f"-{letter}" in _CURL_VALUED or letter == "d":
            return 0
    return 0


def _wget(command: Command) -> Iterator[Request]:
    method, body, urls = "", list[str](), list[Word]()
    words = iter(command.args)
    for word in words:
        name, equals, value = word.partition("=")
        if word[:1] != "-":
            urls.append(word)
        elif name == "--method":
            method = value if equals else next(words, Word(""))
        elif name in _WGET_BODY:
            body.append(value if equals else next(words, Word("")))
        elif word in _WGET_VALUED:
            next(words, None)
    for url in urls:
        yield Request((method or ("POST" if body else "GET")).upper(), url, "\n".join(body))


def _httpie(command: Command) -> Iterator[Request]:
    words = list(command.operands(_HTTPIE_VALUED))
    if not words:
        return
    method = words.pop(0) if words[0].upper() in _METHODS and len(words) > 1 else ""
    url, *items = words
    sends = any("=" in item and "==" not in item for item in items) or bool(command.heredoc)
    yield Request((method or ("POST" if sends else "GET")).upper(), url, " ".join(items))
