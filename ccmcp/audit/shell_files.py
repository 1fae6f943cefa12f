"""A shell command -> the files it touches, as its program's arguments say. Pure."""

from collections.abc import Callable, Iterator
from functools import cache

from ccmcp.audit.call import Access, How
from ccmcp.audit.shell.command import Command, Word
from ccmcp.audit.shell_transfers import (
    VERBS,
    Touched,
    attach,
    client,
    curl,
    httpie,
    remote_copy,
    transfer,
    wget,
)

_READERS = """
cat cut zcat bzcat xzcat zless tac rev nl more view col comm cmp strings xxd od hexdump hd base64 base32 gbase64 sha256sum sha1sum sha512sum
md5sum shasum md5 b2sum cksum wc sort uniq tail head gtail ghead less diff sdiff vimdiff colordiff delta icdiff paste join column fold fmt expand
pr iconv dos2unix vim vi nvim nano emacs pico micro hx code subl gedit open xdg-open bat batcat glow mdcat ccat highlight pygmentize
gunzip bunzip2 unxz zstdcat zstd gzip bzip2 xz lz4 uuencode split csplit tsort ptx look plutil csvlook csvcut csvstat mlr tomlq xmllint
file stat readlink exiftool identify ffprobe pdftotext pdfinfo objdump nm readelf ldd sqlite3 tidy aspell ul unexpand numfmt shuf
hexyl ent ssdeep basenc jless fx type get-content gc catimg timg
"""
_READER_VALUES: dict[str, str] = {
    "head": "-n -c --lines --bytes", "tail": "-n -c --lines --bytes -s --pid", "sort": "-k -t -o -S -T --key --field-separator --output",
    "cut": "-d -f -c -b --delimiter --fields --output-delimiter", "uniq": "-f -s -w", "diff": "-U -C -x -I --exclude --label", "bat": "-l --language -r --line-range --style --theme --color --paging -H",
    "xxd": "-l -s -c -g -o", "od": "-A -t -N -j -w", "hexdump": "-n -s -e -f", "strings": "-n -t -e", "fold": "-w", "paste": "-d", "split": "-l -b -n -a -d",
    "stat": "-c -f --format -t --printf", "column": "-t -s -n -c", "sqlite3": "-cmd -separator -init", "iconv": "-f -t -o", "base64": "-w --wrap -b", "join": "-t -j -1 -2 -o",
    "vim": "-c -u -S -s --cmd", "nvim": "-c -u -S --cmd", "vi": "-c", "gunzip": "-S", "file": "-m -F -f", "zstd": "-o", "open": "-a -b",
}  # fmt: skip
_FILTERS = """
grep egrep fgrep rg ag ack zgrep ugrep pcregrep ripgrep ggrep git-grep
"""
_FILTER_VALUES = frozenset(
    "-e --regexp -f --file -A -B -C -m --max-count --context --after-context --before-context -g --glob -t --type -T --type-not "
    "--include --exclude --exclude-dir -d -D --color --colour --replace --iglob --max-depth -j --threads --sort -M --label".split()
)
_LISTERS = frozenset(
    "ls gls ll la dir vdir tree exa eza lsd du gdu ncdu find gfind fd fdfind bfs locate".split()
)
_WRITERS = frozenset("touch mkdir tee mkfifo truncate sponge mktemp fallocate".split())
_DELETERS = frozenset("rm unlink rmdir shred srm rimraf trash trash-put del erase rd".split())
_SCRIPTED = frozenset("sed gsed awk gawk mawk nawk jq gojq yq xq dasel sd perl ruby".split())
_RUNNERS = frozenset(
    "bash sh zsh dash ksh mksh ash fish python python3 python2 node nodejs deno bun ruby perl php lua "
    "Rscript tsx ts-node osascript pwsh pypy3".split()
)
_QUIET_SSL = frozenset("x509 s_client s_server req crl verify ciphers version rand speed dgst".split())


