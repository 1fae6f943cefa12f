"""Packages and programs from sources nobody vouches for, and checks of sources switched off."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.hosts import is_local
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.shell.command import Command
from ccmcp.audit.shell_hosts import host_in, hosts

_PIP = frozenset({"pip", "pip3", "uv", "pipx", "poetry", "pdm", "easy_install", "python", "python3"})
_NODE = frozenset({"npm", "pnpm", "yarn", "bun"})
_INSTALLS = frozenset({"install", "i", "add", "ci", "update", "upgrade", "sync", "download", "wheel"})
_REGISTRIES = frozenset({
    "registry.npmjs.org", "registry.yarnpkg.com", "npm.pkg.github.com", "pypi.org", "files.pythonhosted.org", "test.pypi.org", "download.pytorch.org", "rubygems.org",
    "crates.io", "index.crates.io", "proxy.golang.org", "pkgs.dev.azure.com", "repo.maven.apache.org", "conda.anaconda.org", "pypi.nvidia.com", "registry.npmmirror.com",
    "mirrors.aliyun.com", "pypi.tuna.tsinghua.edu.cn", "wheels.vllm.ai", "flashinfer.ai", "data.pyg.org", "storage.googleapis.com", "npm.jsr.io", "pypi.python.org", "abetlen.github.io",
})  # fmt: skip
_FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeload.github.com", "raw.githubusercontent.com")
_OFF = {
    "NODE_TLS_REJECT_UNAUTHORIZED": "0", "GIT_SSL_NO_VERIFY": "1", "PYTHONHTTPSVERIFY": "0", "npm_config_strict_ssl": "false", "GONOSUMCHECK": "1", "GOFLAGS": "-insecure",
    "GONOSUMDB": "*", "GOINSECURE": "*", "CURL_INSECURE": "1", "GIT_SSL_VERIFY": "false", "HOMEBREW_NO_VERIFY_ATTESTATIONS": "1", "PIP_TRUSTED_HOST": "*",
}  # fmt: skip


@rule(
    id="SUP-001",
    title="Untrusted package, source or connection",
    severity="low",
    category="supply chain",
    matches="Packages from a URL or repository, other registries and indexes, checks of certificates and signatures switched off",
    false_positives="Registries of one's own company, and packages that are only on a forge.",
    advice="Pin versions and digests, and put trusted registries into the project's settings.",
    permission="Bash(pip install --index-url:*)",
    on=Command,
    attack=("T1195.001", "T1195.002"),
    owasp=("ASI04", "LLM03"),
    soc2=("CC6.8", "CC7.2"),
    auto_mode=("Package Registry Bypass", "Declared Dependencies", "TLS/Auth Weaken"),
)
def package(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Something is installed from elsewhere than usual, or without the usual checks.

    Bad:
        pip install --index-url http://pypi.x.example/simple app   # medium
        pip install https://x.example/app-1.0.tar.gz               # medium
        npm install --registry http://x.example lodash             # medium
        pip install --trusted-host x.example app                   # medium
        npm config set strict-ssl false                            # medium
        git -c http.sslVerify=false clone https://x.example/a.git  # medium
        curl -k https://x.example/a.tar.gz -o a.tar.gz             # medium
        NODE_TLS_REJECT_UNAUTHORIZED=0 npm install                 # medium
        sudo apt-get install --allow-unauthenticated x             # medium
        npm install git+https://x.example/a.git                    # medium
    Fine:
        pip install requests
        npm install
        npm install git+https://github.com/acme/tool.git          # low
        pip install torch --index-url https://download.pytorch.org/whl/cpu
        curl -k https://localhost:8443/health
        cargo install --git https://github.com/acme/tool           # low
        npm install --registry http://localhost:4873 app
    """
    _ = scene
    name, args = command.name, command.args
    yield from _variables(command)
    if name in ("curl", "wget"):
        if command.has("-k", "--insecure", "--no-check-certificate", "--proxy-insecure"):
            asked = [each.host for each in hosts(command)]
            if asked and not all(is_local(host) for host in asked if host) and any(asked):
                yield Hit(
                    target=next(host for host in asked if host),
                    severity="low" if command.has("-I", "--head") else "medium",
                    note="certificates not checked",
                )
    elif (
        name in _PIP
        or name in _NODE
        or name in ("gem", "cargo", "go", "conda", "mamba", "composer", "brew", "code", "cursor")
    ):
        yield from _installed(command)
    elif name == "git":
        if any("sslverify=false" in word.lower() for word in args) or (
            command.operands()[:1] == ("config",)
            and any(word.lower() == "http.sslverify" for word in args)
            and "false" in args
        ):
            yield Hit(target="http.sslVerify", severity="medium", note="certificates not checked")
    elif name in ("apt", "apt-get", "yum", "dnf", "zypper", "apk", "pacman"):
        if command.has(
            "--allow-unauthenticated",
            "--nogpgcheck",
            "--no-gpg-checks",
            "--allow-untrusted",
            "--force-yes",
            "--allow-insecure-repositories",
        ):
            yield Hit(target=name, severity="medium", note="signatures not checked")
    elif name in ("add-apt-repository", "apt-add-repository", "apt-key", "rpm", "dpkg") and (
        (name == "rpm" and any("://" in word for word in args))
        or name in ("add-apt-repository", "apt-add-repository")
        or (name == "apt-key" and "add" in args)
    ):
        yield Hit(
            target=f"{name} {' '.join(command.operands()[:2])}"[:100],
            severity="low",
            note="another source of packages",
        )


