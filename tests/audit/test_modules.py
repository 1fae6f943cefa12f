"""Rules are found by program without importing the others, and none is missed."""

import pytest

from ccmcp.audit import modules
from ccmcp.audit.engine import all_rules


@pytest.mark.parametrize("folder", ["commands", "scripts"])
def test_every_rule_is_found_by_each_of_its_programs(folder: str) -> None:
    rules = list(modules.rules_in(folder))
    assert rules
    for program in {"", "no-such-program", *(program for rule in rules for program in rule.programs)}:
        wanted = [rule.id for rule in rules if not rule.programs or program in rule.programs]
        assert [rule.id for rule in modules.rules_for(folder, program)] == wanted


def test_the_rules_are_there() -> None:
    assert len({rule.id for rule in all_rules()}) > 20


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        ('@rule(\n    id="A-1",\n    programs=("git", "hg"),\n)\n', {"git", "hg"}),
        ('@rule(\n    id="A-1",\n    programs=(\n        "git",\n        "hg",\n    ),\n)\n', {"git", "hg"}),
        (
            '@rule(\n    programs=("git",),\n)\ndef a(): ...\n@rule(\n    programs=("hg",),\n)\n',
            {"git", "hg"},
        ),
        ('@rule(\n    programs=("git",),\n)\ndef a(): ...\n@rule(\n    id="A-2",\n)\n', {"git", ""}),
        ('@rule(\n    programs=("git", *MORE),\n)\n', {"git", ""}),
        ("@rule(\n    programs=MORE,\n)\n", {""}),
        ('@rule(\n    programs=(*sorted(MORE), "git"),\n)\n', {""}),
        ('MADE = rule(programs=("git",))(find)\n', {""}),
        ("", {""}),
    ],
)
def test_programs_are_read_where_they_stand_and_in_doubt_every_one_is_meant(
    tmp_path_factory: pytest.TempPathFactory, text: str, programs: set[str]
) -> None:
    path = tmp_path_factory.mktemp("rules") / "made.py"
    path.write_text("\n" + text, encoding="utf-8")
    found = modules._programs(str(path))
    assert found == programs or ("" in programs and "" in found)
