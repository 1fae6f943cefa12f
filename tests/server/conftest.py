"""A notebook, a server of the catalogue's tools, and clients of both eras."""

import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mcp import Client

from ccmcp.server.app import McpServer, build_server
from ccmcp.server.manifest import manifest, written
from tests.server.catalogue import TOOLS, Notebook
from tests.server.pipe import Pipe, started

ERAS = ("auto", "legacy")
ENV = {"CLAUDE_PROJECT_DIR": "/home/ada/engine", "CLAUDE_CODE_SESSION_ID": "5e55-10n"}


@pytest.fixture(params=ERAS)
def era(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def server(notebook: Notebook) -> McpServer:
    return build_server(TOOLS, notebook.opened, ENV, now=lambda: datetime(2026, 8, 14, 9, 30, tzinfo=UTC))


@pytest.fixture
async def client(server: McpServer, era: str) -> AsyncIterator[Client]:
    """A client in the same process."""
    async with Client(server, mode=era) as client:
        yield client


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front's manifest for the catalogue."""
    path = tmp_path_factory.mktemp("manifest") / "manifest.json"
    path.write_text(written(manifest(TOOLS)), encoding="utf-8")
    return path


@pytest.fixture
def command(answers: Path) -> list[str]:
    """The command line of a real server process."""
    return [sys.executable, "-m", "tests.server.program", str(answers)]


@pytest.fixture
def pipe(command: list[str]) -> Iterator[Pipe]:
    with started(command) as pipe:
        yield pipe
