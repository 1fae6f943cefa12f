"""Whatever the text, reading it ends, soon, and without an error; and both readers say the same."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmcp.audit.shell import texts
from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell.frame import MOST_COMMANDS
from ccmcp.audit.shell.script import read_script

SHELL = [
    'for d in a b; do rm -rf "$d"/*; done',
    "cd /x && git commit -m \"$(cat <<'EOF'\nit's\nEOF\n)\" && git push 2>&1 | tail -3",
    "if [ -f x ]; then sudo rm -rf ${X:-/tmp}/y; else echo 'a b' > f; fi",
    "find . -name '*.py' -exec grep -l \"x\" {} \\; | xargs -I{} sh -c 'wc -l {}'",
    'python3 -c "import os; os.system(\'ls\')" <<< "$x"',
    "case $1 in a|b) (cd y; ls) ;; *) f() { rm $1; }; f z ;; esac",
    "ssh -p 22 me@h 'docker exec c bash -c \"rm x\"' && A=(1 2) B=$((1+2)) cmd <(ls) > >(tee z)",
    "alias x='rm -rf'; trap 'x /' EXIT; echo cm0= | base64 -d | sh; { a; b; } >> log &",
]  # fmt: skip
PIECES = [
    "'", '"', "`", "$(", ")", "(", "{", "}", "${", "<<EOF\n", "\nEOF\n", "|", "&&", ";", "\n", "$x", "\\", "[[", "]]", "for x in ", " do ",
    "done", "case x in ", "esac", "<<<", "$'", "\ud800", "\0", "é", "if ", "fi", "=(", "$((", "))", "<(", ">", "2>&1", "*", "#", "!", "@", "~",
    "sudo ", "bash -c ", "eval ", "xargs ", "find . -exec ", "ssh h ", "python -c ", "cd ", "set -- ", "\r\n", "\ue000", "/.heredoc/9", "|&",
]  # fmt: skip


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert read_script(text).text == text


@given(st.lists(st.sampled_from([*PIECES, "a", "rm ", " ", "-x", "1"]), max_size=30))
def test_any_mix_of_shell_is_read(pieces: list[str]) -> None:
    read_script("".join(pieces))


@settings(max_examples=300)
@given(st.sampled_from(SHELL), st.randoms(use_true_random=False))
def test_any_damaged_shell_is_read(text: str, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(text))
        text = text[:at] + chance.choice(PIECES) + text[at + chance.choice([0, 0, 3]) :]
    read_script(text)


def seen(command: Command) -> tuple[object, ...]:
    flags = [(word.glob, word.open, word.quoted) for word in command.args]
    return command, flags, [each.name for each in command.reads]


PLAIN = st.lists(
    st.sampled_from(["a", "rm", " ", " ", "-rf", "'b c'", '"d"', "&&", "||", "|", ";", "\n", " > f", "2>&1", " 2> g", "x=1", "*.c", "[a]", "~", "1"]),
    min_size=1,
    max_size=12,
)  # fmt: skip


@settings(max_examples=1000)
@given(PLAIN)
def test_the_quick_reader_says_what_the_parser_says(pieces: list[str]) -> None:
    text = "".join(pieces)
    quick = read_script(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "read_plain", lambda *_: None)
        parsed = read_script(text)
    if not parsed.broken:
        assert [*map(seen, quick.commands)] == [*map(seen, parsed.commands)]
        assert len(quick.pipelines) == len(parsed.pipelines)


N = 20_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * N, "$(" * N, '"$(' * N, "{ " * N, "`" * N, "a=(" * N, "${x:-" * N, "case x in " * N, "if a; then " * N, "fi ) " * N,
        "for x in 1 2 3 4 5 6 7 8; do " * 20 + "rm $x" + "; done" * 20,
        "a $x|" * N + "b", "a && " * N + "b $x", "a | b\nc && d\n" * N, "cat <<a <<b\n" * N,
        "rm " + "{x}" * N, "rm " + "{a,b}" * N,
        "x=aaaaaaaa;" + "x=$x$x;" * 60 + "rm $x", "x=(a b);" + 'x=("${x[@]}" "${x[@]}");' * 60 + 'rm "${x[@]}"',
        "".join(f"f{i}(){{ f{i + 1}; f{i + 1}; }};" for i in range(40)) + "f0",
        "eval " * N + "rm", "bash -c " * N, "sudo " * N + "rm", "python -c '" + 'os.system("x");' * N + "'",
        "x=" + "ab" * 450 + "\n" + "rm ${x##*b*a*b*a*b*c}\n" * 500, "find . " + "-exec rm {} \\; " * N,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    script = read_script(text)
    assert time.process_time() - start < 5
    assert len(script.commands) <= MOST_COMMANDS + 10


def test_text_that_is_not_unicode() -> None:
    assert [str(word) for word in read_script("rm \udcff$x a").commands[0].args] == ["?$x", "a"]
