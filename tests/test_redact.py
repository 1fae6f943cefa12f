import base64
import csv
import json
import os
import re
from pathlib import Path
from random import Random
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.redact import (
    clean,
    cleaned,
    fingerprint,
    found,
    marks,
    masked,
    may_hold,
    redact,
    sanitise,
    scan,
    use_salt,
)
from ccmcp.redact.candidates import candidates
from ccmcp.redact.providers import DEFINITE
from ccmcp.redact.shapes import NAMED, SET
from ccmcp.redact.shapes import SHAPES as TOKENS

SECRETS = (*TOKENS, *SET, *NAMED)


def token(length: int, alphabet: str = ascii_letters + digits) -> str:
    """Characters as a provider would draw them: no live secret stands in this file."""
    return "a1" + "".join(Random(7).choices(alphabet, k=length - 2))


HEX = digits + "abcdef"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

KEY_ID = "".join(Random(7).choices(UPPER, k=16))

# kind -> what has its shape, as prefix and rest.
SHAPES = [
    ("anthropic-key", "sk-" + "ant-api03-" + token(93)),
    ("anthropic-key", "sk-" + "ant-oat01-" + token(80)),
    ("openai-key", "sk-" + "proj-" + token(48)),
    ("openai-key", "sk-" + "svcacct-" + token(80)),
    ("api-key", "sk-" + token(48)),
    ("openrouter-key", "sk-" + "or-v1-" + token(64, HEX)),
    ("groq-key", "gs" + "k_" + token(52)),
    ("xai-key", "xa" + "i-" + token(80)),
    ("perplexity-key", "pp" + "lx-" + token(48)),
    ("huggingface-token", "h" + "f_" + token(34)),
    ("replicate-token", "r" + "8_" + token(37)),
    ("github-token", "gh" + "p_" + token(36)),
    ("github-token", "gh" + "s_" + token(36)),
    ("github-token", "github" + "_pat_" + token(22) + "_" + token(59)),
    ("gitlab-token", "gl" + "pat-" + token(20)),
    ("aws-key-id", "AK" + "IA" + KEY_ID),
    ("aws-key-id", "AS" + "IA" + KEY_ID),
    ("google-api-key", "AI" + "za" + token(35)),
    ("google-oauth-token", "ya" + "29." + token(60)),
    ("google-client-secret", "GOC" + "SPX-" + token(28)),
    ("slack-token", "xo" + "xb-123456789012-1234567890123-" + token(24)),
    ("slack-token", "xa" + "pp-1-A012345678-1234567890123-" + token(64, HEX)),
    ("stripe-key", "sk" + "_live_" + token(24)),
    ("stripe-key", "rk" + "_live_" + token(24)),
    ("stripe-webhook-secret", "wh" + "sec_" + token(32)),
    ("twilio-key", "S" + "K" + token(32, HEX)),
    ("sendgrid-key", "S" + "G." + token(22) + "." + token(43)),
    ("npm-token", "np" + "m_" + token(36)),
    ("pypi-token", "pypi" + "-AgE" + token(80)),
    ("digitalocean-token", "dop" + "_v1_" + token(64, HEX)),
    ("shopify-token", "shp" + "at_" + token(32, HEX)),
    ("mailgun-key", "ke" + "y-" + token(32, HEX)),
    ("postman-key", "PM" + "AK-" + token(24, HEX) + "-" + token(34, HEX)),
    ("linear-key", "lin" + "_api_" + token(40)),
    ("notion-token", "nt" + "n_" + "12345678901" + token(35)),
    ("notion-token", "sec" + "ret_" + token(43)),
    ("vercel-token", "vc" + "p_" + token(40)),
    ("supabase-key", "sb" + "p_" + token(40, HEX)),
    ("databricks-token", "da" + "pi" + token(32, HEX)),
    ("atlassian-token", "ATA" + "TT3" + token(180)),
    ("discord-token", "M" + "TA" + token(23) + "." + token(6) + "." + token(38)),
    ("docker-token", "dckr" + "_pat_" + token(27)),
    ("vault-token", "hv" + "s." + token(90)),
    ("jwt", "ey" + "J" + token(30) + ".ey" + "J" + token(60) + "." + token(43)),
]


