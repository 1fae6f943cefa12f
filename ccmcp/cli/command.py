"""A command, what every command understands, and one run of the command line. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ccmcp.cli.options import Option, options
from ccmcp.cli.terminal import Terminal
from ccmcp.screen import Screen

if TYPE_CHECKING:  # they load the index, which help, completion and init do without
    from ccmcp.config import Config
    from ccmcp.history import History

READING, REPORTS, CHANGES, SETUP = "Find and read", "Reports", "Change", "Set up"
GROUPS = (READING, REPORTS, CHANGES, SETUP)


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every command understands; --csv and --format only those that have such an answer."""

    json: bool = False
    """The answer as JSON: every key always there, null when unknown."""

    csv: bool = False
    """The answer's rows as CSV; texts that a spreadsheet would run as formulas begin with a '."""

    format: str = ""
    """The whole answer as a document: its format's name."""

    config_dir: str = ""
    """Claude Code's config folder, instead of CLAUDE_CONFIG_DIR; several with commas between."""

    tz: str = ""
    """The time zone of days and times, as Europe/Berlin, instead of this machine's."""

    color: bool = True
    """No colours. NO_COLOR=1 does the same for good."""

    show_secrets: bool = False
    """Secrets as they are, instead of [REDACTED:...]; on a terminal only."""

    yes: bool = False
    """Do it without asking first; else a terminal is asked, and without one nothing is done."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One run of the command line: where, and with which of the common options."""

    env: Mapping[str, str]
    """The environment, --config-dir taken in."""

    terminal: Terminal
    common: Common
    commands: "Mapping[str, Command]"
    """Every command there is, by its name."""

    load_config: "Callable[[], Config]"
    open_history: "Callable[[Config], History]"
    serve: Callable[[Mapping[str, str]], int]
    """Serve MCP in this environment."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command."""

    name: str
    """One word, or a group and a command: `migrate plan`."""

    description: str
    """What it does; the first sentence is its summary."""

    group: str
    """Under which heading help lists it."""

    parameters: type[Any]
    """A frozen dataclass: its fields are the flags, its docstrings their help."""

    run: Callable[[Any, Invocation], Any]
    """(parameters, invocation) -> result, a dataclass; an int is an exit code, and nothing is left to show."""

    screen: Callable[[Any, Screen], str]
    """result -> what a person reads."""

    csv: Callable[[Any], str] | None = None
    """result -> CSV, where there is such an answer."""

    formats: "Mapping[str, Callable[[Any, Invocation], str]]" = field(default_factory=dict)
    """(parameters, invocation) -> the whole answer as a document, by the format's name."""

    refusal: Callable[[Any], str] | None = None
    """result -> why the exit code is 1 although there is an answer; empty for no reason."""

    positional: tuple[str, ...] = ()
    """The fields that are given without a flag."""

    examples: tuple[str, ...] = ()
    """Command lines."""

    asks: bool = False
    """Whether it asks before it changes anything."""

    tool_name: str = ""
    """The MCP tool it is; empty for a command of the command line's own."""

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every field as an option."""
        return options(self.parameters)

    @property
    def arguments(self) -> tuple[Option, ...]:
        """The positional ones, in order."""
        by_field = {option.field: option for option in self.options}
        return tuple(by_field[field] for field in self.positional)

    @property
    def switches(self) -> tuple[Option, ...]:
        """The ones with a flag."""
        return tuple(option for option in self.options if option.field not in self.positional)

    @property
    def shared(self) -> tuple[Option, ...]:
        """The ones that other commands have too."""
        has = {
            "csv": self.csv is not None or "csv" in self.formats,
            "format": bool(self.formats),
            "yes": self.asks,
        }
        return tuple(option for option in options(Common) if has.get(option.field, True))

    @property
    def takes_words(self) -> bool:
        """Whether the last argument is a query: it takes all words that are left, quoted or not."""
        return self.positional[-1:] == ("query",)

    @property
    def full_name(self) -> str:
        """The name as it is typed."""
        return f"ccmcp {self.name}"

    @property
    def usage(self) -> str:
        """The command line in short."""
        words = [self.full_name]
        for option in self.arguments:
            shown = option.metavar if not option.choices else option.field.upper()
            shown += "..." if option.many or (self.takes_words and option is self.arguments[-1]) else ""
            words.append(shown if option.required else f"[{shown}]")
        return " ".join([*words, "[options]"])
