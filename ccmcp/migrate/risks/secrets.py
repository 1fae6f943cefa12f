"""Secrets that stand in the transcripts."""

from collections.abc import Iterator

from ccmcp.migrate.plan import Severity
from ccmcp.migrate.risks._check import Said, check, examples, number
from ccmcp.migrate.risks._circumstances import Circumstances


@check("secrets", looks_at="secrets in the transcripts, counted by kind")
def secrets(circumstances: Circumstances) -> Iterator[Said]:
    """
    Secrets go wherever the transcripts go.

    Bad: a bundle for a colleague, with an API key in a tool's output.
    Less bad: a copy on this machine: a second file holds the key.
    Fine: sessions that follow their project's folder: the key stays as readable as it was.
    """
    found = {kind: counts for kind, counts in circumstances.secrets.items() if counts[0]}
    looked, whole = circumstances.searched
    part = f" Only {looked / whole:.0%} of the bytes were looked through." if looked < whole else ""
    if not found:
        if part:
            yield Said("info", f"No secrets were found.{part}", "Take it for unknown whether there are any.")
        return
    kinds = sorted(found, key=lambda kind: (-found[kind][0], kind))
    told = examples(f"{found[kind][0]:,} x {kind}" for kind in kinds)
    total = sum(count for count, _ in found.values())
    sessions = max(sessions for _, sessions in found.values())
    more = " or more" if len(found) > 1 else ""  # which sessions hold several kinds is not known
    severity, advice = _what_to_do(circumstances)
    yield Said(
        severity,
        f"{number(total, 'secret')} in {number(sessions, 'session')}{more}: {told}.{part}",
        advice,
    )


def _what_to_do(circumstances: Circumstances) -> tuple[Severity, str]:
    if circumstances.mode == "bundle":
        return "high", (
            "Whoever had the bundle has these values. Renew those that are still valid, or ask for a bundle "
            "made with `ccmcp bundle create --redact`."
        )
    if circumstances.elsewhere:
        return "high", (
            "Whoever gets the sessions gets these values. Leave the sessions out, renew the secrets, or carry them in a bundle "
            "made with `ccmcp bundle create --redact`."
        )
    if circumstances.mode == "copy":
        return (
            "medium",
            "The copies hold them too. Renew the secrets that are still valid; `ccmcp audit` shows where they stand.",
        )
    return (
        "low",
        "They stay on this machine. Renew the secrets that are still valid; `ccmcp audit` shows where they stand.",
    )
