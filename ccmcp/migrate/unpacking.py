"""A bundle -> a plan that takes its sessions into a project of this machine. I/O: reads only."""

import os
from collections import Counter
from functools import partial

from ccmcp.config import Root
from ccmcp.errors import MigrationError
from ccmcp.migrate.bundles.layout import Carried, Contents, Member
from ccmcp.migrate.bundles.reading import Bundle, contents_of, open_bundle, read
from ccmcp.migrate.carrying import title_of
from ccmcp.migrate.draft import Draft
from ccmcp.migrate.gathering import Asker, choose, circle_of
from ccmcp.migrate.plan import Action, After, Plan
from ccmcp.migrate.preparing import Wanted, bytes_written, facts_of, finished
from ccmcp.migrate.repository import Git
from ccmcp.migrate.risks import Circumstances, Going, asked
from ccmcp.migrate.route import line_of
from ccmcp.migrate.secrets import Searched, Text, secrets_in
from ccmcp.migrate.steps import Edits, FromBundle, FromFile
from ccmcp.migrate.surroundings import RootFacts, Surroundings, existing, surroundings
from ccmcp.migrate.survey import names_in, why_shut
from ccmcp.transcripts.belonging import Belonging, belonging_of
from ccmcp.transcripts.projects import encode

_NOT_EDITED = Edits()


def plan_bundle(wanted: Wanted, asker: Asker) -> Plan:
    """
    A plan for a bundle: its sessions, or the chosen ones, become sessions of the target in one root.

    `wanted.source` is the bundle's path; the root is `wanted.goal`, else the first of `wanted.roots`.

    Raises:
        MigrationError: nothing of it can be taken in.
        BundleError: it can't be read, or is not sound.

    """
    root = wanted.goal or wanted.roots[0]
    facts = facts_of([root], (os.path.realpath(wanted.target),), asker)[root.label]
    bundle = open_bundle(wanted.source, free=facts.free, progress=asker.progress, stopped=asker.stopped)
    try:
        unpacking = _Unpacking(bundle, root, facts, wanted, asker)
        plan = unpacking.plan()
        circumstances = unpacking.circumstances(plan)
    except OSError as error:
        raise MigrationError(
            f"Nothing was planned: {error.strerror or type(error).__name__}: {error.filename or wanted.source}."
        ) from error
    return finished(plan, circumstances)


