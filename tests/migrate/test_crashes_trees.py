"""Trees and steps of all kinds, made up, and a crash somewhere: then everything is as it was, or as it was to be."""

# ruff: noqa: PTH112

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccmcp.migrate.steps import Edits
from tests.migrate.crashing import NEW, OLD, PowerCut, Site, Steps, in_process, lose_power, quietly
from tests.migrate.test_crashes import ID, TAIL, ended

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="crashes are children's")

KINDS = ("move", "mark", "copy", "carry", "edit", "edit in place", "stay")
NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda name: name not in (".", "..") and not name.startswith("."))
LINES = st.lists(
    st.one_of(
        st.builds(
            lambda text: json.dumps({"cwd": OLD, "sessionId": ID, "x": text, "lone": "\ud800"}).encode() + b"\n", st.text(max_size=30)
        ),
        st.binary(max_size=30),
        st.just(b'{"torn":"' + OLD.encode()),
        st.just("raw \u2028 and \\u0000\n".encode()),
    ),
    max_size=4,
).map(b"".join)  # fmt: skip


@st.composite
def sessions(draw: st.DrawFn) -> list[tuple[str, str, bytes, tuple[str, ...], int]]:
    """Name, what becomes of it, lines, names of side files, mode."""
    found = draw(
        st.lists(
            st.tuples(
                NAMES, st.sampled_from(KINDS), LINES, st.lists(NAMES, max_size=2, unique_by=str.casefold).map(tuple),
                st.sampled_from([0o600, 0o644]),
            ),
            max_size=4,
            unique_by=lambda each: each[0].casefold(),
        )
    )  # fmt: skip
    return [each for each in found if len(os.fsencode(each[0])) < 200]


def steps_of(site: Site, found: list[tuple[str, str, bytes, tuple[str, ...], int]], *, shared: bool) -> Steps:
    here, there = f"{site.root}/projects/old", f"{site.root}/projects/new"
    steps = Steps(site)
    for name, kind, _, side, _ in found:
        source, target = f"{here}/{name}.jsonl", f"{there}/{name}.jsonl"
        match kind:
            case "move":
                steps.move(source, target, TAIL % ID, digest=len(name) % 2 == 0)
                if side:
                    steps.move_folder(f"{here}/{name}", f"{there}/{name}")
            case "mark":
                steps.mark(source, TAIL % ID)
            case "copy":
                steps.copy(source, f"{target}-fork", Edits(session=(ID, ID[::-1])), TAIL % ID)
            case "carry":
                steps.carry(source, f"{site.elsewhere}/{name}", None, TAIL % ID)
                for each in side:
                    steps.carry(f"{here}/{name}/{each}", f"{site.elsewhere}/side/{name}/{each}")
                if side:
                    steps.remove_folder(f"{here}/{name}")
            case "edit":
                steps.carry(source, target, Edits(paths=((OLD, NEW),)))
            case "edit in place":
                steps.carry(source, source, Edits(paths=((OLD, NEW),)), TAIL % ID)
            case _:
                pass
    if shared:
        steps.prompts(f"{site.root}/history.jsonl")
        steps.settings(f"{site.root}/.claude.json")
    if os.path.isdir(here):
        steps.remove_folder(here)
    return steps


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(
    found=sessions(),
    shared=st.booleans(),
    target=st.booleans(),
    undo=st.booleans(),
    power=st.booleans(),
    seed=st.integers(),
)
def test_whatever_is_there_and_wherever_it_ends(
    *,
    found: list[tuple[str, str, bytes, tuple[str, ...], int]],
    shared: bool,
    target: bool,
    undo: bool,
    power: bool,
    seed: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), Path(folder, "elsewhere"))
        site.elsewhere.mkdir()
        (site.root / "projects").mkdir(parents=True)
        for name, _, data, side, mode in found:
            site.put(f"projects/old/{name}.jsonl", data, mode)
            for each in side:
                site.put(f"projects/old/{name}/{each}", data[::-1], mode)
        if target:
            site.put("projects/new/.there.jsonl", b"there\n")
        if shared:
            site.put("history.jsonl", b'{"project":"%s"}\n{"project":"x"}\n' % OLD.encode())
            entries: dict[str, object] = {OLD: {"a": [1.0]}, **({NEW: {"b": {}}} if target else {})}
            site.put(".claude.json", json.dumps({"projects": entries}, indent=target or None).encode())
        site.keep()
        grave = Path(folder, "grave")
        grave.mkdir()
        old, steps = site.all(), steps_of(site, found, shared=shared).all()
        _, calls = quietly(lambda: site.run(steps))
        new = site.all()
        if undo:
            _, calls = quietly(lambda: site.take_back(exact=True))
            assert site.all() == old
        site.again()
        steps = steps_of(site, found, shared=shared).all()
        action: Callable[[], object] = lambda: site.run(steps)  # noqa: E731 - one of two
        place = site.place
        if undo:
            quietly(action)
            old, new, action, place = site.all(), old, site.take_back, site.undo
        dice = Random(seed)
        at = dice.randrange(len(calls))
        if power:
            assert in_process(action, at, cut=PowerCut(at, grave)) == 9
            lose_power(grave, lambda: dice.random() < 0.5)
        else:
            assert in_process(action, at, half=calls[at].startswith("write") and dice.random() < 0.5) == 9
        ended(site, place, old, [old, new], f"call {at} ({calls[at]})")
