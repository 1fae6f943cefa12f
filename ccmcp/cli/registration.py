"""Where and how ccmcp is registered with MCP clients on this machine, and writing it there."""

import json
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ccmcp.cli import clients, jsonc, toml_server
from ccmcp.cli.clients import CLIENTS, Client, Machine
from ccmcp.cli.entry import Init, Registration, Registrations
from ccmcp.errors import BadArgumentError, RegistrationError, UsageError


def register(asked: Init, env: Mapping[str, str]) -> Registrations:
    """
    The entries asked for, written if that is asked for too.

    Raises:
        UsageError, BadArgumentError: it can't be asked for so.
        RegistrationError: a settings file is not what it should be.

    """
    if not asked.name.replace("-", "").replace("_", "").isalnum() or not asked.name.isascii():
        raise BadArgumentError("--name", asked.name, "Give letters, digits, - and _ only.")
    if asked.write and not asked.client:
        raise UsageError(f"`ccmcp init --write` needs a client: {', '.join(CLIENTS)}.")
    machine = Machine(platform=sys.platform, home=_home(env), env=env)
    chosen = [CLIENTS[asked.client]] if asked.client else list(CLIENTS.values())
    found = [_registration(client, asked, machine) for client in chosen]
    if asked.client and not found[0].file:
        wanted = f"{chosen[0].title} knows no servers of a project. Leave --scope out."
        raise BadArgumentError("--scope", asked.scope, wanted)
    return Registrations(registrations=tuple(each for each in found if each.file), scope=asked.scope)


def _registration(client: Client, asked: Init, machine: Machine) -> Registration:
    launch, env = _launch(machine), _env(machine.env)
    entry = clients.entry(client, launch, env)
    file = clients.place(client, asked.scope, _client_machine(machine), os.getcwd())  # noqa: PTH109 - a text is wanted
    state: Literal["shown", "written", "unchanged"] = "shown"
    backup = None
    if asked.write and file:
        backup = _write(Path(file), client, asked.name, entry)
        state = "unchanged" if backup is None else "written"
    is_claude_code = client.name == "claude-code"
    return Registration(
        client=client.name,
        title=client.title,
        file=file,
        content=_content(client, asked.name, entry),
        state=state,
        backup=backup or None,
        command_line=clients.shell_line(machine, asked.scope, asked.name, launch, env)
        if is_claude_code
        else None,
        after=client.after,
    )


def _content(client: Client, name: str, entry: Mapping[str, Any]) -> str:
    if client.format == "toml":
        return toml_server.table(name, entry).rstrip()
    return jsonc.pretty({client.key: {name: entry}})


# -- what this machine says ----------------------------------------------------------


def _home(env: Mapping[str, str]) -> str:
    named = env.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    return named if os.path.isabs(named) else os.path.expanduser("~")  # noqa: PTH111, PTH117 - texts, and no raising


def _env(env: Mapping[str, str]) -> dict[str, str]:
    """What the server must be told, because clients start it without the environment of this shell."""
    return {"CLAUDE_CONFIG_DIR": given} if (given := _config_dir(env)) else {}


def _config_dir(env: Mapping[str, str]) -> str:
    """CLAUDE_CONFIG_DIR with absolute paths: the client starts the server in another folder."""
    given = env.get("CLAUDE_CONFIG_DIR", "").strip()
    if not given:
        return ""
    whole = os.path.abspath(os.path.expanduser(given))  # noqa: PTH100, PTH111 - texts, and no raising
    if "," not in given or os.path.isdir(whole):  # noqa: PTH112 - as above
        return whole
    parts = (part.strip() for part in given.split(",") if part.strip())
    return ",".join(os.path.abspath(os.path.expanduser(part)) for part in parts)  # noqa: PTH100, PTH111 - as above


def _client_machine(machine: Machine) -> Machine:
    """The machine as Claude Code sees it: of several config folders it uses the first."""
    first = _config_dir(machine.env)
    if first and not os.path.isdir(first):  # noqa: PTH112 - pathlib's raises where it may not look
        first = first.partition(",")[0]
    return Machine(
        platform=machine.platform, home=machine.home, env={**machine.env, "CLAUDE_CONFIG_DIR": first}
    )


