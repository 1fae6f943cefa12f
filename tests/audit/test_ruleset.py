"""The versions of the rules as they are written down are those of the rules."""

from ccmcp.audit import ruleset
from ccmcp.audit.catalogue import digests


def test_the_digests_are_those_of_the_rules() -> None:
    """When this fails, raise the versions of the rules you changed, and write down what it says."""
    written = {name: getattr(ruleset, name) for name in ("CALLS", "SECRETS", "SESSIONS")}

    assert written == digests()
