"""Fixtures: a home of its own for each test, and a way to write transcripts into it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.redact import use_salt
from tests.transcript import Home

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def _no_salt() -> Iterator[None]:
    """A command that ran in this process leaves no salt behind."""
    yield
    use_salt(None)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fake home: no test ever sees a real one."""
    return Home(tmp_path / "home")


@pytest.fixture
def config(home: Home) -> Config:
    return Config.load(home.env)


@pytest.fixture
def history(config: Config) -> Iterator[History]:
    """The history of the fake home; it waits for cold builds, so that what was written is found."""
    opened = History(config, patient=True)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real transcripts, where there is one."""
    folder = os.environ.get("CCMCP_DATA", "")
    if not folder:
        pytest.skip("CCMCP_DATA does not name a folder of real transcripts")
    return Path(folder)
