"""The audit's own commands, as a person runs them: suppress, baseline, report verify and sign, documents."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.transcript import Chat, Home


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ccmcp = Callable[..., Outcome]


@pytest.fixture
def ccmcp(home: Home, tmp_path: Path) -> Ccmcp:
    """Run the real command in a process of its own, in a folder of the test's."""

    def run(*arguments: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "ccmcp", *arguments],
            env={
                **{
                    name: value
                    for name, value in os.environ.items()
                    if not name.startswith(("CLAUDE", "CCMCP", "XDG"))
                },
                **home.env,
            },
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def chat(home: Home) -> Chat:
    chat = Chat("it")
    chat.user("go")
    for number, command in enumerate(("git push --force origin main", "rm -rf /etc")):
        chat.call("Bash", f"toolu_{number}", command=command)
        chat.result(f"toolu_{number}", "done")
    home.write(chat)
    return chat


def made(ccmcp: Ccmcp, tmp_path: Path, name: str = "report.json") -> Path:
    """A report in a file."""
    path = tmp_path / name
    outcome = ccmcp("report", "--since", "2026-08", "--until", "2026-08", "--format", "json")
    assert outcome.code == 0, outcome.err
    path.write_text(outcome.out, encoding="utf-8")
    return path


@pytest.mark.usefixtures("chat")
def test_a_finding_is_suppressed_with_a_reason_and_comes_back_when_that_is_lifted(ccmcp: Ccmcp) -> None:
    [finding] = ccmcp("audit", "--rule", "GIT-001", "--json").json["findings"]
    fingerprint = finding["fingerprint"]

    said = ccmcp(
        "audit", "suppress", fingerprint, "--reason", "agreed with the team", "--until", "30d", "--json"
    )
    now = ccmcp("audit", "--rule", "GIT-001", "--json").json
    lifted = ccmcp("audit", "suppress", fingerprint, "--lift", "--json")
    after = ccmcp("audit", "--rule", "GIT-001", "--json").json

    [told] = said.json["suppressed"]
    assert (told["fingerprint"], told["reason"], told["in_force"]) == (
        fingerprint,
        "agreed with the team",
        True,
    )
    assert (now["findings"], now["suppressed"]) == ([], 1)
    assert lifted.json == {"suppressed": []}
    assert len(after["findings"]) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["4f2a"], "all 16 digits"),
        (["4f2a91c07d3e6b58"], "Say why"),
        (["4f2a91c07d3e6b58", "--lift"], "not suppressed"),
        (["4f2a91c07d3e6b58", "--reason", "x", "--until", "2020-01-01"], "past"),
        (["--reason", "x"], "Say which"),
    ],
)
def test_a_suppression_that_says_too_little_is_refused(ccmcp: Ccmcp, arguments: list[str], why: str) -> None:
    outcome = ccmcp("audit", "suppress", *arguments)

    assert outcome.code == 2
    assert why in outcome.err


@pytest.mark.usefixtures("chat")
def test_a_baseline_knows_what_was_there(ccmcp: Ccmcp) -> None:
    baseline = ccmcp("audit", "baseline", "--json").json

    assert baseline["findings"] >= 2
    assert ccmcp("audit", "--new", "--json").json["findings"] == []
    assert ccmcp("audit", "baseline", "--clear", "--json").json["at"] is None
    assert ccmcp("audit", "--new", "--json").json["findings"] != []


def test_a_report_verifies_as_long_as_transcripts_only_grow(
    ccmcp: Ccmcp, tmp_path: Path, home: Home, chat: Chat
) -> None:
    report = made(ccmcp, tmp_path)

    first = ccmcp("report", "verify", str(report), "--json").json
    home.append(chat, [chat.user("more")])
    grown = ccmcp("report", "verify", str(report), "--json").json
    path = home.path(chat)
    path.write_bytes(path.read_bytes().replace(b"--force", b"-force-"))
    altered = ccmcp("report", "verify", str(report))
    path.unlink()
    missing = ccmcp("report", "verify", str(report), "--json").json

    assert (first["valid"], first["unchanged"], first["chain"]) == (True, 1, "first")
    assert (grown["valid"], grown["grown"]) == (True, 1)
    assert altered.code == 1
    assert "NOT what it was" in altered.out
    assert len(missing["missing"]) == 1


@pytest.mark.usefixtures("chat")
@pytest.mark.parametrize(
    ("key", "value"),
    [("sessions", 7), ("generated_at", "2020-01-01"), ("tool_version", "9"), ("findings", [])],
)
def test_a_report_that_was_altered_does_not_verify(
    ccmcp: Ccmcp, tmp_path: Path, key: str, value: Any
) -> None:
    report = made(ccmcp, tmp_path)
    values = json.loads(report.read_text(encoding="utf-8"))
    report.write_text(json.dumps({**values, key: value}), encoding="utf-8")

    told = ccmcp("report", "verify", str(report), "--json")

    assert (told.code, told.json["report"], told.json["valid"]) == (1, "altered", False)


@pytest.mark.usefixtures("chat")
def test_each_report_names_the_one_before(ccmcp: Ccmcp, tmp_path: Path) -> None:
    first, second = (
        json.loads(made(ccmcp, tmp_path, name).read_text("utf-8")) for name in ("1.json", "2.json")
    )

    assert first["integrity"]["previous_digest"] is None
    assert second["integrity"]["previous_digest"] == first["integrity"]["report_digest"]
    assert ccmcp("report", "verify", "2.json", "--json").json["chain"] == "right"


@pytest.mark.usefixtures("chat")
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_a_signature_is_checked_against_those_who_may_sign(ccmcp: Ccmcp, tmp_path: Path) -> None:
    report = made(ccmcp, tmp_path)
    for name in ("mine", "theirs"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", name], cwd=tmp_path, check=True)
    signed = ccmcp("report", "sign", str(report), "--key", "mine")
    for name in ("mine", "theirs"):
        (tmp_path / f"{name}.signers").write_text(f"me {(tmp_path / f'{name}.pub').read_text()}")

    def signature(*arguments: str) -> str:
        return str(ccmcp("report", "verify", str(report), "--json", *arguments).json["signature"])

    assert signed.code == 0, signed.err
    assert signature() == "unchecked"
    assert signature("--signers", "mine.signers", "--signer", "me") == "good"
    assert signature("--signers", "theirs.signers", "--signer", "me") == "bad"
    assert ccmcp("report", "sign", str(report), "--key", "mine").code == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"integrity": {"transcripts": [1]}}'])
def test_what_is_no_report_is_refused(ccmcp: Ccmcp, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)

    outcome = ccmcp("report", "verify", "x.json")

    assert outcome.code == 2
    assert "--format json" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("chat")
@pytest.mark.parametrize("form", ["markdown", "html"])
def test_the_checklist_is_a_page_of_its_own(ccmcp: Ccmcp, form: str) -> None:
    outcome = ccmcp("report", "--since", "2026-08", "--until", "2026-08", "--checklist", "--format", form)

    assert outcome.code == 0, outcome.err
    assert "weekly checklist" in outcome.out
    assert "complies" not in outcome.out


@pytest.mark.usefixtures("chat")
def test_a_format_that_is_none_is_refused_with_the_nearest(ccmcp: Ccmcp) -> None:
    outcome = ccmcp("audit", "--format", "sarfi")

    assert outcome.code == 2
    assert "sarif" in outcome.err
