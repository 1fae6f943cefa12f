"""The shape of the code: what may import what, and a map that says so and is true."""

import ast
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

import ccmcp

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ccmcp"
MAP_LINE = re.compile(r"( {4}| {8})(\w+(?:, \w+)*)/?(?: {2,}\S.*)?")
EMPTY_WORDS = {"base", "helper", "helpers", "manager", "misc", "service", "util", "utils"}
INVENTED = {"/home/dev", "/work/demo", "/root"}
"""Folders of the sample history and of tests, which a machine may have by chance; and one that each Linux has."""


def test_every_import_contract_of_pyproject_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    broken = lint_imports(config_filename="pyproject.toml", no_cache=True)

    assert not broken, capsys.readouterr().out


def test_the_map_names_every_module_and_no_other() -> None:
    assert sorted(mapped()) == sorted(modules())


def test_nothing_imports_what_stands_above_it_in_the_map() -> None:
    graph = grimp.build_graph("ccmcp", cache_dir=None)
    order = [f"ccmcp.{name}" for name in mapped()]
    place = {name: number for number, name in enumerate(order)}

    upward = [
        f"{name} imports {imported}"
        for name in order
        for imported in graph.find_modules_directly_imported_by(name)
        if imported in place and place[imported] < place[name] and not imported.startswith(f"{name}.")
        and not name.startswith(f"{imported}.")
    ]  # fmt: skip

    assert upward == []


def test_the_map_fits_on_two_screens() -> None:
    lines = (ccmcp.__doc__ or "").splitlines()

    assert len(lines) <= 142
    assert max(map(len, lines)) <= 110


def test_every_module_says_in_its_first_line_what_it_is() -> None:
    silent = [name for name, path in modules().items() if len(first_line(path).split()) < 3]

    assert silent == []


def test_names_say_more_than_that_something_is_of_use() -> None:
    empty = [
        f"{path.name}: {name}" for path in sources() for name in names(path) if EMPTY_WORDS & words(name)
    ]

    assert empty == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    beside = [] if ROOT.parent == Path(tempfile.gettempdir()) else ROOT.parent.iterdir()
    here = {str(folder) for folder in (ROOT, Path.home(), *beside) if len(folder.parts) > 1} - INVENTED
    pattern = re.compile("|".join(rf"{re.escape(folder)}(?![\w-])" for folder in sorted(here)))

    told = [
        path.name for path in files() if pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert told == []


def mapped(doc: str | None = ccmcp.__doc__, inside: str = "") -> list[str]:
    """The modules that the map names, in its order, below `ccmcp`; where a package has a map in its own docstring, that."""
    found: list[str] = []
    package = ""
    for line in (doc or "").splitlines():
        if entry := MAP_LINE.fullmatch(line):
            indent, listed = entry.groups()
            package = package if len(indent) > 4 else listed
            around = f"{package}." if len(indent) > 4 else inside
            for name in (around + each for each in listed.split(", ")):
                found.append(name)
                own = PACKAGE.joinpath(*name.split("."), "__init__.py")
                if own.exists():
                    found += mapped(
                        ast.get_docstring(ast.parse(own.read_text(encoding="utf-8")), clean=False), f"{name}."
                    )
    return found


def modules() -> dict[str, Path]:
    """Every module and package below `ccmcp`, and its file."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE).with_suffix("")
        parts = place.parts[:-1] if place.name == "__init__" else place.parts
        # The map names the folders of rules; which rules there are, `ccmcp rules` says.
        if parts and not (parts[:2] == ("audit", "rules") and len(parts) > 3):
            found[".".join(parts)] = path
    return found


def sources() -> Iterator[Path]:
    for folder in ("ccmcp", "tests", "examples"):
        yield from (ROOT / folder).rglob("*.py")


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_bytes())) or "").partition("\n")[0]


def names(path: Path) -> Iterator[str]:
    """What a module is called, and what it calls its classes and functions."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+\d*|[A-Z]+", name)}


def files() -> list[Path]:
    """Every text file that is in the repository or about to be."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, capture_output=True, check=True, encoding="utf-8").stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git and a checkout")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
