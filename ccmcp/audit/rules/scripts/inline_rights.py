"""The environment printed, and other users' rights taken, by inline code."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.shell.command import Script


@rule(
    id="CRD-007",
    title="Environment printed by inline code",
    severity="medium",
    category="credentials",
    matches="print(os.environ), console.log(process.env), puts ENV and such in code given to an interpreter",
    false_positives="One variable by name is left alone.",
    advice="Name the one variable that is needed.",
    on=Script,
    attack=("T1552.007",),
    atlas=("AML.T0098",),
    owasp=("ASI03",),
    soc2=("CC6.1", "CC7.2"),
    auto_mode=("Credential Materialization",),
)
def environment_code(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Inline code prints every variable, secrets with them.

    Bad:
        python3 -c "import os; print(os.environ)"        # medium
        node -e "console.log(process.env)"               # medium
        node -p process.env                              # medium
        ruby -e "puts ENV.to_h"                          # medium
    Fine:
        python3 -c "import os; print(os.environ['HOME'])"
        node -p process.env.NODE_ENV
        python3 -c "import os; print(os.environ.get('PATH'))"
    """
    _ = scene
    for code in script.code:
        if ("env" in code.text or "ENV" in code.text) and _prints().search(code.text):
            yield Hit(target=f"{code.language} code", note="the environment")


@cache
def _prints() -> Pattern[str]:
    return pattern(
        r"(?:print|pprint|dumps|repr)\(\s*(?:dict\(|str\(|json\.dumps\()?\s*os\.environ(?:\.items\(\)|\.copy\(\))?\s*[,)]|for \w+(?:, ?\w+)? in os\.environ|"
        r"console\.\w+\(\s*(?:JSON\.stringify\()?\s*process\.env\s*[,)]|^\s*process\.env\s*(?:;\s*)?$|(?:puts|p|pp|print)[ (]+ENV(?:\.to_h|\.inspect)?\s*(?:\)\s*)?$|"
        r"(?:print_r|var_dump)\(\s*(?:\$_ENV|getenv\(\))|Data::Dumper.*%ENV|foreach.*keys %ENV"
    )


@rule(
    id="PRV-002",
    title="Another user's rights taken by inline code",
    severity="medium",
    category="privilege",
    matches="setuid(0), setgid(0) and seteuid(0) in code given to an interpreter",
    false_positives="Tests of such calls.",
    advice="Find out which program had the right to do that, and take it away.",
    on=Script,
    attack=("T1548.001",),
    owasp=("ASI03",),
    auto_mode=("Security Weaken",),
)
def setuid_code(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Inline code becomes root.

    Bad:
        python3 -c "import os; os.setuid(0); os.system('sh')"  # medium
        perl -e "use POSIX; POSIX::setuid(0); exec 'sh'"       # medium
    Fine:
        python3 -c "import os; print(os.getuid())"
        python3 -c "import os; os.setuid(1000)"
    """
    _ = scene
    for code in script.code:
        if "uid" in code.text and _becomes().search(code.text):
            yield Hit(target=f"{code.language} code", note="becomes root")


@cache
def _becomes() -> Pattern[str]:
    return pattern(r"\bset(?:e|re|res)?[ug]id\s*\(?\s*0\b|Process::Sys\.setuid\(0\)|change_privilege\(0\)")
