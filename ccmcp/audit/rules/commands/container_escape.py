"""Containers that are given the machine they run on."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command, Word

_ENGINES = ("docker", "podman", "nerdctl", "docker-compose", "finch")
_STARTS = frozenset({"run", "create", "exec"})
_ALL = frozenset(
    {"all", "sys_admin", "sys_ptrace", "sys_module", "sys_rawio", "dac_read_search", "bpf", "net_admin"}
)
_WEAK = frozenset({"net_admin", "sys_ptrace"})
_SOCKETS = ("/docker.sock", "/containerd.sock", "/crio.sock", "/podman.sock")
_HOST = frozenset({
    "/", "/etc", "/root", "/boot", "/proc", "/sys", "/dev", "/var", "/usr", "/var/lib", "/var/lib/docker",
    "/home",
})  # fmt: skip
_VALUED = some(
    "-v --volume --mount -e --env --env-file -p --publish --name --network --net -w --workdir -u --user --entrypoint -m --memory "
    "--cpus -l --label --cap-add --cap-drop --security-opt --pid --ipc --uts --userns --device -h --hostname --add-host --gpus "
    "--platform --restart --shm-size --tmpfs --ulimit --volumes-from --runtime --log-driver --log-opt --dns --expose "
    "--health-cmd --cidfile --pull --cgroup-parent --cgroupns --detach-keys --ip --link --network-alias"
)


@rule(
    id="CTR-002",
    title="Privileged container or access to the host from one",
    severity="high",
    category="containers",
    matches="--privileged, --pid=host, --cap-add ALL or SYS_ADMIN, the host's root or the engine's socket mounted, nsenter into "
    "process 1, kubectl debug of a node",
    false_positives="Images for development inside containers (docker in docker), QEMU's binfmt set-up.",
    advice="Give a container the one capability or device it needs, and no socket of the engine.",
    permission="Bash(docker run *--privileged*)",
    on=Command,
    programs=(*_ENGINES, "nsenter", "kubectl", "oc", "k", "chroot", "ctr"),
    attack=("T1611", "T1610"),
    atlas=("AML.T0105",),
    owasp=("ASI05",),
    auto_mode=("Containment Escape",),
)
def container_escape(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A container that may do on its host what it wants.

    Bad:
        docker run --privileged alpine sh  # high
        docker run -v /:/host alpine chroot /host  # high
        docker run -v /var/run/docker.sock:/var/run/docker.sock docker ps  # medium
        docker run --rm -it --pid=host --cap-add SYS_ADMIN alpine
        nsenter -t 1 -m -u -n -i sh
        kubectl debug node/worker-1 -it --image=busybox
    Fine:
        docker run -v $PWD:/app node npm test
        docker run alpine echo --privileged
        docker run --cap-add NET_BIND_SERVICE nginx
    """
    _ = scene
    if command.name in _ENGINES:
        yield from _engine(command)
    elif command.name == "nsenter":
        into = command.value("-t", "--target")
        if into == "1" or command.has("-a", "--all"):
            yield Hit("nsenter 1", note="the host's namespaces")
    elif command.name == "chroot":
        if any(
            each in ("/host", "/rootfs", "/mnt/host", "/hostfs", "/host/") for each in command.operands()[:1]
        ):
            yield Hit(f"chroot {command.operands()[0]}", note="the host's files")
    elif command.name == "ctr":
        if "run" in command.args and command.has("--privileged"):
            yield Hit("ctr run --privileged")
    else:
        yield from _kubectl(command)


def _engine(command: Command) -> Iterator[Hit]:
    words = command.args
    start = next((at for at, word in enumerate(words[:6]) if word in _STARTS), None)
    if start is None:
        return
    args = iter(words[start + 1 :])
    for word in args:
        if word[:1] != "-":
            return  # the image: what follows is the container's own
        name, equals, value = word.partition("=")
        if name == "--privileged" and value != "false":
            yield Hit("--privileged", "high" if words[start] != "exec" else "medium")
            continue
        if not equals and name in _VALUED:
            value = next(args, Word(""))
        elif word[:2] == "-v" and len(word) > 2:
            name, value = "-v", word[2:]
        yield from _option(name, value)


def _option(name: str, value: str) -> Iterator[Hit]:
    severity: Severity
    if name in ("--pid", "--ipc", "--uts", "--userns", "--cgroupns") and value == "host":
        severity = "high" if name == "--pid" else "medium"
        yield Hit(f"{name}=host", severity, "the host's namespace")
    elif name in ("--network", "--net") and value == "host":
        yield Hit(f"{name}=host", "info", "the host's network")
    elif name == "--cap-add":
        for each in value.lower().split(","):
            if (capability := each.removeprefix("cap_")) in _ALL:
                yield Hit(f"--cap-add {capability}", "medium" if capability in _WEAK else "high")
    elif name == "--security-opt" and value.endswith("unconfined"):
        yield Hit(f"--security-opt {value}", "medium")
    elif name == "--device" and value.startswith(
        ("/dev/sd", "/dev/nvme", "/dev/mem", "/dev/vd", "/dev/xvd", "/dev/kmem")
    ):
        yield Hit(f"--device {value}", "high", "a disk or memory of the host")
    elif name in ("-v", "--volume"):
        yield from _mount(value.partition(":")[0])
    elif name == "--mount":
        parts = dict(part.partition("=")[::2] for part in value.split(","))
        if parts.get("type", "bind") == "bind":
            yield from _mount(parts.get("source") or parts.get("src") or "")


def _mount(source: str) -> Iterator[Hit]:
    if source.endswith(_SOCKETS):
        yield Hit(source, "medium", "the engine's socket")
    elif (source.rstrip("/") or source) in _HOST:
        severity: Severity = (
            "high" if source in ("/", "/etc", "/root", "/boot", "/dev", "/proc") else "medium"
        )
        yield Hit(source, severity, "a part of the host")


def _kubectl(command: Command) -> Iterator[Hit]:
    words = command.operands(
        frozenset({"-n", "--namespace", "--context", "--image", "--kubeconfig", "--target", "-c"})
    )
    if words[:1] == ("debug",) and any(word.startswith(("node/", "nodes/", "no/")) for word in words[1:]):
        yield Hit(f"kubectl debug {words[1]}", note="a shell on a node")
    elif words[:1] == ("run",):
        if command.has("--privileged"):
            yield Hit("kubectl run --privileged")
        given = (command.value("--overrides") or "").replace(" ", "").lower()
        for mark in ('"privileged":true', '"hostpid":true', '"hostpath"'):
            if mark in given:
                yield Hit(f"kubectl run {mark.partition(':')[0].strip(chr(34))}")
                return
