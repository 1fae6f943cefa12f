"""The fields of a parameters dataclass as flags and arguments: texts in, checked values out. Pure."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from ccmcp.errors import BadArgumentError
from ccmcp.limits import Ge, Le, MaxLen, MinLen

_METAVARS = {
    "since": "TIME",
    "until": "TIME",
    "around": "ENTRY",
    "limit": "N",
    "tz": "ZONE",
    "config_dir": "PATH",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One field, as it is given on a command line."""

    field: str
    """The field's name: `this_project`."""

    kind: type[Any] = str
    """What one value is: bool, int, float or str."""

    default: Any = None
    """What the field is when it is not given."""

    required: bool = False
    """Whether it must be given."""

    many: bool = False
    """Whether it may be given several times; the values make a tuple."""

    choices: tuple[str, ...] = ()
    """The only values there are, if they are few."""

    least: float | None = None
    most: float | None = None
    """The range of a number, or of a text's length."""

    @property
    def flag(self) -> str:
        """The flag that changes the default: `--this-project`, `--no-subagents`."""
        word = self.field.replace("_", "-")
        return f"--no-{word}" if self.default is True else f"--{word}"

    @property
    def metavar(self) -> str:
        """What stands for the value in help."""
        if self.choices:
            return "|".join(self.choices)
        return _METAVARS.get(self.field, self.field.rpartition("_")[2].upper())

    @property
    def takes_value(self) -> bool:
        """Whether the flag is followed by a value."""
        return self.kind is not bool

    def flags(self) -> dict[str, bool | None]:
        """Each flag of this option, with the value it stands for; None when its value follows."""
        word = self.field.replace("_", "-")
        return {f"--{word}": None} if self.takes_value else {f"--{word}": True, f"--no-{word}": False}

    def read(self, text: str, name: str) -> Any:
        """
        The value a text stands for.

        Raises:
            BadArgumentError: it stands for none; the message calls the option by this name.

        """
        if not text and self.default == "":
            return text
        try:
            value = self.kind(text)
        except ValueError:
            raise self._refused(text, name) from None
        size = len(value) if self.kind is str else value
        low, high = self.least, self.most
        if (low is not None and size < low) or (high is not None and size > high):
            raise self._refused(text, name)
        if self.choices and value not in self.choices:
            raise self._refused(text, name)
        return value

    @property
    def wanted(self) -> str:
        """What can be given, in words: "a whole number from 1 to 50"."""
        if self.choices:
            *most, last = self.choices
            return f"{', '.join(most)} or {last}" if most else last
        low, high = self.least, self.most
        if self.kind is str:
            return "a text" + (f" of at most {high:.0f} characters" if high is not None else "")
        number = "a whole number" if self.kind is int else "a number"
        if low is not None and high is not None:
            return f"{number} from {low:g} to {high:g}"
        return number + (
            f" of at least {low:g}" if low is not None else f" up to {high:g}" if high is not None else ""
        )

    def _refused(self, text: str, name: str) -> BadArgumentError:
        return BadArgumentError(name, text, f"Give {self.wanted}.")


def options(parameters: type[Any]) -> tuple[Option, ...]:
    """The options of a parameters dataclass, in the order of its fields."""
    hints = get_type_hints(parameters, include_extras=True)
    return tuple(_option(field, hints[field.name]) for field in dataclasses.fields(parameters))


def _option(field: "dataclasses.Field[Any]", hint: object) -> Option:
    hint, *limits = _parts(hint)
    many = get_origin(hint) is tuple
    if many:
        hint, *limits = _parts(get_args(hint)[0])
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
    return Option(
        field=field.name,
        kind=str if choices else _kind(hint, field.name),
        default=None if required else default,
        required=required,
        many=many,
        choices=tuple(choice for choice in choices if choice),
        least=next(_limits(limits, Ge, MinLen), None),
        most=next(_limits(limits, Le, MaxLen), None),
    )


def _parts(hint: object) -> list[object]:
    """What a hint annotates, then its annotations."""
    return list(get_args(hint)) if get_origin(hint) is Annotated else [hint]


def _kind(hint: object, name: str) -> type[Any]:
    if hint not in (bool, int, float, str):
        raise TypeError(f"{name}: a command line has no flags for {hint}")
    assert isinstance(hint, type)
    return hint


def _limits(limits: list[object], *kinds: type[Any]) -> Iterator[float]:
    for limit in limits:
        match limit:
            case Ge(ge=value) | Le(le=value) | MinLen(min_length=value) | MaxLen(max_length=value):
                if isinstance(limit, kinds):
                    yield value
            case _:
                pass