def _launch(machine: Machine) -> list[str]:
    suffix = ".exe" if machine.platform == "win32" else ""
    own = Path(sys.argv[0])
    candidates = [own.with_suffix(suffix)] if own.stem == "ccmcp" else []
    candidates.append(Path(sysconfig.get_path("scripts")) / f"ccmcp{suffix}")
    return clients.launch(
        prefix=sys.prefix,
        python=sys.executable,
        scripts=[str(path.absolute()) for path in candidates if path.is_file()],
        uvx=shutil.which("uvx", path=machine.env.get("PATH")) or "",
        source=_source(),
    )


def _source() -> str:
    """Where ccmcp was installed from, in the words of a requirement; "" for PyPI."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - slow, for one command

    try:
        origin = json.loads(distribution("ccmcp").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError, OSError):
        return ""
    match origin:
        case {"url": str(url), "vcs_info": {"vcs": str(vcs), **info}}:
            wanted = info.get("requested_revision")
            return f"{vcs}+{url}@{wanted}" if wanted else f"{vcs}+{url}"
        case {"url": str(url)}:
            return url
        case _:
            return ""


# -- writing -------------------------------------------------------------------------


def _write(path: Path, client: Client, name: str, entry: Mapping[str, Any]) -> str | None:
    """Add the entry to a settings file; the backup's path, "" when there was nothing to keep, None when nothing changed."""
    real = Path(os.path.realpath(path))  # a link to a file kept elsewhere stays one
    try:
        old = real.read_bytes()
    except FileNotFoundError:
        old = None
    new = _merged(old or b"", str(path), client, name, entry)
    if new == old:
        return None
    real.parent.mkdir(parents=True, exist_ok=True)
    backup = ""
    if old is not None:
        backup = f"{path}.bak"
        shutil.copy2(real, backup)
    _replace(real, old, new, str(path))
    return backup


def _merged(old: bytes, path: str, client: Client, name: str, entry: Mapping[str, Any]) -> bytes:
    try:
        text = old.decode("utf-8")
        if client.format == "toml":
            return toml_server.with_server(text, name, entry).encode()
        if client.format == "json" and text.strip("\ufeff \t\r\n"):
            _strict(text)
        return _with_entry(text, (client.key, name), entry).encode()
    except UnicodeDecodeError:
        raise RegistrationError(path, "it is no UTF-8 text") from None
    except ValueError as error:
        raise RegistrationError(path, str(error)) from None


def _strict(text: str) -> None:
    """Refuse comments, for a client that reads none: a file that has some is broken already."""
    try:
        json.loads(text.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as error:
        line = f" (line {error.lineno}: {error.msg})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"it is no valid JSON{line}") from None


def _with_entry(text: str, path: tuple[str, str], entry: Mapping[str, Any]) -> str:
    """The text with the entry; what else its table holds (time-outs, other variables) stays."""
    known: Any = jsonc.read(text).plain if text.strip("\ufeff \t\r\n") else {}
    for part in path:
        known = known.get(part) if isinstance(known, dict) else None
    if not isinstance(known, dict):
        return jsonc.with_value(text, path, dict(entry))
    for key, value in entry.items():
        if key == "env" and isinstance(known.get("env"), dict):
            for variable, content in value.items():
                text = jsonc.with_value(text, (*path, "env", variable), content)
        else:
            text = jsonc.with_value(text, (*path, key), value)
    return text


def _replace(real: Path, old: bytes | None, new: bytes, path: str) -> None:
    """Put new content in place of the old, in one step, unless someone else was faster."""
    handle, temporary = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            shutil.copymode(real, temporary)
        _unchanged(real, old, path)
        Path(temporary).replace(real)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _unchanged(real: Path, old: bytes | None, path: str) -> None:
    if (real.read_bytes() if real.exists() else None) != old:
        raise RegistrationError(path, "another program has just changed it")
