"""A path -> the kind of credential that is kept there. Pure; never raises."""

from functools import cache, lru_cache

from ccmcp.audit.credential_places import (
    ANYWHERE,
    BELOW_HOME,
    BROWSERS,
    CERTIFICATES,
    ENDINGS,
    FOLDERS,
    HARMLESS,
    SYSTEM,
    TEMPLATE_ENDS,
    TEMPLATE_WORDS,
)
from ccmcp.audit.rule import Severity
from ccmcp.values import dataclass


@dataclass(frozen=True, slots=True)
class Credential:
    """What is kept in a file or folder."""

    kind: str
    """SSH private key, AWS credentials ..."""
    severity: Severity
    """Of reading it."""
    agent: bool = False
    """Whether it is what an agent or its tools log in with."""
    folder: bool = False
    """Whether the path is the folder that holds it."""


@lru_cache(maxsize=2048)
def credential(path: str) -> Credential | None:
    """
    The credential that a path names; none for an ordinary file.

    `path` may be absolute, begin with ~, or be relative; templates, public keys, certificates and test data hold none.
    """
    text = path.replace("\\", "/").rstrip("/")
    text = text.removesuffix("/*") if text.endswith("/*") else text.rstrip("*")
    if text[:5] == "file:":
        text = "/" + text[5:].lstrip("/")
    base = text.rpartition("/")[2]
    if not base:
        return None
    home = _below_home(text)
    if home is not None and (kind := FOLDERS.get(home)):
        return Credential(kind, "high", folder=True)
    low = base.lower()
    if low.endswith((".pub", *TEMPLATE_ENDS)):
        return None
    if home is not None:
        if found := _listed(home):
            return found
    elif (text[:1] == "/" or text[1:2] == ":") and (found := _system(text)):
        return found
    if (
        base in BROWSERS
        and "/" in text
        and any(
            word in text
            for word in (
                "Chrom",
                "chrom",
                "Brave",
                "Edge",
                "Firefox",
                "firefox",
                "Opera",
                "Vivaldi",
                "Profile",
                "Default",
            )
        )
    ):
        return Credential("a browser's store", "high")
    return _by_name(text, base, low, outside=home is not None or text[:1] in ("/", "~"))


def _by_name(text: str, base: str, low: str, *, outside: bool) -> Credential | None:
    parts = text.split("/")[:-1]
    harmless = not HARMLESS.isdisjoint(parts)
    if low == ".env" or low[:5] == ".env." or (low.endswith(".env") and base[:1] != "$"):
        return _environment(low, harmless=harmless)
    if found := ANYWHERE.get(low):
        kind, severity = found
        if low == "auth.json" and outside:
            severity = "medium"
        if parts and parts[-1] == ".claude" and low == ".credentials.json":
            return Credential(kind, severity, agent=True)
        return None if harmless and severity != "high" else Credential(kind, "low" if harmless else severity)
    stem, dot, ending = low.rpartition(".")
    if low.startswith(("id_rsa", "id_ed25519")):
        return Credential("an SSH private key", "low" if harmless else "high")
    if low.endswith((".json", ".p8")) and (
        "service-account" in low
        or "serviceaccount" in low
        or "firebase-adminsdk" in low
        or "service_account" in low
    ):
        return Credential("a service account's key", "low" if harmless else "high")
    if not dot or not stem:
        return None
    kept = ENDINGS.get(ending)
    if kept is None or harmless or any(word in stem for word in TEMPLATE_WORDS):
        return None
    return _key_file(kept, stem, ending, base)


