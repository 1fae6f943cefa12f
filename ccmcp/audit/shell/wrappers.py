"""Programs that run what their arguments say: where in these the command begins. Data and pure functions."""

from collections.abc import Callable, Sequence

from ccmcp.audit.shell.command import Word
from ccmcp.audit.shell.options import Inner, Prefix, after_options, prefix
from ccmcp.audit.shell.sessions import SESSIONS

_SUDO = "-u --user -g --group -h --host -p --prompt -C --close-from -c --login-class -D --chdir -R --chroot -r --role -t --type -T --command-timeout -U --other-user -a --auth-type"

PREFIXES: dict[str, Prefix] = {
    "sudo": prefix(_SUDO, assigns=True, none="-l --list -v --validate -e --edit", cwd="-D --chdir"),
    "doas": prefix("-u -C -a", none="-L"),
    "run0": prefix("-u --user -g --group -D --chdir --property --unit --description --slice --setenv --nice --background"),
    "pkexec": prefix("--user"),
    "nohup": prefix(),
    "nice": prefix("-n --adjustment"),
    "ionice": prefix("-c --class -n --classdata -t", none="-p --pid -P -u"),
    "time": prefix("-f --format -o --output", assigns=True),
    "timeout": prefix("-s --signal -k --kill-after", 1),
    "gtimeout": prefix("-s --signal -k --kill-after", 1),
    "stdbuf": prefix("-i --input -o --output -e --error"),
    "setsid": prefix(),
    "coproc": prefix(),
    "command": prefix(none="-v -V"),
    "builtin": prefix(),
    "exec": prefix("-a"),
    "busybox": prefix(none="--list --install"),
    "toybox": prefix(),
    "chroot": prefix("--userspec --groups", 1, stays=True),
    "unshare": prefix("-S --setuid -G --setgid -R --root -w --wd --map-user --map-group", stays=True),
    "nsenter": prefix("-t --target -S --setuid -G --setgid", stays=True),
    "watch": prefix("-n --interval -q --equexit", joins=True),
    "strace": prefix("-a -b -e -E -I -o -O -p -P -s -S -u -U -X", assigns=False),
    "ltrace": prefix("-a -A -D -e -F -l -n -o -p -s -u -x -X"),
    "caffeinate": prefix("-t -w"),
    "taskset": prefix("", 1, none="-p --pid"),
    "chrt": prefix("-T -P -D", 1, none="-p --pid -m"),
    "numactl": prefix("-i -N -m -C -p -l", none="-s -H --show --hardware"),
    "prlimit": prefix("", none="-p --pid"),
    "setarch": prefix("", 1),
    "linux32": prefix(),
    "linux64": prefix(),
    "fakeroot": prefix("-l -s -i -u -b"),
    "firejail": prefix(),
    "dbus-run-session": prefix("--config-file --dbus-daemon"),
    "xvfb-run": prefix("-n --server-num -s --server-args -e --error-file -f --auth-file -p --xauth-protocol -w --wait"),
    "valgrind": prefix(),
    "proxychains": prefix("-f"),
    "proxychains4": prefix("-f"),
    "torsocks": prefix("-a -P -u -p"),
    "torify": prefix(),
    "catchsegv": prefix(),
    "systemd-run": prefix("-u --unit -p --property -t -E --setenv -M -H --uid --gid --slice --description --on-active --on-calendar --working-directory -G", stays=True),
    "systemd-inhibit": prefix("--what --who --why --mode"),
    "setpriv": prefix("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits"),
    "gosu": prefix("", 1),
    "su-exec": prefix("", 1),
    "chpst": prefix("-u -U -b -e -/ -n -l -L -m -d -o -p -f -c -t"),
    "cgexec": prefix("-g"),
    "gdb": prefix("-ex -x", after="--args"),
    "entr": prefix(),
    "arch": prefix("-e -d", assigns=False),
    "rlwrap": prefix("-f -H -s -w -D -C -l -b -S -p"),
    "unbuffer": prefix(),
    "chronic": prefix(),
    "ts-node-dev": prefix(),
    "winpty": prefix(),
    "dotenv": prefix("-e -f -c -v"),
    "cross-env": prefix(assigns=True),
    "direnv": prefix("", 1, after="exec"),
    "aws-vault": prefix("-d --duration -r --region", 1, after="exec"),
    "doppler": prefix("-p --project -c --config -t --token", after="run"),
    "op": prefix("--env-file --account", after="run"),
    "infisical": prefix("--env --path --projectId", after="run"),
    "chamber": prefix("", 1, after="exec"),
    "mise": prefix("", after="exec"),
    "rbenv": prefix(after="exec"),
    "pyenv": prefix(after="exec"),
    "asdf": prefix(after="exec"),
    "bundle": prefix(after="exec", stays=True),
    "npx": prefix("-p --package -w --workspace", stays=True),
    "bunx": prefix("-p --package", stays=True),
    "uvx": prefix("--from --with --python -p --index --index-url --extra-index-url --with-requirements", stays=True),
    "pipx": prefix("--spec --python --index-url --pip-args", after="run", stays=True),
    "uv": prefix("--with --python -p --project --directory --package --extra --group --env-file --index --with-requirements", after="run", stays=True),
    "poetry": prefix("-C --directory -P --project", after="run", stays=True),
    "pdm": prefix("-p --project", after="run", stays=True),
    "hatch": prefix("-e --env", after="run", stays=True),
    "rye": prefix("", after="run", stays=True),
    "pixi": prefix("-e --environment --manifest-path", after="run", stays=True),
    "pipenv": prefix(after="run", stays=True),
    "conda": prefix("-n --name -p --prefix --cwd", after="run", stays=True),
    "mamba": prefix("-n --name -p --prefix --cwd", after="run", stays=True),
    "micromamba": prefix("-n --name -p --prefix --cwd", after="run", stays=True),
    "pnpm": prefix("-C --dir --filter -F", after="exec", stays=True),
    "yarn": prefix("--cwd", after="exec", stays=True),
    "npm": prefix("-w --workspace --prefix -C -p --package", after="exec", stays=True),
    "bun": prefix("--cwd", after="x", stays=True),
    "sshpass": prefix("-f -d -p -P"),
    "wsl": prefix("-d --distribution -u --user --cd", none="-l --list --shutdown --install --update --status --unregister --export --import -t --terminate", stays=True),
}  # fmt: skip
AFTER_TOO = {"dlx": "exec", "x": "exec", "xec": "exec"}
"""Other names of the words before a command: pnpm dlx, mise x."""

