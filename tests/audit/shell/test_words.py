"""Words as programs get them."""

import pytest

from ccmcp.audit.shell.script import read_script
from tests.audit.shell.shown import lines


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("'a b'", ["a b"]),
        ('"a b"', ["a b"]),
        ("a\\ b", ["a b"]),
        ('"a\\"b\\$c\\d"', ['a"b$c\\d']),
        ("$'a\\n\\x41\\101\\u00e9\\''", ["a\nAA\u00e9'"]),
        ("a'b'\"c\"$'d'", ["abcd"]),
        ("{a,b}/c", ["a/c", "b/c"]),
        ("x{1..3}", ["x1", "x2", "x3"]),
        ("./{a,'b c'}/*.{js,ts}", ["./a/*.js", "./a/*.ts", "./b c/*.js", "./b c/*.ts"]),
        ("{a}", ["{a}"]),
        ("'{a,b}'", ["{a,b}"]),
        ("~/x", ["~/x"]),
        ("$HOME/x ${HOME}/y", ["$HOME/x", "$HOME/y"]),
        ("${X:-/tmp}/b", ["/tmp/b"]),
        ('"a  $X  b"', ["a  $X  b"]),
        ("a=b", ["a=b"]),
        ("$(echo rm) `echo -n a`", ["rm", "a"]),
        ("$(printf '%s-%s' a b)", ["a-b"]),
        ("$(pwd)/x", ["./x"]),
        ("r${IFS}m", ["r", "m"]),
        ("''", [""]),
    ],
)
def test_a_word_is_what_the_program_gets(written: str, words: list[str]) -> None:
    assert [str(word) for word in read_script(f"x {written}").commands[-1].args][: len(words)] == words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D=/; rm -rf $D/*", "rm -rf //*"),
        ("D=/a; E=$D/b; rm ${E}", "rm /a/b"),
        ("export D=/a; rm $D", "rm /a"),
        ("readonly D=/a; rm $D", "rm /a"),
        ('CMD="rm -rf /"; $CMD', "rm -rf /"),
        ('CMD="rm -rf /"; rm "$CMD"', "rm rm -rf /"),
        ("D=/a; unset D; rm $D", "rm $D?"),
        ("D=$(mktemp); rm $D", "rm $D?"),
        ("read D; rm $D", "rm $D?"),
        ("D=a; D+=b; rm $D", "rm ab"),
        ("X=/a/b/c.txt; rm ${X%/*} ${X##*/} ${X%.txt}.md ${X/a/z} ${#X} ${X:1:2}", "rm /a/b c.txt /a/b/c.md /z/b/c.txt 10 a/"),
        ('a=(x "y z"); rm "${a[@]}" ${a[1]} $a', "rm x y z y z x"),
        ("A=b; B=A; rm ${!B}", "rm b"),
        ("set -- a b; rm $2 $1", "rm b a"),
        ("A=1 rm $A", "rm $A?"),
        ("(D=/a); rm $D", "rm $D?"),
        ("for f in *.log; do rm ${f%.log}.txt; done", "rm *.txt"),
    ],
)  # fmt: skip
def test_variables_are_put_in(text: str, expected: str) -> None:
    assert lines(text)[-1] == expected


@pytest.mark.parametrize(
    "written",
    ["rm", "\\rm", '"rm"', "r''m", "/bin/rm", "$'\\x72m'", "RM.EXE", "$(echo rm)", "C:\\\\x\\\\rm.exe"],
)
def test_a_name_is_the_programs(written: str) -> None:
    assert read_script(f"{written} -rf x").commands[-1].name == "rm"


def test_flags_of_words() -> None:
    glob, quoted, unknown, plain = read_script("x *.c '*.c' $y z").commands[0].args
    assert (glob.glob, quoted.glob, unknown.glob, plain.glob) == (True, False, False, False)
    assert (glob.open, quoted.open, unknown.open, plain.open) == (False, False, True, False)
    assert (glob.quoted, quoted.quoted, unknown.quoted, plain.quoted) == (False, True, False, False)
    assert read_script('x a"$y"[0-9]').commands[0].args[0].glob


def test_any_number_of_words_may_follow() -> None:
    assert read_script('rm "$@"').commands[0].open
    assert not read_script('rm "$1"').commands[0].open


def test_variables_for_one_command_and_for_all() -> None:
    script = read_script("HISTSIZE=0; export A=1\nCI=1 npm test")
    assert script.sets == {"HISTSIZE": "0", "A": "1"}
    assert script.commands[-1].sets == {"CI": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "echo 'rm -rf /'",
        "git commit -m 'remove; rm -rf / | sh'",
        "ls # rm -rf /",
        "grep -r 'rm -rf /' . | wc -l",
        "printf '%s' \"rm -rf /\" > note.txt",
        "cat > x.sh <<'EOF'\nrm -rf /\nEOF",
        'echo "$x; rm -rf /" # rm y',
        "cat <<< 'rm -rf /'",
        "sed -i 's/rm -rf/x/' f",
        "python -c 'print(\"rm -rf /\")'",
    ],
)
def test_text_is_no_command(text: str) -> None:
    assert "rm" not in [command.name for command in read_script(text).commands]
