"""What a command prints, where its arguments tell: echo, printf, and what decodes their output. Pure."""

from binascii import a2b_base64
from collections.abc import Sequence

from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.expand import escapes

_MOST = 20_000


def printed(commands: Sequence[Command], text: str | None) -> str | None:
    """What a pipeline of these commands prints when it is given `text`; None when it cannot be known."""
    for command in commands:
        text = _one(command, text)
        if text is None or len(text) > _MOST:
            return None
    return text


def _one(command: Command, given: str | None) -> str | None:
    args, name = command.args, command.name
    if command.host or command.open or any(word.open or word.glob for word in args):
        return None
    if name in ("echo", "printf"):
        words = [str(word) for word in args]
        return _echo(words) if name == "echo" else _printf(words)
    given = command.heredoc or given
    return None if given is None else _passed_on(command, given)


def _passed_on(command: Command, given: str) -> str | None:
    match command.name:
        case "tee":
            return given
        case "cat" if all(word == "-" for word in command.args):
            return given
        case "rev" if not command.args:
            return "\n".join(line[::-1] for line in given.split("\n"))
        case "base64" | "gbase64" | "openssl" if command.has("-d", "-D", "--decode"):
            return _base64(given)
        case "xxd" if command.has("-r") and command.has("-p"):
            return _hex(given)
        case _:
            return None


def _echo(args: list[str]) -> str:
    end, decode = "\n", False
    while args and args[0][:1] == "-" and args[0][1:] and not set(args[0][1:]) - set("neE"):
        flags = args.pop(0)
        end = "" if "n" in flags else end
        decode = "e" in flags or decode
    text = " ".join(args)
    return (escapes(text) if decode else text) + end


def _printf(args: list[str]) -> str | None:
    if args[:1] == ["--"]:
        args = args[1:]
    if not args or args[0].startswith("-"):
        return None
    form, values = escapes(args[0]), args[1:]
    parts = form.replace("%b", "%s").replace("%%", "\0").split("%s")
    if any("%" in part for part in parts):
        return None
    places = len(parts) - 1
    if not places:
        return form.replace("\0", "%")
    made = ""
    for start in range(0, max(len(values), 1), places):
        row = values[start : start + places]
        made += (
            "".join(part + (row[at] if at < len(row) else "") for at, part in enumerate(parts[:-1]))
            + parts[-1]
        )
        if len(made) > _MOST:
            return None
    return made.replace("\0", "%")


def _base64(text: str) -> str | None:
    try:
        return a2b_base64("".join(text.split())).decode("utf-8")
    except ValueError:
        return None


def _hex(text: str) -> str | None:
    try:
        return bytes.fromhex("".join(text.split())).decode("utf-8")
    except ValueError:
        return None
