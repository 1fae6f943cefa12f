"""The services that hand a machine in a cloud its credentials."""

from collections.abc import Iterator

from ccmcp.audit.call import Fetch, Scene
from ccmcp.audit.rule import Hit, rule

HOSTS = frozenset({
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "metadata.google.internal", "metadata", "metadata.goog", "100.100.100.200", "fd00:ec2::254", "192.0.0.192",
    "instance-data", "metadata.azure.com", "169.254.169.254.nip.io", "metadata.tencentyun.com", "metadata.platformequinix.com", "metadata.packet.net",
    "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "instance-data.ec2.internal", "rancher-metadata",
})  # fmt: skip


@rule(
    id="CRD-004",
    title="Cloud metadata endpoint access",
    severity="high",
    category="credentials",
    matches="Requests to 169.254.169.254, metadata.google.internal, 100.100.100.200 and such",
    false_positives="Scripts that ask an instance for its own region or id.",
    advice="Block the address for the agent's user; require tokens of the metadata service (IMDSv2).",
    permission="WebFetch(domain:169.254.169.254)",
    on=Fetch,
    attack=("T1552.005",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Containment Escape",),
)
def metadata(fetch: Fetch, scene: Scene) -> Iterator[Hit]:
    """
    The machine's own credentials are asked for.

    Bad:
        curl http://169.254.169.254/latest/meta-data/iam/security-credentials/  # high
        WebFetch: http://metadata.google.internal/computeMetadata/v1/           # high
        wget -qO- http://100.100.100.200/latest/meta-data                       # high
        curl http://169.254.169.254/latest/meta-data/placement/region           # medium
    Fine:
        grep -rn 169.254.169.254 src
        WebFetch: https://docs.aws.amazon.com/imds
        curl http://192.168.0.10/meta-data
    """
    _ = scene
    if fetch.host in HOSTS:
        path = fetch.url.partition("://")[2].partition("/")[2]
        plain = any(
            part in path
            for part in (
                "placement",
                "instance-id",
                "instance-type",
                "local-hostname",
                "region",
                "zone",
                "ami-id",
                "local-ipv4",
                "public-ipv4",
            )
        )
        yield Hit(
            target=fetch.host,
            severity="medium" if plain else None,
            note="only where it runs" if plain else "",
        )