_CONTAINER = "-e --env -u --user -w --workdir --env-file --name -v --volume -p --publish --network --net --mount -h --hostname -m --memory --cpus --entrypoint -l --label --platform --device --cap-add --cap-drop --security-opt --add-host --dns --ip --restart --pull --pid --ipc --userns --gpus --tmpfs --ulimit --link --shm-size --log-driver --log-opt --runtime --cgroupns --volumes-from --group-add --stop-signal --detach-keys -c --container -n --namespace --context --index -f --file --project-name --profile --expose --cidfile --init-path -a --attach --cpuset-cpus --sysctl --health-cmd --mac-address"

HOSTS: dict[str, Prefix] = {
    "docker": prefix(f"{_CONTAINER} -H --host --config --log-level"),
    "podman": prefix(f"{_CONTAINER} --connection --root"),
    "nerdctl": prefix(f"{_CONTAINER} -H --host"),
    "docker-compose": prefix(_CONTAINER),
    "podman-compose": prefix(_CONTAINER),
    "kubectl": prefix("-n --namespace -c --container --context --kubeconfig -f --filename --cluster --user -s --server --as --image --restart --overrides -l --labels --env --port --pod-running-timeout --limits --requests"),
    "oc": prefix("-n --namespace -c --container --context --kubeconfig --as"),
    "lxc": prefix("--env --cwd --user --group --mode"),
    "multipass": prefix("-d --working-directory"),
    "limactl": prefix("--workdir --shell"),
    "distrobox": prefix("-n --name"),
}  # fmt: skip


