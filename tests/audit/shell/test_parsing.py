"""The structure of a text: lists, pipelines, redirects, here-documents, and what the grammar is known to get wrong."""

import importlib
import sys
from pathlib import Path

import pytest

from ccmcp.audit.shell import tree
from ccmcp.audit.shell.script import read_script
from tests.audit.shell.shown import lines


def names(text: str) -> list[str]:
    return [command.name for command in read_script(text).commands]


class TestGrammarFaults:
    def test_a_newline_after_a_pipeline_ends_it(self) -> None:  # 347
        assert lines("ls | g | head\nrm -rf / && y") == ["ls", "g", "head", "rm -rf /", "y"]
        assert lines("ls | g | head # $x\nrm -rf / > f") == ["ls", "g", "head", "rm -rf / >f"]

    def test_a_continued_line_is_one_command(self) -> None:
        assert lines("a $x | b | c \\\n d && y") == ["a $x?", "b", "c d", "y"]

    def test_words_after_a_redirect_are_arguments(self) -> None:  # 233
        assert lines("rm 2>/dev/null -rf $x") == ["rm -rf $x? 2>/dev/null"]
        assert lines("2>/dev/null rm -rf $x") == ["rm -rf $x? 2>/dev/null"]

    def test_a_redirect_belongs_to_the_command_before_it(self) -> None:  # 345
        assert lines("a $x && b > f") == ["a $x?", "b >f"]
        assert lines("a $x | b > f | c") == ["a $x?", "b >f", "c"]
        (_, second) = read_script("a $x && b > f").commands
        assert second.text == "b > f"

    def test_tests_do_not_merge(self) -> None:  # 316
        assert lines("[ -f a ] && [ -f b ] || rm x; [ -d $y ] && rm z") == ["rm x", "rm z"]

    def test_a_list_goes_on_after_a_here_document_begins(self) -> None:  # 346
        assert lines("cat <<E > f; rm $x && b | c\ntext\nE\nd") == ["cat >f", "rm $x?", "b", "c", "d"]
        assert lines("cat <<E - <<F\na\nE\nb\nF\nrm x") == ["cat -", "rm x"]

    def test_and_binds_less_than_a_pipe(self) -> None:
        script = read_script("a $x | b | c && d | e")
        assert [[each.name for each in pipeline] for pipeline in script.pipelines] == [
            ["a", "b", "c"],
            ["d", "e"],
        ]
        assert [each.name for each in script.commands[2].reads] == ["a", "b"]
        assert [each.name for each in script.commands[4].reads] == ["d"]

    def test_a_here_string_after_a_copied_descriptor(self) -> None:
        script = read_script("git rebase 2>&1 <<< 'a b' ; rm x")
        assert not script.broken
        assert script.commands[0].heredoc == "a b\n"
        assert script.commands[1].name == "rm"

    def test_time_before_a_subshell(self) -> None:
        assert lines("time (A=1 x > f)") == ["x >f"]


class TestHereDocuments:
    def test_a_body_is_content_and_no_commands(self) -> None:
        script = read_script("cat > f <<'EOF'\nrm -rf /\nEOF\nls")
        assert [command.name for command in script.commands] == ["cat", "ls"]
        assert script.commands[0].heredoc == "rm -rf /\n"

    def test_an_unquoted_body_runs_its_substitutions(self) -> None:
        script = read_script('X=1\ncat <<EOF\n"$X" $(rm y) $Z\nEOF')
        assert [command.name for command in script.commands] == ["rm", "cat"]
        assert script.commands[1].heredoc == '"1" $(rm y) $Z\n'

    def test_tabs_are_stripped(self) -> None:
        assert read_script("cat <<-EOF\n\ta\n\tEOF\nls").commands[0].heredoc == "a\n"

    def test_in_a_commit_message(self) -> None:
        text = "git commit -m \"$(cat <<'EOF'\nit's done; rm -rf /\n\nEOF\n)\" && git push"
        assert lines(text) == ["cat", "git commit -m it's done; rm -rf /", "git push"]

    def test_a_shift_is_none(self) -> None:
        assert lines("(( x << 2 )); echo $((1<<2))\nrm y") == ["echo $((1<<2))?", "rm y"]

    def test_one_without_an_end(self) -> None:
        assert lines("cat <<EOF\nrm -rf /") == ["cat"]

    def test_what_a_shell_reads_is_run(self) -> None:
        assert lines("bash <<EOF\nrm -rf /x\nEOF") == ["bash", "bash> rm -rf /x"]
        assert lines("sudo bash -s <<< 'rm y'") == ["sudo> bash -s", "sudo> bash> rm y"]
        assert lines("ssh h <<'EOF'\nrm z\nEOF") == ["ssh h", "ssh> @h rm z"]


