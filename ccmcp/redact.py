"""
Text that is safe to hand on: without control sequences and hidden characters, secrets replaced by what kind they were.

Pure: text in, text out. Everything ccmcp returns or stores as text goes through `clean`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeVar, cast

T = TypeVar("T")

# -- hidden and controlling characters ------------------------------------------

# Letters that zero-width joiners shape: Arabic and its relatives, Indic scripts up to Sinhala, Myanmar, Khmer.
_LETTERS = "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff"
_EMOJI = "\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"

# A joiner stays only between two letters of such a script, or between two emoji; a variation selector only after an
# emoji, or as the keycap's. Persian, Hindi and family emoji stay readable, and none of these can stand inside ASCII,
# so no secret, command or path is cut in two by what stays. Tag characters go even from flags (a black flag is left):
# they spell whole hidden sentences. So do selectors elsewhere, CJK variants included: the default glyph reads as well.
_JOINED = (
    rf"(?<=[{_LETTERS}])[\u200c\u200d](?=[{_LETTERS}])"
    rf"|(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f)\u200d(?=[{_EMOJI}])"
    rf"|(?<=[{_EMOJI}])[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
)
_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS and such: titles, links
    r"|\x1b[ -/]*[0-~]"  # every other escape
)
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SUSPECT = rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_HIDDEN}]"
_SUSPECT_ASCII = r"[\x00-\x08\x0b-\x1f\x7f]"
_UNSAFE = rf"({_JOINED})|{_SEQUENCE}|\r\n?|{_SUSPECT}"


@cache
def _compiled(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    # At first use: most are never needed, and all of them together would cost a command's start 15 ms.
    return re.compile(pattern, flags)


def sanitise(text: str) -> str:
    """
    The text without what a terminal or a reader would obey instead of show.

    Escape sequences (colours, titles, links), controls other than line feed and tab, bidi controls, zero-width and
    other invisible characters and tag characters are removed; a carriage return (alone or before a line feed), a line
    separator and a paragraph separator become a line feed; a lone surrogate becomes U+FFFD.
    """
    suspect = _compiled(_SUSPECT_ASCII if text.isascii() else _SUSPECT)
    return _compiled(_UNSAFE).sub(_safe, text) if suspect.search(text) else text


def _safe(found: re.Match[str]) -> str:
    character = found[0]
    if found[1]:
        return character
    if character in ("\r", "\r\n", "\u2028", "\u2029"):
        return "\n"
    return "\ufffd" if "\ud800" <= character <= "\udfff" else ""


# -- secrets ----------------------------------------------------------------------


class Secret(NamedTuple):
    """One kind of secret whose shape leaves no doubt."""

    kind: str
    """What it is called where it stood: `github-token`."""

    pattern: str
    """Its shape from the anchor on (a regular expression, ASCII); a group marks the value when there is more."""

    anchors: tuple[str, ...]
    """The literal texts its pattern can begin with: only where one stands is the pattern tried."""


# A token may begin here: not within a word, but after an escape (\n in JSON, %20 in a URL). What begins so must also
# end at the end of a word, or the rest would be found only once it is gone, pass by pass.
_B = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))"
# ... and be over here.
_E = r"(?![A-Za-z0-9])"
# Between a name and its value: `name = "value"`, `\"name\": \"value\"`, `<name>value`, `--name value`.
_IS = r"""[\\"']{0,4}[\s:=>]{1,6}[\\"']{0,4}"""
# A private key after its first line: up to the END line; without one, to the end of the base64 lines (they may be
# quoted, escaped or numbered). Twenty base64 characters with a digit must follow, or it is talk about such a file.
_GAP = r"(?:[\s\"'+,>|\u2192]|\\+[nrt]|\d{1,6}\u2192)*"
_LINE = r"[A-Za-z0-9+/]{16,}={0,2}"
_BODY = (
    r"(?=(?:(?!-----)[\s\S]){0,600}?(?=[A-Za-z+/]{0,60}\d)[A-Za-z0-9+/]{20})(?:"
    r"(?:(?!-----BEGIN)[\s\S]){20,20000}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    rf"|{_GAP}(?:[A-Z][\w-]{{1,40}}: [^\n\\]{{0,120}}{_GAP}){{0,4}}"
    rf"(?=[A-Za-z][A-Za-z+/]{{0,60}}\d){_LINE}(?:{_GAP}{_LINE})*(?:{_GAP}[A-Za-z0-9+/]{{1,15}}(?:={{1,2}}|$))?)"
)

SECRETS: Sequence[Secret] = (
    # models
    Secret("anthropic-key", r"sk-ant-[a-z]{3,6}\d{2,3}-[\w-]{40,}", ("sk-ant-",)),
    Secret("openai-key", rf"{_B}sk-(?:proj|svcacct|admin|None)-(?=[\w-]{{0,60}}\d)[\w-]{{40,}}", ("sk-",)),
    Secret("openrouter-key", r"sk-or-v1-[0-9a-f]{64}", ("sk-or-v1-",)),
    Secret("langfuse-key", r"sk-lf-[0-9a-f]{8}-[0-9a-f-]{27}", ("sk-lf-",)),
    Secret("api-key", rf"{_B}sk-(?=[A-Za-z]{{0,31}}\d)[A-Za-z0-9]{{32,}}", ("sk-",)),
    Secret("cerebras-key", rf"{_B}csk-[a-z0-9]{{48}}{_E}", ("csk-",)),
    Secret("elevenlabs-key", rf"{_B}sk_[0-9a-f]{{48}}{_E}", ("sk_",)),
    Secret("firecrawl-key", rf"{_B}fc-[0-9a-f]{{32}}{_E}", ("fc-",)),
    Secret("groq-key", rf"{_B}gsk_[A-Za-z0-9]{{48,}}", ("gsk_",)),
    Secret("huggingface-token", rf"{_B}(?:hf_|api_org_)[A-Za-z0-9]{{34}}(?!\w)", ("hf_", "api_org_")),
    Secret("langsmith-key", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", ("lsv2_",)),
    Secret("nvidia-key", r"nvapi-[\w-]{60,}", ("nvapi-",)),
    Secret("perplexity-key", r"pplx-[A-Za-z0-9]{40,}", ("pplx-",)),
    Secret("pinecone-key", r"pcsk_\w{50,}", ("pcsk_",)),
    Secret("replicate-token", rf"{_B}r8_[A-Za-z0-9]{{37,}}", ("r8_",)),
    Secret("tavily-key", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}", ("tvly-",)),
    Secret("xai-key", rf"{_B}xai-\w{{70,}}", ("xai-",)),
    # code, packages and builds
    Secret("github-token", r"gh[pousr]_[A-Za-z0-9]{36,255}", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    Secret("github-token", r"github_pat_\w{60,}", ("github_pat_",)),
    Secret(
        "gitlab-token",
        r"(?:gl(?:pat|ptt|dt|rt|cbt|soat|imt|agent|ft|oas)-|GR1348941)[\w-]{20,}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7})?",
        ("glpat-", "glptt-", "gldt-", "glrt-", "glcbt-", "glsoat-", "glimt-", "glagent-", "glft-", "gloas-", "GR1348941"),
    ),
    Secret("bitbucket-token", rf"{_B}ATBB[A-Za-z0-9]{{32}}{_E}", ("ATBB",)),
    Secret("atlassian-token", r"AT[AC]TT3[\w=-]{60,}", ("ATATT3", "ATCTT3")),
    Secret("npm-token", rf"npm_[A-Za-z0-9]{{36}}{_E}", ("npm_",)),
    Secret("npm-token", rf"_authToken{_IS}([\w.-]{{20,}}=*)", ("_authToken",)),
    Secret("pypi-token", r"pypi-AgE[\w-]{50,}", ("pypi-AgE",)),
    Secret("rubygems-key", r"rubygems_[0-9a-f]{48}", ("rubygems_",)),
    Secret("crates-token", rf"{_B}cio[A-Za-z0-9]{{32}}{_E}", ("cio",)),
    Secret("nuget-key", rf"{_B}oy2[a-z0-9]{{43}}{_E}", ("oy2",)),
    Secret("docker-token", r"dckr_[op]at_[\w-]{27,}", ("dckr_pat_", "dckr_oat_")),
    Secret("buildkite-token", r"bkua_[a-z0-9]{40}", ("bkua_",)),
    Secret("circleci-token", r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-z]{40}", ("CCIPAT_", "CCIPRJ_")),
    Secret("sonar-token", rf"{_B}sq[apu]_[0-9a-f]{{40}}{_E}", ("sqa_", "sqp_", "squ_")),
    Secret("sourcegraph-token", r"sgp_(?:[0-9a-fA-F]{16}_)?(?:local_)?[0-9a-fA-F]{40}", ("sgp_",)),
    Secret("sourcegraph-token", rf"{_B}slk_[0-9a-f]{{64}}{_E}", ("slk_",)),
    # clouds and hosting
    Secret("aws-key-id", rf"{_B}(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{{16}}{_E}", ("AKIA", "ASIA", "ABIA", "ACCA")),
    Secret(
        "aws-secret-key",
        rf"(?i:ecret_?(?:access_?)?key){_IS}([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
        ("ecret_access_key", "ECRET_ACCESS_KEY", "ecretAccessKey", "ecret_key", "ECRET_KEY", "ecretKey", "ecretkey"),
    ),
    Secret(
        "aws-session-token",
        rf"(?i:ession_?token){_IS}([A-Za-z0-9/+=]{{100,}})",
        ("ession_token", "ESSION_TOKEN", "essionToken"),
    ),
    Secret("aws-bedrock-key", rf"{_B}ABSK[A-Za-z0-9+/]{{100,}}=*", ("ABSK",)),
    Secret("google-api-key", rf"{_B}AIza[\w-]{{35}}(?![\w-])", ("AIza",)),
    Secret("google-oauth-token", rf"{_B}ya29\.[\w-]{{20,}}", ("ya29.",)),
    Secret("google-client-secret", r"GOCSPX-[\w-]{28}", ("GOCSPX-",)),
    Secret("azure-key", r"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}={0,2})", ("AccountKey=", "SharedAccessKey=")),
    Secret("azure-signature", r"(?<=[?&;])sig=((?:[A-Za-z0-9/+]|%2[BbFf]){40,}(?:=|%3[Dd]))", ("sig=",)),
    Secret("alibaba-key-id", rf"{_B}LTAI[A-Za-z0-9]{{20}}{_E}", ("LTAI",)),
    Secret("digitalocean-token", r"do[opr]_v1_[0-9a-f]{64}", ("doo_v1_", "dop_v1_", "dor_v1_")),
    Secret("heroku-key", r"HRKU-[\w-]{36,}", ("HRKU-",)),
    Secret("fly-token", rf"{_B}(?:fo1_[\w-]{{43,}}|fm[12][ar]?_[A-Za-z0-9+/]{{100,}}=*)", ("fo1_", "fm1", "fm2")),
    Secret("netlify-token", rf"{_B}nf[bcopu]_[A-Za-z0-9]{{36}}{_E}", ("nfp_", "nfc_", "nfo_", "nfb_", "nfu_")),
    Secret("vercel-token", rf"{_B}vc[aikpr]_[A-Za-z0-9]{{24,}}", ("vca_", "vci_", "vck_", "vcp_", "vcr_")),
    Secret("vercel-token", rf"(?i:vercel_token){_IS}([A-Za-z0-9]{{24}}){_E}", ("VERCEL_TOKEN", "vercel_token")),
    Secret("vercel-token", r"vercel_blob_rw_[A-Za-z0-9]{16,}_[A-Za-z0-9]{24,}", ("vercel_blob_rw_",)),
    Secret("supabase-key", r"sb(?:p_(?:v0_)?[0-9a-f]{40}|_secret_[\w-]{20,})", ("sbp_", "sb_secret_")),
    Secret("planetscale-token", r"pscale_(?:tkn|oauth|pw)_[\w.=-]{32,}", ("pscale_",)),
    Secret("mongodb-secret", r"mdb_sa_sk_[\w-]{40}", ("mdb_sa_sk_",)),
    Secret("databricks-token", rf"{_B}dapi[0-9a-f]{{32}}(?:-\d)?{_E}", ("dapi",)),
    Secret("terraform-token", r"\.atlasv1\.([\w-]{60,})", (".atlasv1.",)),
    Secret("pulumi-token", rf"{_B}pul-[0-9a-f]{{40}}{_E}", ("pul-",)),
    Secret("vault-token", r"hv[bs]\.[\w-]{24,}", ("hvs.", "hvb.")),
    Secret("doppler-token", rf"{_B}dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{{40,}}", ("dp.",)),
    Secret("tailscale-key", r"tskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}", ("tskey-",)),
    # messages
    Secret(
        "slack-token",
        r"xox[abeoprs](?:\.xox[abp])?-(?=(?:[A-Za-z-]{0,40}\d){6})[A-Za-z0-9-]{20,}",
        ("xoxa", "xoxb", "xoxe", "xoxo", "xoxp", "xoxr", "xoxs"),
    ),
    Secret("slack-token", r"xapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-f]{32,}", ("xapp-",)),
    Secret("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{20,})", ("hooks.slack.com/",)),
    Secret("discord-webhook", r"discord(?:app)?\.com/api/webhooks/\d+/([\w-]{40,})", ("discord.com/", "discordapp.com/")),
    # The first part is a number in base64: its digits leave nine pairs of first characters.
    Secret(
        "discord-token",
        rf"{_B}[MNO][DTjz][\w-]{{21,27}}\.[\w-]{{6}}\.[\w-]{{27,40}}(?![\w-])",
        ("MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"),
    ),
    Secret("telegram-token", r"(?<=\d{8}):(AA[\w-]{33})(?![\w-])", (":AA",)),
    Secret("twilio-key", rf"{_B}SK[0-9a-f]{{32}}{_E}", ("SK",)),
    Secret("sendgrid-key", rf"{_B}SG\.[\w-]{{16,32}}\.[\w-]{{32,}}", ("SG.",)),
    Secret("mailgun-key", rf"{_B}key-[0-9a-f]{{32}}{_E}", ("key-",)),
    Secret("resend-key", rf"{_B}re_[A-Za-z0-9]{{8,10}}_[A-Za-z0-9]{{20,26}}{_E}", ("re_",)),
    # money and products
    Secret(
        "stripe-key",
        rf"{_B}[rs]k_(?:live|test)_(?=[A-Za-z]{{0,40}}\d)[A-Za-z0-9]{{14,}}",
        ("sk_live_", "sk_test_", "rk_live_", "rk_test_"),
    ),
    Secret("stripe-webhook-secret", r"whsec_[A-Za-z0-9+/]{24,}=*", ("whsec_",)),
    Secret("square-token", r"sq0(?:atp|csp)-[\w-]{22,43}", ("sq0atp-", "sq0csp-")),
    Secret("facebook-token", rf"{_B}EAA(?:CEdEose0cBA[A-Za-z0-9]{{20,}}|[A-Za-z0-9]{{80,}})", ("EAA",)),
    Secret("square-token", rf"{_B}EAAA[\w-]{{60}}(?![\w-])", ("EAAA",)),
    Secret("shopify-token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", ("shpat_", "shpca_", "shppa_", "shpss_")),
    Secret("postman-key", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", ("PMAK-",)),
    Secret("linear-key", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}", ("lin_api_", "lin_oauth_")),
    Secret("notion-token", rf"{_B}ntn_\d{{11}}[A-Za-z0-9]{{35}}{_E}", ("ntn_",)),
    Secret("notion-token", rf"{_B}secret_(?=[A-Za-z]{{0,42}}\d)[A-Za-z0-9]{{43}}(?!\w)", ("secret_",)),
    Secret("figma-token", r"fig[dou]r?_[\w-]{40}", ("figd_", "figo_", "figor_", "figu_", "figur_")),
    Secret("grafana-token", r"gl(?:sa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|c_eyJ[A-Za-z0-9+/]{40,}=*)", ("glsa_", "glc_eyJ")),
    Secret("newrelic-key", r"NRAK-[A-Z0-9]{27}", ("NRAK-",)),
    Secret("sentry-token", r"sntry[su]_[\w+/=-]{40,}", ("sntrys_", "sntryu_")),
    Secret("1password-token", r"ops_eyJ[A-Za-z0-9+/]{100,}=*", ("ops_eyJ",)),
    Secret("grafana-token", rf"{_B}eyJrIjoi[A-Za-z0-9+/]{{60,}}=*(?![\w.-])", ("eyJ",)),
    # keys and credentials of any maker
    Secret("private-key", rf"-----BEGIN [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----{_BODY}", ("-----BEGIN ",)),
    Secret("private-key", r"Private-Lines: \d+\s+((?:[A-Za-z0-9+/=]{4,}\s*)+)", ("Private-Lines: ",)),
    Secret("private-key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", ("AGE-SECRET-KEY-1",)),
    # The same in base64: "PRIVATE KEY" at each of its three offsets.
    Secret(
        "private-key",
        r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{1,30}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/]{20,}=*",
        ("LS0tLS1CRUdJTi",),
    ),
    Secret("jwt", rf"{_B}eyJ[\w-]{{10,1024}}(?:\.[\w-]{{10,}}){{2}}(?:\.[\w-]+)*", ("eyJ",)),
    # Not a variable (it would begin with $, { or <) and not a digest that follows an image's tag.
    Secret(
        "url-password",
        r"""(?<=[A-Za-z0-9])://[^\s/?#@:"'<>`\\]{0,128}:(?![$<{%*]|\[redacted:)([^\s/"'<>`\\]{1,256})@"""
        r"""(?!sha\d+:)(?=[\w\[$.-])""",
        ("://",),
    ),
    # Basic's value must mix cases or have a digit, or it is a word after "Authorization: Basic".
    Secret(
        "authorization",
        rf"(?i:uthorization){_IS}(?:(?i:bearer|token|apikey|key|bot)\s+(?=[A-Za-z_.~+/-]{{0,200}}\d)([\w.~+/-]{{12,}}=*)"
        r"|(?i:basic)\s+(?=[A-Za-z0-9+/][a-z]{0,40}[A-Z0-9+/=])([A-Za-z0-9+/][\w+/.-]{7,}={0,2}))",
        ("uthorization", "UTHORIZATION"),
    ),
)  # fmt: skip

# What people write where a secret would stand. Only in short values: a key file may hold anything.
_PLACEHOLDER = r"[xX]{6}|\*{4}|\.{3}"


def _by_anchor() -> dict[str, list[Secret]]:
    """The secrets that may begin at each anchor; an anchor that begins with another one is under that."""
    owners: dict[str, list[Secret]] = {}
    for secret in SECRETS:
        for anchor in secret.anchors:
            owners.setdefault(anchor, []).append(secret)
    found: dict[str, list[Secret]] = {}
    for anchor in sorted(owners, key=len):
        shortest = next((anchor[:size] for size in range(1, len(anchor)) if anchor[:size] in found), anchor)
        under = found.setdefault(shortest, [])
        under.extend(secret for secret in owners[anchor] if secret not in under)
    return found


def _alternatives(anchors: Sequence[str]) -> str:
    heads: dict[str, list[str]] = {}
    for anchor in sorted(anchors):
        heads.setdefault(anchor[0], []).append(re.escape(anchor[1:]))
    return "|".join(f"{re.escape(head)}(?:{'|'.join(tails)})" for head, tails in heads.items())


_AT = _by_anchor()
_SCAN = _alternatives(list(_AT))


def redact(text: str) -> str:
    """
    The text with each secret replaced by its kind, `[redacted:github-token]`; nothing of the value is left.

    Only shapes that leave no doubt count, so text without a secret comes back as it is, and so does redacted text.
    A secret cut in two is none any more: clean whole texts first, cut afterwards.
    """
    # What follows a secret may be recognised only once it is gone, so until nothing more is found.
    while (done := _once(text)) != text:
        text = done
    return text


def _once(text: str) -> str:
    pieces: list[str] = []
    after = 0
    for kind, start, end in _found(text):
        pieces += text[after:start], f"[redacted:{kind}]"
        after = end
    return "".join((*pieces, text[after:])) if pieces else text


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """The secrets of a text from left to right: kind, start and end of the value."""
    at, scan = 0, _compiled(_SCAN)
    while anchor := scan.search(text, at):
        at = anchor.start() + 1
        for secret in _AT[anchor[0]]:
            if found := _compiled(secret.pattern, re.ASCII).match(text, anchor.start()):
                start, end = found.span(found.lastindex or 0)
                if end - start < 200 and _compiled(_PLACEHOLDER).search(text, start, end):
                    continue
                # The value after "Authorization:" or in a URL may tell more precisely what it is.
                inner = next(_found(text[start:end]), None) if found.lastindex else None
                yield inner[0] if inner else secret.kind, start, end
                at = end
                break


# -- both -------------------------------------------------------------------------


def clean(text: str) -> str:
    """
    The text as it may be shown or stored: sanitised, then redacted, so hidden characters can't hide a secret.

    Cut after cleaning, never before: half a secret is not recognised.
    """
    return redact(sanitise(text))


def cleaned(value: T) -> T:
    """A JSON value (tuples too) whose texts, keys included, are clean; what lies 200 levels deep is left out."""
    return cast("T", _cleaned(value, 200))


def _cleaned(value: object, depth: int) -> object:
    match value:
        case str():
            return clean(value)
        case dict() | list() | tuple() if not depth:
            return "[nested too deep to show]"
        case dict():
            return {_cleaned(key, depth): _cleaned(inner, depth - 1) for key, inner in value.items()}
        case list():
            return [_cleaned(inner, depth - 1) for inner in value]
        case tuple():
            return tuple(_cleaned(inner, depth - 1) for inner in value)
        case _:
            return value