@pytest.mark.parametrize(("kind", "secret"), SHAPES)
def test_a_secret_leaves_its_kind_and_nothing_of_its_value(kind: str, secret: str) -> None:
    for before, after in [
        ("", ""),
        ("key=", "\n"),
        ('{"key": "', '"}'),
        ("a\\n", "\\nb"),
        ("?k%3D", "&b"),
        ("(", ")."),
    ]:
        assert redact(before + secret + after) == f"{before}[REDACTED:{kind}]{after}"


# kind, before, value, after: the value alone goes.
IN_CONTEXT = [
    ("url-password", "git clone https://me:", "s3cret", "@example.org/x.git"),
    ("url-password", "postgres://app:", "p@ss", "@db:5432/app"),
    ("url-password", "redis://:", "hunter2", "@cache:6379"),
    ("authorization", "curl -H 'Authorization: Bearer ", token(30), "' https://example.org"),
    ("authorization", '{\\"authorization\\": \\"Basic ', "dXNlcjpwYXNz", '\\"}'),
    ("github-token", "Authorization: token ", "gh" + "o_" + token(36), ""),
    ("aws-secret-key", "export AWS_SECRET_ACCESS_KEY=", token(38) + "/+", "\n"),
    ("aws-secret-key", '"SecretAccessKey": "', token(40), '",'),
    ("aws-secret-key", "aws configure set aws_secret_access_key ", token(40), " --profile x"),
    ("azure-key", "AccountName=x;Account" + "Key=", token(86) + "==", ";EndpointSuffix=core.windows.net"),
    ("telegram-token", "bot12345678:", "AA" + token(33), "/getMe"),
    ("slack-webhook", "https://hooks.slack" + ".com/services/", "T0/B0/" + token(24), ""),
    ("discord-webhook", "https://discord" + ".com/api/webhooks/123/", token(68), ""),
    ("npm-token", "//registry.npmjs.org/:_auth" + "Token=", token(36), ""),
    ("vercel-token", "VERCEL" + "_TOKEN=", token(24), " vercel deploy"),
]


@pytest.mark.parametrize(("kind", "before", "value", "after"), IN_CONTEXT)
def test_a_value_known_by_its_setting_goes_and_the_setting_stays(
    kind: str, before: str, value: str, after: str
) -> None:
    assert redact(before + value + after) == f"{before}[REDACTED:{kind}]{after}"


KEY_LINES = [token(64), token(64), token(40) + "=="]
BEGIN, END = "-----BEGIN {}PRIVATE " + "KEY{}-----", "-----END {}PRIVATE " + "KEY{}-----"
NEWLINES = pytest.mark.parametrize("newline", ["\n", "\r\n", "\\n", "\\\\n", "\n    12\u2192"])


@NEWLINES
@pytest.mark.parametrize(
    "label", [("", ""), ("RSA ", ""), ("OPENSSH ", ""), ("ENCRYPTED ", ""), ("PGP ", " BLOCK")]
)
def test_a_private_key_goes_up_to_its_end(label: tuple[str, str], newline: str) -> None:
    key = newline.join([BEGIN.format(*label), *KEY_LINES, END.format(*label)])
    assert redact(f'"key": "{key}", more') == '"key": "[REDACTED:private-key]", more'


@NEWLINES
def test_a_private_key_without_its_end_goes_as_far_as_its_lines_go(newline: str) -> None:
    key = newline.join([BEGIN.format("EC ", ""), *KEY_LINES])
    assert redact(f"{key} and then it was cut off") == "[REDACTED:private-key] and then it was cut off"


def test_a_private_key_with_headers_and_without_its_end_goes() -> None:
    key = "\n".join(
        [BEGIN.format("RSA ", ""), "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00", "", *KEY_LINES]
    )
    assert redact(key + "\n\nSo much for it.") == "[REDACTED:private-key]\n\nSo much for it."


def test_a_private_key_in_base64_goes() -> None:
    for label in "", "RSA ", "EC ", "OPENSSH ":
        key = "\n".join([BEGIN.format(label, ""), *KEY_LINES, END.format(label, "")])
        assert redact("K=" + base64.b64encode(key.encode()).decode() + "\n") == "K=[REDACTED:private-key]\n"


