"""A simple command -> what it runs in the end: the program itself, what wrappers run, what a text given to it holds. Pure."""

from collections.abc import Callable, Sequence

from ccmcp.audit.shell.command import Code, Command, Word
from ccmcp.audit.shell.frame import MOST_DEPTH, Frame, Record, Simple
from ccmcp.audit.shell.interpreters import SHELLS, code_texts, language, shell_in_code, shell_text
from ccmcp.audit.shell.options import Inner
from ccmcp.audit.shell.outputs import printed
from ccmcp.audit.shell.scope import Scope
from ccmcp.audit.shell.wrappers import FINDERS, finding, unwrap
from ccmcp.values import replace

_FILLED = FINDERS | {"xargs", "gxargs", "parallel"}
"""Programs that put what they find or read in the place of {}."""


def run(simple: Simple, scope: Scope, frame: Frame, record: Record) -> list[Command]:
    """Record the commands that a simple command runs; those that share its input and output are given back."""
    words = simple.words
    if not words:
        return [_emit("", simple, scope, frame, record)] if simple.redirects or simple.inner else []
    if record.full:
        record.broken = True
        return []
    first = words[0]
    if not first.quoted and first in scope.aliases and frame.depth < MOST_DEPTH:
        return _alias(simple, scope, frame, record)
    name = program_name(first)
    if name in scope.functions:
        return _called(name, simple, scope, frame, record)
    builtin(name, words, scope)
    if name in FINDERS:
        made = [_emit(name, simple, scope, frame, record)]
        for inner, more in finding(words):
            made += _inside(name, Inner(inner, open=more), simple, scope, frame, record)
        return made
    found = unwrap(name, words)
    if found is not None:
        return _wrapped(name, found, simple, scope, frame, record)
    made = [_emit(name, simple, scope, frame, record)]
    if name in SHELLS or name in ("at", "batch"):
        made += _shell(name, simple, scope, frame, record)
    elif name == "eval":
        made += _inside(name, Inner(text=" ".join(words[1:])), simple, scope, frame, record)
    elif name == "trap" and len(words) > 2:
        _inside(name, Inner(text=words[1]), simple, scope, replace(frame, reads=(), stdin=None), record)
    elif tongue := language(name):
        made += _code(tongue, name, simple, scope, frame, record)
    return made


def pipeline(
    stages: Sequence[Callable[[Scope, Frame], list[Command]]], scope: Scope, frame: Frame, record: Record
) -> list[Command]:
    """The commands of a pipeline, each stage given as what reads it; a pipeline of more than one command is recorded."""
    if len(stages) == 1:
        return stages[0](scope, frame)
    found, known = list[Command](), frame.stdin
    for number, stage in enumerate(stages):
        around = replace(frame, reads=(*frame.reads, *found), stdin=known) if number else frame
        made = stage(scope.copy(), around)
        known = printed(made, known) if len(made) == 1 else None
        found += made
    if len(found) > 1:
        record.pipelines.append(tuple(found))
    return found


def program_name(word: str) -> str:
    """A program's base name: rm for /bin/rm and RM.EXE."""
    name = word.rpartition("/")[2] if "/" in word and not word.endswith("/") else word
    if "\\" in name and ":" in word:
        name = name.rpartition("\\")[2]
    return name[:-4].lower() if name[-4:].lower() == ".exe" else name


def _emit(name: str, simple: Simple, scope: Scope, frame: Frame, record: Record) -> Command:
    args, more = tuple(simple.words[1:]), simple.open
    if frame.through and not _FILLED.isdisjoint(frame.through) and any("{}" in word for word in args):
        args, more = (
            tuple(Word(word, open=True, quoted=word.quoted) if "{}" in word else word for word in args),
            True,
        )
    command = Command(
        name=name,
        args=args,
        text=frame.text or simple.text,
        sets=simple.sets,
        redirects=(*simple.redirects, *frame.redirects) if frame.redirects else tuple(simple.redirects),
        heredoc=simple.heredoc,
        through=frame.through,
        host=frame.host,
        cwd=scope.cwd,
        reads=(*frame.reads, *simple.reads) if simple.reads else frame.reads,
        inner=tuple(simple.inner),
        open=more,
    )
    record.commands.append(command)
    return command


def _wrapped(
    name: str, found: Inner, simple: Simple, scope: Scope, frame: Frame, record: Record
) -> list[Command]:
    made = [_emit(name, simple, scope, frame, record)] if found.stays else []
    if name in ("xargs", "gxargs"):
        found = _fed(found, simple, frame)
    known = simple.heredoc or frame.stdin
    if name == "ssh" and not found.text and known:
        found, simple, frame = (
            replace(found, text=known),
            replace(simple, heredoc=""),
            replace(frame, reads=(), stdin=None),
        )
    return made + _inside(name, found, simple, scope, frame, record)


