"""`ccmcp bundle create` and `ccmcp bundle apply`: sessions in one file, for another machine, user or folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ccmcp.cli.asking import call_of
from ccmcp.cli.command import CHANGES, Command, Invocation
from ccmcp.cli.progress import Bar
from ccmcp.cli.terminal import tell
from ccmcp.redact import clean
from ccmcp.result import cleaned_result
from ccmcp.screen import Screen
from ccmcp.views.figures import counted_bytes
from ccmcp.views.migrated import Migrated, refusal
from ccmcp.views.migrated import screen as migrated
from ccmcp.views.migration import screen as planned_screen
from ccmcp.views.planned import LeftBehind
from ccmcp.views.words import counted, named

# -- create


@dataclass(frozen=True, kw_only=True)
class CreateBundle:
    """What goes into it."""

    file: str
    """The bundle to be made: a ZIP; nothing that is there is overwritten."""

    folder: str = ""
    """The project's folder, as its sessions know it (it may be gone); by default the working folder."""

    session: tuple[str, ...] = ()
    """Only these sessions: ids, or unique prefixes of 6 or more characters."""

    redact: bool = False
    """Replace secrets by [REDACTED:...], and leave out files that are no text. Names and paths of yours stay in the transcripts."""

    memory: bool = False
    """Also the project's memory."""

    prompts: bool = False
    """Also the prompts of these sessions from the prompt history."""

    root: str = ""
    """Only this root, by its label."""


@dataclass(frozen=True, kw_only=True)
class BundleMade:
    """A bundle that was made."""

    path: str
    project: str
    sessions: int
    files: int
    bytes: int
    """Of these files."""

    size: int
    """Of the bundle."""

    sha256: str
    """Of the bundle."""

    redacted: Mapping[str, int] | None
    """How many secrets of each kind were replaced; none where that was not asked for."""

    left: tuple[LeftBehind, ...]
    """What is not in it, or not whole, and why."""


def _create(asked: CreateBundle, invocation: Invocation) -> BundleMade:
    from ccmcp.migrate.packing import Pack, pack  # noqa: PLC0415 - other commands do without
    from ccmcp.tools._migrating import asker_of, folder_of, left_behind, roots_of  # noqa: PLC0415

    config, bar = invocation.load_config(), Bar(invocation.terminal)
    call = call_of(invocation, config, bar, asks=False)
    wanted = Pack(
        file=folder_of(asked.file, call, "file"), project=folder_of(asked.folder or ".", call, "folder"), sessions=asked.session,
        redact=asked.redact, memory=asked.memory, prompts=asked.prompts,
    )  # fmt: skip
    try:
        made, project = pack(wanted, roots_of(config.roots, asked.root), asker_of(config, call))
    finally:
        bar.clear()
    return BundleMade(
        path=made.path, project=project, sessions=made.sessions, files=made.files, bytes=made.bytes, size=made.size,
        sha256=made.sha256, redacted=dict(made.redacted) if asked.redact else None,
        left=tuple(map(left_behind, made.left)),
    )  # fmt: skip


def _made(result: BundleMade, screen: Screen) -> str:
    rows = [
        (screen.style("bundle", "dim"), f"{named(result.path)}  ({counted_bytes(result.size)})"),
        (screen.style("of", "dim"), named(result.project)),
        (screen.style("holds", "dim"), f"{counted(result.sessions, 'session')}, {counted(result.files, 'file')}, {counted_bytes(result.bytes)}"),
        (screen.style("sha256", "dim"), result.sha256),
    ]  # fmt: skip
    found = [screen.table(rows)]
    if result.redacted is None:
        found += [
            "",
            "It holds the transcripts as they are, secrets too: keep it as you keep those. --redact makes one without.",
        ]
    elif result.redacted:
        kinds = ", ".join(f"{number} x {kind}" for kind, number in sorted(result.redacted.items()))
        found += ["", f"Replaced: {kinds}."]
    else:
        found += ["", "No secrets were found in it."]
    for each in result.left:
        at = f" ({named(each.path)})" if each.path else ""
        found.append(screen.style(f"- not in it: {each.what}{at}: {each.why}", "dim"))
    found += [
        "",
        f"On the other machine:  {screen.style(f'ccmcp bundle apply {Path(result.path).name} FOLDER', 'bold')}",
    ]
    return "\n".join(found)


