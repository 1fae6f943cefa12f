"""Files, disks, machines and settings destroyed by PowerShell."""

from collections.abc import Iterator

from ccmcp.audit.call import Line, Scene
from ccmcp.audit.places import place
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._deletion import deletion
from ccmcp.audit.rules.powershell._lines import bare, statements, words_pattern
from ccmcp.audit.rules.powershell._rows import Row, hits

_REMOVE = r"\b(?:Remove-Item|rm|ri|del|erase|rd|rmdir)\b"
_ROWS: tuple[Row, ...] = (
    (
        "critical",
        r"\b(?:Clear-Disk|Initialize-Disk|Format-Volume|Remove-Partition|Remove-VirtualDisk|Remove-StoragePool|diskpart|cipher\s+/w)\b",
        "a disk",
    ),
    (
        "critical",
        r"\b(?:vssadmin(?:\.exe)?\s+delete|wbadmin(?:\.exe)?\s+delete|Remove-CimInstance\b.*ShadowCopy|bcdedit\b.*recoveryenabled)",
        "backups and the way back",
    ),
    (
        "high",
        r"\b(?:Stop-Computer|Restart-Computer|shutdown(?:\.exe)?\s+[/-][srhpf])",
        "the machine goes down",
    ),
    (
        "high",
        r"\b(?:reg(?:\.exe)?\s+delete|Remove-Item(?:Property)?\b[^|;]*(?:HKLM:|HKCU:|Registry::|HKEY_))",
        "the registry",
    ),
    (
        "high",
        r"\b(?:Remove-LocalUser|Disable-LocalUser|Remove-ADUser|net\s+user\s+\S+\s+/delete)",
        "an account",
    ),
    ("high", r"\b(?:Clear-EventLog|wevtutil(?:\.exe)?\s+cl|Remove-EventLog|Clear-History)\b", "logs"),
    (
        "high",
        r"\bRemove-(?:VM|AzVM|AzResourceGroup|AzStorageAccount|AzSqlDatabase|S3Bucket|EC2Instance|ADObject|ADOrganizationalUnit|Mailbox|SqlDatabase)\b",
        "what others live on",
    ),
    (
        "medium",
        r"\b(?:Stop-Service|Set-Service\b.*Disabled|Remove-Service|sc(?:\.exe)?\s+delete)",
        "a service",
    ),
    (
        "medium",
        r"\b(?:Disable-NetAdapter|Remove-NetIPAddress|Disable-NetFirewallRule|Remove-NetFirewallRule)\b",
        "the network",
    ),
    (
        "medium",
        r"\bgit\s+(?:reset\s+--hard|clean\s+-\w*f|push\b[^;|]*\s(?:--force|-f)\b|checkout\s+--?\s+\.)",
        "Git",
    ),
    ("low", r"\b(?:Stop-Process|taskkill(?:\.exe)?)\b", "a process"),
)


@rule(
    id="PSH-001",
    title="Destructive PowerShell",
    severity="high",
    category="files",
    matches="Remove-Item -Recurse, Clear-Disk, Format-Volume, Stop-Computer, reg delete, vssadmin delete and such",
    false_positives="Build and temporary folders are info; -WhatIf is left alone.",
    advice="Run it with -WhatIf first, and name the folder.",
    permission="PowerShell(Remove-Item:*)",
    on=Line,
    attack=("T1485", "T1490", "T1529"),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction",),
)
def destruction(line: Line, scene: Scene) -> Iterator[Hit]:
    r"""
    PowerShell deletes files for good, or stops or empties what a machine needs.

    Bad:
        PowerShell: Remove-Item -Recurse -Force C:\Windows          # critical
        PowerShell: Remove-Item -Recurse -Force src                 # medium
        PowerShell: rm -r -fo $env:USERPROFILE                      # critical
        PowerShell: Get-ChildItem C:\Data -Recurse | Remove-Item -Force  # high
        PowerShell: Format-Volume -DriveLetter D                    # critical
        PowerShell: Stop-Computer -Force                            # high
        PowerShell: reg delete HKLM\Software\X /f                   # high
    Fine:
        PowerShell: Remove-Item -Recurse -Force node_modules        # info
        PowerShell: Remove-Item C:\Windows -Recurse -WhatIf
        PowerShell: Write-Host "Remove-Item -Recurse C:\"
        PowerShell: Get-ChildItem -Recurse
    """
    yield from hits(line, _ROWS)
    if not words_pattern(_REMOVE).search(line.text):
        return
    for statement in statements(line.text)[:300]:
        kept = bare(statement[:3000])
        found = words_pattern(rf"(?:^|[|;{{(&=]\s*){_REMOVE}(?P<rest>[^|;]*)").search(kept)
        if not found or words_pattern(r"-WhatIf\b|HKLM:|HKCU:|Registry::|HKEY_").search(kept):
            continue
        rest = found["rest"]
        recursive = bool(words_pattern(r"\s-r(?:ec\w*)?\b|\s/s\b|\s-rf\b").search(f" {rest}"))
        before = kept[: found.start()]
        if "|" in kept[: found.start() + 1] and words_pattern(r"Get-ChildItem|\bgci\b|\bls\b|\bdir\b").search(
            before
        ):
            place_of = words_pattern(
                r"(?:Get-ChildItem|gci|ls|dir)\s+(?:-Path\s+)?(\"[^\"]+\"|'[^']+'|[^\s|-]\S*)"
            ).search(before)
            where = place(
                place_of[1].strip("\"'") if place_of else ".",
                cwd=scene.call.cwd,
                home=scene.home,
                roots=scene.roots,
            )
            severity = (
                "high"
                if words_pattern(r"-Recurse|\s-r\b").search(before) and where.where not in ("temp", "build")
                else "low"
            )
            yield Hit(target=where.path, severity=severity, note="all that a search finds")  # type: ignore[arg-type]
            continue
        for word in _operands(rest):
            where = place(word, cwd=scene.call.cwd, home=scene.home, roots=scene.roots)
            verdict = deletion(where, recursive=recursive, many="*" in word)
            yield Hit(target=where.path, severity=verdict.severity, note=verdict.note)


def _operands(rest: str) -> Iterator[str]:
    """The paths among Remove-Item's arguments."""
    found = words_pattern(r"(?:^|\s)(-\w+)|\"([^\"]*)\"|'([^']*)'|([^\s,'\"]+)").finditer(rest)
    skip = False
    for each in found:
        if each[1]:
            skip = each[1].lower() in (
                "-erroraction",
                "-ea",
                "-exclude",
                "-filter",
                "-include",
                "-stream",
                "-credential",
            )
        elif skip:
            skip = False
        else:
            word = each[2] or each[3] or each[4] or ""
            if (
                word
                and word[:2] != "2>"
                and word not in ("}", ")", "{", "(", "/s", "/q", "/f", "$_", "$_.FullName")
                and word[:1] != ">"
            ):
                yield word.rstrip(")}")