def _inside(
    name: str, found: Inner, simple: Simple, scope: Scope, frame: Frame, record: Record
) -> list[Command]:
    """What a wrapper runs."""
    if not (found.words or found.text):
        return []
    if frame.depth >= MOST_DEPTH:
        record.broken = True
        return [_emit(name, simple, scope, frame, record)]
    inner = scope.copy() if found.cwd or found.host else scope
    if found.cwd:
        inner.enter(found.cwd)
    if found.host:
        inner.cwd = inner.base = ""
    around = frame.inside(name, text=simple.text, host=found.host)
    if found.text:
        around = replace(
            around, ran=frame.ran or any(word.open for word in simple.words), stdin=simple.heredoc or frame.stdin,
            reads=(*frame.reads, *simple.reads),
        )  # fmt: skip
        if around.ran and found.text[:2] in ("$(", "`"):
            return []
        return record.read(found.text, around, inner.copy() if name != "eval" else inner, record)
    return run(
        replace(
            simple,
            words=list(found.words),
            sets={**simple.sets, **dict(found.sets)},
            open=simple.open or found.open,
        ),
        inner,
        around,
        record,
    )


def _fed(found: Inner, simple: Simple, frame: Frame) -> Inner:
    """What xargs runs, with the words it reads, when these are known."""
    given = simple.heredoc or frame.stdin
    place = next(
        (
            word[2:] or following
            for word, following in zip(simple.words[1:], [*simple.words[2:], Word("{}")], strict=False)
            if word[:2] in ("-I", "-i", "-J")
        ),
        "",
    )
    if given is None or len(given) > 10_000:
        if place:
            words = tuple(Word(word, open=True) if place in word else word for word in found.words)
            return replace(found, words=words)
        return found
    if place:
        lines = [line.strip() for line in given.splitlines() if line.strip()]
        value = " ".join(lines) if len(lines) == 1 else ""
        if not value:
            return replace(
                found, words=tuple(Word(word, open=True) if place in word else word for word in found.words)
            )
        return replace(
            found, words=tuple(Word(word.replace(place, value)) for word in found.words), open=False
        )
    return replace(
        found, words=(*found.words, *(Word(word) for word in given.replace("\0", " ").split())), open=False
    )


def _alias(simple: Simple, scope: Scope, frame: Frame, record: Record) -> list[Command]:
    name, inner = str(simple.words[0]), scope.copy()
    text = inner.aliases.pop(name)
    parts = [Word(part.strip("'\"")) for part in text.split()]
    if any(mark in text for mark in ";|&$`"):
        return _inside(name, Inner(text=text), simple, inner, frame, record)
    return run(replace(simple, words=[*parts, *simple.words[1:]]), inner, frame.inside(name), record)


def _called(name: str, simple: Simple, scope: Scope, frame: Frame, record: Record) -> list[Command]:
    reader, body = scope.functions[name]
    if frame.depth >= MOST_DEPTH or name in frame.through:
        return [_emit(name, simple, scope, frame, record)]
    record.called.add(name)
    before, scope.given = scope.given, tuple(simple.words[1:]) if not simple.open else None
    around = replace(
        frame.inside(name, text=""),
        stdin=simple.heredoc or frame.stdin,
        redirects=(*frame.redirects, *simple.redirects),
    )
    try:
        made: list[Command] = reader.statement(body, scope, around)
        return made
    finally:
        scope.given = before


def builtin(name: str, words: list[Word], scope: Scope) -> None:
    """Take note of what a builtin changes in the shell."""
    if name in ("cd", "pushd", "chdir"):
        folders = [word for word in words[1:] if word[:1] != "-" or word == "-"]
        scope.enter(folders[0] if folders else "~")
    elif name == "popd":
        scope.enter("-")
    elif name in ("read", "mapfile", "readarray", "getopts"):
        for word in words[1:]:
            scope.values.pop(word, None)
    elif name == "alias":
        for word in words[1:]:
            alias, equals, text = word.partition("=")
            if equals:
                scope.aliases[alias] = text
    elif name == "unalias":
        for word in words[1:]:
            scope.aliases.pop(word, None)
    elif name == "set" and "--" in words:
        given = tuple(words[words.index(Word("--")) + 1 :])
        scope.given = None if any(word.open for word in given) else given
    elif name == "shift" and scope.given:
        scope.given = scope.given[1:]


def _shell(name: str, simple: Simple, scope: Scope, frame: Frame, record: Record) -> list[Command]:
    """What a shell is given to run: after -c, or to read."""
    text, given, reads = shell_text(simple.words) if name in SHELLS else (None, (), True)
    inner = scope.copy()
    inner.functions, inner.aliases, inner.given = {}, {}, given
    if text is not None:
        return _inside(name, Inner(text=text), simple, inner, frame, record)
    known = simple.heredoc or frame.stdin
    if reads and known and not any(redirect.operator == "<" for redirect in simple.redirects):
        quiet = replace(frame, reads=(), stdin=None)
        return _inside(name, Inner(text=known), replace(simple, heredoc=""), inner, quiet, record)
    return []


def _code(
    tongue: str, name: str, simple: Simple, scope: Scope, frame: Frame, record: Record
) -> list[Command]:
    """The program texts of an interpreter, and the commands these run."""
    texts, reads = code_texts(tongue, simple.words)
    known = simple.heredoc or frame.stdin
    if reads and known:
        texts = [Word(known)]
    command = record.commands[-1]
    made = list[Command]()
    for text in texts:
        record.code.append(Code(language=tongue, text=str(text), command=command))
        for found in shell_in_code(tongue, text):
            inner = Inner(text=found) if isinstance(found, str) else Inner(found)
            bare = replace(simple, heredoc="", redirects=[], inner=[], reads=[], sets={}, open=False)
            made += _inside(name, inner, bare, scope.copy(), replace(frame, reads=(), stdin=None), record)
    return made
