"""Commands that ask to run outside the sandbox."""

from collections.abc import Iterator

from ccmcp.audit.call import Call, Scene
from ccmcp.audit.rule import Hit, rule


@rule(
    id="AGT-008",
    title="Command run outside the sandbox",
    severity="medium",
    category="agents",
    matches="A Bash call with dangerouslyDisableSandbox set",
    false_positives="Commands that need the network or a device, which the user allowed.",
    advice="Name the hosts and paths in the sandbox settings, and set allowUnsandboxedCommands to false.",
    on=Call,
    attack=("T1562.001",),
    owasp=("ASI03", "ASI10"),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Safety Bypass Flag",),
)
def sandbox_off(call: Call, scene: Scene) -> Iterator[Hit]:
    """
    A shell call for which the sandbox is switched off.

    Bad:
        Bash(dangerouslyDisableSandbox): npm test  # medium
    Fine:
        Bash: npm test
        Bash: grep -rn dangerouslyDisableSandbox src
    """
    _ = scene
    if call.input.get("dangerouslyDisableSandbox") is True:
        yield Hit(target="the sandbox", note="asked for by the call itself")