def files(command: Command) -> Iterator[Access]:
    """The files a command touches: through redirects, and as its arguments say."""
    for redirect in command.redirects:
        target = redirect.target
        if target and target[:5] != "/dev/" and not target.isdigit() and target[:1] not in ("&", "<", "("):
            yield _access(command, "write" if redirect.writes else "read", target)
    reader = _handlers().get(command.name)
    if reader is not None:
        if command.has("--help", "--version"):
            return
        for how, word in reader(command):
            if word and word != "-" and word[:2] != "<(" and word != "{}":
                yield _access(command, how, word)
    elif "/" in command.text and (path := _own_path(command)):
        yield _access(command, "run", path)


def _access(command: Command, how: How, word: Word) -> Access:
    return Access(path=word, how=how, command=command, open=word.open)


def _own_path(command: Command) -> Word | None:
    """The path a program is started by, ./run.sh; none when it is found by its name."""
    for word in command.text.split(None, 8)[:8]:
        bare = word.strip("'\"")
        if (
            bare.endswith(f"/{command.name}")
            and "=" not in bare
            and not bare.startswith(("/bin/", "/usr/", "/sbin/", "/opt/"))
        ):
            return Word(bare, open="$" in bare)
    return None


# -- one kind of program each ----------------------------------------------------------------------------------------


def _reader(command: Command) -> Touched:
    valued = _values(command.name)
    for word in command.operands(valued):
        yield "read", word
    if command.name == "sort" and (out := command.value("-o", "--output")):
        yield "write", out


@cache
def _values(name: str) -> frozenset[str]:
    return frozenset(_READER_VALUES.get(name, "").split())


def _filter(command: Command) -> Touched:
    words = command.operands(_FILTER_VALUES | {"-r"} if command.name == "rg" else _FILTER_VALUES)
    given = command.has("-e", "--regexp", "-f", "--file") or (command.name == "rg" and command.has("--files"))
    for word in words if given else words[1:]:
        yield "read", word
    if patterns := command.value("-f", "--file"):
        yield "read", patterns


def _lister(command: Command) -> Touched:
    if command.name in ("find", "gfind", "bfs"):
        for word in command.args:
            if word[:1] in ("-", "(", "!") and word not in ("-L", "-H", "-P"):
                break
            if word[:1] != "-":
                yield "list", word
        if "-delete" in command.args:
            for word in command.operands()[:1]:
                yield "delete", word
        return
    words = command.operands(
        frozenset(
            "-I --ignore -L --level -d --max-depth -P -e --extension -t --type -E --exclude --hide -T -w -D".split()
        )
    )
    for word in words[1:] if command.name in ("fd", "fdfind", "locate") else words:
        yield "list", word


def _writer(command: Command) -> Touched:
    for word in command.operands(
        frozenset("-m --mode -d -t -r --reference --date -s --size -l --length -p --tmpdir -o".split())
        - _no_values(command.name)
    ):
        yield "write", word


@cache
def _no_values(name: str) -> frozenset[str]:
    return frozenset({"-p", "-s"}) if name in ("mkdir", "tee") else frozenset()


def _deleter(command: Command) -> Touched:
    for word in command.operands(frozenset({"-n", "-s"}) if command.name == "shred" else frozenset()):
        yield "delete", word


def _scripted(command: Command) -> Touched:
    name = command.name
    if name in ("jq", "gojq", "yq", "xq", "dasel"):
        words = _jq_operands(command)
        inplace = name == "yq" and command.has("-i", "--inplace")
    elif name in ("perl", "ruby"):
        if not command.has("-e", "-E", "-n", "-p"):
            yield from _runner(command)
            return
        words = list(_after_text(command))
        inplace = any(
            word[:2] == "-i" or (word[:1] == "-" and word[1:2] != "-" and "i" in word and "e" in word)
            for word in command.args
        )
    elif name == "sd":
        words, inplace = list(command.operands()[2:]), True
    else:
        valued = (
            frozenset("-e -f --expression --file -l".split())
            if name in ("sed", "gsed")
            else frozenset("-F -v -f --field-separator --assign".split())
        )
        words = list(command.operands(valued))
        given = (
            command.has("-e", "-f", "--expression", "--file")
            if name in ("sed", "gsed")
            else command.has("-f", "--file")
        )
        words = words if given else words[1:]
        inplace = name in ("sed", "gsed") and any(
            word[:2] == "-i"
            or word.startswith("--in-place")
            or (word[:1] == "-" and word[1:2] != "-" and word.endswith("i"))
            for word in command.args
        )
        if words and inplace and not words[0]:
            words = words[1:]
    for word in words:
        yield ("write" if inplace else "read"), word