CREATE = Command(
    name="bundle create",
    description=(
        "Put sessions of a project into one file, for another machine, user or folder: transcripts, subagents, tool results, file "
        "history, todos, tasks and plans. It is a ZIP of plain files with a manifest and digests, readable without ccmcp."
    ),
    group=CHANGES,
    parameters=CreateBundle,
    run=_create,
    screen=_made,
    positional=("file", "folder"),
    examples=(
        "ccmcp bundle create app.zip ~/work/app",
        "ccmcp bundle create login.zip --session 40ba1f2c --redact",
    ),
)


# -- apply


@dataclass(frozen=True, kw_only=True)
class ApplyBundle:
    """Which bundle, and where to."""

    file: str
    """The bundle."""

    target: str = ""
    """The folder its sessions are to belong to; by default the working folder."""

    session: tuple[str, ...] = ()
    """Only these sessions of it."""

    new_ids: bool = False
    """Give each session an id of its own, as Claude Code's own forks have: for a root that has these sessions already."""

    rewrite_paths: bool = False
    """Also rewrite the project's old folder to the new one inside the transcripts, where it is a path and not prose."""

    root: str = ""
    """The root they go to, by its label; by default the first."""


def _apply(asked: ApplyBundle, invocation: Invocation) -> Migrated:
    from ccmcp.migrate import applying  # noqa: PLC0415 - other commands do without
    from ccmcp.migrate.preparing import Wanted  # noqa: PLC0415
    from ccmcp.migrate.unpacking import plan_bundle  # noqa: PLC0415
    from ccmcp.tools import _migrating as shared  # noqa: PLC0415

    config, bar = invocation.load_config(), Bar(invocation.terminal)
    call = call_of(invocation, config, bar, asks=True)
    wanted = Wanted(
        source=shared.folder_of(asked.file, call, "file"), target=shared.folder_of(asked.target or ".", call, "target"),
        mode="copy" if asked.new_ids else "bundle", sessions=asked.session, rewrite_paths=asked.rewrite_paths,
        roots=shared.roots_of(config.roots, asked.root),
    )  # fmt: skip
    try:
        plan = plan_bundle(wanted, shared.asker_of(config, call))
        applying.keep(config.state, plan, call.now)
        terminal = invocation.terminal
        if not invocation.common.yes and terminal.in_is_tty:
            shown = cleaned_result(shared.planned(plan, config.roots, call), clean)
            screen = Screen(now=call.now, width=terminal.width, colour=terminal.colour)
            tell(f"{planned_screen(shown, screen)}\n\n")
        answer = call.ask(shared.question(plan)) if call.ask else "unable"
        if answer != "accept":
            return shared.refused(plan, answer, f"ccmcp migrate apply {plan.plan_id} --yes")
        came = applying.apply(config, plan, call.now, progress=bar.draw)
        return shared.applied(config.roots, came, call)
    finally:
        bar.clear()


APPLY = Command(
    name="bundle apply",
    description=(
        "Take the sessions of a bundle into a project of this machine, so that Claude Code resumes them there. Every byte of the bundle "
        "is checked first; nothing is overwritten; `ccmcp migrate undo` takes it back. `ccmcp migrate plan FILE FOLDER` shows what it "
        "would do."
    ),
    group=CHANGES,
    parameters=ApplyBundle,
    run=_apply,
    screen=migrated,
    refusal=refusal,
    positional=("file", "target"),
    examples=("ccmcp bundle apply app.zip ~/work/app", "ccmcp bundle apply app.zip --session 40ba1f2c --yes"),
    asks=True,
)
