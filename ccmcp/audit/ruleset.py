"""
The versions of all rules, in one place that costs nothing to import: what was found by others is looked for anew.

`catalogue.digests` works them out of the rules' ids and versions and of READERS; a test says when one is out of date.
"""

READERS = 1
"""Raised when what rules are asked about is read in another way: shell texts, paths, hosts, untrusted texts."""

CALLS = "50d3b641a4cf"
"""Rules on calls, and on texts of strangers."""

SECRETS = "ba9c364d5ab4"
"""Rules on secrets, and the kinds there are."""

SESSIONS = "db6e023aa110"
"""Rules on whole sessions."""


def digest() -> str:
    """One digest for all that is looked for, as hexadecimal digits: two reports with the same were made by the same rules."""
    from hashlib import sha256  # noqa: PLC0415 - only reports need it

    return sha256(f"{CALLS} {SECRETS} {SESSIONS}".encode()).hexdigest()
