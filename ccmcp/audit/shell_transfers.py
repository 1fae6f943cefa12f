"""Programs that move files between here and elsewhere -> the local files in that. Pure."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern
from typing import TypeAlias

from ccmcp.audit.call import How
from ccmcp.audit.shell.command import Command, Word

Touched: TypeAlias = Iterator[tuple[How, Word]]
"""Files, and what is done to them."""


def remote_copy(command: Command) -> Touched:
    """The local sides of scp, rsync and sftp."""
    valued = frozenset(
        "-i -P -F -o -l -c -S -J -e --rsh --exclude --include --filter -f --exclude-from --include-from "
        "--files-from --bwlimit -T --log-file --chmod --max-size --min-size --rsync-path --port --timeout".split()
    )
    words = command.operands(valued)
    if len(words) < 2:
        return
    for word in words[:-1]:
        if not is_remote(word):
            yield "read", word
    if not is_remote(words[-1]):
        yield "write", words[-1]


def is_remote(word: str) -> bool:
    """Whether a side of scp, rsync or docker cp is on another host: a colon before the first slash."""
    head, colon, _ = word.partition(":")
    return bool(colon) and "/" not in head and len(head) > 1


_FILE_BODY = frozenset(
    "-d --data --data-binary --data-ascii --json --data-urlencode -F --form -H --header".split()
)


def curl(command: Command) -> Touched:
    """What curl saves, and the files it sends."""
    words = iter(command.args)
    for word in words:
        name, equals, value = word.partition("=")
        if word in ("-O", "--remote-name") or (word[:1] == "-" and word[1:2] != "-" and word.endswith("O")):
            for url in command.args:
                if "://" in url and url[:1] != "-" and (last := url.partition("?")[0].rpartition("/")[2]):
                    yield "write", Word(last, open=url.open)
            continue
        option = name
        if word[:1] == "-" and word[1:2] != "-" and len(word) > 2:
            option, given = _short(word)
            if option and given:
                yield from _curl_value(option, Word(given, open=word.open))
                continue
        if (
            option
            in ("-o", "--output", "-T", "--upload-file", "-K", "--config", "--netrc-file", "-b", "--cookie")
            or option in _FILE_BODY
        ):
            yield from _curl_value(
                option, Word(value, open=word.open) if equals and word[:2] == "--" else next(words, Word(""))
            )


def _short(word: str) -> tuple[str, str]:
    """The option with a value in a bundle such as -sSLo, and that value when it is in it."""
    for at, letter in enumerate(word[1:], 1):
        if letter in "oTdFKHb":
            return f"-{letter}", word[at + 1 :]
        if letter in "XAeumxwyYzCDEPQrtUc":
            return "", ""
    return "", ""


def _curl_value(option: str, value: Word) -> Touched:
    if option in ("-o", "--output"):
        if value[:5] != "/dev/":
            yield "write", value
    elif option in ("-T", "--upload-file", "--netrc-file"):
        yield "read", value
    elif option in ("-K", "--config"):
        yield "run", value
    elif option in ("-b", "--cookie"):
        if "=" not in value:
            yield "read", value
    elif option in ("-F", "--form", "--data-urlencode"):
        _, _, rest = value.partition("=")
        rest = rest or value
        if rest[:1] in ("@", "<"):
            yield "read", Word(rest[1:].partition(";")[0], open=value.open)
        elif "@" in value and "=" not in value and option == "--data-urlencode":
            yield "read", Word(value.partition("@")[2], open=value.open)
    elif value[:1] == "@":
        yield "read", Word(value[1:], open=value.open)


def wget(command: Command) -> Touched:
    """What wget saves, and the files it sends."""
    out = command.value("-O", "--output-document")
    if out is None:
        for word in command.args:
            if word[:1] == "-" and word[1:2] != "-" and "O" in word[1:]:
                at = word.index("O")
                index = command.args.index(word)
                out = (
                    Word(word[at + 1 :])
                    if word[at + 1 :]
                    else command.args[index + 1]
                    if index + 1 < len(command.args)
                    else None
                )
    if out is not None:
        yield "write", out
    elif not command.has("--spider"):
        for word in command.operands(
            frozenset("-P -t -T -o -U --header --tries --timeout --user --password".split())
        ):
            if last := word.partition("?")[0].rstrip("/").rpartition("/")[2]:
                folder = command.value("-P", "--directory-prefix")
                yield "write", Word(f"{folder}/{last}" if folder else last, open=word.open)
    for option in ("--post-file", "--body-file", "-i", "--input-file"):
        if given := command.value(option):
            yield "read", given


def httpie(command: Command) -> Touched:
    """What httpie saves, and the files it sends."""
    if out := command.value("-o", "--output"):
        yield "write", out
    for word in command.args:
        if "@" in word and word[:1] != "-" and "://" not in word:
            yield "read", Word(word.partition("@")[2], open=word.open)


VERBS: dict[str, tuple[str, ...]] = {
    "gh": ("gist create", "release upload"), "aws": ("s3 cp", "s3 mv", "s3 sync"), "gsutil": ("cp", "mv", "rsync"), "rclone": ("copy", "copyto", "sync", "move"),
    "s3cmd": ("put", "sync"), "mc": ("cp", "mirror"), "gcloud": ("storage cp", "storage rsync"), "docker": ("cp",), "kubectl": ("cp",), "az": (),
    "b2": ("upload-file",), "wormhole": ("send",), "croc": ("send",), "git": ("add",), "azcopy": ("copy",), "podman": ("cp",), "ipfs": ("add",), "magic-wormhole": ("send",),
}  # fmt: skip


def client(command: Command) -> Touched:
    """What clients of storage take from here, or put here: aws s3 cp, rclone copy, gh gist create ..."""
    words = list(
        command.operands(
            frozenset(
                "-d --desc -f --filename --profile --region -n --namespace -c --container -C --config".split()
            )
        )
    )
    line = " ".join(words[:2])
    verb = next(
        (
            verb
            for verb in VERBS[command.name]
            if line == verb or line.startswith(f"{verb} ") or words[:1] == [Word(verb)]
        ),
        "",
    )
    if not verb:
        if command.name == "az" and (given := command.value("--file", "-f", "--source", "-s")):
            yield "read", given
        return
    rest = words[len(verb.split()) :]
    if verb in ("add", "send", "gist create", "upload-file", "put") or verb == "release upload":
        for word in rest:
            yield "read", word
        return
    for at, word in enumerate(rest):
        if "://" not in word and not is_remote(word):
            yield ("write" if at and at == len(rest) - 1 else "read"), word


def attach(command: Command) -> Touched:
    """What is attached: mail -a file, mutt -a file."""
    if given := command.value("-a", "-A", "--attach"):
        yield "read", given


@cache
def _puts() -> Pattern[str]:
    return pattern(r"\bm?put\s+([^\s;\"']+)")


def transfer(command: Command) -> Touched:
    """What is put by ftp, sftp, tftp, lftp and smbclient, as their own commands say."""
    if command.name == "sftp":
        yield from remote_copy(command)
    for found in _puts().finditer("\n".join((" ".join(command.args), command.heredoc))):
        yield "read", Word(found[1])
