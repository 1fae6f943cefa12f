"""`ccmcp report verify` and `ccmcp report sign`: whether a report, and the transcripts it is about, are what they were."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccmcp.cli.command import REPORTS, Command, Invocation
from ccmcp.errors import BadArgumentError, CcmcpError
from ccmcp.screen import Screen, Style

if TYPE_CHECKING:
    from ccmcp.config import Config

_NAMESPACE = "ccmcp-report"
_SECONDS = 60


class SigningError(CcmcpError):
    """ssh-keygen is missing or refused."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"ssh-keygen could not do it: {why}. It comes with OpenSSH 8.2 and later; see `man ssh-keygen`, -Y."
        )


# -- verify


@dataclass(frozen=True, kw_only=True)
class Verify:
    """Which report, and against whose keys."""

    file: str
    """A report as `ccmcp report --format json` writes it."""

    signers: str = ""
    """The file of keys that may sign (ssh-keygen's ALLOWED SIGNERS), for a report with FILE.sig beside it."""

    signer: str = ""
    """Who must have signed, as that file names them."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What became of a report and its transcripts since it was made."""

    file: str
    valid: bool
    """Whether the report is unchanged, its Merkle root is that of its digests, no transcript was altered, and a signature asked for is good."""

    report: str
    """unchanged, or altered."""

    merkle_root: str
    """right, or wrong."""

    chain: str
    """Whether the report before it is the one this machine knows: right, wrong, first, unknown."""

    signature: str
    """good, bad, none, or unchecked where no --signers is given."""

    transcripts: int
    unchanged: int
    grown: int
    """Appended to since: what was there is the same."""

    altered: tuple[str, ...]
    missing: tuple[str, ...]
    """Not where they were: deleted, moved, or cleaned up by the client."""


def _verify(asked: Verify, invocation: Invocation) -> Verified:
    from ccmcp.index.integrity import digest, merkle_root  # noqa: PLC0415 - other commands do without
    from ccmcp.tools._accounted import digest_of  # noqa: PLC0415

    values = _read(asked.file)
    integrity = values["integrity"]
    config = invocation.load_config()
    roots = {root.label: root.path for root in config.roots}
    unchanged = grown = 0
    altered, missing = [], []
    for each in integrity["transcripts"]:
        name, root = f"{each['root']}: {each['file']}", roots.get(each["root"])
        found = digest(str(root / each["file"]), each["bytes"]) if root else None
        if found is None:
            missing.append(name)
        elif found.before != each["sha256"]:
            altered.append(name)
        elif found.whole == each["bytes"]:
            unchanged += 1
        else:
            grown += 1
    report = "unchanged" if digest_of(values) == integrity["report_digest"] else "altered"
    root_is = merkle_root(each["sha256"] for each in integrity["transcripts"])
    tree = "right" if root_is == integrity["merkle_root"] else "wrong"
    signature, chain = _signature(asked), _chain(config, integrity)
    return Verified(
        file=asked.file,
        valid=report == "unchanged"
        and tree == "right"
        and not altered
        and signature in ("good", "none", "unchecked"),
        report=report,
        merkle_root=tree,
        chain=chain,
        signature=signature,
        transcripts=len(integrity["transcripts"]),
        unchanged=unchanged,
        grown=grown,
        altered=tuple(altered),
        missing=tuple(missing),
    )


def _read(file: str) -> dict[str, Any]:
    try:
        values = json.loads(Path(file).read_bytes())
    except OSError as error:
        raise BadArgumentError("file", file, f"It can't be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError):
        values = None
    if not _is_report(values):
        raise BadArgumentError(
            "file",
            file,
            "It is no report that can be verified: those are made by `ccmcp report --format json > FILE`.",
        )
    found: dict[str, Any] = values
    return found


def _is_report(values: object) -> bool:
    match values:
        case {"integrity": {"transcripts": [*each], "merkle_root": str(), "report_digest": str()}}:
            return all(_is_digest(one) for one in each)
        case _:
            return False


def _is_digest(value: object) -> bool:
    match value:
        case {"root": str(), "file": str(), "bytes": int(), "sha256": str(text)}:
            return len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)
        case _:
            return False


