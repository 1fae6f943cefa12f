"""Which files a call touches, and how."""

import pytest

from ccmcp.audit.accesses import accesses
from ccmcp.audit.call import Call
from ccmcp.audit.shell.script import read_script


def touched(command: str) -> set[tuple[str, str]]:
    call = Call(tool="Bash", input={"command": command})
    return {(each.how, str(each.path)) for each in accesses(call, read_script(command))}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cat a b", {("read", "a"), ("read", "b")}),
        ("head -n 5 a", {("read", "a")}),
        ("grep -rn -A 3 x src lib", {("read", "src"), ("read", "lib")}),
        ("grep -e x -e y a", {("read", "a")}),
        ("sed -n 1,5p a", {("read", "a")}),
        ("sed -i s/a/b/ a", {("write", "a")}),
        ("sed -i '' -e s/a/b/ a", {("write", "a")}),
        ("awk -F: '{print $1}' a", {("read", "a")}),
        ("jq --arg x 1 .a a.json", {("read", "a.json")}),
        ("jq . < a.json > b.json", {("read", "a.json"), ("write", "b.json")}),
        ("cp -r a b c/", {("read", "a"), ("read", "b"), ("write", "c/")}),
        ("cp -t c a b", {("read", "a"), ("read", "b"), ("write", "c")}),
        ("mv a b", {("read", "a"), ("delete", "a"), ("write", "b")}),
        ("ln -s a b", {("write", "b")}),
        ("rm -rf a b", {("delete", "a"), ("delete", "b")}),
        ("touch a && mkdir -p b", {("write", "a"), ("write", "b")}),
        ("echo x | tee -a a", {("write", "a")}),
        ("echo x >> a 2>/dev/null", {("write", "a")}),
        ("dd if=a of=b bs=1M", {("read", "a"), ("write", "b")}),
        ("tar czf a.tgz b c", {("write", "a.tgz"), ("read", "b"), ("read", "c")}),
        ("tar -xzf a.tgz -C b", {("read", "a.tgz"), ("write", "b")}),
        ("zip -r a.zip b", {("write", "a.zip"), ("read", "b")}),
        ("scp -P 22 a me@h:b", {("read", "a")}),
        ("scp me@h:a b", {("write", "b")}),
        ("rsync -av a/ db:b", {("read", "a/")}),
        ("curl -sSLo a https://x.example/b", {("write", "a")}),
        ("curl -O https://x.example/b.tgz", {("write", "b.tgz")}),
        ("curl -T a -d @b -F f=@c https://x.example", {("read", "a"), ("read", "b"), ("read", "c")}),
        ("curl -d '{\"a\": 1}' https://x.example", set()),
        ("wget -O a https://x.example/b", {("write", "a")}),
        ("wget --post-file=a https://x.example/b", {("read", "a"), ("write", "b")}),
        ("source a", {("run", "a")}),
        ("bash -x a.sh b", {("run", "a.sh")}),
        ("python3 -u a.py b", {("run", "a.py")}),
        ("python3 -m http.server", set()),
        ("./a.sh b", {("run", "./a.sh")}),
        ("ls -la a", {("list", "a")}),
        ("find a -name b", {("list", "a")}),
        ("openssl x509 -in a.pem", set()),
        ("openssl rsa -in a.pem -out b", {("read", "a.pem"), ("write", "b")}),
        ("aws s3 cp a s3://b/c", {("read", "a")}),
        ("python3 -c \"open('a'); open('b', 'w')\"", {("read", "a"), ("write", "b")}),
        ("node -e \"fs.readFileSync('a')\"", {("read", "a")}),
        ("echo 'cat a > b'", set()),
        ("chmod 600 a", set()),
    ],
)
def test_a_shell_command_touches(command: str, expected: set[tuple[str, str]]) -> None:
    assert touched(command) == expected


@pytest.mark.parametrize(
    ("tool", "given", "how", "path"),
    [
        ("Read", {"file_path": "/a"}, "read", "/a"),
        ("Write", {"file_path": "/a", "content": "x"}, "write", "/a"),
        ("Edit", {"file_path": "/a", "new_string": "x"}, "write", "/a"),
        ("MultiEdit", {"file_path": "/a", "edits": [{"new_string": "x"}]}, "write", "/a"),
        ("NotebookEdit", {"notebook_path": "/a", "new_source": "x"}, "write", "/a"),
        ("Grep", {"pattern": "x", "path": "/a"}, "read", "/a"),
        ("Glob", {"pattern": "*", "path": "/a"}, "list", "/a"),
        ("LS", {"path": "/a"}, "list", "/a"),
        ("mcp__filesystem__read_file", {"path": "/a"}, "read", "/a"),
        ("mcp__filesystem__write_file", {"path": "/a", "content": "x"}, "write", "/a"),
    ],
)
def test_a_file_tool_touches(tool: str, given: dict[str, object], how: str, path: str) -> None:
    (found,) = accesses(Call(tool=tool, input=given), None)
    assert (found.how, found.path) == (how, path)
    assert found.content == ("x" if how == "write" else "")


@pytest.mark.parametrize("given", [{}, {"file_path": 3}, {"file_path": None}, {"edits": 4, "file_path": "a"}])
def test_odd_arguments_do_no_harm(given: dict[str, object]) -> None:
    list(accesses(Call(tool="MultiEdit", input=given), None))
    list(accesses(Call(tool="mcp__filesystem__read_multiple_files", input={"paths": [1, None]}), None))
