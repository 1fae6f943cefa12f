"""Code that is written so that it cannot be read, and run."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.scripts._sources import calls
from ccmcp.audit.shell.command import Command, Script
from ccmcp.audit.shell.interpreters import SHELLS

_UNPACKERS = frozenset({
    "gunzip", "zcat", "bunzip2", "bzcat", "unxz", "xzcat", "zstdcat", "uudecode", "gzip", "bzip2", "xz",
    "zstd", "brotli", "lz4", "tar",
})  # fmt: skip


@rule(
    id="EXE-002",
    title="Decoded or obfuscated execution",
    severity="high",
    category="execution",
    matches="base64, xxd, openssl, rev, tr or escapes whose output a shell or interpreter runs; exec of decoded text; look-alike or split command names",
    false_positives="Decoding to a file or to a pager is left alone.",
    advice="Decode it to a file and read it before anything runs it.",
    on=Script,
    attack=("T1027.010", "T1140"),
    atlas=("AML.T0102",),
    owasp=("ASI05",),
    auto_mode=("Auto-Mode Bypass",),
)
def hidden_code(script: Script, scene: Scene) -> Iterator[Hit]:
    r"""
    A command that hides what it does, by an encoding or in its letters.

    Bad:
        echo bHMgLWxhCg== | base64 -d | sh            # high
        eval "$(echo bHMK | base64 --decode)"         # high
        bash -c "$(xxd -r -p payload.hex)"            # high
        printf '\x6c\x73' | bash                      # high
        echo "sl" | rev | sh                          # high
        python3 -c "exec(__import__('base64').b64decode('cHJpbnQoMSk='))"  # high
        node -e "eval(Buffer.from('MSsx', 'base64').toString())"  # high
        cat${IFS}/etc/passwd                          # medium
        w'h'oami                                      # medium
        pwsh -EncodedCommand SQBFAFgA                 # high
    Fine:
        echo aGk= | base64 -d
        base64 -d key.b64 > key.bin
        kubectl get secret x -o jsonpath='{.data.p}' | base64 -d | jq .
        python3 -c "import base64; print(base64.b64decode('aGk='))"
        printf 'a\tb\n' | sort
        \rm -f x.log
        zcat dump.gz | psql app
        git log --format=$'%h\t%s'
    """
    _ = scene
    for command, givers in calls(script):
        for giver in givers:
            if note := _decodes(giver, command):
                kept = note == "unpacked" and bool(giver.operands())
                yield Hit(
                    target=f"{giver.name} -> {command.name}", severity="medium" if kept else None, note=note
                )
                break
    for code in script.code:
        if _may().search(code.text) and _decoded_code().search(code.text):
            yield Hit(target=f"{code.language} code", note="runs what it decodes")
    text = script.text
    if "IFS" in text and ("${IFS}" in text or "$IFS$" in text or "$IFS" in text):
        yield from _ifs(script)
    for command in script.commands:
        yield from _name(command)


def _decodes(giver: Command, runner: Command) -> str:
    """How a command makes a program out of something else; empty when it does not."""
    name = giver.name
    if name in _DECODERS:
        options, note = _DECODERS[name]
        return note if not options or not giver.flags.isdisjoint(options) else ""
    if name in _UNPACKERS:
        plain = name in ("gunzip", "zcat", "bunzip2", "bzcat", "unxz", "xzcat", "zstdcat", "uudecode")
        unpacks = plain or not giver.flags.isdisjoint({"-d", "--decompress", "-dc", "-cd"})
        return "unpacked" if unpacks and (runner.name in SHELLS or runner.name == "eval") else ""
    if name == "tr":
        words = giver.operands()
        return "its letters exchanged" if len(words) == 2 and _exchanges(words[0], words[1]) else ""
    if name in ("printf", "echo"):
        return (
            "written in escapes"
            if giver.args and _escaped().search(" ".join((*giver.args, giver.text)))
            else ""
        )
    if name in _INTERPRETERS:
        return "made by code" if any(_builds().search(word) for word in giver.args) else ""
    return ""


_BASE64 = frozenset({"-d", "-D", "--decode", "--dec", "--decod", "--deco"})
_DECODERS: dict[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(("base64", "gbase64", "base32", "basenc"), (_BASE64, "decoded from base64")),
    "openssl": (frozenset({"-d", "-decrypt", "-verify_recover"}), "decoded by openssl"),
    "xxd": (frozenset({"-r", "-revert"}), "decoded from hexadecimal"), "rev": (frozenset(), "written backwards"),
    **dict.fromkeys(("gpg", "gpg2"), (frozenset({"-d", "--decrypt"}), "decrypted")),
}  # fmt: skip
_INTERPRETERS = frozenset({"awk", "sed", "perl", "python3", "python", "ruby", "node", "php"})


def _exchanges(before: str, after: str) -> bool:
    """Whether tr does a substitution cipher rather than a clean-up of lines."""
    return (
        sum(letter.isalpha() for letter in before) >= 2
        and sum(letter.isalpha() for letter in after) >= 2
        and {before, after} != {"a-z", "A-Z"}
        and ":" not in before
    )


def _ifs(script: Script) -> Iterator[Hit]:
    for command in script.commands:
        found = _ifs_word().search(command.text)
        if found and not command.name.startswith(("IFS", "$")):
            yield Hit(target=command.name, severity="medium", note="$IFS in place of spaces")
            return


def _name(command: Command) -> Iterator[Hit]:
    name = command.name
    if name in ("powershell", "pwsh", "powershell.exe"):
        if any(
            word[:2].lower() in ("-e", "/e") and "-encodedcommand".startswith(f"-{word[1:].lower()}")
            for word in command.args
        ):
            yield Hit(target=name, note="an encoded command")
        return
    if name[:1] == "{" and name[-1:] == "}" and "," in name and name[1:2].isalpha():
        yield Hit(target=name[:60], severity="medium", note="a command in braces")
        return
    if not name.isascii() and _looks_alike(name):
        yield Hit(target=name[:40], note="a name with letters of another script")
        return
    text = command.text
    if not command.through and name.isalnum() and len(name) > 1 and not text.startswith(name):
        first = text.split(None, 1)[0] if text else ""
        if first[:2] == "$'" and "\\" in first:
            yield Hit(target=name, note="its name written in escapes")
        elif _split_name().fullmatch(first.rpartition("/")[2]) and first.strip("'\"\\") != name:
            yield Hit(target=name, severity="medium", note="its name split by quotes")
        elif _globbed().fullmatch(first):
            yield Hit(target=name, severity="medium", note="its name a pattern")
    elif not command.through and "/" in text and ("?" in name or "*" in name) and name[:1] not in ("$", "*"):
        first = text.split(None, 1)[0]
        if _globbed().fullmatch(first):
            yield Hit(target=name, severity="medium", note="its name a pattern")


def _looks_alike(name: str) -> bool:
    """Whether a name mixes ASCII letters with Cyrillic, Greek, full-width or invisible ones."""
    other = any(
        "\u0370" <= letter <= "\u04ff"
        or "\uff01" <= letter <= "\uff5e"
        or letter in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u0131\u0251\u0261"
        for letter in name
    )
    rest = sum(letter.isascii() and letter.isalpha() for letter in name)
    whole = all("\uff01" <= letter <= "\uff5e" or letter.isascii() for letter in name)
    return other and (rest > 0 or whole or len(name) < 5)


@cache
def _escaped() -> Pattern[str]:
    return pattern(
        r"\\(?:x[0-9a-fA-F]{2}|0?[0-7]{3}|u[0-9a-fA-F]{4}).{0,3}\\(?:x[0-9a-fA-F]{2}|0?[0-7]{3}|u)"
    )


@cache
def _builds() -> Pattern[str]:
    return pattern(
        r"b64decode|fromhex|\[::-1\]|unhexlify|decode_base64|atob|chr\(|pack\(|Buffer\.from|base64_decode|rot13|%c%c|unpack"
    )


@cache
def _ifs_word() -> Pattern[str]:
    return pattern(r"[\w/.]\$(?:\{IFS[^}]*\}|IFS(?:\$\d)?)[\w/$'\"-]?")


@cache
def _split_name() -> Pattern[str]:
    return pattern(
        r"[A-Za-z]+(?:''|\"\"|\\[A-Za-z]|'[A-Za-z]{1,3}'|\"[A-Za-z]{1,2}\"|\$@|\$\*|\$\{[@*]\})[A-Za-z'\"\\]*|'[A-Za-z]'[A-Za-z'\"]+|\"[A-Za-z]\"[A-Za-z'\"]+"
    )


@cache
def _globbed() -> Pattern[str]:
    return pattern(r"/(?:[\w?*]+/)+[\w?*]*[?*][\w?*]*|/[?*\w]*\?[?*\w]*/[\w?*]+")


@cache
def _may() -> Pattern[str]:
    return pattern(r"exec|eval|Function|compile|loads|system|popen|spawn")


@cache
def _decoded_code() -> Pattern[str]:
    decoded = (
        r"b64decode|base64\.decode|b32decode|fromhex|unhexlify|codecs\.decode|zlib\.decompress|marshal\.loads|bytes\(\[\d|"
        r"atob\(|Buffer\.from\([^)]*['\"](?:base64|hex)|decode_base64|unpack\(?\s*['\"][uHhm]|Base64\.(?:strict_)?decode64|base64_decode|gzinflate|str_rot13|hex2bin|"
        r"fromCharCode|map\(chr|chr\(\d+\)|\[::-1\]|\\x[0-9a-fA-F]{2}\\x[0-9a-fA-F]{2}|rot_?13"
    )
    runs = r"(?<![.\w])exec|(?<![.\w])eval|new Function|os\.system|os\.popen|subprocess\.\w+|(?<![.\w])system|shell_exec|execSync|instance_eval|assert"
    return pattern(
        rf"(?s)(?:{runs})\s*\(?[^;\n]{{0,120}}?(?:{decoded})|\b(\w+)\s*=\s*[^;\n]{{0,200}}?(?:{decoded}).{{0,300}}?(?:{runs})\s*\(?\s*\(?\1\b"
    )
