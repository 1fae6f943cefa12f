"""Lines edited by byte spans: what is to be replaced is, and no other byte."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.migrate.edits.paths import PROSE
from ccmcp.migrate.edits.spans import edited
from ccmcp.migrate.steps import Edits
from ccmcp.redact import redact
from tests.migrate import written
from tests.migrate.written import Members, Number

OLD, NEW = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"


def edit(line: bytes, edits: Edits, counts: Counter[str] | None = None) -> bytes:
    (done,) = edited([line], edits, Counter() if counts is None else counts)
    return done


def moved(line: str, *pairs: tuple[str, str]) -> str:
    return edit(line.encode(), Edits(paths=pairs or (("/w/app", "/n/new"),))).decode()


# -- a session's id -------------------------------------------------------------------------


def fork(line: str) -> str:
    return edit(line.encode(), Edits(session=(OLD, NEW))).decode()


def test_a_forks_lines_are_the_clients() -> None:
    tail = f'"uuid":"u","cwd":"/w","sessionId":"{OLD}","version":"2"'
    new = tail.replace(OLD, NEW)
    forked = f'"forkedFrom":{{"sessionId":"{OLD}","messageUuid":"u"}}'
    assert fork('{"type":"user",' + tail + "}\n") == '{"type":"user",' + new + "," + forked + "}\n"
    assert fork("{" + tail + "} \n") == "{" + new + "," + forked + "} \n"
    asked = f'"requestSessionId":"{OLD}"'
    assert fork('{"type":"assistant",' + tail + " }") == f'{{"type":"assistant",{new},{asked},{forked} }}'
    assert fork(f'{{"type":"mode","mode":"x","sessionId":"{OLD}"}}') == (
        f'{{"type":"mode","mode":"x","sessionId":"{NEW}"}}'
    )


def test_a_fork_of_a_fork_says_who_asked_first() -> None:
    line = (
        f'{{"type":"assistant","uuid":"u","forkedFrom":{{"sessionId":"first","messageUuid":"v"}},'
        f'"sessionId":"{OLD}","requestSessionId":"first"}}'
    )
    assert fork(line) == (
        f'{{"type":"assistant","uuid":"u","forkedFrom":{{"sessionId":"{OLD}","messageUuid":"u"}},'
        f'"sessionId":"{NEW}","requestSessionId":"first"}}'
    )
    older = line.replace(',"requestSessionId":"first"', "")
    assert json.loads(fork(older))["requestSessionId"] == "first"


def test_an_id_stays_where_it_is_not_the_lines_own() -> None:
    for line in (
        f'{{"type":"x","note":"{OLD}","input":{{"sessionId":"{OLD}"}},"sessionId":"other"}}',
        f'{{"sessionId":"{OLD}"',
        f'["{OLD}"]',
        f'{{"sessionId":"{OLD}"}}{{"sessionId":"{OLD}"}}',
        "",
        "\n",
    ):
        assert fork(line) == line


def test_a_worktree_belongs_to_the_copy() -> None:
    line = f'{{"type":"worktree-state","worktreeSession":{{"a":{{"sessionId":"{OLD}"}},"sessionId":"{OLD}"}},"sessionId":"{OLD}"}}'
    done = json.loads(fork(line))
    assert done["worktreeSession"] == {"a": {"sessionId": OLD}, "sessionId": NEW}
    assert fork('{"type":"worktree-state","worktreeSession":null}') == (
        '{"type":"worktree-state","worktreeSession":null}'
    )


def test_an_id_is_told_in_every_form() -> None:
    escaped = "".join(f"\\u{ord(each):04X}" for each in OLD)
    assert fork(f'{{"session\\u0049d":"{escaped}"}}') == f'{{"session\\u0049d":"{NEW}"}}'


def test_edits_are_counted_by_the_names_of_their_keys() -> None:
    counts: Counter[str] = Counter()
    line = f'{{"type":"assistant","uuid":"u","cwd":"/w/app","sessionId":"{OLD}","files":["/w/app/a","/w/app/b"],"k":"{TOKEN}"}}'
    edit(line.encode(), Edits(session=(OLD, NEW), paths=(("/w/app", "/n"),), redacted=True), counts)
    assert counts == {
        "sessionId": 1, "requestSessionId": 1, "forkedFrom": 1, "cwd": 1, "files": 2, "secrets": 1,
    }  # fmt: skip


def test_a_copy_is_the_clients_own_fork(data: Path) -> None:
    """What the client made of a session with /branch: the same lines, but for ids it makes anew."""
    folder = data / "client/2.1.330/tui_misc/projects/-home-dev-fixtures-tui-misc-proj"
    old, new = "636d0217-52c2-48b3-a7bc-07b944093c2c", "350c2f3b-b819-4336-ad06-a94bf2d287d6"
    theirs = {
        line["uuid"]: line
        for line in map(json.loads, (folder / f"{new}.jsonl").read_bytes().splitlines())
        if "forkedFrom" in line
    }
    ours = edited(
        (folder / f"{old}.jsonl").read_bytes().splitlines(keepends=True), Edits(session=(old, new)), Counter()
    )
    compared = 0
    for line in map(json.loads, ours):
        if (fork := theirs.get(line.get("uuid"))) is not None:
            # The client leaves `session_id`, which no reader of it depends on; and what it sets anew at each start.
            assert _but(line, "session_id", "promptId") == _but(fork, "session_id", "promptId")
            assert list(line)[-2:] == list(fork)[-2:]
            compared += 1
    assert compared == len(theirs) > 15


def _but(line: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: each for key, each in line.items() if key not in keys}


# -- paths ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ('{"cwd":"/w/app"}', '{"cwd":"/n/new"}'),
        ('{"cwd":"/w/app/"}', '{"cwd":"/n/new/"}'),
        ('{"cwd": "/w/app/a b" }', '{"cwd": "/n/new/a b" }'),
        ('{"input":{"file_path":"/w/app/x"}}', '{"input":{"file_path":"/n/new/x"}}'),
        ('{"a":[1,{},"/w/app/x",["/w/app"]]}', '{"a":[1,{},"/n/new/x",["/n/new"]]}'),
        (r'{"p":"\/w\/app\/x"}', r'{"p":"\/n\/new\/x"}'),
        (r'{"p":"/w/\u0061pp/x"}', r'{"p":"/n/new/x"}'),
        (r'{"p":"/w/app\u002Fx"}', r'{"p":"/n/new\u002Fx"}'),
        ('{"uri":"file:///w/app/a%20b"}', '{"uri":"file:///n/new/a%20b"}'),
        ('{"uri":"file://localhost/w/a%70p"}', '{"uri":"file://localhost/n/new"}'),
        (r'{"uri":"file:\/\/\/w\/app#x"}', r'{"uri":"file:\/\/\/n\/new#x"}'),
        (
            '{"snapshot":{"trackedFileBackups":{"/w/app/f":{"v":1},"g":null}}}',
            '{"snapshot":{"trackedFileBackups":{"/n/new/f":{"v":1},"g":null}}}',
        ),
        ('{"files":[{"text":1},"/w/app"]}', '{"files":[{"text":1},"/n/new"]}'),
        ('{"text":[{"path":1}],"z":{"a":[2,"/w/app"]}}', '{"text":[{"path":1}],"z":{"a":[2,"/n/new"]}}'),
        ('{"content":[{"input":{"path":"/w/app"}}]}', '{"content":[{"input":{"path":"/n/new"}}]}'),
        (
            r'{"content":"<persisted-output>\nOutput too large (1KB). Full output saved to: /w/app/t.txt\n\nPreview"}',
            r'{"content":"<persisted-output>\nOutput too large (1KB). Full output saved to: /n/new/t.txt\n\nPreview"}',
        ),
        (
            '{"toolUseResult":"Error: result (9 characters) is long. Output has been saved to /w/app/t.txt.\\nUse it"}',
            '{"toolUseResult":"Error: result (9 characters) is long. Output has been saved to /n/new/t.txt.\\nUse it"}',
        ),
    ],
)  # fmt: skip
def test_a_path_is_replaced(line: str, done: str) -> None:
    assert moved(line) == done


@pytest.mark.parametrize(
    "line",
    [
        '{"cwd":"/w/app2"}',
        '{"cwd":"/w/APP"}',
        '{"cwd":"/x/w/app"}',
        '{"cwd":" /w/app"}',
        '{"command":"/w/app/run.sh"}',
        '{"command":["/w/app/run.sh"]}',
        '{"message":{"content":"/w/app"}}',
        '{"text":"see /w/app/x"}',
        '{"x":"cd /w/app && ls"}',
        r'{"x":"say \"/w/app\""}',
        r'{"x":"\\\"/w/app\""}',
        r'{"x":"say \"/w/app/x\""}',
        r'{"x":"say \"/w/app/x\" \/"}',
        r'{"x":"say \\\"/w/app/x\" \/"}',
        r'{"x":":\"/w/app/x"}',
        '{"text":[{"path":1},"/w/app"]}',
        '{"text":[[{"path":[]}],"/w/app"]}',
        r'{"p":"/w/app\nx"}',
        r'{"p":"/w/app/x: it says\nno"}',
        '{"/w/app":1}',
        '{"uri":"file:///w/app2"}',
        '{"uri":"http:///w/app"}',
        '{"cwd":"/w/app"',
        '{"cwd":"/w/app"}}',
        '["/w/app"]',
        '{"cwd":"/w/app","n":NaN}',
        '{"type":"api-request-blob","hash":"x","message":{"path":"/w/app"}}',
        r'{"content":"<persisted-output>\nsaved elsewhere\nfile saved to: /w/app/x"}',
        *(f'{{"{key.decode()}":"/w/app/x"}}' for key in sorted(PROSE)),
    ],
)
def test_what_is_no_path_stays(line: str) -> None:
    assert moved(line) == line


@pytest.mark.parametrize(
    ("old", "new", "line", "done"),
    [
        ("C:\\Me\\app", "D:\\x", r'{"cwd":"C:\\Me\\app\\src"}', r'{"cwd":"D:\\x\\src"}'),
        ("C:\\Me\\app", "D:\\x y", r'{"u":"file:///C:/Me/app/src"}', r'{"u":"file:///D:/x%20y/src"}'),
        ("C:\\w", "D:\\x", r'{"cwd":"C:\\w\\new\\n"}', r'{"cwd":"D:\\x\\new\\n"}'),
        ("C:\\Me\\app", "/home/me", r'{"cwd":"C:\\Me\\apple"}', r'{"cwd":"C:\\Me\\apple"}'),
        ("/w/é😀", "/n/ü", r'{"a":"/w/é😀/x","b":"/w/\u00E9\ud83d\ude00"}', r'{"a":"/n/ü/x","b":"/n/\u00fc"}'),
        ("/w/app", "/n/ü", r'{"a":"/w/app/\u001b"}', r'{"a":"/n/ü/\u001b"}'),
        ("/w/app", "/n/ü", r'{"a":"/w/app/\u00e9"}', r'{"a":"/n/\u00fc/\u00e9"}'),
        ("/w/é", "/n/ü", '{"u":"file:///w/%C3%a9/x"}', '{"u":"file:///n/%C3%BC/x"}'),
        ("/w/é", "/n/ü", '{"u":"file:///w/é/x"}', '{"u":"file:///n/ü/x"}'),
        ('/w/"q"', "/n/\\z", r'{"a":"/w/\"q\"/x"}', r'{"a":"/n/\\z/x"}'),
        ("/w/app/", "/n/new/", '{"a":"/w/app","b":"/w/app/x"}', '{"a":"/n/new","b":"/n/new/x"}'),
        (":odd", "/n", '{"a":":odd/x","b:":"c:","d":":odd"}', '{"a":"/n/x","b:":"c:","d":"/n"}'),
        ("/w\ud800", "/n\udfff", r'{"a":"/w\ud800/x"}', r'{"a":"/n\udfff/x"}'),
    ],
)  # fmt: skip
def test_odd_paths(old: str, new: str, line: str, done: str) -> None:
    assert moved(line, (old, new)) == done


def test_of_several_folders_the_longest_holds() -> None:
    pairs = (("/w/app/sub", "/s"), ("/w/app", "/a"), ("/w", "/z"))
    line = '{"a":"/w/app/sub/x","b":"/w/app/subway","c":"/w/app2","d":"/w"}'
    assert moved(line, *pairs) == '{"a":"/s/x","b":"/a/subway","c":"/z/app2","d":"/z"}'
    escaped = line.replace("/", "\\/")
    assert moved(escaped, *pairs) == r'{"a":"\/s\/x","b":"\/a\/subway","c":"\/z\/app2","d":"\/z"}'


def test_damage_stays_and_does_no_harm() -> None:
    torn = b'{"cwd":"/w/app","x":"' + b"\xff\xfe" + b'"}\r\n'
    assert edit(torn, Edits(paths=(("/w/app", "/n"),))) == torn.replace(b"/w/app", b"/n")
    deep = b'{"a":' + b"[" * 40 + b'"/w/app"' + b"]" * 40 + b',"cwd":"/w/app"}'
    assert edit(deep, Edits(paths=(("/w/app", "/n"),))) == deep.replace(b"/w/app", b"/n")
    assert json.loads(
        edit(deep[:-1] + b',"sessionId":"%s"}' % OLD.encode(), Edits(session=(OLD, NEW)))
    )["sessionId"] == NEW  # fmt: skip
    deepest = b'{"a":' + b"[" * 99_999 + b"]" * 99_999 + b',"cwd":"/w/app"}'
    assert len(edit(deepest, Edits(paths=(("/w/app", "/n"),), session=(OLD, NEW), redacted=True))) > 99_999


# -- for every line -----------------------------------------------------------------------------

ROOTS = (("/w/app/é", '/neu/ü "'), ("/w/app", "/n/new"), ("C:\\w", "/x"))
_keys = st.sampled_from(
    ["cwd", "path", "text", "content", "sessionId", "session_id", "uuid", "type", "forkedFrom", "requestSessionId",
     "worktreeSession", "trackedFileBackups", 'k"\\', "é", "", "\ud800", "/w/app/k"]
)  # fmt: skip
_texts = st.one_of(
    st.sampled_from(
        ["/w/app", "/w/app/x", "/w/app2", "/w/app/é/😀", "/w/app/é", "C:\\w\\x", "C:\\w", "see /w/app", '"/w/app',
         OLD, OLD, "assistant", "\u2028\x00", "\ud800/w/app", "/w/app\\"]
    ),
    st.text(max_size=8),
)  # fmt: skip
_values = st.recursive(
    st.one_of(_texts, written.numbers.map(Number), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(st.tuples(_keys, inner), max_size=5).map(Members)
    ),
    max_leaves=15,
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    said = Members(draw(st.lists(st.tuples(_keys, _values), max_size=9)))
    return draw(written.value(said)) + draw(st.sampled_from([b"", b"\n", b"\r\n", b" \n"]))


def _by_hand(said: Any, key: str = "") -> Any:
    """The paths of a value replaced, the plain way."""
    match said:
        case Number():
            return said
        case str() if key not in {"text", "content"} and "\n" not in said:
            for old, new in ROOTS:
                if said == old or said.startswith((old + "/", old + "\\")):
                    return new + said[len(old) :]
            return said
        case Members():
            named = [(_by_hand(each) if key == "trackedFileBackups" else each, value) for each, value in said]
            return Members(
                (name, _by_hand(value, each)) for (name, value), (each, _) in zip(named, said, strict=True)
            )
        case list():
            return [_by_hand(each, key) for each in said]
        case _:
            return said


@given(lines())
def test_paths_for_every_line(line: bytes) -> None:
    edits = Edits(paths=ROOTS)
    done = edit(line, edits)
    assert written.read(done) == _by_hand(written.read(line))
    for number, (was, now) in enumerate(zip(written.tokens(line), written.tokens(done), strict=True)):
        assert was == now or (number % 2 and json.loads(was) != json.loads(now))
    assert edit(done, edits) == done
    assert edit(line, Edits(paths=(("/w/ap", "/q"), ("/W/app", "/r")))) == line


@given(line=lines(), ascii_only=st.booleans())
def test_there_and_back(*, line: bytes, ascii_only: bool) -> None:
    plain = _dumped(json.loads(line), ascii_only=ascii_only)
    there, back = ("/w/app", '/neu/ü "'), ('/neu/ü "', "/w/app")
    assert edit(edit(plain, Edits(paths=(there,))), Edits(paths=(back,))) == plain


def _dumped(said: Any, *, ascii_only: bool) -> bytes:
    text = json.dumps(said, ensure_ascii=ascii_only, separators=(",", ":"))
    return text.replace("Infinity", "1e400").encode("utf-8", "backslashreplace")


@given(lines() | lines().map(lambda line: _dumped(json.loads(line), ascii_only=False)))
def test_forks_of_every_line(line: bytes) -> None:
    edits = Edits(session=(OLD, NEW))
    done = edit(line, edits)
    said, now = dict(written.read(line)), dict(written.read(done))
    expected = dict(said)
    for key in ("sessionId", "session_id"):
        if said.get(key) == OLD:
            expected[key] = NEW
    if isinstance(tree := said.get("worktreeSession"), Members):
        expected["worktreeSession"] = Members(
            (key, NEW if (key, each) == ("sessionId", OLD) else each) for key, each in tree
        )
    if said.get("type") == "assistant" and not _is_text(said.get("requestSessionId")):
        forked = said.get("forkedFrom")
        asked = dict(forked).get("sessionId") if isinstance(forked, Members) else None
        candidates = (asked, said.get("sessionId"), OLD)
        expected["requestSessionId"] = next(each for each in candidates if _is_text(each))
    if _is_text(said.get("uuid")):
        expected["forkedFrom"] = Members((("sessionId", OLD), ("messageUuid", said["uuid"])))
    assert now == expected
    assert list(now) == list(expected)
    assert edit(done, edits) == done


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


@given(lines())
def test_what_matches_nothing_changes_nothing(line: bytes) -> None:
    assert edit(line, Edits()) == line
    assert edit(line, Edits(paths=(("/nowhere", "/x"),), redacted=True)) == line
    cut = line[: len(line) // 2]
    if not _is_object(cut):
        assert edit(cut, Edits(session=(OLD, NEW), paths=ROOTS, redacted=True)) == cut


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


@given(st.lists(st.binary(max_size=60)))
def test_bytes_of_any_kind_pass(some: list[bytes]) -> None:
    edits = Edits(session=(OLD, NEW), paths=ROOTS, redacted=True)
    assert list(edited(some, edits, Counter())) == some


# -- secrets ------------------------------------------------------------------------------------


def test_secrets_are_replaced_and_nothing_else() -> None:
    counts: Counter[str] = Counter()
    line = f'{{"a":"x\\u200b {TOKEN}\\u0000\\ud800 y\\/","b":{{"c":["{TOKEN}"]}},"n":1.0 }}\n'.encode()
    done = edit(line, Edits(redacted=True), counts)
    assert json.loads(done) == {
        "a": "x\u200b [REDACTED:github-token]\0\ud800 y/", "b": {"c": ["[REDACTED:github-token]"]}, "n": 1.0,
    }  # fmt: skip
    assert b"\\ud800" in done
    assert done.endswith(b',"n":1.0 }\n')
    assert counts == {"secrets": 2}


def test_a_secret_in_escapes_is_found() -> None:
    escaped = "".join(f"\\u{ord(each):04x}" for each in TOKEN)
    line = f'{{"a":"{escaped}","k":"-----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi\\/x\\n-----END RSA PRIVATE KEY-----"}}'
    done = edit(line.encode(), Edits(redacted=True)).decode()
    assert json.loads(done)["a"] == "[REDACTED:github-token]"
    assert "MIIEpAIBAAKCAQEA" not in done


def test_a_key_tells_what_its_value_is() -> None:
    value = "gtD7fGUOv8fwNfBb0jXxUJR4QQAAabVVloZaXZxm"
    line = f'{{"env":{{"AWS_SECRET_ACCESS_KEY":"{value}"}}}}'
    done = edit(line.encode(), Edits(redacted=True)).decode()
    assert done == '{"env":{"AWS_SECRET_ACCESS_KEY":"[REDACTED:aws-secret-key]"}}'


def test_a_broken_line_loses_its_secrets_too() -> None:
    counts: Counter[str] = Counter()
    line = b'\xff{"a":"x' + TOKEN.encode() + b" \xed\xa0\x80\x00"
    line = line.replace(b"x" + TOKEN.encode(), TOKEN.encode())
    done = edit(line, Edits(redacted=True), counts)
    assert done == b'\xff{"a":"[REDACTED:github-token] \xed\xa0\x80\x00'
    assert counts == {"secrets": 1}


def test_bytes_that_are_no_utf8_stay_beside_a_secret() -> None:
    line = b'{"a":"\xff \\ud800 ' + TOKEN.encode() + b' \xc3\xa9"}'
    assert edit(line, Edits(redacted=True)) == b'{"a":"\xff \\ud800 [REDACTED:github-token] \xc3\xa9"}'


def test_other_json_loses_its_secrets_too() -> None:
    line = f'["{TOKEN[:9]}\\u00{ord(TOKEN[9]):02x}{TOKEN[10:]}",1.0]\n'.encode()
    assert edit(line, Edits(redacted=True)) == b'["[REDACTED:github-token]",1.0]\n'


@given(
    lines(), st.integers(0, 9), st.sampled_from([TOKEN, "https://me:s3cretpw9@host.example/x", "Bearer x"])
)
def test_redacted_as_each_text_would_be(line: bytes, place: int, secret: str) -> None:
    said = json.loads(line)
    said[f"k{place}"] = [f"é {secret} \ud800", place]
    whole = _dumped(said, ascii_only=bool(place % 2))
    done = edit(whole, Edits(redacted=True))
    assert json.loads(done) == _redacted(json.loads(whole))
    assert edit(done, Edits(redacted=True)) == done


def _redacted(said: Any) -> Any:
    match said:
        case str():
            return redact(said)
        case dict():
            return {_redacted(key): _redacted(each) for key, each in said.items()}
        case list():
            return [_redacted(each) for each in said]
        case _:
            return said


# -- real transcripts -----------------------------------------------------------------------------


def _real(data: Path) -> Iterator[tuple[Path, list[bytes]]]:
    for path in sorted(data.glob("projects/**/*.jsonl")) + sorted(data.glob("client/**/*.jsonl")):
        if path.stat().st_size < 3_000_000:
            yield path, path.read_bytes().splitlines(keepends=True)


def test_real_transcripts_move_there_and_back(data: Path) -> None:
    """Every whole path below the first folder a transcript names is replaced, and all comes back."""
    replaced = 0
    for path, all_lines in itertools.islice(_real(data), 0, None, 4):
        home = next(filter(None, map(_cwd, all_lines)), "")
        if not home or home in "/\\":
            continue
        new = "D:\\neu\\ü q" if "\\" in home else "/neu/ü q"
        counts: Counter[str] = Counter()
        done = list(edited(all_lines, Edits(paths=((home, new),)), counts))
        assert list(edited(done, Edits(paths=((new, home),)), Counter())) == all_lines, path
        for was, now in zip(all_lines, done, strict=True):
            if was != now:
                assert _unlike(json.loads(was), json.loads(now), home, new), path
        replaced += counts.total()
        assert counts["cwd"] > 0
    assert replaced > 1000


def _cwd(line: bytes) -> str:
    try:
        said = orjson.loads(line)
    except ValueError:
        return ""
    return said["cwd"] if isinstance(said, dict) and isinstance(said.get("cwd"), str) else ""


def _unlike(was: Any, now: Any, old: str, new: str) -> bool:
    """Whether two values differ only where one path stands for the other."""
    match was, now:
        case dict(), dict():
            keys = zip(was.items(), now.items(), strict=True)
            return all(
                _unlike(one, other, old, new) and _unlike(mine, its, old, new)
                for (one, mine), (other, its) in keys
            )
        case list(), list():
            return all(_unlike(one, other, old, new) for one, other in zip(was, now, strict=True))
        case str(), str():
            return was == now or was.replace(old, new, 1) == now or now.startswith("file:")
        case _:
            return bool(was == now)


def test_real_transcripts_fork(data: Path) -> None:
    for path, all_lines in itertools.islice(_real(data), 1, None, 6):
        old = path.stem
        for was, now in zip(all_lines, edited(all_lines, Edits(session=(old, NEW)), Counter()), strict=True):
            if was == now:
                continue
            said, got = json.loads(was), json.loads(now)
            for key in ("sessionId", "session_id", "requestSessionId", "forkedFrom", "worktreeSession"):
                said.pop(key, None), got.pop(key, None)
            assert said == got, path
            assert now.startswith(was[: was.find(b'"sessionId"')][:200]) or b"worktree" in was