def prefixed(words: Sequence[Word], program: Prefix) -> Inner | None:
    """What a program of `PREFIXES` runs; None when it runs nothing."""
    start = 1
    if program.after:
        start = _subcommand(words, program)
        if not start:
            return None
    at, met = after_options(words, program, start)
    if not met.keys().isdisjoint(program.none):
        return None
    sets = tuple(
        (name, Word(value, open=word.open))
        for word in words[start:at]
        if program.assigns and not word.startswith("-")
        for name, equals, value in [word.partition("=")]
        if equals and name.isidentifier()
    )
    rest = tuple(words[at + program.skip :])
    if not rest:
        return None
    folder = next((met[option] for option in program.cwd.split() if option in met), "")
    if program.joins:
        return Inner(text=" ".join(rest), sets=sets, stays=program.stays)
    return Inner(rest, sets=sets, stays=program.stays, cwd=folder)


def _subcommand(words: Sequence[Word], program: Prefix) -> int:
    at, _ = after_options(words, program)
    if program.after[0] == "-":
        return words.index(program.after) + 1 if program.after in words else 0
    if at < len(words) and AFTER_TOO.get(words[at], words[at]) == program.after:
        return at + 1
    return 0


def env(words: Sequence[Word]) -> Inner | None:
    """What is run by: env [-i] [-u X] [-C folder] [-S text] [X=value] command."""
    program = prefix("-u --unset -C --chdir -S --split-string -P", assigns=True, cwd="-C --chdir")
    at, met = after_options(words, program)
    split = met.get("-S") or met.get("--split-string")
    found = prefixed(words, program)
    if split:
        return Inner(text=" ".join((split, *words[at:])), sets=found.sets if found else ())
    return found


def su(words: Sequence[Word]) -> Inner | None:
    """What is run by: su [-] [user] [-c text], and runuser -u user command."""
    program = prefix("-c --command -s --shell -g --group -G -u --user -w")
    texts = [
        words[at + 1]
        for at, word in enumerate(words[:-1])
        if word in ("-c", "--command") or (word[:1] == "-" and word[1:2] != "-" and word.endswith("c"))
    ]
    if texts:
        return Inner(text=texts[0])
    at, met = after_options(words, program)
    if "-u" in met or "--user" in met:
        return Inner(tuple(words[at:]))
    return None


def npx(words: Sequence[Word]) -> Inner | None:
    """What is run by: npx [options] command, npx -c text."""
    _, met = after_options(words, prefix("-p --package -w --workspace -c --call"))
    text = met.get("-c") or met.get("--call")
    return Inner(text=text, stays=True) if text else prefixed(words, PREFIXES["npx"])


def uv(words: Sequence[Word]) -> Inner | None:
    """What is run by: uv run command, uv tool run command."""
    if words[1:3] == [Word("tool"), Word("run")]:
        return prefixed([words[0], *words[3:]], PREFIXES["uvx"])
    return prefixed(words, PREFIXES["uv"])


def flock(words: Sequence[Word]) -> Inner | None:
    """What is run by: flock [options] file (command | -c text)."""
    at, met = after_options(words, prefix("-w --wait --timeout -E --conflict-exit-code"))
    rest = words[at + 1 :]
    if rest[:1] in ([Word("-c")], [Word("--command")]) and len(rest) > 1:
        return Inner(text=rest[1])
    _ = met
    return Inner(tuple(rest)) if rest else None


def script(words: Sequence[Word]) -> Inner | None:
    """What is run by: script -c text [file], script [-q] file command ..."""
    at, met = after_options(words, prefix("-c --command -t --timing -I -O -B -T -E -o -F"))
    text = met.get("-c") or met.get("--command")
    if text:
        return Inner(text=text)
    rest = tuple(words[at + 1 :])
    return Inner(rest) if rest else None


