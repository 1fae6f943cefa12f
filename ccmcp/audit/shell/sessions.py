"""Programs that run commands given in ways of their own: git's hooks for commands, terminals that outlive a session, remote shells. Pure."""

from collections.abc import Callable, Sequence

from ccmcp.audit.shell.command import Word
from ccmcp.audit.shell.options import Inner, Prefix, after_options, prefix

GIT = Prefix(
    frozenset(
        {
            "-C",
            "-c",
            "--git-dir",
            "--work-tree",
            "--namespace",
            "--exec-path",
            "--config-env",
            "--super-prefix",
        }
    )
)


def git_subcommand(words: Sequence[Word], start: int = 1) -> int:
    """Where git's subcommand stands among its words, git's own options left out; their number when there is none."""
    return after_options(words, GIT, start)[0]


def git(words: Sequence[Word]) -> Inner | None:
    """What is run by: git bisect run, submodule foreach, rebase --exec, filter-branch --...-filter, -c alias.x=!..."""
    at = git_subcommand(words)
    if at >= len(words):
        return None
    sub, rest = words[at], words[at + 1 :]
    texts = [
        word.partition("=!")[2]
        for word in words[1:at]
        if word.startswith("alias.") and word[6:].startswith(f"{sub}=!")
    ]
    if sub == "bisect" and rest[:1] == [Word("run")]:
        return Inner(tuple(rest[1:]), stays=True)
    if sub == "submodule" and "foreach" in rest:
        inner = [
            word
            for word in rest[rest.index(Word("foreach")) + 1 :]
            if word not in ("--recursive", "--quiet", "-q")
        ]
        texts.append(" ".join(inner))
    elif sub in ("rebase", "filter-branch", "difftool"):
        for place, word in enumerate(rest):
            option, equals, value = word.partition("=")
            if option in ("-x", "--exec", "--extcmd") or (option[:2] == "--" and option.endswith("-filter")):
                texts.append(value if equals else "".join(rest[place + 1 : place + 2]))
    return Inner(text="\n".join(texts), stays=True) if any(texts) else None


_TMUX = prefix("-c -e -F -n -s -t -x -y -S -L -f -l -p -h -w -d -T -N -b -B -K")
_KEYS = frozenset({"Enter", "C-m", "C-c", "C-d", "Escape", "Tab", "KPEnter", "C-l", "C-z"})
_WINDOWS = frozenset([
    "new-session", "new", "new-window", "neww", "split-window", "splitw", "respawn-pane", "respawnp",
    "respawn-window", "respawnw", "run-shell", "run", "popup", "display-popup",
])  # fmt: skip


def tmux(words: Sequence[Word]) -> Inner | None:
    """What is run by: tmux new-session [options] command, tmux send-keys [options] text Enter."""
    at, _ = after_options(words, prefix("-L -S -f -c -T"))
    if at >= len(words):
        return None
    sub = words[at]
    bare = prefix("-d") if sub in ("popup", "display-popup") else Prefix()
    options = Prefix((_TMUX.valued - {"-d", "-h", "-l", "-b", "-B", "-K"}) | bare.valued)
    at, _ = after_options(words, options, at + 1)
    rest = words[at:]
    if sub in ("send-keys", "send"):
        return Inner(text=" ".join(word for word in rest if word not in _KEYS), stays=True)
    if sub in _WINDOWS:
        return Inner(text=" ".join(rest), stays=True) if len(rest) == 1 else Inner(tuple(rest), stays=True)
    return None


def screen(words: Sequence[Word]) -> Inner | None:
    """What is run by: screen -dmS name command, screen -S name -X stuff text."""
    if "stuff" in words:
        rest = words[words.index(Word("stuff")) + 1 :]
        return Inner(text=" ".join(word.replace("\\n", "\n") for word in rest).strip("^M"), stays=True)
    at, met = after_options(words, prefix("-S -c -e -h -L -p -r -s -t -T -X -x"))
    if met.keys() & {"-r", "-x", "-X", "-ls", "-list"}:
        return None
    return Inner(tuple(words[at:]), stays=True)


_SSH = prefix("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -P -p -Q -R -S -W -w")


def ssh(words: Sequence[Word]) -> Inner | None:
    """What is run by: ssh [options] host command ..."""
    at, _ = after_options(words, _SSH)
    if at >= len(words):
        return None
    host = words[at]
    at, _ = after_options(words, _SSH, at + 1)
    return Inner(text=" ".join(words[at:]), host=host, stays=True)


def remote(words: Sequence[Word]) -> Inner | None:
    """What is run by: vagrant ssh -c text, gcloud compute ssh host --command=text, fly ssh console -C text."""
    if "ssh" not in words:
        return None
    at = words.index(Word("ssh"))
    rest = [word for word in words[at + 1 :] if word[:1] != "-"]
    host = rest[0] if rest and words[0].endswith("gcloud") else words[0]
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in ("-c", "-C", "--command"):
            text = value if equals else "".join(words[place + 1 : place + 2])
            return Inner(text=text, host=host, stays=True)
    return None


def adb(words: Sequence[Word]) -> Inner | None:
    """What is run by: adb [-s device] shell command ..."""
    at, met = after_options(words, prefix("-s -t -H -P -L"))
    if words[at : at + 1] != [Word("shell")]:
        return None
    return Inner(text=" ".join(words[at + 1 :]), host=met.get("-s") or "adb", stays=True)


def heroku(words: Sequence[Word]) -> Inner | None:
    """What is run by: heroku run [-a app] command ..."""
    at, _ = after_options(words, prefix("-a --app"))
    if not words[at : at + 1] or not words[at].startswith("run"):
        return None
    at, met = after_options(words, prefix("-a --app -s --size -e --env -r --remote --type"), at + 1)
    return Inner(text=" ".join(words[at:]), host=met.get("-a") or met.get("--app") or "heroku", stays=True)


def texts(words: Sequence[Word]) -> Inner | None:
    """What is run by: hyperfine text text ..., concurrently text text ..."""
    valued = "-w --warmup -r --runs -m --min-runs -M --max-runs -p --prepare -c --cleanup -s --setup -n --names --command-name -N -S --shell --export-json --export-markdown --export-csv -P -L"
    at, _ = after_options(words, prefix(valued))
    return Inner(text="\n".join(words[at:]))


SESSIONS: dict[str, Callable[[Sequence[Word]], Inner | None]] = {
    "git": git, "tmux": tmux, "screen": screen, "ssh": ssh, "autossh": ssh, "vagrant": remote, "gcloud": remote, "fly": remote,
    "flyctl": remote, "adb": adb, "heroku": heroku, "hyperfine": texts, "concurrently": texts,
}  # fmt: skip
