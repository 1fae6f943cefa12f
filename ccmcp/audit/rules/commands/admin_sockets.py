"""Orders given to running servers through their control sockets and streams."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._verbs import effect
from ccmcp.audit.shell.command import Command, Word

_WRITERS = ("echo", "printf", "cat")


@rule(
    id="CLD-004",
    title="Destructive order to a running server's control interface",
    severity="medium",
    category="cloud",
    matches="disable, shutdown, delete ... written to the control socket of a proxy or to nsupdate",
    false_positives="Test servers the session itself started.",
    advice="Keep control sockets out of the agent's reach.",
    on=Command,
    programs=("socat", "nc", "ncat", "netcat", "nsupdate", "knsupdate"),
    attack=("T1489",),
    owasp=("ASI02",),
    auto_mode=("Interfere With Workloads",),
)
def control_order(command: Command, scene: Scene) -> Iterator[Hit]:
    r"""
    An order that takes a backend out of service or a record out of a zone.

    Bad:
        echo "disable server web/web1" | socat stdio /run/haproxy/admin.sock
        printf 'update delete old.example.com A\nsend\n' | nsupdate -k key
    Fine:
        echo "show stat" | socat stdio /run/haproxy/admin.sock
        echo "delete me" | nc localhost 9999
    """
    _ = scene
    names = command.name.endswith("nsupdate")
    if not names and not any(".sock" in word for word in command.args):
        return
    for order in _orders(command):
        words = order.split()
        if words[:1] == ["update"]:
            words = words[1:]
        if words and _breaks(words):
            yield Hit(f"{command.name}: {' '.join(words[:3])}"[:160])
            return


def _breaks(words: list[str]) -> bool:
    return (words[0] == "set" and "state" in words) or effect(Word(words[0])) in ("destroys", "breaks")


def _orders(command: Command) -> Iterator[str]:
    """The lines it is given to read, as far as they are known."""
    texts = [command.heredoc]
    for each in command.reads:
        if each.name in _WRITERS:
            texts += [each.heredoc, *each.operands()]
    for text in texts:
        for line in text.replace("\\n", "\n").replace(";", "\n").splitlines():
            if line.strip():
                yield line.strip()