def _jq_operands(command: Command) -> list[Word]:
    found, words, skipped = list[Word](), iter(command.args), command.has("-f", "--from-file")
    for word in words:
        if word in ("--arg", "--argjson"):
            next(words, None), next(words, None)
        elif word in ("--slurpfile", "--rawfile"):
            next(words, None)
            found.append(next(words, Word("")))
        elif word in ("-f", "--from-file", "--indent", "-o", "-p", "--output-format", "--input-format", "-I"):
            next(words, None)
        elif word in ("--args", "--jsonargs"):
            break
        elif word[:1] != "-":
            if skipped or (command.name == "yq" and word in ("eval", "e", "ea", "eval-all")):
                if word not in ("eval", "e", "ea", "eval-all"):
                    found.append(word)
            else:
                skipped = True
    return found


def _after_text(command: Command) -> Iterator[Word]:
    """The operands after perl's or ruby's program text."""
    words = iter(command.args)
    for word in words:
        if word[:1] == "-" and word[1:2] != "-":
            if word[-1:] in ("e", "E"):
                next(words, None)
        else:
            yield word


def _copy(command: Command) -> Touched:
    if command.name == "install" and command.has("-d", "--directory"):
        for word in command.operands(frozenset({"-m", "-o", "-g"})):
            yield "write", word
        return
    into = command.value("-t", "--target-directory")
    words = command.operands(
        frozenset("-t --target-directory -S --suffix -m --mode -o --owner -g --group".split())
    )
    sources = words if into is not None else words[:-1]
    for word in sources:
        yield ("delete" if command.name in ("mv", "gmv") else "read"), word
        if command.name in ("mv", "gmv"):
            yield "read", word
    if into is None and len(words) > 1:
        into = words[-1]
    if into:
        yield "write", into


def _link(command: Command) -> Touched:
    words = command.operands(frozenset({"-t", "-S"}))
    if len(words) > 1:
        yield "write", words[-1]


def _dd(command: Command) -> Touched:
    for word in command.args:
        name, _, value = word.partition("=")
        if name in ("if", "of") and value[:5] != "/dev/":
            yield ("read" if name == "if" else "write"), Word(value, open=word.open)


def _tar(command: Command) -> Touched:
    first = command.args[0] if command.args else Word("")
    bundle = first if first[:1] != "-" else ""
    letters = (bundle or "") + "".join(
        word[1:] for word in command.args if word[:1] == "-" and word[1:2] != "-"
    )
    archive = command.value("-f", "--file")
    words = list(
        command.operands(
            frozenset(
                "-f --file -C --directory -X --exclude-from --exclude -I -T --strip-components --transform "
                "--wildcards".split()
            )
        )
    )
    if bundle:
        words = words[1:]
    if archive is None and "f" in letters:
        for at, word in enumerate(command.args):
            if (
                (word[:1] == "-" or word is first)
                and word[:2] != "--"
                and word.endswith("f")
                and at + 1 < len(command.args)
            ):
                archive = command.args[at + 1]
                words = [each for each in words if each is not archive]
                break
    if "c" in letters or "r" in letters or command.has("--create", "--append"):
        if archive:
            yield "write", archive
        for word in words:
            yield "read", word
    else:
        if archive:
            yield "read", archive
        if into := command.value("-C", "--directory"):
            yield "write", into


def _zip(command: Command) -> Touched:
    words = list(command.operands(frozenset({"-x", "-i", "-P", "-b", "-t", "-n"})))
    if command.name in ("7z", "7za", "7zz", "rar"):
        verb, words = (words[0], words[1:]) if words else (Word(""), [])
        if verb not in ("a", "u"):
            words = words[:1]
            for word in words:
                yield "read", word
            return
    for word in words[:1]:
        yield "write", word
    for word in words[1:]:
        yield "read", word