def _variables(command: Command) -> Iterator[Hit]:
    """Checks that are switched off by a variable."""
    given = [(name, str(value)) for name, value in command.sets.items()]
    if command.name == "export":
        given += [(word.partition("=")[0], word.partition("=")[2]) for word in command.args]
    for name, value in given:
        off = _OFF.get(name)
        if off is not None and value and (off in (value, "*") or name == "GIT_SSL_NO_VERIFY"):
            yield Hit(target=name, severity="medium", note="certificates not checked")


def _installed(command: Command) -> Iterator[Hit]:
    name, args = command.name, command.args
    if name in _NODE and args[:2] == ("config", "set"):
        line = " ".join(args[2:]).replace("=", " ")
        if line.startswith("strict-ssl false"):
            yield Hit(target="strict-ssl", severity="medium", note="certificates not checked")
        elif line.startswith("registry ") and host_in(line.split()[-1]) not in _REGISTRIES:
            yield Hit(
                target=host_in(line.split()[-1]) or "registry", severity="medium", note="another registry"
            )
        return
    installs = any(word in _INSTALLS for word in args[:4]) or (
        name in ("python", "python3") and "pip" in args[:2]
    )
    if not installs and not (name in ("go", "gem", "brew") and args[:1] in (("get",), ("tap",))):
        return
    for at, word in enumerate(args):
        option, equals, value = word.partition("=")
        value = value if equals else args[at + 1] if at + 1 < len(args) else ""
        if (
            option
            in (
                "--index-url",
                "--extra-index-url",
                "-i",
                "--registry",
                "--find-links",
                "--source",
                "--default-index",
                "--index",
            )
            and "://" in value
        ):
            host = host_in(value)
            if (
                host
                and not is_local(host)
                and host not in _REGISTRIES
                and not value.startswith("https://github.com")
            ):
                yield Hit(target=host, severity="medium", note="another registry")
        elif option == "--trusted-host":
            if not is_local(str(value)) and value not in _REGISTRIES:
                yield Hit(target=str(value), severity="medium", note="certificates not checked")
        elif (
            word[:1] != "-"
            and (
                "://" in word
                or word.startswith(("git@", "git+", "github:", "gitlab:", "bitbucket:", "gist:"))
            )
            and args[at - 1]
            not in (
                "--index-url",
                "--extra-index-url",
                "-i",
                "--registry",
                "-f",
                "--find-links",
                "--source",
                "--index",
                "--default-index",
            )
        ):
            yield Hit(target=str(word)[:120], severity=_from(word), note="from a URL or repository")
    if name == "go" and command.has("-insecure"):
        yield Hit(target="go -insecure", severity="medium", note="certificates not checked")


def _from(word: str) -> Severity:
    if word.startswith(("file:", "github:", "gitlab:", "bitbucket:", "git@github.com", "git@gitlab.com")):
        return "low"
    host = host_in(word[word.find("http") :] if "http" in word else word.partition("+")[2] or word)
    return "low" if host in _REGISTRIES or host in _FORGES or is_local(host) or not host else "medium"
