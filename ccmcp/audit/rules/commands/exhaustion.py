"""Commands that use up a machine, or attack another's."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Command

_MINERS = frozenset((
    "xmrig xmr-stak minerd cpuminer cgminer bfgminer ethminer t-rex nbminer lolMiner phoenixminer nanominer ccminer srbminer-multi "
    "teamredminer gminer claymore xmrig-proxy nheqminer kawpowminer wildrig-multi"
).split())  # fmt: skip
_LOADERS = frozenset({
    "stress", "stress-ng", "hping3", "slowloris", "slowhttptest", "goldeneye", "siege", "bombardier", "t50",
    "mdk3", "mdk4", "hulk",
})  # fmt: skip
_ENDLESS = frozenset({"yes", "cat", "dd", "tail", "head", "tr", "base64"})
_SOURCES = ("/dev/zero", "/dev/urandom", "/dev/random")


@rule(
    id="RES-002",
    title="Miner, flood or endless output",
    severity="high",
    category="operations",
    matches="cryptocurrency miners, stratum pools, load and flood tools, endless output into a file, huge files",
    false_positives="stress-ng and load tests on one's own machine are medium.",
    advice="Limit with timeout, head -c, ulimit or a cgroup.",
    permission="Bash(xmrig:*)",
    on=Command,
    attack=("T1496", "T1499"),
    atlas=("AML.T0034.002",),
    owasp=("ASI08",),
)
def exhaustion(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Something runs without end, fills a disk, mines or floods.

    Bad:
        xmrig -o stratum+tcp://pool.example.com:3333   # high
        yes > big.txt                                  # high
        cat /dev/zero > fill                           # high
        dd if=/dev/zero of=fill                        # high
        hping3 --flood -S 10.0.0.1                     # high
        stress-ng --cpu 8                              # medium
        fallocate -l 500G fill.img                     # medium
    Fine:
        yes | apt-get install -y x
        dd if=/dev/zero of=disk.img bs=1M count=100
        head -c 1M /dev/urandom > key.bin
        timeout 5 yes > /dev/null
        fallocate -l 1G swapfile
    """
    name = command.name
    if name in _MINERS:
        yield Hit(target=name, note="a miner")
    elif name in _LOADERS:
        flood = name in ("hping3", "slowloris", "goldeneye", "t50", "mdk3", "mdk4", "hulk", "slowhttptest")
        if not command.has("--help", "--version", "-V", "--dry-run") and (
            name != "hping3" or command.has("--flood", "--faster", "--rand-source")
        ):
            yield Hit(
                target=" ".join(command.operands()) or name,
                severity="high" if flood else "medium",
                note="load",
            )
    elif name in ("fallocate", "truncate", "mkfile"):
        size = command.value("-l", "-s", "--length", "--size") or (
            command.operands()[0] if name == "mkfile" and command.operands() else ""
        )
        if name != "truncate" and _gigabytes(size.upper()) >= 100:
            yield Hit(target=" ".join(command.operands()[-1:]), severity="medium", note=f"a file of {size}")
    elif name in _ENDLESS:
        yield from _endless(command, scene)
    elif any("stratum+" in word for word in command.args):
        yield Hit(target=name, note="a mining pool")


def _gigabytes(size: str) -> float:
    digits = size.rstrip("TGMKIB")
    unit = size[len(digits) : len(digits) + 1]
    if not digits.isdigit():
        return 0
    return int(digits) * {"T": 1024.0, "G": 1.0, "M": 1 / 1024, "K": 1 / 1024**2, "": 1 / 1024**3}.get(
        unit, 0.0
    )


def _endless(command: Command, scene: Scene) -> Iterator[Hit]:
    if "timeout" in command.through or "gtimeout" in command.through:
        return
    files = [str(each.target) for each in command.redirects if each.writes and each.fd in (-1, 1)]
    endless = command.name == "yes" or (
        command.name == "cat" and any(word in _SOURCES for word in command.args)
    )
    if command.name == "dd":
        if any(word.startswith(("count=", "size=")) for word in command.args):
            return
        endless = any(word.startswith("if=") and word[3:] in _SOURCES for word in command.args)
        files = [word[3:] for word in command.args if word.startswith("of=")]
    elif command.name == "tail":
        if any(word in _SOURCES for word in command.args):
            yield Hit(target="memory", severity="medium", note="an endless line is kept in memory")
        return
    for file in files if endless else ():
        if file == "/dev/null":
            yield Hit(target="CPU", severity="medium" if command.name == "yes" else "low", note="without end")
        elif file[:5] != "/dev/":
            yield Hit(target=placed(file, command, scene).path, note="written without end")
