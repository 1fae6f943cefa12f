"""
The session that was meant comes first, whatever way it is asked for: the sample history, by its tool.

Larger sets over real transcripts are measured by `tests.benchmarks.relevance`; these hold what was reached.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccmcp.config import Config
from ccmcp.history import History
from ccmcp.tools import Call
from ccmcp.tools.search_sessions import TOOL, SearchSessions

HISTORY = Path(__file__).parents[1] / "examples" / "history"
CALL = Call(now=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))

LOGINS = "46c6442b"
IDLE = "892323cc"
WEBHOOKS = "1b24761e"
OUTBOX = "b628d38f"
SECURE = "74bf8034"
INVOICES = "b4afdb1f"
IMPORT = "676bb389"
SUMMER_TIME = "b2cb8579"
BACKFILL = "272f0971"
STAGING = "e6908436"
PIPE = "08c86832"
START = "4f463321"
ERRNO = "9bac2b29"
JAPANESE = "341fb02d"
BUILD = "78bc6cab"
REDIRECTS = "b83e1b15"

FORKS = {WEBHOOKS: OUTBOX}
"""What was said before a fork was said in both."""

QUESTIONS = [
    # remembered words
    ("logout denylist jwt", LOGINS),
    ("webhook mail twice", WEBHOOKS),
    ("polars duckdb memory", IMPORT),
    ("argparse muscle memory", START),
    ("challenge exemption bank", SECURE),
    # in an answer, in a subagent's, in a fork's
    ("sigpipe windows sockets", PIPE),
    ("refund idempotency key", WEBHOOKS),
    ("transactional outbox", OUTBOX),
    # a title
    ("3-D Secure rollout", SECURE),
    ("redirects for moved guides", REDIRECTS),
    # a file, a part of a path
    ("0004-server-side-sessions.md", LOGINS),
    ("docs/redirects.json", REDIRECTS),
    ("payments/webhooks.py", WEBHOOKS),
    ("invoices/upload", INVOICES),
    ("daily_totals", SUMMER_TIME),
    # an error
    ("Error 111 connecting to localhost:6379. Connection refused", LOGINS),
    ("UniqueViolation: duplicate key value violates unique constraint", WEBHOOKS),
    ("An error occurred (AccessDenied) when calling the PutObject operation", INVOICES),
    ("_ArrayMemoryError: Unable to allocate 5.94 GiB", IMPORT),
    ("BrokenPipeError: [Errno 32] Broken pipe", PIPE),
    ("NameError: name 'click' is not defined", START),
    ("fatal: bad source, source=docs/guides/payments", REDIRECTS),
    ("has been denied psql", STAGING),
    # a command
    ("aws s3api put-bucket-policy", INVOICES),
    ("hyperfine logcut --help", START),
    ("journalctl -u tidegauge-import", IMPORT),
    ("lychee --offline", REDIRECTS),
    ("backfill --skip HH-07", BACKFILL),
    # a name in any casing
    ("handleWebhookEvent", WEBHOOKS),
    ("decode access token", LOGINS),
    ("payment_step", SECURE),
    ("report-day", SUMMER_TIME),
    ("TokenizeQuery", JAPANESE),
    # a sentence
    ("why did we choose Redis sessions instead of JWTs?", LOGINS),
    ("why are people logged out while they are clicking around?", IDLE),
    ("which months have gaps in the water levels?", BACKFILL),
    ("what did we decide about the memory limit of the nightly import?", IMPORT),
    ("can the staging tables be dropped?", STAGING),
    ("what does errno 32 mean", ERRNO),
    ("wie haben wir das Problem mit der Zeitumstellung gelöst?", SUMMER_TIME),
    # a typo, another form, a beginning
    ("brokn pipe trceback", PIPE),
    ("confirmaton mials retried", WEBHOOKS),
    ("Zeitumstelung Pegel", SUMMER_TIME),
    ("revoking tokens expiry", LOGINS),
    ("backfil septem", BACKFILL),
    # words of different messages
    ("fakeredis denylist", LOGINS),
    ("vault prefix worker", INVOICES),
    ("polars spilled journalctl", IMPORT),
    # the later of two
    ("idle timeout 12 hours", IDLE),
    # Japanese and Chinese
    ("請求書", JAPANESE),
    ("形態素解析 バイグラム", JAPANESE),
    ("検索で請求書が見つからない原因", JAPANESE),
    ("图片缓存", BUILD),
    ("为什么不换框架?", BUILD),
]
"""What is asked, and the session that is meant, by the start of its id."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """The sample history, which no test here changes."""
    home = tmp_path_factory.mktemp("home")
    opened = History(Config.load({"HOME": str(home), "CLAUDE_CONFIG_DIR": str(HISTORY)}), patient=True)
    yield opened
    opened.close()


@pytest.mark.parametrize(("query", "meant"), QUESTIONS, ids=[query for query, _ in QUESTIONS])
def test_the_session_that_is_meant_comes_first(query: str, meant: str, sample: History) -> None:
    found = TOOL.run(sample, SearchSessions(query=query), CALL).sessions

    assert found
    assert found[0].session_id[:8] in {meant, FORKS.get(meant)}, [each.title for each in found[:3]]


def test_every_session_of_the_sample_is_asked_for() -> None:
    sessions = {path.stem[:8] for path in HISTORY.glob("projects/*/*.jsonl")}

    assert {meant for _, meant in QUESTIONS} == sessions
