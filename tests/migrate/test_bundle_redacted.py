"""A redacted bundle holds none of the secrets that ccmcp recognises: in no member, name or manifest, and not behind escapes either."""

import base64
import csv
import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.migrate.bundles.reading import contents_of, open_bundle, read
from ccmcp.migrate.edits.redacting import BinaryFileError, redacted_lines, redacted_text
from ccmcp.migrate.survey import tree
from ccmcp.redact import found, redact
from tests.migrate.bundles import packed, sessions_in, transcript, write

ID = "aaaaaaaa-0000-4000-8000-000000000001"
TOKEN = "ghp_" + "x7Kq2mWv9Rt4Lz8Np3Yc6Bd1Fg5Hj0SaUeQi"
KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "".join(
        f"MIIEowIBAAKCAQEA{number:02d}x7Kq2mWv9Rt4Lz8Np3Yc6Bd1Fg5Hj0SaUeQiOwPl\n" for number in range(20)
    )
    + "-----END RSA PRIVATE KEY-----\n"
)


def shown(path: str) -> list[str]:
    """All that a bundle says: names, bytes, and every text in its JSON."""
    texts: list[str] = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            texts += name, data.decode("utf-8", "replace")
            for line in (data, *data.split(b"\n")) if name.endswith((".json", ".jsonl")) else ():
                try:
                    texts += _texts(json.loads(line))
                except ValueError:
                    continue
    return texts


def _texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for key, inner in value.items() for text in (key, *_texts(inner))]
        case list():
            return [text for inner in value for text in _texts(inner)]
        case _:
            return []


def line(**record: Any) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def planted(root: Path, secret: str) -> Path:
    """A session with a secret in every place there is."""
    hidden = line(type="user", message={"content": "SECRET"}).replace(
        b"SECRET", "".join(f"\\u{ord(each):04x}" for each in secret).encode()
    )
    body = (
        line(type="user", message={"role": "user", "content": f"use {secret} now"})
        + line(type="assistant", message={"content": [{"type": "tool_use", "input": {"command": f"curl -H 'x: {secret}'"}}]})
        + line(type="user", toolUseResult={"stdout": secret, secret: 1})
        + line(type="custom-title", customTitle=f"about {secret}")
        + hidden
        + b"broken " + json.dumps(secret).encode() + b"\n"
        + b'{"torn":' + json.dumps(secret).encode()
    )  # fmt: skip
    path = transcript(root, ID, body)
    own = path.with_suffix("")
    write(own / "subagents" / "agent-a1.jsonl", line(type="user", message={"content": secret}))
    write(own / "subagents" / "agent-a1.meta.json", hidden)
    write(own / "tool-results" / "a.txt", f"first\n{secret}\nlast")
    write(own / "tool-results" / "b.json", json.dumps({"a": [secret]}, indent=2))
    write(own / "tool-results" / "hidden.json", b" [" + hidden.strip() + b"]\n")
    write(own / "tool-results" / "c.json", f'{{"no json": {secret}')
    write(root / "history.jsonl", line(display=secret, project="/work/demo", sessionId=ID))
    write(root / "file-history" / ID / "0123456789abcdef@v1", f"export TOKEN={secret}\n")
    write(root / "todos" / f"{ID}-agent-{ID}.json", json.dumps([{"content": secret}]))
    write(root / "plans" / "calm-fox.md", f"# plan\n{secret}\n")
    write(root / "memory" / "MEMORY.md", secret)
    return path


