"""
A model, a day and a size of prompt -> what a token cost. Pure; the prices are in prices.tsv, which says where they are from.

A user's own file goes before it (the refresh that needs no network), as JSON: a list of objects
with the columns of prices.tsv as keys, in US dollars per million tokens.

    [{"model": "glm-5.1", "input": 1.4, "output": 4.4, "cache_read": 0.26},
     {"model": "claude-opus-6", "input": 4, "output": 20, "cache_write_5m": 5, "cache_write_1h": 8,
      "cache_read": 0.2, "valid_from": "2027-01-12", "source": "price list", "as_of": "2027-01-10"}]

`model`, `input` and `output` must be there. A cache price left out is the price of input. A model
may be a pattern with `*`; a name, then the longer pattern goes first. From the first day it has for
a model the file prices it alone, so that higher prices for long prompts or fast mode belong there
too; for the days before, and for what it has no row for, ours hold.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from ccmcp.errors import SettingsError, did_you_mean

_KINDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
_COLUMNS = ("model", "valid_from", "prompt_above", "speed", *_KINDS, "source", "as_of")
_EVER = datetime.min.replace(tzinfo=UTC)
_ANY_PROMPT = -1

_FAST = "-fast"
_MODEL = re.compile(r"(?:([a-z-]+)\.)?(?:anthropic\.)?claude-(.+)")
_DATE = re.compile(r"-20\d\d(?:\d{4}|-\d\d-\d\d)(?!\d)")
_PART = re.compile(r"[a-z]+|[0-9]{1,2}|v[0-9]+")
_SAYS_NOTHING = frozenset({"latest", "thinking", "think"})
_REGIONS = re.compile(r"us|eu|jp|au|apac|ca|in|regional")


@dataclass(frozen=True, slots=True)
class Price:
    """What one token of each kind costs, in US dollars."""

    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal

    source: str
    """Where these were read."""

    as_of: str
    """The day they were read or announced; empty when a user's file doesn't say."""


@dataclass(frozen=True, slots=True)
class _Row:
    pattern: str
    since: datetime
    above: int
    speed: str
    price: Price


_Rows = Mapping[str, Sequence[_Row]]
"""Pattern -> its rows."""


class PriceTable:
    """What tokens of any model cost at any time, as far as it is known."""

    def __init__(self, layers: Sequence[_Rows]) -> None:
        """Take the rows, those that win first; see `shipped` and `with_rows`."""
        self._layers = layers
        self._known: dict[tuple[str, str], Sequence[_Row]] = {}

    @staticmethod
    def shipped() -> "PriceTable":
        """The table that comes with ccmcp, read once."""
        return _shipped()

    def with_rows(self, text: str, place: str) -> "PriceTable":
        """
        Put the rows of a user's file before these, in a table of its own.

        Args:
            text: what the file holds; the docstring of this module describes it.
            place: how to name the file when something in it can't be used.

        Raises:
            SettingsError: the text is no such list.

        """
        return PriceTable([_by_pattern(_from_json(text, place)), *self._layers])

    def price(self, model: str, at: datetime, prompt: int = 0, speed: str = "") -> Price | None:
        """
        What a token cost in one request; None for a model we know no price of.

        Args:
            model: its name as a transcript has it.
            at: when, with a zone.
            prompt: how many tokens were sent: input, cache writes and cache reads together.
            speed: `fast`, or anything else for standard.

        """
        rows = self._known.get((model, speed))
        if rows is None:
            fast = speed == "fast" or normalised(model).endswith(_FAST)
            rows = [row for layer in self._found(model) for row in _in_order(layer, fast=fast)]
            self._known[model, speed] = rows
        for row in rows:
            if prompt > row.above and at >= row.since:
                return row.price
        return None

    def breaks(self, models: Iterable[str]) -> tuple[datetime, ...]:
        """The moments at which prices of any of these models change, in order; mostly none."""
        rows = (row for model in models for layer in self._found(model) for row in layer)
        return tuple(sorted({row.since for row in rows} - {_EVER}))

    def thresholds(self, model: str) -> tuple[int, ...]:
        """The sizes of a prompt above which a request of this model is priced differently, in order; mostly none."""
        rows = (row for layer in self._found(model) for row in layer)
        return tuple(sorted({row.above for row in rows} - {_ANY_PROMPT}))

    def _found(self, model: str) -> Iterator[Sequence[_Row]]:
        """The rows of each layer that are for this model."""
        names = _names(model)
        for rows in self._layers:
            patterns = sorted((each for each in rows if "*" in each), key=len, reverse=True)
            named = [name for name in names if name in rows]
            named += [each for each in patterns if any(fnmatchcase(name, each) for name in names)]
            if named:
                yield rows[named[0]]


def normalised(model: str) -> str:
    """
    The one name of a Claude model, whoever served it: `claude-sonnet-4`, `claude-3-5-haiku`, `claude-opus-4-6-fast`.

    What clouds and gateways put around it goes: paths and ARNs, `anthropic.`, dates, `@20250514`, `[1m]`, `-v1:0`,
    `-latest`, `-thinking`, dots in versions, `-0` for no minor version, and the older order (`claude-4-opus`). Bedrock's
    geographies stay as `regional.` and `us-gov.`, for they have prices of their own. Any other model keeps its name,
    in lower case.
    """
    text = model.strip().lower()
    found = _MODEL.fullmatch(re.split(r"[@:\[]", text.rpartition("/")[2])[0])
    if not found:
        return text
    parts = [part for part in re.split(r"[-.]", _DATE.sub("", found[2])) if part]
    words = [part for part in parts if re.fullmatch(r"[a-z]+", part) and part not in _SAYS_NOTHING]
    numbers = [part for part in parts if re.fullmatch(r"[0-9]{1,2}", part)]
    if len(numbers) > 2 or not all(map(_PART.fullmatch, parts)):
        return text
    if numbers[1:] == ["0"]:
        numbers.pop()
    fast = _FAST if "fast" in words else ""
    words = [word for word in words if word != "fast"]
    order = [*numbers, *words] if numbers and int(numbers[0]) < 4 else [*words, *numbers]
    return _region(found[1] or "") + "-".join(["claude", *order]) + fast


def _region(name: str) -> str:
    if name == "us-gov":
        return "us-gov."
    return "regional." if _REGIONS.fullmatch(name) else ""


def _names(model: str) -> tuple[str, ...]:
    """What a row may call this model, the most telling name first."""
    one = normalised(model)
    plain = one.removesuffix(_FAST)
    # What has no row for its region costs there what it costs anywhere: all up to Opus 4.1 and Sonnet 4 do.
    anywhere = plain.removeprefix("regional.").removeprefix("us-gov.")
    return tuple(dict.fromkeys((model.strip().lower(), one, plain, anywhere)))


def _in_order(rows: Sequence[_Row], *, fast: bool) -> list[_Row]:
    """The rows for a speed, so that the first that fits a request is the one that prices it."""
    chosen = [row for row in rows if fast and row.speed == "fast"]
    chosen = chosen or [row for row in rows if row.speed != "fast"]
    return sorted(chosen, key=lambda row: (row.above, row.since), reverse=True)


def _by_pattern(rows: Iterable[_Row]) -> _Rows:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.pattern, []).append(row)
    return found


@cache
def _shipped() -> PriceTable:
    text = files("ccmcp.usage").joinpath("prices.tsv").read_text(encoding="utf-8")
    return PriceTable([_by_pattern(_from_tsv(text))])


def _from_tsv(text: str) -> Iterator[_Row]:
    for line in text.splitlines():
        if not line.startswith("#"):
            cells = zip(_COLUMNS, line.split("\t"), strict=True)
            yield _row({column: cell for column, cell in cells if cell != "-"}, "prices.tsv")


# -- a user's file ------------------------------------------------------------------


def _from_json(text: str, place: str) -> Iterator[_Row]:
    wanted = 'Write a list of objects, as [{"model": "glm-5.1", "input": 1.4, "output": 4.4}].'
    try:
        found: object = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{place} is no valid JSON: {str(error)[:200]}. {wanted}") from error
    if not isinstance(found, list):
        raise SettingsError(f"{place} holds no list of prices. {wanted}")
    for number, entry in enumerate(found, 1):
        here = f"{place}: entry {number}"
        if not isinstance(entry, dict):
            raise SettingsError(f"{here}: {_shown(entry)} is no object. {wanted}")
        yield _row(entry, here)


def _row(values: Mapping[str, object], place: str) -> _Row:
    for key in values:
        if key not in _COLUMNS:
            raise SettingsError(f"{place}: there is no {_shown(key)}. {did_you_mean(key, _COLUMNS)}")
    for key in ("model", "input", "output"):
        if key not in values:
            raise SettingsError(f"{place} has no {key}. Give model, input and output in each.")
    model = _text(values, "model", place)
    if not model:
        raise SettingsError(
            f"{place}: model is empty. Give a model's name as transcripts have it, or a pattern with *."
        )
    usd = {kind: _usd(values.get(kind, values["input"]), f"{place}: {kind}") for kind in _KINDS}
    return _Row(
        # A bracket belongs to the name ([1m]), not to the pattern.
        model.lower().replace("[", "[[]") if "*" in model else normalised(model),
        _since(_text(values, "valid_from", place), place),
        _above(values.get("prompt_above", ""), place),
        _speed(_text(values, "speed", place), place),
        Price(**usd, source=_text(values, "source", place) or place, as_of=_text(values, "as_of", place)),
    )


def _text(values: Mapping[str, object], key: str, place: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise SettingsError(f"{place}: {key}: {_shown(value)} is no text. Put it in quotation marks.")
    return value.strip()


def _usd(value: object, place: str) -> Decimal:
    """A price per million as the price of one token."""
    try:
        if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
            usd = Decimal(value)
            if usd.is_finite() and 0 <= usd <= 1_000_000:
                return usd.scaleb(-6)
    except InvalidOperation:
        pass
    raise SettingsError(
        f"{place}: {_shown(value)} is no price. Give US dollars per million tokens, as 3 or 0.25."
    )


def _since(text: str, place: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else _EVER
    except ValueError as error:
        raise SettingsError(
            f"{place}: valid_from: {_shown(text)} is no day. Give the first day of the price, as 2026-10-07."
        ) from error


def _above(value: object, place: str) -> int:
    if value == "":
        return _ANY_PROMPT
    if isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,9}", str(value)):
        return int(value)
    raise SettingsError(
        f"{place}: prompt_above: {_shown(value)} is no size of a prompt. Give a whole number of tokens, as 200000."
    )


def _speed(text: str, place: str) -> str:
    if text not in ("", "standard", "fast"):
        raise SettingsError(
            f"{place}: speed: {_shown(text)} is none. Give fast, or leave it out for standard."
        )
    return text


def _shown(value: object) -> str:
    return repr(value)[:60]
