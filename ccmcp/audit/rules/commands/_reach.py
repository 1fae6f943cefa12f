"""Whether a command reaches something that others live on, or only this machine. Pure."""

from collections.abc import Iterator

from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command

_PRODUCTION = frozenset({"prod", "production", "prd"})
_LOCAL_CONTEXTS = (
    "kind-", "k3d-", "minikube", "docker-desktop", "rancher-desktop", "orbstack", "colima", "microk8s",
    "localstack",
)  # fmt: skip
_PLACES = some(
    "--context --kube-context --kubeconfig --profile --endpoint-url --endpoint --server --host -H --address -address --url "
    "--project --namespace -n --env --environment --stage --app -a --remote --cluster --subscription"
)
_PLACE_VARIABLES = (
    "KUBECONFIG", "AWS_PROFILE", "AWS_ENDPOINT_URL", "VAULT_ADDR", "DOCKER_HOST", "NODE_ENV", "RAILS_ENV", "ENV", "NOMAD_ADDR",
)  # fmt: skip


def names_production(word: str) -> bool:
    """Whether a whole segment of a name is prod or production: prod-db, eu.production.example; not product or reproduction."""
    lower = word.lower()
    if "prod" not in lower and "prd" not in lower:
        return False
    return any(
        part in _PRODUCTION
        for part in "".join(letter if letter.isalnum() else " " for letter in lower).split()
    )


def in_production(command: Command) -> bool:
    """Whether any of its words names production."""
    return any(names_production(word) for word in (*command.args, command.host, *command.sets.values()))


def on_this_machine(command: Command) -> bool:
    """Whether it says itself that it reaches an emulator or a cluster on this machine."""
    return any(_local(value) for value in _places(command))


def _places(command: Command) -> Iterator[str]:
    for at, word in enumerate(command.args):
        name, equals, value = word.partition("=")
        if name in _PLACES:
            yield value if equals else command.args[at + 1] if at + 1 < len(command.args) else ""
    for variable in _PLACE_VARIABLES:
        if variable in command.sets:
            yield command.sets[variable]


def _local(value: str) -> bool:
    return value.startswith(_LOCAL_CONTEXTS) or is_local_host(host_of(value))


def host_of(url: str) -> str:
    """The host in a URL or address, lower case, without user and port."""
    rest = url.partition("://")[2] or url
    rest = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
    if rest[:1] == "[":
        return rest[1:].partition("]")[0].lower()
    return rest.partition(":")[0].lower()


def port_of(url: str) -> str:
    """The port in a URL or address; empty without one."""
    rest = url.partition("://")[2] or url
    rest = rest.partition("/")[0].partition("?")[0].rpartition("@")[2].rpartition("]")[2]
    port = rest.partition(":")[2]
    return port if port.isdigit() else ""


def is_local_host(host: str) -> bool:
    """Whether a host is this machine."""
    return (
        host in ("localhost", "0.0.0.0", "::1", "host.docker.internal", "ip6-localhost")  # noqa: S104 - compared, not bound
        or host.startswith("127.")
        or host.endswith((".localhost", ".test"))
    )