def _key_file(kept: tuple[str, Severity], stem: str, ending: str, base: str) -> Credential | None:
    kind, severity = kept
    if ending == "pem":
        if (
            any(word in stem for word in ("privkey", "private", "id_rsa"))
            or stem in ("key", "rsa")
            or stem.endswith(("-key", "_key", ".key"))
        ):
            return Credential("a private key", "high")
        if (
            stem == "ca"
            or stem.startswith(CERTIFICATES)
            or "cert" in stem
            or stem.endswith(("-ca", "_ca", ".pub", "chain", "bundle", "public"))
        ):
            return None
    if ending == "key":
        if base[:1] in ("*", "$"):
            return Credential(kind, "medium")
        if any(
            word in stem
            for word in (
                "server",
                "private",
                "priv",
                "tls",
                "ssl",
                "domain",
                "client",
                "ca",
                "host",
                "signing",
                "master",
                "secret",
            )
        ):
            return Credential(kind, "high")
    return Credential(kind, severity)


def _environment(low: str, *, harmless: bool) -> Credential | None:
    rest = low[5:] if low[:5] == ".env." else ""
    words = rest.replace("-", ".").replace("_", ".").split(".")
    if any(
        word
        in (
            "example",
            "sample",
            "template",
            "dist",
            "defaults",
            "default",
            "schema",
            "tmpl",
            "tpl",
            "md",
            "ts",
            "js",
            "mjs",
            "py",
            "d",
            "j2",
        )
        for word in words
    ):
        return None
    if any(word in low for word in TEMPLATE_WORDS):
        return None
    if harmless or any(word in ("test", "testing", "ci", "e2e") for word in words):
        return Credential("an environment for tests", "low")
    return Credential("an environment with secrets", "medium")


def _below_home(text: str) -> str | None:
    """The path below a home folder; none when it is not in one."""
    if text[:2] == "~/":
        return text[2:]
    if text[:1] == "~" and text[1:2].isalpha():
        return text.partition("/")[2]
    for start in ("$HOME/", "${HOME}/", "%USERPROFILE%/", "$env:USERPROFILE/", "/root/"):
        if text.startswith(start):
            return text[len(start) :]
    if text.startswith(("/home/", "/Users/")):
        return text.split("/", 3)[3] if text.count("/") > 2 else None
    if text[1:9].lower() == ":/users/":
        return text.split("/", 3)[3] if text.count("/") > 2 else None
    name = text.partition("/")[0]
    if name in (".ssh", ".aws", ".gnupg", ".kube", ".azure"):
        return text
    for start in ("*/", "/*/"):
        if text.startswith(start):
            return text[len(start) :]
    return None


@cache
def _table(text: str) -> dict[str, tuple[tuple[str, Credential], ...]]:
    """The patterns by the first name in them."""
    found: dict[str, list[tuple[str, Credential]]] = {}
    for line in text.strip().splitlines():
        head, _, kind = line.partition(" ; ")
        severity, _, pattern = head.partition(": ")
        agent, _, level = severity.rpartition(" ")
        kept = Credential(kind, level, agent=bool(agent))  # type: ignore[arg-type]
        found.setdefault(_first(pattern), []).append((pattern, kept))
    return {name: tuple(rows) for name, rows in found.items()}


def _first(path: str) -> str:
    names = path.split("/", 3)
    return (
        (names[1] if len(names) > 1 and (not names[0] or names[0][1:] == ":") else names[0])
        .rstrip("*")
        .lower()
    )


def _listed(path: str) -> Credential | None:
    first = path.partition("/")[0]
    rows = _table(BELOW_HOME).get(first.lower(), ())
    return next((kept for pattern, kept in rows if _fits(path, pattern)), None)


def _system(path: str) -> Credential | None:
    rows = _table(SYSTEM).get(_first(path), ())
    if not rows and path.startswith("/private/"):
        return _system(path[8:])
    return next((kept for pattern, kept in rows if _fits(path, pattern)), None)


def _fits(path: str, pattern: str) -> bool:
    """Whether a path is what a pattern says, * standing for any letters; a glob in the path may stand for it too."""
    if "*" not in pattern:
        return path == pattern
    head, *middle = pattern.split("*")
    if not path.startswith(head):
        return False
    at, last = len(head), middle.pop()
    for part in middle:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(path) - len(last) >= at and path.endswith(last)
