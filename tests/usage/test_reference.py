"""The reference counts as it should: it equals recorded reports of real histories, and small cases by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.usage.reference import Counted, Kept, Response, blocks, kept, responses, sums

Json = dict[str, Any]

CENT = 0.01
ROUNDING = 1e-6

_responses = cache(responses)
_kept = cache(kept)


def _report(data: Path, name: str) -> Any:
    return json.loads((data / "usage" / f"{name}.json").read_bytes())


def _day(row: Counted) -> str:
    return row.at.astimezone(UTC).date().isoformat()


def _month(row: Counted) -> str:
    return _day(row)[:7]


def _week(row: Counted) -> str:
    at = row.at.astimezone(UTC)
    return (at - timedelta(days=at.isoweekday() % 7)).date().isoformat()


def _costs(rows: list[Any], key: Callable[[Any], Any]) -> dict[Any, float]:
    costs: dict[Any, float] = {}
    for row in rows:
        costs[key(row)] = costs.get(key(row), 0) + row.cost
    return costs


def _tokens(row: Json) -> Json:
    return {
        "input": row["inputTokens"],
        "output": row["outputTokens"],
        "cache_write": row["cacheCreationTokens"],
        "cache_read": row["cacheReadTokens"],
    }


# -- recorded reports ----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("right-day", _day),
        ("right-month", _month),
        ("right-model", lambda row: row.model),
        ("right-session", lambda row: row.session),
    ],
)
def test_responses_add_up_to_the_recorded_report(
    name: str, key: Callable[[Response], str], data: Path
) -> None:
    counted = _responses(data)
    unfinished = sums([row for row in counted if row.no_final], key)
    report = _report(data, name)
    assert sums(counted, key) == {
        key: {"rows": row["responses"], **_tokens(row)} for key, row in report.items()
    }
    assert {key: row["rows"] for key, row in unfinished.items()} == {
        key: row["noFinal"] for key, row in report.items() if row["noFinal"]
    }
    assert _costs(counted, key) == pytest.approx(
        {key: row["totalCost"] for key, row in report.items()}, abs=CENT
    )


_CCUSAGE: list[tuple[str, str, Callable[[Kept], Any], Callable[[Json], Any]]] = [
    ("daily", "daily", _day, lambda row: row["date"]),
    ("weekly", "weekly", _week, lambda row: row["week"]),
    ("monthly", "monthly", _month, lambda row: row["month"]),
    (
        "session",
        "sessions",
        lambda line: (line.project, line.session),
        lambda row: (row["projectPath"], row["sessionId"]),
    ),
]


@pytest.mark.parametrize(("name", "rows", "key", "named"), _CCUSAGE, ids=[case[0] for case in _CCUSAGE])
def test_kept_lines_add_up_to_the_recorded_report(
    name: str, rows: str, key: Callable[[Kept], Any], named: Callable[[Json], Any], data: Path
) -> None:
    lines = _kept(data, daily=name == "daily")
    report = _report(data, f"ccusage-{name}")
    counted = sums(lines, key)
    for row in counted.values():
        del row["rows"]
    # Sessions in which nothing was spent have no row.
    assert {key: row for key, row in counted.items() if name != "session" or row.total()} == {
        named(row): _tokens(row) for row in report[rows]
    }
    assert sums(lines, lambda _: True)[True].total() - len(lines) == report["totals"]["totalTokens"]


@pytest.mark.parametrize(("name", "rows", "key", "named"), _CCUSAGE, ids=[case[0] for case in _CCUSAGE])
def test_kept_lines_cost_what_the_recorded_report_says_of_each_claude_model(
    name: str, rows: str, key: Callable[[Kept], Any], named: Callable[[Json], Any], data: Path
) -> None:
    claude = [line for line in _kept(data, daily=name == "daily") if line.model.startswith("claude-")]
    recorded = {
        (named(row), model["modelName"]): model
        for row in _report(data, f"ccusage-{name}")[rows]
        for model in row["modelBreakdowns"]
        if model["modelName"].startswith("claude-")
    }
    assert _costs(claude, lambda line: (key(line), line.model)) == pytest.approx(
        {key: model["cost"] for key, model in recorded.items()}, abs=ROUNDING
    )


def test_blocks_are_those_of_the_recorded_report(data: Path) -> None:
    found = blocks(_kept(data, daily=False))
    recorded = _report(data, "ccusage-blocks")["blocks"]
    assert [
        (block.start, block.end, block.gap, len(block.lines), sum(line.total for line in block.lines))
        for block in found
    ] == [
        (
            datetime.fromisoformat(row["startTime"]),
            datetime.fromisoformat(row["endTime"]),
            row["isGap"],
            row["entries"],
            row["totalTokens"],
        )
        for row in recorded
    ]
    assert [block.models for block in found] == [row["models"] for row in recorded]
    claude = [n for n, block in enumerate(found) if all(name.startswith("claude-") for name in block.models)]
    assert [sum(line.cost for line in found[n].lines) for n in claude] == pytest.approx(
        [recorded[n]["costUSD"] for n in claude], abs=ROUNDING
    )


# -- our rule, by hand ---------------------------------------------------------


API = "msg_01" + "A" * 22
GATEWAY = "msg_" + "0a" * 12


def _line(
    message: str | None = API,
    tokens: int = 1,
    *,
    model: str = "claude-opus-5",
    stop: str | None = None,
    second: int = 0,
    usage: Json | None = None,
    **more: Any,
) -> Json:
    """A line that states a usage; `tokens` are its output, and what is `...` is left out."""
    counts = {"input_tokens": 0, "output_tokens": tokens, **(usage or {})}
    inner = {"id": message, "model": model, "stop_reason": stop, "usage": counts}
    if message is None:
        del inner["id"]
    line = {
        "type": "assistant",
        "timestamp": f"2026-08-01T10:00:{second:02d}.000Z",
        "sessionId": "one",
        "requestId": "req_1",
        "message": inner,
    }
    return {name: value for name, value in {**line, **more}.items() if value is not ...}


def _progress(line: Json) -> Json:
    return {"type": "progress", "sessionId": line.pop("sessionId"), "data": {"message": line}}


def _config(tmp_path: Path, **files: list[Json]) -> Path:
    """A config folder with a project whose files are given by stem; `__` is a folder in between."""
    for name, lines in files.items():
        path = tmp_path / "projects" / "-work-demo" / f"{name.replace('__', '/')}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines))
    return tmp_path


def _outputs(config: Path) -> list[int]:
    return sorted(row.output for row in responses(config))


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        ([_line(tokens=1), _line(tokens=9), _line(tokens=5)], (9, True)),
        ([_line(tokens=9), _line(tokens=5, stop="end_turn"), _line(tokens=1)], (5, False)),
        ([_line(tokens=5, stop="end_turn"), _line(tokens=7, stop="tool_use")], (7, False)),
    ],
)
def test_a_final_line_counts_more_than_a_large_one(
    lines: list[Json], counted: tuple[int, bool], tmp_path: Path
) -> None:
    (response,) = responses(_config(tmp_path, one=lines))
    assert (response.output, response.no_final) == counted


def test_of_equal_lines_the_last_counts_whole(tmp_path: Path) -> None:
    first = _line(usage={"input_tokens": 9, "cache_read_input_tokens": 9})
    (response,) = responses(_config(tmp_path, one=[first, _line()]))
    assert (response.input, response.cache_read) == (0, 0)


def test_an_api_id_is_one_response_everywhere_and_a_gateways_in_one_file(tmp_path: Path) -> None:
    assert _outputs(_config(tmp_path / "api", one=[_line(API, 3)], two=[_line(API, 4)])) == [4]
    assert _outputs(_config(tmp_path / "gateway", one=[_line(GATEWAY, 3)], two=[_line(GATEWAY, 4)])) == [3, 4]


def test_copies_of_a_gateways_line_are_joined_by_its_uuid(tmp_path: Path) -> None:
    lines = [_line(GATEWAY, 3, uuid="u1"), _line(GATEWAY, 4, uuid="u2")]
    assert _outputs(_config(tmp_path, one=lines, two=lines[:1], three=lines[1:])) == [4]


def test_a_line_without_an_id_is_a_response_of_its_own(tmp_path: Path) -> None:
    assert _outputs(_config(tmp_path, one=[_line(None, 3), _line(None, 3)])) == [3, 3]


def test_a_response_counts_when_and_where_it_came_first(tmp_path: Path) -> None:
    resumed = _line(tokens=9, second=7, requestId=...)
    (response,) = responses(_config(tmp_path, a=[resumed], b=[_line(tokens=8, second=3)]))
    assert (response.session, response.at.second, response.output) == ("b", 3, 9)


def test_a_fork_marks_what_it_copied(tmp_path: Path) -> None:
    copied = _line(sessionId="a", requestSessionId="b")
    (response,) = responses(_config(tmp_path, a=[copied], b=[_line(sessionId="b")]))
    assert response.session == "b"


def test_subagents_count_to_their_parent(tmp_path: Path) -> None:
    config = _config(
        tmp_path,
        one=[_progress(_line(GATEWAY + "1"))],
        one__subagents__x=[_line(GATEWAY + "2")],
        one__subagents__workflows__wf__y=[_line(GATEWAY + "3")],
        **{"agent-z": [_line(GATEWAY + "4")]},
    )
    assert {key: row["rows"] for key, row in sums(responses(config), lambda row: row.session).items()} == {
        "one": 4
    }


@pytest.mark.parametrize(
    "line", [_line(model="<synthetic>"), _line(isApiErrorMessage=True), _line(type="user")]
)
def test_what_is_no_answer_of_a_model_is_free(line: Json, tmp_path: Path) -> None:
    assert responses(_config(tmp_path, one=[line])) == []


@pytest.mark.parametrize(
    ("total", "five", "hour", "written"),
    [(100, 0, 30, (100, 70, 30)), (20, 0, 30, (20, 0, 20)), (None, 5, 30, (35, 5, 30))],
)
def test_an_hours_share_is_part_of_what_was_written(
    total: int | None, five: int, hour: int, written: tuple[int, int, int], tmp_path: Path
) -> None:
    split = {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour}
    usage = {"cache_creation_input_tokens": total, "cache_creation": split}
    (response,) = responses(_config(tmp_path, one=[_line(usage=usage)]))
    assert (response.cache_write, response.cache_write_5m, response.cache_write_1h) == written


# -- the rule of ccusage: what the tool itself said of these lines --------------

SIDE: Json = {"isSidechain": True}
NEXT: Json = {"requestId": "req_2"}


@pytest.mark.parametrize(
    ("lines", "daily", "others"),
    [
        pytest.param([_line(tokens=3), _line(tokens=1)], [3], [3], id="the larger one"),
        pytest.param([_line(tokens=1), _line(tokens=10, **NEXT)], [1, 10], [1, 10], id="another request"),
        pytest.param([_line(None), _line(None)], [1, 1], [1, 1], id="no id"),
        pytest.param(
            [_line(requestId=...), _line(tokens=10, second=1, requestId=...)],
            [1, 10],
            [10],
            id="no request id",
        ),
        pytest.param(
            [_line(), _line(tokens=10, requestId=...)], [1, 10], [1, 10], id="with and without request id"
        ),
        pytest.param(
            [_line(), _line(tokens=10, **SIDE, **NEXT)], [1], [1], id="replayed by a side conversation"
        ),
        pytest.param([_line(tokens=9, **SIDE), _line(tokens=3, **NEXT)], [3], [3], id="the other way round"),
        pytest.param(
            [_line(), _line(tokens=10, second=1, **SIDE, **NEXT)], [1], [1, 10], id="replayed at another time"
        ),
        pytest.param(
            [_line(), _line(tokens=10, sessionId="two", **SIDE, **NEXT)],
            [1, 10],
            [1, 10],
            id="in another session",
        ),
        pytest.param(
            [_line(**SIDE), _line(tokens=10, **NEXT), _line(tokens=20)],
            [10, 20],
            [10, 20],
            id="a replaced key is gone",
        ),
        pytest.param(
            [
                _line(tokens=5),
                _line(sessionId="two"),
                _line(tokens=9, sessionId="two", requestId=..., **SIDE),
            ],
            [5],
            [5],
            id="the loser leaves its session",
        ),
        pytest.param(
            [_line(tokens=9, **SIDE), _progress(_line(tokens=3))],
            [3],
            [9],
            id="a progress line replaces the final one",
        ),
        pytest.param(
            [_line(sessionId="file"), _line(tokens=9, sessionId=..., **SIDE, **NEXT)],
            [1],
            [1],
            id="the file's session",
        ),
        pytest.param([_line(cwd=None)], [], [], id="a null anywhere"),
        pytest.param([_line(isApiErrorMessage="no")], [1], [], id="no true or false"),
        pytest.param([_line(timestamp="2026-08-01T10:00:00.123456Z")], [], [], id="microseconds"),
        pytest.param([_line(usage={"input_tokens": 1.0})], [], [], id="a fraction"),
        pytest.param([_line(version="2.1")], [], [], id="half a version"),
        pytest.param([_line(type="user")], [1], [1], id="any type"),
    ],
)
def test_lines_are_kept_as_the_tool_keeps_them(
    lines: list[Json], daily: list[int], others: list[int], tmp_path: Path
) -> None:
    config = _config(tmp_path, file=lines)
    assert [line.output for line in kept(config, daily=True)] == daily
    assert [line.output for line in kept(config, daily=False)] == others


def test_a_split_of_nothing_is_nothing_written(tmp_path: Path) -> None:
    usage = {"cache_creation_input_tokens": 1000, "cache_creation": {}}
    (line,) = kept(_config(tmp_path, one=[_line(usage=usage)]), daily=True)
    assert line.cache_write == 0


def test_of_lines_alike_only_the_daily_report_keeps_the_dearer(tmp_path: Path) -> None:
    config = _config(tmp_path, one=[_line(model="claude-sonnet-5"), _line(model="claude-opus-5")])
    assert [line.model for line in kept(config, daily=True)] == ["claude-opus-5"]
    assert [line.model for line in kept(config, daily=False)] == ["claude-sonnet-5"]


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("claude-sonnet-4-5-20250929", {"input_tokens": 1_000_000}, 5.4),
        ("claude-sonnet-4-6", {"input_tokens": 1_000_000}, 3.0),
        ("claude-opus-4-6", {"input_tokens": 100_000, "speed": "fast"}, 3.0),
        ("claude-opus-5", {"cache_creation": {"ephemeral_1h_input_tokens": 100_000}}, 1.0),
        ("somebody-elses", {"input_tokens": 1_000_000}, 0.0),
    ],
)
def test_lines_cost_what_the_tool_says(model: str, usage: Json, cost: float, tmp_path: Path) -> None:
    (line,) = kept(_config(tmp_path, one=[_line(tokens=0, model=model, usage=usage)]), daily=True)
    assert line.cost == pytest.approx(cost)
    assert line.model == (f"{model}-fast" if "speed" in usage else model)


def test_a_recorded_cost_is_believed(tmp_path: Path) -> None:
    (line,) = kept(_config(tmp_path, one=[_line(costUSD=2)]), daily=True)
    assert line.cost == 2


def test_blocks_last_five_hours_and_gaps_follow_five_idle_ones(tmp_path: Path) -> None:
    times = ("10:30:00", "15:00:00", "15:00:01", "20:00:01", "20:00:01", "01:00:02")
    days = (1, 1, 1, 1, 1, 2)
    lines = [
        _line(None, timestamp=f"2026-08-{day:02d}T{time}.000Z") for day, time in zip(days, times, strict=True)
    ]
    found = blocks(kept(_config(tmp_path, one=lines), daily=False))
    assert [(f"{block.start:%H:%M:%S}", f"{block.end:%H:%M:%S}", len(block.lines)) for block in found] == [
        ("10:00:00", "15:00:00", 2),
        ("15:00:00", "20:00:00", 1),
        ("20:00:00", "01:00:00", 2),
        ("01:00:00", "06:00:00", 1),
        ("01:00:01", "01:00:02", 0),
    ]
