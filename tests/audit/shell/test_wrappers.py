"""What programs run that run others."""

import pytest

from ccmcp.audit.shell.script import read_script
from tests.audit.shell.shown import lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sudo -u root rm x", "sudo> rm x"),
        ("sudo -E X=1 rm x", "sudo> rm x"),
        ("sudo timeout -k 5 10 env -i X=1 nice -n 5 rm x", "sudo> timeout> env> nice> rm x"),
        ("doas rm x", "doas> rm x"),
        ("su - me -c 'rm x'", "su> rm x"),
        ("su -c 'rm x' me", "su> rm x"),
        ("runuser -u me rm x", "runuser> rm x"),
        ("env -S 'rm x'", "env> rm x"),
        ("command rm x", "command> rm x"),
        ("busybox rm x", "busybox> rm x"),
        ("exec rm x", "exec> rm x"),
        ("nohup rm x &", "nohup> rm x"),
        ("time X=1 rm x", "time> rm x"),
        ("stdbuf -oL rm x", "stdbuf> rm x"),
        ("flock -n /l rm x", "flock> rm x"),
        ("flock /l -c 'rm x'", "flock> rm x"),
        ("watch -n 1 'rm x'", "watch> rm x"),
        ("script -qc 'rm x' /dev/null", "script> rm x"),
        ("strace -f -o log rm x", "strace> rm x"),
        ("chroot /mnt rm x", "chroot> rm x"),
        ("nsenter -t 1 -m rm x", "nsenter> rm x"),
        ("echo a b | xargs -n1 rm", "xargs> rm a b"),
        ("echo a | xargs -I{} rm {}/x", "xargs> rm a/x"),
        ("ls | xargs -I{} rm {}/x", "xargs> rm {}/x?"),
        ("ls | xargs -I{} sh -c 'rm {}'", "xargs> sh> rm {}?"),
        ("parallel rm ::: a", "parallel> rm a"),
        ("find . -name x -exec rm -rf {} +", "find> rm -rf {}?"),
        ("find . -exec sh -c 'rm \"$1\"' _ {} \\;", "find> sh> rm {}?"),
        ("fd -e c -x rm", "fd> rm"),
        ("ssh -p 22 me@h 'cd /x && rm y'", "ssh> @me@h rm y"),
        ("ssh h -- sudo rm x", "ssh> sudo> @h rm x"),
        ("sshpass -p x ssh h rm y", "sshpass> ssh> @h rm y"),
        ("docker exec -it c bash -c 'rm x'", "docker> bash> @c rm x"),
        ("docker run --rm -v /:/h alpine rm x", "docker> @alpine rm x"),
        ("docker compose exec -T web rm x", "docker> @web rm x"),
        ("kubectl exec pod -n ns -c web -- rm x", "kubectl> @pod rm x"),
        ("vagrant ssh -c 'rm x'", "vagrant> @vagrant rm x"),
        ("bash -c 'rm x'", "bash> rm x"),
        ("bash -lc 'rm \"$1\"' _ x", "bash> rm x"),
        ("zsh -o pipefail -c 'rm x'", "zsh> rm x"),
        ("echo 'rm x' | bash", "bash> rm x"),
        ("echo cm0geA== | base64 -d | sh", "sh> rm x"),
        ("echo 'rm x' | at now", "at> rm x"),
        ("eval 'rm x'", "eval> rm x"),
        ("eval rm x", "eval> rm x"),
        ("trap 'rm x' EXIT", "trap> rm x"),
        ("npx -y rimraf x", "npx> rimraf x"),
        ("pnpm dlx rimraf x", "pnpm> rimraf x"),
        ("uv run --with x rm x", "uv> rm x"),
        ("uv tool run ruff", "uv> ruff"),
        ("poetry run rm x", "poetry> rm x"),
        ("tmux new-session -d -s n 'rm x'", "tmux> rm x"),
        ("tmux send-keys -t 0 'rm x' Enter", "tmux> rm x"),
        ("screen -dmS n rm x", "screen> rm x"),
        ("git -c alias.z='!rm x' z", "git> rm x"),
        ("git bisect run rm x", "git> rm x"),
        ("git submodule foreach 'git clean -fd'", "git> git clean -fd"),
        ("git rebase -i --exec 'rm x' HEAD~3", "git> rm x"),
        ("bash -c \"sudo sh -c 'rm x'\"", "bash> sudo> sh> rm x"),
        ("x=$(sudo rm x)", "sudo> rm x"),
        ('echo "$(rm x)" $y', "echo $(rm x)? $y?"),
        ("diff <(rm x) $y", "diff <(rm x)? $y?"),
    ],
)
def test_the_command_inside_is_found(text: str, expected: str) -> None:
    assert lines(text)[-1] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python3 -c \"import os; os.system('rm -rf /x')\"", "python3> rm -rf /x"),
        ('python -c \'subprocess.run(["rm", "-rf", "x"])\'', "python> rm -rf x"),
        ("python -c 'subprocess.check_call(\"rm x\", shell=True)'", "python> rm x"),
        ("python -c 'os.system(f\"rm -rf {path}\")'", "python> rm -rf $path?"),
        ("python3 - <<'EOF'\nimport os\nos.system('rm x')\nEOF", "python3> rm x"),
        ('node -e \'require("child_process").execSync("rm x")\'', "node> rm x"),
        ('node -e \'spawn("rm", ["-rf", "x"])\'', "node> rm -rf x"),
        ('perl -e \'system("rm", "x")\'', "perl> rm x"),
        ("perl -e '`rm x`'", "perl> rm x"),
        ("ruby -e 'system \"rm x\"'", "ruby> rm x"),
        ("php -r 'shell_exec(\"rm x\");'", "php> rm x"),
        ("awk 'BEGIN{system(\"rm x\")}'", "awk> rm x"),
    ],
)
def test_commands_in_code_are_found(text: str, expected: str) -> None:
    script = read_script(text)
    assert lines(text)[-1] == expected
    assert len(script.code) == 1
    assert script.code[0].command is script.commands[0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("python3.12 -c 'x'", "python"),
        ("node --eval x", "node"),
        ("perl -pe 's/a/b/' f", "perl"),
        ("ruby <<'EOF'\nputs 1\nEOF", "ruby"),
        ("uv run python -c x", "python"),
        ("sed -e 's/a/b/' f", "sed"),
        ("awk -F: '{print $1}' f", "awk"),
    ],
)
def test_code_has_its_language(text: str, language: str) -> None:
    assert [code.language for code in read_script(text).code] == [language]