@pytest.mark.parametrize("secret", [TOKEN, KEY], ids=["token", "key"])
def test_a_secret_is_nowhere(secret: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    planted(root, secret)
    memory = tree(str(root / "memory"), [])
    made = packed(
        root, tmp_path / "b.zip", redact=True, plans={"calm-fox": str(root / "plans" / "calm-fox.md")}, memory=memory
    )  # fmt: skip
    assert made.left == ()
    lines_of_it = [each for each in secret.splitlines() if len(each) > 32]
    for text in shown(made.path):
        assert not [each for each in lines_of_it if each in text], text[:300]
    assert sum(made.redacted.values()) >= 17
    bundle = open_bundle(made.path)
    assert bundle.manifest.redacted
    assert bundle.manifest.project_path is None
    with zipfile.ZipFile(made.path) as archive:
        assert "/work/demo" not in archive.read("manifest.json").decode()
    (session,) = contents_of(bundle).sessions
    data = b"".join(read(bundle, session.transcript.name))
    assert data.startswith(Path(sessions_in(root)[0].path).read_bytes().split(b"\n")[0] + b"\n")
    assert not data.endswith(b"\n")
    for each in session.members:
        if each.name.endswith(("meta.json", "hidden.json", "b.json")):
            json.loads(b"".join(read(bundle, each.name)))


def test_the_path_is_told_when_asked(tmp_path: Path) -> None:
    transcript(tmp_path / "root", ID)
    made = packed(tmp_path / "root", tmp_path / "b.zip", redact=True, project_path=True)
    assert open_bundle(made.path).manifest.project_path == "/work/demo"


def test_nothing_of_it_is_changed_unless_asked(tmp_path: Path) -> None:
    path = planted(tmp_path / "root", TOKEN)
    made = packed(tmp_path / "root", tmp_path / "b.zip")
    bundle = open_bundle(made.path)
    assert b"".join(read(bundle, f"sessions/{ID}/transcript.jsonl")) == path.read_bytes()
    assert made.redacted == {}


def test_pictures_are_left_and_named(tmp_path: Path) -> None:
    path = transcript(tmp_path / "root", ID)
    picture = write(path.with_suffix("") / "tool-results" / "p.png", b"\x89PNG\r\n\x1a\n\0\0")
    wide = write(path.with_suffix("") / "tool-results" / "wide.txt", TOKEN.encode("utf-16"))
    bare = write(path.with_suffix("") / "tool-results" / "bare.txt", TOKEN.encode("utf-16-le"))
    zero = write(path.with_suffix("") / "tool-results" / "zero.txt", f"a\0b {TOKEN}")
    made = packed(tmp_path / "root", tmp_path / "1.zip", redact=True)
    assert {each.path for each in made.left} == {str(picture), str(wide), str(bare)}
    assert all(each.advice for each in made.left)
    assert all(TOKEN not in text for text in shown(made.path))
    made = packed(tmp_path / "root", tmp_path / "2.zip", redact=True, pictures=True)
    assert made.left == ()
    bundle = open_bundle(made.path)
    assert b"".join(read(bundle, f"sessions/{ID}/side/tool-results/p.png")) == picture.read_bytes()
    assert b"".join(read(bundle, f"sessions/{ID}/side/tool-results/zero.txt")) == zero.read_bytes().replace(
        TOKEN.encode(), redact(TOKEN).encode()
    )


def test_a_name_that_is_a_secret(tmp_path: Path) -> None:
    path = transcript(tmp_path / "root", ID)
    write(path.with_suffix("") / f"{TOKEN}.txt", "a")
    made = packed(tmp_path / "root", tmp_path / "b.zip", redact=True)
    assert [each.why for each in made.left] == ["its name holds a secret"]
    assert all(TOKEN not in text for text in shown(made.path))


@pytest.mark.parametrize("before", [0, 3_900_000, 3_930_000, 3_936_000, 3_999_000, 4_000_000, 7_999_990])
@pytest.mark.parametrize("secret", [TOKEN + "\n", KEY], ids=["token", "key"])
def test_no_window_cuts_a_secret(before: int, secret: str) -> None:
    filler = "The build was green again after the second try.\n"
    text = (
        (filler * (before // len(filler) + 1))[:before]
        + "\n"
        + secret
        + filler * 3000
        + "\n"
        + secret
        + filler * 90_000
    )
    data = text.encode()
    counts: Counter[str] = Counter()
    done = b"".join(redacted_text((data[at : at + 65_536] for at in range(0, len(data), 65_536)), counts))
    assert done.decode() == text.replace(secret.strip(), redact(secret.strip()))
    assert sum(counts.values()) == 2


def test_a_text_without_line_breaks() -> None:
    text = "word " * 1_000_000 + TOKEN + " word" * 1_000_000
    assert TOKEN not in b"".join(redacted_text([text.encode()], Counter())).decode()


@given(st.text(), st.integers(1, 5))
def test_text_without_secrets_stays(text: str, size: int) -> None:
    data = text.encode("utf-8", "replace")
    if next(found(data.decode()), None) is None:
        blocks = (data[at : at + size] for at in range(0, len(data), size))
        assert b"".join(redacted_text(blocks, Counter())) == data


@given(st.lists(st.one_of(st.binary(), st.sampled_from([b"[1]", b'"a"', b"[", b'"', b" [\n", b"{}", b"[}"]))))
def test_lines_without_secrets_stay(given_lines: list[bytes]) -> None:
    assert list(redacted_lines(given_lines, Counter())) == given_lines


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        b"".join(redacted_text([data], Counter()))
    except BinaryFileError:
        return
    data.decode()


# -- the collected secrets ----------------------------------------------------------------


def test_collected_secrets_in_real_transcripts(data: Path, tmp_path: Path) -> None:
    with (data / "audit" / "secrets.csv").open(newline="") as file:
        texts = [base64.b64decode(row["text_b64"]).decode("utf-8", "replace") for row in csv.DictReader(file)]
    texts = [each for each in texts if next(found(each), None) is not None]
    left = "\n".join(map(redact, texts))
    values = {
        each
        for text in texts
        for one in found(text)
        if len(each := text[one.start : one.end]) > 7 and each not in left
    }
    assert len(values) > 250
    root = tmp_path / "root"
    body = b"".join(line(type="user", message={"role": "user", "content": text}) for text in texts)
    results = b"".join(
        line(type="user", toolUseResult={"stdout": text, "file": {"content": [text]}}) for text in texts
    )
    real = max((data / "projects").glob("*/*.jsonl"), key=lambda each: each.stat().st_size).read_bytes()
    path = transcript(root, ID, body + real + results)
    for number, text in enumerate(texts[:200]):
        write(path.with_suffix("") / "tool-results" / f"{number}.txt", text)
        write(path.with_suffix("") / "tool-results" / f"{number}.json", json.dumps({"output": text}))
    made = packed(root, tmp_path / "b.zip", redact=True)
    found_in = [(value, text[:60]) for text in shown(made.path) for value in values if value in text]
    assert found_in == []
