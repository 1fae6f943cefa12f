"""Every file of real histories is indexed, or the status says why not."""

import os
from collections import Counter
from pathlib import Path

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from tests.index.asking import listed
from tests.index.contents import contents, passages
from tests.transcript import Home


def _files(root: Path) -> int:
    """How many files there are in a config folder, its projects wherever these lead."""
    beside = sum(
        len(files)
        for folder, _, files in os.walk(root)
        if (root / "projects") not in (Path(folder), *Path(folder).parents)
    )
    return beside + sum(len(files) for _, _, files in os.walk(root / "projects", followlinks=True))


def _accounted_for(history: History, roots: list[Path]) -> None:
    coverage = history.refresh()
    status = history.status()
    assert coverage.complete
    assert coverage.indexed_bytes == coverage.total_bytes
    assert status.problems == ()
    assert status.files + sum(status.skipped.values()) == sum(map(_files, roots))
    known = Counter(path for path, _, _ in passages(history.config))
    assert known
    left_out = sum(status.left_out.values())
    assert len(listed(history)) == status.sessions
    assert status.sessions + left_out == len(contents(history.config)["sessions"])


def _roots(folder: Path) -> list[Path]:
    """The config folders below a folder."""
    return sorted({path.parent for path in folder.glob("**/projects") if path.is_dir()})


@pytest.mark.parametrize("version", ["2.1.330", "old"])
def test_every_file_the_client_wrote_is_accounted_for(version: str, data: Path, home: Home) -> None:
    roots = _roots(data / "client" / version)
    assert len(roots) > 10
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": ",".join(map(str, roots))}), patient=True)
    _accounted_for(history, roots)
    history.close()


def test_every_file_of_other_tools_fixtures_is_accounted_for(data: Path, home: Home, tmp_path: Path) -> None:
    roots = []
    for number, folder in enumerate(sorted((data / "fixtures").iterdir())):
        # Whatever they look like: as the project folders of a config folder.
        root = tmp_path / f"root{number}"
        root.mkdir()
        (root / "projects").symlink_to(folder)
        roots.append(root)
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": ",".join(map(str, roots))}), patient=True)
    _accounted_for(history, roots)
    history.close()


def test_every_file_of_real_transcripts_is_accounted_for(data: Path, home: Home) -> None:
    history = History(Config.load({**home.env, "CLAUDE_CONFIG_DIR": str(data)}), patient=True)
    _accounted_for(history, [data])
    history.close()