def _chain(config: "Config", integrity: Mapping[str, Any]) -> str:
    """Whether the report before this one is what this machine made before this one."""
    try:
        links = [
            json.loads(line) for line in (config.state / "reports.jsonl").read_text("utf-8").splitlines()
        ]
    except (OSError, ValueError):
        return "unknown"
    for link in links:
        if isinstance(link, dict) and link.get("digest") == integrity["report_digest"]:
            if link.get("previous") != integrity.get("previous_digest"):
                return "wrong"
            return "right" if integrity.get("previous_digest") else "first"
    return "unknown"


def _signature(asked: Verify) -> str:
    beside = Path(f"{asked.file}.sig")
    if not beside.exists():
        return "none" if not asked.signers else "bad"
    if not asked.signers:
        return "unchecked"
    if not asked.signer:
        raise BadArgumentError(
            "--signer", "", "Say who must have signed, as the file of allowed signers names them."
        )
    told = _ssh(
        "verify",
        "-f",
        asked.signers,
        "-I",
        asked.signer,
        "-s",
        str(beside),
        given=Path(asked.file).read_bytes(),
    )
    return "good" if told.returncode == 0 else "bad"


def _ssh(what: str, *arguments: str, given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603 - no shell
            ["ssh-keygen", "-Y", what, "-n", _NAMESPACE, *arguments],  # noqa: S607 - the user's own, wherever it is
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SigningError(str(error)) from error


def _on_screen(result: Verified, screen: Screen) -> str:
    def told(name: str, value: str) -> str:
        good: Style = (
            "green"
            if value in ("unchanged", "right", "first", "good")
            else "red"
            if value in ("altered", "wrong", "bad")
            else "dim"
        )
        return f"{name:<13} {screen.style(value, good)}"

    lines = [
        screen.style(
            "verified" if result.valid else "NOT what it was", "bold", "green" if result.valid else "red"
        ),
        told("report", result.report),
        told("Merkle root", result.merkle_root),
        told("report before", result.chain),
        told("signature", result.signature),
        (
            f"transcripts   {result.transcripts:,}: {result.unchanged:,} unchanged, {result.grown:,} grown since, "
            f"{len(result.altered):,} altered, {len(result.missing):,} missing"
        ),
    ]
    for label, names in (("altered", result.altered), ("missing", result.missing)):
        lines += [
            f"  {screen.style(label, 'red' if label == 'altered' else 'yellow')}  {name}"
            for name in names[:20]
        ]
        if len(names) > 20:
            lines.append(f"  and {len(names) - 20:,} more")
    return "\n".join(lines)


def _refused(result: Verified) -> str:
    return "" if result.valid else "the report, or what it is about, is not what it was when it was made"


VERIFY = Command(
    name="report verify",
    description=(
        "Check that a report, and the transcripts it is about, are what they were. Transcripts may have grown since it was made; "
        "any other change fails with exit code 1. Missing ones are named: the client deletes old ones by itself."
    ),
    group=REPORTS,
    parameters=Verify,
    run=_verify,
    screen=_on_screen,
    refusal=_refused,
    positional=("file",),
    examples=(
        "ccmcp report verify week.json",
        "ccmcp report verify week.json --signers signers --signer me@example.com",
    ),
)


# -- sign


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Which report, with which key."""

    file: str
    """A report as `ccmcp report --format json` writes it."""

    key: str
    """The file of an ssh key; for a public one the agent holds the other half."""


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A signature."""

    file: str
    signature: str
    """Where it is: beside the report."""


def _sign(asked: Sign, invocation: Invocation) -> Signed:
    _ = invocation
    _read(asked.file)
    beside = f"{asked.file}.sig"
    if os.path.lexists(beside):
        raise BadArgumentError("file", asked.file, f"It is signed already: {beside}. Move that away first.")
    told = _ssh("sign", "-f", asked.key, asked.file)
    if told.returncode:
        raise SigningError(
            told.stderr.decode("utf-8", "replace").strip().splitlines()[-1:][0]
            if told.stderr.strip()
            else "no reason given"
        )
    return Signed(file=asked.file, signature=beside)


SIGN = Command(
    name="report sign",
    description="Sign a report with an ssh key (ssh-keygen -Y sign); the signature stands beside it, in FILE.sig, and `report verify` checks it.",
    group=REPORTS,
    parameters=Sign,
    run=_sign,
    screen=lambda result, _: f"signed: {result.signature}",
    positional=("file",),
    examples=("ccmcp report sign week.json --key ~/.ssh/id_ed25519",),
)
