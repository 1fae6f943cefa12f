"""The metadata services of clouds, asked by inline code."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.shell.command import Script

_HOSTS = ("169.254.169.254", "169.254.170.2", "metadata.google.internal", "100.100.100.200")
_ASKS = (
    "urlopen", "requests.", "httpx.", "fetch(", "http.get", "axios", "Net::HTTP", "file_get_contents",
    "socket", "LWP", "curl",
)  # fmt: skip


@rule(
    id="CRD-006",
    title="Cloud metadata endpoint asked by inline code",
    severity="high",
    category="credentials",
    matches="Code given to an interpreter that asks 169.254.169.254, metadata.google.internal and such",
    false_positives="Code that only compares or prints the address is left alone.",
    advice="Block the address for the agent's user; require tokens of the metadata service (IMDSv2).",
    on=Script,
    attack=("T1552.005",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Containment Escape",),
)
def metadata_code(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Inline code asks for the machine's own credentials.

    Bad:
        python3 -c "import requests; print(requests.get('http://169.254.169.254/latest/meta-data').text)"  # high
        node -e "fetch('http://metadata.google.internal/computeMetadata/v1/').then(console.log)"           # high
    Fine:
        python3 -c "print('169.254.169.254')"
        node -e "fetch('https://api.example.com')"
    """
    _ = scene
    for code in script.code:
        host = next((host for host in _HOSTS if host in code.text), "")
        if host and any(word in code.text for word in _ASKS):
            yield Hit(target=host)