@pytest.mark.parametrize(
    "text",
    [
        "123e4567-e89b-12d3-a456-426614174000 and da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "pip install sk-learn; the task-list of the desk-research sk-... sk-ant-... ghp_... glpat-...",
        "gh" + "p_" + "x" * 36 + " " + "sk-" + "ant-api03-" + "x" * 93,
        "https://localhost:8080/@vite/client ssh://git@example.org:22/x docker://alpine:3.8@sha256:0a1b2c",
        "https://user:$PASSWORD@example.org https://${USER}:${PASSWORD}@example.org https://u:<password>@example.org",
        "Authorization: Bearer $TOKEN, Authorization: Bearer YOUR_TOKEN_HERE, Authorization: Basic authentication",
        "a file with "
        + BEGIN.format("", "")
        + " at its top and "
        + END.format("", "")
        + " below, says the manual",
        "grep -r '" + BEGIN.format("", "") + "' /home/me/projects2/some/long/path",
        "-----BEGIN CERTIFICATE-----\n" + token(64) + "\n-----END CERTIFICATE-----",
        "secret_access_key_rotation_policy_enabled hf_model_for_sequence_classification_v2_base",
        "toolu_01A09q90qw90lq917835lq9 msg_01XFDUDYJgAACzvnptvVoYEL req_011CSHoEeqs5C35K2UUqR7Fy",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ",
        "قیمت‌ها 価格 цена",  # noqa: RUF001 - the point is other scripts
        "",
    ],
)
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_there_are_many_kinds_and_each_names_itself() -> None:
    assert len({secret.kind for secret in SECRETS}) >= 60
    for secret in SECRETS:
        assert re.fullmatch(r"[a-z0-9-]+", secret.kind)
        assert secret.anchors
        re.compile(secret.pattern.encode("ascii"))


def test_what_is_claimed_is_looked_for() -> None:
    kinds = {secret.kind for secret in SECRETS}
    assert len(DEFINITE) >= 45
    for provider in DEFINITE:
        assert provider.shape
        assert provider.source
        assert set(provider.kinds) <= kinds, provider.name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x9b1mbold\x1b[K", "red bold"),
        ("\x1b]0;title\x07a\x1b]8;;https://x.y\x1b\\link\x1b]8;;\x1b\\", "alink"),
        ("\x1bP1$q\x1b\\a\x1b(B\x1bMb\x1b7", "ab"),
        ("\x1b]no end\nof it", "no end\nof it"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("\ufeffa\tb\x00\x08\x7f\x85\n", "a\tb\n"),
        ("user\u202etxt.exe\u2066x\u2069\u200e\u061c", "usertxt.exex"),
        ("pass\u200bword\u00ad\u2060\ufeff\u3164\u180e", "password"),
        ("hi" + "".join(chr(0xE0000 + ord(c)) for c in "ignore") + "\U000e0100", "hi"),
        ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("a\u200db a\u200cb 1\ufe0f2 e\ufe0f\ufe0f", "ab ab 12 e"),
    ],
)
def test_what_a_terminal_would_obey_or_a_reader_not_see_is_removed(text: str, shown: str) -> None:
    assert sanitise(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # noqa: RUF001 - the point is other scripts
        "क्\u200dष",
        "👩\u200d👩\u200d👧",
        "🏳️\u200d🌈",
        "❤️ 1️⃣ 👍🏽",
        "naïve – “x” … 漢字 한글 עברית",  # noqa: RUF001 - the point is other scripts
    ],
)
def test_persian_hindi_and_emoji_stay_readable(text: str) -> None:
    assert sanitise(text) == text


def test_a_secret_broken_by_hidden_characters_is_found() -> None:
    secret = "gh" + "p_" + token(36)
    for hidden in "\u200b", "\u200d", "\ufe0f", "\x1b[1m", "\U000e0041", "\u00ad":
        assert clean(secret[:9] + hidden + secret[9:]) == "[REDACTED:github-token]"


def test_json_values_are_cleaned_throughout() -> None:
    secret = "gh" + "p_" + token(36)
    value = {"a\x1b[0m": [secret, 1, None, True, 2.5, ("x\u200b", {secret: ()})]}
    gone = "[REDACTED:github-token]"
    assert cleaned(value) == {"a": [gone, 1, None, True, 2.5, ("x", {gone: ()})]}