class _Unpacking:
    def __init__(self, bundle: Bundle, root: Root, facts: RootFacts, wanted: Wanted, asker: Asker) -> None:
        self._bundle = bundle
        self._contents: Contents = contents_of(bundle)
        self._root = root
        self._real = os.path.realpath(root.path)
        self._projects = os.path.join(self._real, "projects")
        self._target = os.path.realpath(wanted.target)
        self._wanted = wanted
        self._asker = asker
        self._facts = facts
        self._draft: Draft = circle_of(asker, {}).draft(facts.case_counts is False)
        self._taken: list[Carried] = []
        self._going: list[Going] = []
        old = bundle.manifest.project_path
        self._paths = ((old, self._target),) if wanted.rewrite_paths and old and old != self._target else ()
        if wanted.rewrite_paths and not old:
            why = "the bundle does not say which folder the project had, so no path in it is rewritten"
            self._draft.leave("paths in transcripts", why)

    def plan(self) -> Plan:
        """The plan, without risks."""
        there = _ids_in(self._projects)
        for session in self._chosen():
            place = there.get(session.session_id)
            if self._wanted.mode == "copy":
                self._session(session, self._asker.new_id())
            elif place:
                self._draft.conflict(
                    "session", None, session.session_id, "a session of this id is in this root already", place,
                    f"It is at {place}. Where it is to be there twice, take it in under a new id: --new-ids "
                    "(over MCP: mode copy).",
                )  # fmt: skip
            else:
                self._session(session, session.session_id)
        self._shared()
        draft = self._draft
        if not draft.steps:
            raise MigrationError(_why_nothing(draft))
        return Plan(
            plan_id="",
            mode="bundle",
            source=self._bundle.path,
            target=self._target,
            root=self._root.label,
            target_root=self._root.label,
            made_at=self._asker.now.isoformat(timespec="microseconds"),
            roots=(self._real,),
            actions=tuple(draft.actions),
            conflicts=tuple(draft.conflicts),
            left=tuple(draft.left),
            sessions=sum(each.what == "session" for each in draft.actions),
            bytes=sum(each.bytes for each in draft.actions),
            after=tuple(sorted(draft.after, key=lambda each: -each.mtime_ns)),
            steps=tuple(draft.steps + draft.last),
        )

    def _chosen(self) -> list[Carried]:
        every = self._contents.sessions
        ids = choose(self._wanted.sessions, {each.session_id for each in every}, "this bundle")
        return [each for each in every if not ids or each.session_id in ids]

    def _session(self, session: Carried, id_: str) -> None:
        home = self._home(session)
        folder = os.path.join(self._projects, encode(home))
        path = os.path.join(folder, f"{id_}.jsonl")
        if why := why_shut(self._projects, self._real) or why_shut(folder, self._real):
            advice = "Make it a folder of the root, or give another root."
            self._draft.conflict("session", None, session.session_id, why, folder, advice)
            return
        says = self._said(session.transcript)
        tail = line_of(home, id_) if says.messages else ""
        if tail and not says.whole:
            tail = "\n" + tail
        renamed = (session.session_id, id_) if id_ != session.session_id else None
        edits = Edits(session=renamed, paths=self._paths)
        changes = Counter(self._put(path, session.transcript, edits, tail))
        for member in session.members:
            place = self._place(member, folder, session.session_id, id_)
            if self._draft.taken(place):
                self._draft.conflict("file", None, id_, "another is at its place", place)
                continue
            of_lines = member.kind in ("side", "agent") and place.endswith(".jsonl")
            changes.update(self._put(place, member, edits if of_lines else _NOT_EDITED))
        members = (session.transcript, *session.members)
        title = title_of(session.title)
        self._draft.actions.append(
            Action(
                do="add", what="session", source=None, target=path, session_id=session.session_id,
                new_session_id=id_ if renamed else None, title=title, files=len(members),
                bytes=sum(each.size for each in members), changes=dict(changes), detail=self._within(home),
            )
        )  # fmt: skip
        if says.messages:
            self._draft.after.append(
                After(
                    session_id=id_, title=title, cwd=home, root=self._root.label, path=path,
                    mtime_ns=session.transcript.mtime_ns,
                )
            )  # fmt: skip
        outputs = sum(each.place.startswith("tool-results/") for each in session.members)
        self._taken.append(session)
        self._going.append(
            Going(
                session_id=session.session_id, home=says.home, new_home=home, says=says, saved_outputs=outputs
            )
        )

    def _within(self, home: str) -> str | None:
        """Which folder of the target it belongs to; none for that itself."""
        return f"in {os.path.relpath(home, self._target)}" if home != self._target else None

    def _home(self, session: Carried) -> str:
        """The folder it belongs to here; the project's own for one that belonged to a folder outside of it."""
        within = session.home
        if within in (None, ".", ""):
            return self._target
        return os.path.join(self._target, *str(within).split("/"))

    def _place(self, member: Member, folder: str, old: str, session_id: str) -> str:
        parts = member.place.split("/")
        match member.kind:
            case "side":
                return os.path.join(folder, session_id, *parts)
            case "agent":
                return os.path.join(folder, *parts)
            case "todos":
                return os.path.join(self._real, "todos", *(part.replace(old, session_id) for part in parts))
            case kind:
                return os.path.join(self._real, kind, session_id, *parts)

    def _said(self, member: Member) -> Belonging:
        """What a transcript in the bundle says."""
        found = belonging_of(read(self._bundle, member.name), "")
        found.size = member.size
        return found

    def _put(self, path: str, member: Member, edits: Edits, tail: str = "") -> dict[str, int]:
        content = FromBundle(
            bundle=self._bundle.path, seen=self._bundle.seen, member=member.name, edits=edits, tail=tail
        )
        return dict(self._draft.put(path, content, member.mode or 0o600, member.mtime_ns).changes)

    def _shared(self) -> None:
        """What belongs to several: plans and memory where nothing is in their way; prompts stay in the bundle."""
        folder = os.path.join(self._projects, encode(self._target))
        for member, place, what in (
            *(
                (each, os.path.join(self._real, "plans", *each.place.split("/")), "plan")
                for each in self._contents.plans
            ),
            *(
                (each, os.path.join(folder, "memory", *each.place.split("/")), "memory")
                for each in self._contents.memory
            ),
        ):
            if self._draft.taken(place):
                if self._is_there(place, member):
                    continue
                self._draft.conflict(what, None, None, "another of this name is there", place)
                continue
            self._put(place, member, _NOT_EDITED)
            self._draft.actions.append(
                Action(do="add", what=what, source=None, target=place, bytes=member.size)
            )
        if self._contents.prompts:
            advice = f"They are in {self._contents.prompts.name} of the bundle, one JSON object per line."
            why = (
                "it is of what was typed on each machine: what was typed on the other one stays in the bundle"
            )
            self._draft.leave("prompt history", why, advice=advice)

    def circumstances(self, plan: Plan) -> Circumstances:
        """What is known of the plan's surroundings."""
        here = self._bundle.manifest.project_path or ""
        secrets = secrets_in(
            [self._searched(each) for each in self._taken],
            progress=self._asker.progress,
            stopped=self._asker.stopped,
        )
        return Circumstances(
            mode="bundle",
            source=here,
            target=plan.target,
            sessions=self._going,
            here=Surroundings(path=here),
            there=surroundings(plan.target, git=Git()),
            target_roots=[self._facts],
            writes=bytes_written(plan, [self._facts]),
            same_file_system=False,
            secrets=secrets.kinds,
            searched=secrets.searched,
            rewrite_paths=self._wanted.rewrite_paths,
            windows=self._asker.windows,
            exists=existing(asked(self._going, here)).__contains__,
        )

    def _is_there(self, place: str, member: Member) -> bool:
        """Whether a file has a member's very bytes."""
        try:
            return (
                os.path.getsize(place) == member.size
                and self._draft.measure(FromFile(path=place)).sha256 == member.sha256
            )
        except OSError:
            return False

    def _searched(self, session: Carried) -> Searched:
        """A session in the bundle, as it is looked through for secrets."""
        members = [
            session.transcript, *(each for each in session.members if each.kind in ("side", "agent"))
        ]  # fmt: skip
        return Searched(
            session_id=session.session_id,
            bytes=sum(each.size for each in members),
            mtime_ns=session.transcript.mtime_ns,
            texts=tuple(
                Text(is_lines=each.name.endswith(".jsonl"), read=partial(read, self._bundle, each.name))
                for each in members
            ),
        )


def _why_nothing(draft: Draft) -> str:
    """Why there is nothing to be done."""
    if not draft.conflicts:
        return "Nothing of this bundle can be taken in: it holds no sessions."
    first = draft.conflicts[0]
    more = f" (and so are {len(draft.conflicts) - 1} more)" if len(draft.conflicts) > 1 else ""
    return f"Nothing of this bundle can be taken in: session {first.session_id}: {first.why}{more}. {first.advice or ''}"


def _ids_in(projects: str) -> dict[str, str]:
    """Session ids in a root, and where their transcripts are. Raises OSError."""
    found: dict[str, str] = {}
    for name, is_folder in (names_in(projects) or {}).items():
        if is_folder:
            for each in names_in(os.path.join(projects, name)) or {}:
                if each.endswith(".jsonl"):
                    found[each[:-6]] = os.path.join(projects, name, each)
    return found
