"""Deploys, publications, and shells in production."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import SEVERITIES, Hit, rule
from ccmcp.audit.rules.commands._cli import Act, Cli, Line, act, read_acts, words_of
from ccmcp.audit.rules.commands._reach import in_production, names_production, on_this_machine
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.rules.commands._verbs import rehearsal
from ccmcp.audit.shell.command import Command

_SHELLS = ("ssh", "mosh", "sftp", "scp")
_SSH_VALUED = some("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w -B")


@cache
def _rows() -> dict[str, tuple[Act, ...]]:
    return read_acts("deploys.tsv")


@rule(
    id="CLD-002",
    title="Production deploy, publication or production shell",
    severity="medium",
    category="cloud",
    matches="npm publish and such, deploys that say --prod, changes or shells where a context, namespace or host is named prod",
    false_positives="Deploys the user asked for: they are listed to be known, not as errors.",
    advice="Publish and deploy from continuous integration, behind an approval.",
    permission="Bash(npm publish:*)",
    on=Command,
    programs=(*_rows(), *_SHELLS),
    attack=("T1072",),
    owasp=("ASI02",),
    soc2=("CC8.1",),
    auto_mode=("Production Deploy", "Remote Shell Writes"),
)
def production_deploy(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Something put out for others to use, or done in what is named production. A plain deploy is low.

    Bad:
        npm publish --access public
        twine upload dist/*
        vercel deploy --prod
        kubectl --context eu-production apply -f web.yaml
        helm upgrade web ./chart -n prod
        ssh deploy@prod-web-1
        fly deploy --app shop-production
    Fine:
        npm publish --dry-run
        vercel deploy  # low
        fly deploy  # low
        kubectl --context prod get pods
        kubectl apply -f product.yaml
        ssh web-1.reproduction.example
    """
    _ = scene
    if command.name in _SHELLS:
        yield from _shell(command)
        return
    rows = _rows().get(command.name, ())
    if not rows:
        return
    cli = Cli(
        command.name, "", 0, "medium", frozenset({"-n", "-a", "-e", "-f", "-i", "-l", "-c", "-s", "-r", "-g"})
    )
    said = Line(cli, words_of(command.args, cli), command)
    found = act(said, rows)
    if found is None or rehearsal(command) or on_this_machine(command):
        return
    target = " ".join((command.name, *said.words[: max(2, len(found.words) + 1)]))[:160]
    if in_production(command) and found.severity in ("info", "low"):
        yield Hit(target, "medium", "; ".join(filter(None, (found.note, "names production"))))
    elif found.severity in SEVERITIES:
        yield Hit(target, found.severity, found.note)


def _shell(command: Command) -> Iterator[Hit]:
    words = command.operands(_SSH_VALUED)
    hosts = (
        words[:1] if command.name in ("ssh", "mosh", "sftp") else tuple(word for word in words if ":" in word)
    )
    for word in hosts:
        host = word.rpartition("@")[2].partition(":")[0]
        if names_production(host):
            yield Hit(
                host, "medium" if command.name != "scp" or word is words[-1] else "low", "names production"
            )