class TestCompound:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("if ! a $x; then b; elif c; then d; else e; fi", ["a $x?", "b", "c", "d", "e"]),
            ("while read x; do rm $x; done < list", ["read x <list", "rm $x? <list"]),
            ("case $1 in a|b) rm a;; *) rm b;; esac", ["rm a", "rm b"]),
            ("for d in a b; do rm -rf $d; echo hi; done", ["rm -rf a", "echo hi", "rm -rf b", "echo hi"]),
            ("for d in $x; do rm -rf $d; done", ["rm -rf $d?"]),
            ("for d in a b; do echo hi; done", ["echo hi"]),
            ("for ((i=0;i<3;i++)); do rm $i; done", ["rm $i?"]),
            ("{ rm a; rm b; } >> log", ["rm a >>log", "rm b >>log"]),
            ("(cd $x; rm a) & rm b", ["cd $x?", "rm a", "rm b"]),
            ("f() { rm -rf $1; }; f /x; f /y", ["f> rm -rf /x", "f> rm -rf /y"]),
            ("f() { rm -rf $1; }", ["rm -rf $1?"]),
            ("alias x='rm -rf'; x /", ["alias x=rm -rf", "x> rm -rf /"]),
            ("[[ $a =~ ^rm ]] && rm $b", ["rm $b?"]),
            (": > f; > g", [": >f", " >g"]),
        ],
    )
    def test_commands_within(self, text: str, expected: list[str]) -> None:
        assert lines(text) == expected

    def test_known_lines_are_looped_over(self) -> None:
        assert lines("printf 'a\\nb\\n' | while read -r f; do rm \"$f\"; done") == [
            "printf a\\nb\\n",
            "rm a",
            "rm b",
        ]

    def test_recursion_ends(self) -> None:
        assert set(names(":(){ :|:& };:")) == {":"}


class TestFolders:
    def test_cd_holds_for_what_follows(self) -> None:
        folders = [command.cwd for command in read_script("cd /x && (cd y; a $b); c; cd ..; d").commands]
        assert folders == ["/x", "/x/y", "/x/y", "/x", "/", "/"]

    def test_from_a_known_folder_they_are_absolute(self) -> None:
        folders = [
            command.cwd for command in read_script("a; cd src; b; cd ..; c; cd -; d", cwd="/p").commands
        ]
        assert folders == ["", "/p/src", "/p/src", "", "", "/p/src", "/p/src"]

    def test_an_unknown_one_stays_as_written(self) -> None:
        assert read_script("cd $DIR/a/ && rm x").commands[1].cwd == "$DIR/a"


class TestBroken:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("if true; then rm x", "rm"),
            ("git commit -m 'it's fine' && rm x", "rm"),
            ("rm -rf a; fi; ls $x && (b", "rm"),
            ("echo 'a\nrm -rf y", "rm"),
        ],
    )
    def test_what_is_there_is_found(self, text: str, found: str) -> None:
        script = read_script(text)
        assert script.broken
        assert found in [command.name for command in script.commands]

    def test_a_whole_text_is_not_broken(self) -> None:
        assert not read_script('for f in *; do echo "$f" | cat; done').broken


class TestGrammar:
    def test_is_loaded_without_its_package(self) -> None:
        loaded = importlib.machinery.PathFinder.find_spec("tree_sitter_bash")
        assert loaded is not None
        folder = Path((loaded.submodule_search_locations or [""])[0])
        suffixes = importlib.machinery.EXTENSION_SUFFIXES
        assert any((folder / f"_binding{suffix}").is_file() for suffix in suffixes)
        assert tree.parse(b"ls").type == "program"

    def test_or_with_it_when_laid_out_otherwise(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tree, "_extension", lambda _: None)
        assert tree._grammar() is not None
        assert "tree_sitter_bash" in sys.modules
