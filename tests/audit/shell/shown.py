"""Commands as short lines, to compare with."""

from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.script import read_script


def lines(text: str, *, cwd: str = "") -> list[str]:
    """The commands of a text: `sudo> rm -rf /x`; a word that is known only when it runs ends in `?`."""
    return [line(command) for command in read_script(text, cwd=cwd).commands]


def line(command: Command) -> str:
    through = "".join(f"{each}> " for each in command.through)
    host = f"@{command.host} " if command.host else ""
    words = [f"{word}?" if word.open else str(word) for word in command.args]
    redirects = [
        f"{each.fd if each.fd >= 0 else ''}{each.operator}{each.target}" for each in command.redirects
    ]
    return through + host + " ".join([command.name, *words, *redirects])