def test_nesting_beyond_reason_is_cut_instead_of_failing() -> None:
    value: object = "x"
    for _ in range(5000):
        value = [value]
    assert "nested too deep" in str(cleaned(value))


def test_repeated_beginnings_cost_no_more_than_their_length() -> None:
    # Each would take minutes if a pattern went back over its text; the suite's timeout is the judge.
    beginnings = {anchor for secret in SECRETS for anchor in secret.anchors} | {
        BEGIN.format("", "") + "\n",
        "\x1b]",
        "+",
    }
    for beginning in sorted(beginnings):
        assert isinstance(clean(beginning * (60_000 // len(beginning)) + "1" * 40 + "!"), str)


FRAGMENTS = st.sampled_from(
    [anchor for secret in SECRETS for anchor in secret.anchors]
    + [
        token(20),
        token(40),
        token(64, HEX),
        BEGIN.format("", ""),
        END.format("", ""),
        "\n",
        "\\n",
        ":",
        "@",
        "/",
        ".",
        "=",
    ]
    + [
        "\x1b",
        "[",
        "]",
        "0m",
        "\x07",
        "\r",
        "\u200d",
        "\u200c",
        "\ufe0f",
        "\u20e3",
        "क",
        "👩",
        "1",
        "\ud800",
        "\u200b",
    ]
    + ["Bearer ", "Basic ", "[redacted:jwt]", "[REDACTED:jwt]", "[REDACTED:jwt:0a1b2c3d]", '"', "-", "_", " "]
)
TEXTS = st.text() | st.text(st.characters()) | st.lists(FRAGMENTS, max_size=20).map("".join)


@given(TEXTS)
def test_cleaning_never_fails_and_changes_nothing_the_second_time(text: str) -> None:
    for function in sanitise, redact, clean:
        once = function(text)
        assert function(once) == once


@given(
    st.text(
        st.characters(
            categories=["L", "N", "P", "Z"], exclude_characters="\u2028\u2029:-_.=\u3164\uffa0\u115f\u1160"
        )
    )
)
def test_printable_text_is_left_alone(text: str) -> None:
    assert sanitise(text) == text


@pytest.fixture
def labelled() -> list[dict[str, str]]:
    data = os.environ.get("CCMCP_DATA")
    if not data:
        pytest.skip("CCMCP_DATA names no folder with labelled secrets (audit/secrets.csv)")
    with (Path(data) / "audit" / "secrets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_labelled_secrets_are_found_and_harmless_texts_left(labelled: list[dict[str, str]]) -> None:
    def is_found(row: dict[str, str]) -> bool:
        text = base64.b64decode(row["text_b64"]).decode("utf-8", "replace")
        return redact(text) != text

    secrets = sum(is_found(row) for row in labelled if row["expected"] == "secret")
    harmless = sum(is_found(row) for row in labelled if row["expected"] == "none")
    assert secrets > 300
    assert secrets / (secrets + harmless) >= 0.98


# -- marks -----------------------------------------------------------------------------


@pytest.fixture
def salted() -> None:
    use_salt(lambda: b"0123456789abcdef")


GITHUB = "gh" + "p_" + token(36)


@pytest.mark.usefixtures("salted")
def test_a_mark_tells_the_same_secret_again_under_the_same_salt_only() -> None:
    first, other = redact(f"a {GITHUB}"), redact("gh" + "p_" + token(36)[::-1])
    assert re.fullmatch(r"a \[REDACTED:github-token:[0-9a-f]{8}\]", first)
    assert redact(f"b\n{GITHUB}!")[2:-1] == first[2:] != other
    assert fingerprint("github-token", GITHUB)[:8] in first
    use_salt(lambda: b"another salt of this")
    assert redact(f"a {GITHUB}") != first


@pytest.mark.usefixtures("salted")
def test_a_private_key_has_one_fingerprint_however_it_is_written() -> None:
    ways = [
        newline.join([BEGIN.format("EC ", ""), *KEY_LINES, END.format("EC ", "")])
        for newline in ("\n", "\r\n", "\\n", "\\\\n", "\n    12\u2192")
    ]
    assert len({redact(way) for way in ways}) == 1


def test_the_salt_is_asked_for_at_the_first_secret_only() -> None:
    asked: list[int] = []

    def load() -> bytes:
        asked.append(1)
        return b"0123456789abcdef"

    use_salt(load)
    redact("nothing")
    assert not asked
    redact(f"{GITHUB} {GITHUB}")
    redact(GITHUB)
    assert len(asked) == 1


@pytest.mark.usefixtures("salted")
def test_marks_are_counted_and_no_secrets_themselves() -> None:
    text = redact(f"https://{GITHUB}:x@example.org https://me:{GITHUB}@example.org password={GITHUB}")
    assert GITHUB not in text
    assert marks(text) == 4
    assert redact(text) == text
    assert not marks("[REDACTED: all of it] [redacted:jwt]")


def test_a_masked_value_shows_a_third_at_most_and_nothing_of_a_key_or_password() -> None:
    assert masked("github-token", GITHUB) == f"{GITHUB[:4]}...{GITHUB[-2:]}"
    for length in range(1, 40):
        value = token(40)[:length]
        shown = masked("api-key", value).replace("...", "")
        assert len(shown) <= length / 3
    assert masked("private-key", "x" * 99) == "(private-key)"
    assert masked("url-password", "hunter2") == "(url-password)"


# -- the detector ----------------------------------------------------------------------


@given(st.sampled_from(SHAPES), TEXTS, TEXTS)
def test_no_secret_is_left_in_any_text(shape: tuple[str, str], before: str, after: str) -> None:
    secret = shape[1]
    text = f"{before} {secret} {after}"
    assert secret not in clean(text)
    assert secret not in redact(text)
    assert may_hold(text.encode("utf-8", "surrogatepass"))


@given(st.sampled_from(SHAPES), TEXTS)
def test_a_line_of_a_transcript_is_told_by_its_bytes(shape: tuple[str, str], before: str) -> None:
    for line in (
        json.dumps({"a": f"{before}\n{shape[1]}\n"}),
        json.dumps([f"{before} {shape[1]}"], ensure_ascii=False),
    ):
        assert may_hold(line.encode("utf-8", "surrogatepass"))


@given(TEXTS, st.sampled_from(SHAPES))
def test_what_is_found_are_places_in_the_text(text: str, shape: tuple[str, str]) -> None:
    whole, after = f"{text} {shape[1]} {text}", 0
    for each in found(whole):
        assert after <= each.start < each.end <= len(whole)
        assert whole[each.start : each.end] not in redact(whole) or each.end - each.start < 12
        after = each.end


@given(TEXTS, st.sampled_from(SHAPES))
def test_with_and_without_the_optional_engine_the_same_is_found(text: str, shape: tuple[str, str]) -> None:
    re2 = pytest.importorskip("re2", reason="google-re2 is not installed: pip install ccmcp[fast]")
    by_re2 = _RE2.setdefault("", scan._by_re2(re2)) if not _RE2 else _RE2[""]
    for whole in text, f"{text}{shape[1]} {text}":
        data = whole.encode("utf-8", "surrogatepass")
        assert list(scan._found(data, by_re2)) == list(scan._found(data, scan._by_runs))


_RE2: dict[str, Any] = {}


@pytest.mark.parametrize(
    "placeholder",
    [
        "AK" + "IA" + "IOSFODNN7EXAMPLE",
        "gh" + "p_" + "abcdefghijklmnopqrstuvwxyz1234567890",
        "sk-" + "proj-" + "your-key-here-1" + "0" * 40,
        "xo" + "xb-" + "123456789012-" + "x" * 24,
        "https://user:password@example.org/x.git",
    ],
)
def test_what_stands_in_manuals_is_no_secret(placeholder: str) -> None:
    assert redact(placeholder) == placeholder


def test_candidates_are_told_on_demand_and_not_redacted() -> None:
    value = token(40)
    text = (
        f"DB_PASSWORD=Tr0ub4dor3xy and curl -u me:hunter2hunter2 https://example.org and {value} and {GITHUB}"
    )
    seen = [(each.kind, text[each.start : each.end]) for each in candidates(text)]
    assert seen == [("assigned", "Tr0ub4dor3xy"), ("assigned", "hunter2hunter2"), ("high-entropy", value)]
    assert value in redact(text)
    assert not list(
        candidates("a plain sentence about the password of someone, in src/some/long/path/of/a/file.py")
    )