@pytest.mark.parametrize(
    "text",
    [
        "python x.py -c a",
        "node server.js -e prod",
        "cat f | python x.py",
        "python -m x",
        "bash x.sh",
        "sh -e x.sh",
    ],
)
def test_a_file_that_is_run_is_no_code(text: str) -> None:
    script = read_script(text)
    assert not script.code
    assert len(script.commands) == len(text.split("|"))


def test_what_stays_a_command_itself() -> None:
    assert lines("docker exec c rm x")[0] == "docker exec c rm x"
    assert lines("find . -exec rm {} \\;")[0].startswith("find . -exec")
    assert lines("sudo rm x") == ["sudo> rm x"]
    assert lines("sudo -i") == ["sudo -i"]
    assert lines("sudo -l") == ["sudo -l"]
    assert lines("command -v rm") == ["command -v rm"]
    assert lines("docker ps -a") == ["docker ps -a"]
    assert lines("npm run build") == ["npm run build"]


def test_the_surroundings_go_with_the_command() -> None:
    command = read_script("curl -s $u | sudo -E bash -s -- $x > log").commands[-1]
    assert command.name == "bash"
    assert [each.name for each in command.reads] == ["curl"]
    assert command.text == "sudo -E bash -s -- $x > log"
    assert [each.target for each in command.redirects] == ["log"]
    assert [each.name for each in read_script("bash <(curl x)").commands[-1].reads] == ["curl"]
    assert [each.name for each in read_script('sh -c "$(curl x)"').commands[-1].inner] == ["curl"]
    assert lines("sudo tee /etc/x >/dev/null") == ["sudo> tee /etc/x >/dev/null"]
    assert [each.sets for each in read_script("env A=1 B=2 rm x").commands] == [{"A": "1", "B": "2"}]
