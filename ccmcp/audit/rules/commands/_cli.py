"""
A command line of a cloud, cluster or SaaS client -> the words that say what it does. Pure.

What programs there are stands in clis.tsv; what some of their commands mean that the verbs alone don't tell, in acts.tsv.
"""

from collections.abc import Iterator
from functools import cache
from pkgutil import get_data

from ccmcp.audit.rule import Severity
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Command, Word
from ccmcp.values import dataclass

_PACKAGE = "ccmcp.audit.rules.commands"


@dataclass(frozen=True, slots=True)
class Cli:
    """A program that changes things elsewhere."""

    name: str
    family: str
    """containers or cloud: the rule that answers for it."""
    depth: int
    """How many of its words may hold the verb; 0 when only acts.tsv knows."""
    worst: Severity
    """What a deletion with it comes to, unless acts.tsv says otherwise."""
    valued: frozenset[str]
    """Its options whose value is a word of its own, beside those all have in common."""


@dataclass(frozen=True, slots=True)
class Act:
    """A command of a program whose severity is known: a row of acts.tsv."""

    words: tuple[frozenset[str], ...]
    """What its first words are, each one of several; * for any."""
    options: tuple[str, ...]
    """What its options must be: -f|--force given, !--yes not given, --replicas=0 of that value, -p~text containing it."""
    severity: Severity
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """A command line as a client understands it."""

    cli: Cli
    words: tuple[Word, ...]
    """Its words without options: group, verb, resource."""
    command: Command


def line(command: Command) -> Line | None:
    """What a command says to a program of clis.tsv; none for other programs."""
    name, args = _program(command.name, command.args)
    cli = clis().get(name)
    if cli is None:
        return None
    if name == "docker-compose":
        args = (Word("compose"), *args)
        cli = clis()["docker"]
    words = words_of(args, cli)
    if name == "gcloud" and words[:1] in (("alpha",), ("beta",), ("preview",)):
        words = words[1:]
    return Line(cli, words, command)


_RUNNERS = {
    "npx": (), "bunx": (), "pnpx": (), "pnpm": ("dlx", "exec"), "yarn": ("dlx", "exec"), "bun": ("x",), "uvx": (),
    "npm": ("exec", "x"), "pipx": ("run",),
}  # fmt: skip
"""Programs that run another one by name, and the words that say so."""

RUNNERS = frozenset({*_RUNNERS, "java"})


def _program(name: str, args: tuple[Word, ...]) -> tuple[str, tuple[Word, ...]]:
    """The program that is meant, and its arguments."""
    if name == "java":
        for at, word in enumerate(args[:6]):
            if word.endswith(".jar"):
                return word.rpartition("/")[2][:-4], args[at + 1 :]
        return name, args
    if name in _RUNNERS:
        rest = [at for at, word in enumerate(args[:6]) if word[:1] != "-"]
        verbs = _RUNNERS[name]
        if verbs and rest and args[rest[0]] in verbs:
            rest = rest[1:]
        elif verbs:
            return name, args
        if rest:
            return args[rest[0]].partition("@")[0], args[rest[0] + 1 :]
    return name.removesuffix(".sh"), args


_VALUED = some(
    "--profile --region --project --context --namespace --kubeconfig --output --format --host --hostname --server --url "
    "--token --address --config --config-file --account --subscription --cluster --org --organization --team --scope --cwd "
    "--log-level --endpoint --endpoint-url --environment --zone --location --resource-group --repo --app --site --user "
    "--username --password --vault --stack --chdir --bootstrap-server --query --file --api-key --workspace --ca-cert "
    "--tls-cert --client-cert --color --verbosity --impersonate-service-account --kube-context"
)


def words_of(args: tuple[Word, ...], cli: Cli) -> tuple[Word, ...]:
    """The words of a program's arguments that are neither options nor their values, up to `--`."""
    return tuple(_words(args, cli))


def _words(args: tuple[Word, ...], cli: Cli) -> Iterator[Word]:
    words = iter(args)
    for word in words:
        if word == "--":
            return
        if word[:1] != "-" or word == "-":
            yield word
        elif word in _VALUED or word in cli.valued:
            next(words, None)


def given(command: Command, option: str) -> bool:
    """Whether a condition of acts.tsv holds."""
    if option[0] == "!":
        return not given(command, option[1:])
    for each in option.split("|"):
        name, contains, part = each.partition("~")
        if contains:
            text = part.replace("+", " ").lower()
            if any(text in value.lower() for value in _values(command, name)):
                return True
            continue
        name, equals, value = each.partition("=")
        if equals:
            if value in _values(command, name):
                return True
        elif any(word == name or word.startswith(f"{name}=") for word in command.args) or (
            len(name) == 2 and name in command.flags
        ):
            return True
    return False


def _values(command: Command, name: str) -> Iterator[str]:
    """The values of every option of this name; of * every word there is."""
    args = command.args
    for at, word in enumerate(args):
        if name == "*":
            yield word
        elif word == name:
            yield args[at + 1] if at + 1 < len(args) else ""
        elif word.startswith(f"{name}="):
            yield word[len(name) + 1 :]
        elif len(name) == 2 and name[0] == "-" and word.startswith(name):
            yield word[2:]


def act(line: Line, rows: tuple[Act, ...] | None = None) -> Act | None:
    """The first row that fits a command line: of these, else of those acts.tsv has for its program."""
    for each in acts().get(line.cli.name, ()) if rows is None else rows:
        if len(each.words) <= len(line.words) and all(
            "*" in one or _spelled(word) in one for word, one in zip(line.words, each.words, strict=False)
        ) and all(given(line.command, option) for option in each.options):  # fmt: skip
            return each
    return None


def _spelled(word: Word) -> str:
    """A word as the table writes it: pod/web is a pod, deployments.apps a deployment's name."""
    return word.partition("/")[0].lower()


@cache
def clis() -> dict[str, Cli]:
    """The programs of clis.tsv, by name."""
    found = {}
    for names, family, depth, worst, valued in _rows("clis.tsv", 5):
        for name in names.split():
            found[name] = Cli(name, family, int(depth), worst, frozenset(valued.split()))  # type: ignore[arg-type]
    return found


@cache
def acts() -> dict[str, tuple[Act, ...]]:
    """The rows of acts.tsv, by program."""
    return read_acts("acts.tsv")


def read_acts(name: str) -> dict[str, tuple[Act, ...]]:
    """The rows of a table of acts beside this module, by program."""
    found: dict[str, list[Act]] = {}
    for programs_of, words, options, severity, note in _rows(name, 5):
        row = Act(
            tuple(frozenset(each.split("|")) for each in words.split()), tuple(options.split()), severity, note  # type: ignore[arg-type]
        )  # fmt: skip
        for program in programs_of.split():
            found.setdefault(program, []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


def programs(family: str) -> tuple[str, ...]:
    """The names under which the programs of a family are started."""
    names = [name for name, cli in clis().items() if cli.family == family]
    return (
        *names,
        *(
            f"{name}.sh"
            for name in names
            if name.startswith(("kafka-", "zookeeper-", "k3s", "rke2", "kcadm"))
        ),
    )


def _rows(name: str, columns: int) -> Iterator[list[str]]:
    for row in (get_data(_PACKAGE, name) or b"").decode().splitlines():
        if row and row[0] != "#":
            cells = row.split("\t")
            yield [*cells, *("" for _ in range(columns - len(cells)))]
