"""The catalogues of others that rules are mapped to, with the names of what we map to in them. Names only, for readers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccmcp.audit.formats._words import one_line
from ccmcp.audit.rule import Mappings

ATTACK_NAMES = {
    "T1003.008": "/etc/passwd and /etc/shadow", "T1027": "Obfuscated Files or Information", "T1027.010": "Command Obfuscation",
    "T1048": "Exfiltration Over Alternative Protocol", "T1053.003": "Cron", "T1059.001": "PowerShell", "T1059.004": "Unix Shell",
    "T1059.006": "Python", "T1070": "Indicator Removal", "T1070.003": "Clear Command History", "T1071": "Application Layer Protocol",
    "T1071.004": "DNS", "T1072": "Software Deployment Tools", "T1083": "File and Directory Discovery",
    "T1095": "Non-Application Layer Protocol", "T1098.004": "SSH Authorized Keys", "T1105": "Ingress Tool Transfer",
    "T1140": "Deobfuscate/Decode Files or Information", "T1195": "Supply Chain Compromise",
    "T1195.001": "Compromise Software Dependencies and Development Tools", "T1219": "Remote Access Tools",
    "T1222.002": "Linux and Mac File and Directory Permissions Modification", "T1485": "Data Destruction", "T1489": "Service Stop",
    "T1490": "Inhibit System Recovery", "T1496": "Resource Hijacking", "T1499": "Endpoint Denial of Service",
    "T1529": "System Shutdown/Reboot", "T1531": "Account Access Removal", "T1543.002": "Systemd Service",
    "T1546.004": "Unix Shell Configuration Modification", "T1548.001": "Setuid and Setgid", "T1548.003": "Sudo and Sudo Caching",
    "T1552": "Unsecured Credentials", "T1552.001": "Credentials In Files", "T1552.003": "Bash History", "T1552.004": "Private Keys",
    "T1552.005": "Cloud Instance Metadata API", "T1552.007": "Container API", "T1555.001": "Keychain", "T1561": "Disk Wipe",
    "T1562.001": "Disable or Modify Tools", "T1562.004": "Disable or Modify System Firewall", "T1565.001": "Stored Data Manipulation",
    "T1567": "Exfiltration Over Web Service", "T1567.001": "Exfiltration to Code Repository",
    "T1567.002": "Exfiltration to Cloud Storage", "T1574.006": "Dynamic Linker Hijacking", "T1578.003": "Delete Cloud Instance",
    "T1610": "Deploy Container", "T1611": "Escape to Host",
}  # fmt: skip

ATLAS_NAMES = {
    "AML.T0034.002": "Agentic Resource Consumption", "AML.T0051.001": "LLM Prompt Injection: Indirect", "AML.T0053": "AI Agent Tool Invocation", "AML.T0055": "Unsecured Credentials",
    "AML.T0068": "LLM Prompt Obfuscation", "AML.T0080": "AI Agent Context Poisoning", "AML.T0081": "Modify AI Agent Configuration",
    "AML.T0083": "Credentials from AI Agent Configuration", "AML.T0086": "Exfiltration via AI Agent Tool Invocation",
    "AML.T0098": "AI Agent Tool Credential Harvesting", "AML.T0101": "Data Destruction via AI Agent Tool Invocation",
    "AML.T0102": "Generate Malicious Commands", "AML.T0105": "Escape to Host", "AML.T0110": "AI Agent Tool Poisoning",
}  # fmt: skip

OWASP_NAMES = {
    "ASI01": "Agent Goal Hijack", "ASI02": "Tool Misuse and Exploitation", "ASI03": "Identity and Privilege Abuse",
    "ASI04": "Agentic Supply Chain Vulnerabilities", "ASI05": "Unexpected Code Execution", "ASI06": "Memory and Context Poisoning",
    "ASI07": "Insecure Inter-Agent Communication", "ASI08": "Cascading Failures", "ASI09": "Human-Agent Trust Exploitation",
    "ASI10": "Rogue Agents", "LLM01": "Prompt Injection", "LLM02": "Sensitive Information Disclosure", "LLM03": "Supply Chain",
    "LLM04": "Data and Model Poisoning", "LLM05": "Improper Output Handling", "LLM06": "Excessive Agency",
    "LLM07": "System Prompt Leakage", "LLM08": "Vector and Embedding Weaknesses", "LLM09": "Misinformation",
    "LLM10": "Unbounded Consumption",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taxonomy:
    """One of these catalogues."""

    name: str
    full_name: str
    version: str
    organisation: str
    url: str
    names: dict[str, str]

    def title(self, id: str) -> str:  # noqa: A002 - the name it has there
        """What it calls this; empty when that is not known here."""
        return self.names.get(id.split(":", maxsplit=1)[0], "")


ATTACK = Taxonomy(
    name="MITRE ATT&CK", full_name="MITRE ATT&CK for Enterprise", version="18", organisation="The MITRE Corporation",
    url="https://attack.mitre.org/", names=ATTACK_NAMES,
)  # fmt: skip
ATLAS = Taxonomy(
    name="MITRE ATLAS", full_name="Adversarial Threat Landscape for Artificial-Intelligence Systems", version="5.6.0",
    organisation="The MITRE Corporation", url="https://atlas.mitre.org/", names=ATLAS_NAMES,
)  # fmt: skip
OWASP_AGENTIC = Taxonomy(
    name="OWASP Agentic", full_name="OWASP Top 10 for Agentic Applications", version="2026", organisation="OWASP Foundation",
    url="https://genai.owasp.org/", names=OWASP_NAMES,
)  # fmt: skip
OWASP_LLM = Taxonomy(
    name="OWASP LLM", full_name="OWASP Top 10 for LLM Applications", version="2025", organisation="OWASP Foundation",
    url="https://genai.owasp.org/llm-top-10/", names=OWASP_NAMES,
)  # fmt: skip

TAXONOMIES = (ATTACK, ATLAS, OWASP_AGENTIC, OWASP_LLM)


def mapped(mappings: Mappings) -> Iterator[tuple[Taxonomy, str]]:
    """Where a rule stands: each catalogue with an id in it."""
    for taxonomy, ids in ((ATTACK, mappings.attack), (ATLAS, mappings.atlas), (None, mappings.owasp)):
        for each in filter(None, map(one_line, ids)):
            yield taxonomy or (OWASP_LLM if each.startswith("LLM") else OWASP_AGENTIC), each


def ids_of(all_mappings: Iterable[Mappings], taxonomy: Taxonomy) -> list[str]:
    """What is mapped to in one catalogue, each once, in order."""
    return sorted({id_ for mappings in all_mappings for where, id_ in mapped(mappings) if where is taxonomy})