def _unzip(command: Command) -> Touched:
    for word in command.operands(frozenset({"-d", "-x", "-P"}))[:1]:
        yield "read", word
    if into := command.value("-d"):
        yield "write", into


def _openssl(command: Command) -> Touched:
    sub = next(iter(command.operands()), "")
    if sub not in _QUIET_SSL and (given := command.value("-in")):
        yield "read", given
    for option in ("-out", "-keyout"):
        if out := command.value(option):
            yield "write", out


def _source(command: Command) -> Touched:
    for word in command.operands()[:1]:
        yield "run", word


def _runner(command: Command) -> Touched:
    words = iter(command.args)
    for word in words:
        if word in (
            "-c",
            "-e",
            "-m",
            "-r",
            "-p",
            "--eval",
            "-s",
            "-",
            "eval",
            "-E",
            "--print",
            "-Command",
            "-EncodedCommand",
        ) and command.name not in ("deno", "bun"):
            if word in ("-r", "-p", "-E") and command.name in ("node", "nodejs", "tsx", "python3", "python"):
                continue
            return
        if word in ("run", "test") and command.name in ("deno", "bun"):
            continue
        if word in (
            "-W",
            "-X",
            "-o",
            "-O",
            "-I",
            "--require",
            "--import",
            "--loader",
            "--rcfile",
            "--init-file",
        ):
            next(words, None)
        elif word[:1] != "-" and word[:1] != "+":
            if "://" not in word and word[:2] != "<(":
                yield "run", word
            return


def _gpg(command: Command) -> Touched:
    for word in command.operands(
        frozenset(
            "-r --recipient -o --output -u --local-user --passphrase --homedir --batch --keyserver "
            "--passphrase-file".split()
        )
    ):
        if "/" in word or "." in word:
            yield "read", word
    if out := command.value("-o", "--output"):
        yield "write", out


def _vault(command: Command) -> Touched:
    words = command.operands(frozenset({"--vault-password-file", "--vault-id", "-k", "--age", "--pgp"}))
    start = 1 if command.name == "ansible-vault" else 0
    for word in words[start:]:
        if word not in ("exec-env", "exec-file", "decrypt", "encrypt", "edit"):
            yield "read", word


def _nothing(command: Command) -> Touched:
    _ = command
    yield from ()


@cache
def _handlers() -> dict[str, Callable[[Command], Touched]]:
    return {
        **dict.fromkeys(_READERS.split(), _reader), **dict.fromkeys(_FILTERS.split(), _filter), **dict.fromkeys(_LISTERS, _lister),
        **dict.fromkeys(_WRITERS, _writer), **dict.fromkeys(_DELETERS, _deleter), **dict.fromkeys(_RUNNERS, _runner),
        **dict.fromkeys(_SCRIPTED, _scripted),
        **dict.fromkeys(("cp", "mv", "install", "gcp", "gmv", "ginstall"), _copy), "ln": _link, "gln": _link, "dd": _dd, "tar": _tar,
        "gtar": _tar, "bsdtar": _tar, **dict.fromkeys(("zip", "7z", "7za", "7zz", "rar"), _zip), "unzip": _unzip, "openssl": _openssl,
        "source": _source, ".": _source, **dict.fromkeys(("scp", "rsync"), remote_copy), "curl": curl, "curlie": curl, "wget": wget,
        **dict.fromkeys(("http", "https", "xh", "xhs"), httpie), **dict.fromkeys(VERBS, client),
        **dict.fromkeys(("mail", "mailx", "mutt", "sendemail", "swaks"), attach), "gpg": _gpg, "gpg2": _gpg,
        **dict.fromkeys(("ftp", "sftp", "tftp", "lftp", "smbclient"), transfer),
        "ansible-vault": _vault, "sops": _vault, **dict.fromkeys(("echo", "printf", "cd", "true", "export", "test", "["), _nothing),
    }  # fmt: skip