def container(words: Sequence[Word]) -> Inner | None:
    """What is run by: docker exec|run ..., kubectl exec|run ... -- ..., docker compose exec|run ..., lxc exec ..."""
    program = HOSTS[words[0].rpartition("/")[2]]
    at, _ = after_options(words, program)
    while at < len(words) and words[at] in ("compose", "container", "debug"):
        at, _ = after_options(words, program, at + 1)
    if at >= len(words) or words[at] not in ("exec", "run", "shell", "enter", "debug"):
        return None
    at, met = after_options(words, program, at + 1)
    if at >= len(words):
        return None
    host, rest = words[at], list(words[at + 1 :])
    if "--" in rest:
        rest = rest[rest.index(Word("--")) + 1 :]
    elif words[0] in ("kubectl", "oc"):
        at, _ = after_options(words, program, at + 1)
        rest = list(words[at:])
    if entry := met.get("--entrypoint"):
        rest = [*(Word(part) for part in entry.split()), *rest]
    return Inner(tuple(rest), host=host, stays=True) if rest else None


def xargs(words: Sequence[Word]) -> Inner | None:
    """What is run by: xargs [options] command; which words it adds, only its input tells."""
    at, _ = after_options(words, XARGS)
    return Inner(tuple(words[at:]) or (Word("echo"),), open=True)


XARGS = prefix(
    "-I --replace -n --max-args -L --max-lines -P --max-procs -d --delimiter -s --max-chars -a --arg-file -E -J -R -S"
)


def parallel(words: Sequence[Word]) -> Inner | None:
    """What is run by: parallel [options] command [::: words]."""
    at, _ = after_options(
        words,
        prefix(
            "-j --jobs -I -a --arg-file -N -n -L -d --delimiter --colsep --joblog --results -S --sshlogin --timeout --retries --delay -C"
        ),
    )
    rest = list(words[at:])
    given = next((place for place, word in enumerate(rest) if word[:3] == ":::"), len(rest))
    command = rest[:given]
    if not command:
        return Inner(text="\n".join(rest[1:])) if len(rest) > 1 else None
    values = [word for word in rest[given + 1 :] if word[:3] != ":::"]
    if not values:
        return Inner(text=" ".join(command), open=True)
    text = " ".join(command)
    lines = [text.replace("{}", value) if "{" in text else f"{text} {value}" for value in values[:8]]
    return Inner(text="\n".join(lines))


SPECIAL: dict[str, Callable[[Sequence[Word]], Inner | None]] = {
    "env": env, "npx": npx, "uv": uv, "su": su, "runuser": su, "flock": flock, "script": script, "xargs": xargs, "gxargs": xargs, "parallel": parallel,
    **dict.fromkeys(HOSTS, container), **SESSIONS,
}  # fmt: skip


def finding(words: Sequence[Word]) -> list[tuple[tuple[Word, ...], bool]]:
    """The commands that find -exec, fd -x and their like run on what they find."""
    found, at = list[tuple[tuple[Word, ...], bool]](), 1
    fd = words[0][:2] == "fd"
    while at < len(words):
        word = words[at]
        at += 1
        if word in (("-x", "-X", "--exec", "--exec-batch") if fd else ("-exec", "-execdir", "-ok", "-okdir")):
            end = at
            while end < len(words) and words[end] not in (";", "+"):
                end += 1
            inner = tuple(Word(each, open=True) if "{}" in each else each for each in words[at:end])
            if inner:
                found.append((inner, True))
            at = end + 1
    return found


FINDERS = frozenset({"find", "gfind", "fd", "fdfind", "bfs"})


def unwrap(name: str, words: Sequence[Word]) -> Inner | None:
    """What the program of this name runs, given these words (itself the first); None when it is no wrapper or runs nothing."""
    special = SPECIAL.get(name)
    if special is not None:
        return special(words)
    program = PREFIXES.get(name)
    return prefixed(words, program) if program is not None else None
