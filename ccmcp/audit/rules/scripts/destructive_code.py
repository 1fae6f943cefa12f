"""Deleting files from code that a command hands to an interpreter."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from re import Match, Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.places import Place
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._deletion import deletion
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.shell.command import Code, Script

_MOST = 40
"""So many deletions of one text are looked at."""
_LANGUAGES = frozenset({"python", "node", "perl", "ruby", "php", "lua", "r"})


@rule(
    id="EXE-004",
    title="Destructive code in an inline interpreter",
    severity="high",
    category="execution",
    matches="shutil.rmtree, fs.rmSync, FileUtils.rm_rf, unlink of system files and loops of them in python -c, node -e, perl -e and here-documents",
    false_positives="What is temporary, made by a build, or a single file of the project is info or low.",
    advice="Write the code to a file that can be read, and name the folder it deletes.",
    on=Script,
    attack=("T1059.006", "T1485"),
    atlas=("AML.T0101",),
    owasp=("ASI05", "ASI02"),
    auto_mode=("Irreversible Local Destruction",),
)
def destructive_code(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    A text given to an interpreter deletes files by itself.

    Bad:
        python3 -c "import shutil; shutil.rmtree('/home/me')"           # critical
        node -e "require('fs').rmSync('src', {recursive: true})"        # medium
        ruby -e "require 'fileutils'; FileUtils.rm_rf('/etc')"          # critical
        perl -e "unlink glob('/var/lib/app/*')"                         # high
        python3 -c "import os; os.remove('/etc/passwd')"                # high
        python3 -c "import shutil, sys; shutil.rmtree(sys.argv[1])"     # medium
        node -e "const {rimrafSync} = require('rimraf'); rimrafSync('/srv/data')"  # critical
    Fine:
        python3 -c "import shutil; shutil.rmtree('build')"              # info
        python3 -c "import os; os.remove('notes.txt')"                  # info
        node -e "fs.rmSync('/tmp/x', {recursive: true})"                # info
        python3 -c "print('shutil.rmtree is slow')"
        git commit -m "use shutil.rmtree('/home')"
    """
    for code in script.code:
        if code.language in _LANGUAGES and _may().search(code.text):
            yield from _found(code, scene)
            for found in islice(_paths().finditer(code.text), _MOST):
                severity, shown, note = _judged(found[1], code, scene, tree=False)
                yield Hit(target=shown, severity=severity, note=f"Path.{found[2]}{note}")


def _found(code: Code, scene: Scene) -> Iterator[Hit]:
    for found in islice(_deletions().finditer(code.text), _MOST):
        if _in_string(code.text, found.start()):
            continue
        verb = found["verb"]
        tree = _is_tree(verb, code.text[found.start() : found.end() + 80])
        target = _target(found, code.text)
        severity, shown, note = _judged(target, code, scene, tree=tree)
        yield Hit(target=shown, severity=severity, note=f"{verb}{note}")


def _in_string(text: str, at: int) -> bool:
    """Whether a place of a line lies within a quoted string."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if line.lstrip()[:1] == "#" or line.lstrip()[:2] == "//":
        return True
    quote = ""
    for letter in line[-2000:]:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
    return bool(quote) and quote != "`"


def _is_tree(verb: str, text: str) -> bool:
    if verb.startswith(
        (
            "shutil",
            "rmtree",
            "rm_r",
            "FileUtils",
            "rimraf",
            "remove_tree",
            "fs.remove",
            "fse",
            "removeSync",
            "emptyDir",
            "remove_dir",
            "rmtree",
            "deltree",
            "remove_entry",
            "trash",
        )
    ):
        return True
    return "recursive" in text


def _target(found: Match[str], text: str) -> str:
    """What is deleted, as the code says it; empty when that is known only when it runs."""
    if found["path"]:
        return found["path"]
    name = found["name"] or ""
    if name and (
        value := pattern(
            rf"\b{name}\s*=\s*(?:Path\(|pathlib\.Path\(|os\.path\.expanduser\()?\s*[rf]?[\"']([^\"'\n]+)[\"']"
        ).search(text)
    ):
        return value[1]
    if name and (
        value := pattern(
            rf"\b{name}\s*=\s*(?:tempfile\.|mkdtemp|os\.tmpdir|fs\.mkdtemp|Dir\.mktmpdir)"
        ).search(text)
    ):
        return "/tmp/x"  # noqa: S108 - a name for what is temporary, not a file of ours
    return "~" if name in ("HOME", "home", "homedir") else ""


def _judged(target: str, code: Code, scene: Scene, *, tree: bool) -> tuple[Severity, str, str]:
    if not target:
        return ("medium" if tree else "low"), f"{code.language} code", " of what only running it tells"
    found = placed(target, code.command, scene)
    verdict = deletion(found, recursive=tree, many="*" in target)
    severity: Severity = verdict.severity
    if not tree and _vital(found):
        severity = "high"
    return severity, found.path, f": {verdict.note}" if verdict.note else ""


def _vital(found: Place) -> bool:
    return found.where in ("system", "root", "home") and not found.path.startswith(
        ("/var/log", "/var/cache", "/opt/", "/mnt/")
    )


@cache
def _may() -> Pattern[str]:
    return pattern(r"rm|unlink|remove|delete|rimraf|trash|emptyDir")


@cache
def _deletions() -> Pattern[str]:
    verbs = (
        r"shutil\.rmtree|rmtree|os\.remove|os\.unlink|os\.rmdir|os\.removedirs|remove_tree|"
        r"(?:fs|fsp|fse|promises|fsPromises)\.(?:rmSync|rm|rmdirSync|rmdir|unlinkSync|unlink|removeSync|remove|emptyDirSync|emptyDir)|rmSync|rmdirSync|unlinkSync|rimrafSync|rimraf(?:\.sync)?|removeSync|"
        r"Deno\.remove(?:Sync)?|FileUtils\.(?:rm_rf|rm_r|remove_dir|remove_entry_secure|remove_entry|rm|rmtree)|File\.(?:delete|unlink)|Dir\.(?:delete|rmdir|unlink)|"
        r"unlink|rmdir|os\.execute\(.rm|file\.remove|send2trash|del_tree"
    )
    quote = r"[\"'`]"
    return pattern(
        rf"(?:(?<![\w.])|(?<=\)\.)|(?<=\w\.)(?=rmSync|unlinkSync|rmdirSync|rimrafSync|removeSync))(?P<verb>{verbs})\b(?:\s*\(\s*|\s+)(?:glob\s*\(?\s*)?(?:<)?(?:(?:os\.path\.expanduser|Path|pathlib\.Path|path\.resolve|path\.join|os\.path\.join|Dir\.glob|Dir\[|process\.env\.|os\.environ\[|ENV\[)\s*\(?\s*)?"
        rf"(?:[rfb]?{quote}(?P<path>[^\"'`\n]+){quote}|\$?(?P<name>[A-Za-z_]\w*))"
    )


@cache
def _paths() -> Pattern[str]:
    return pattern(r"""Path\(\s*[rf]?["']([^"'\n]+)["']\s*\)(?:\.expanduser\(\))?\.(unlink|rmdir)\(""")
