"""Commands that destroy containers, volumes, and what runs in a cluster."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._cli import line, programs
from ccmcp.audit.rules.commands._judged import judged
from ccmcp.audit.shell.command import Command

_LISTINGS = ("ps", "images", "volume", "container", "image", "network", "ls")


@rule(
    id="CTR-001",
    title="Destructive container or cluster command",
    severity="high",
    category="containers",
    matches="docker and podman prune, rm -f, volume rm, compose down -v; kubectl delete, drain, scale to 0; helm uninstall ...",
    false_positives="Containers and test clusters that the session itself started; those named kind-, minikube ... are low.",
    advice="Give the agent a context that may not delete, and keep data out of anonymous volumes.",
    permission="Bash(kubectl delete:*)",
    on=Command,
    programs=programs("containers"),
    attack=("T1485", "T1489"),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("Interfere With Workloads", "Node Lifecycle Operations"),
)
def container_destruction(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A command that deletes containers, images, volumes or cluster objects, or stops what runs in a cluster.

    Bad:
        kubectl delete namespace staging  # high
        kubectl --context eu-prod delete deployment web  # high
        kubectl delete pod web-0  # medium
        kubectl -n shop scale deploy/web --replicas=0
        helm uninstall web
        docker volume rm pgdata  # high
        docker compose -f dev.yml down -v  # medium
        docker rm -f $(docker ps -aq)  # high
    Fine:
        kubectl delete pod web-0 --dry-run=client
        kubectl --context kind-test delete ns demo  # low
        docker rm web  # low
        docker compose down
        docker run --rm alpine rm -rf /tmp/x
        kubectl get pods -n delete
    """
    _ = scene
    said = line(command)
    if said is None or said.cli.family != "containers":
        return
    for hit in judged(said):
        if hit.severity in ("low", "medium") and _all_there_are(command):
            worse: Severity = "high" if hit.severity == "medium" else "medium"
            yield Hit(hit.target, worse, "all there are")
        else:
            yield hit


def _all_there_are(command: Command) -> bool:
    """Whether it gets its names from a whole listing: docker rm $(docker ps -aq), docker ps -q | xargs docker rm."""
    sources = (*command.inner, *command.reads)
    return any(map(_lists_all, sources)) and not any(
        each.name in ("grep", "rg", "awk", "head") for each in sources
    )


def _lists_all(command: Command) -> bool:
    listing = (
        command.name in ("docker", "podman", "nerdctl") and command.args[:1] and command.args[0] in _LISTINGS
    )
    return bool(listing) and not command.has("--filter", "-f")
