"""
Has the real client hold conversations, takes them somewhere with ccmcp, and tells what the client sends when it goes on there.

A job as JSON on stdin, a report on stdout. Started by the tests in a network namespace of its own.
"""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONG = "long " + "/".join(["a folder with a long name that goes on and on " * 2] * 3)
NAMES = {
    "plain": "app", "spaces": "my first app", "dots": "app.v2.0_x", "unicode": "größe-日本語-e\u0301", "emoji": "rocket 🚀 app", "long": LONG,
    "dashes": "-app-", "quotes": "it's \"quoted\" $HOME",
}  # fmt: skip
"""What the folders are called that projects go to."""


class Case:
    """One home with a client, and what is done in it."""

    def __init__(self, rig: Any, job: dict[str, Any], name: str) -> None:
        self.rig = rig
        self.job = job
        self.name = name
        self.marker = f"MARKER{name.title().replace(' ', '')}"

    def agent(self, prompt: str) -> str:
        given = {
            "description": "one",
            "prompt": prompt,
            "subagent_type": "general-purpose",
            "run_in_background": False,
        }
        return f"#tool Agent {json.dumps(given)}"

    def talk(self) -> str:
        """A conversation with a subagent and a saved output; its id."""
        big = "#tool Bash " + json.dumps({"command": "seq 1 20000"})
        said = f"{self.marker} question\n{big}\n{self.agent('sub task #say sub answer')}\n#say {self.marker} answer"
        return str(self.rig.p(said)["session_id"])

    def ccmcp(self, *arguments: str, home: Any = None) -> Any:
        """What the command line answers, as JSON."""
        rig = home or self.rig
        environment = {
            "PATH": rig.env()["PATH"], "HOME": str(rig.home), "CLAUDE_CONFIG_DIR": str(rig.config), "PYTHONDONTWRITEBYTECODE": "1",
            "XDG_CACHE_HOME": str(rig.root / "cache"), "XDG_STATE_HOME": str(rig.root / "state"),
        }  # fmt: skip
        run = subprocess.run(
            [self.job["python"], "-m", "ccmcp", *arguments, "--json"], env=environment, cwd=rig.root, capture_output=True,
            encoding="utf-8", check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(f"ccmcp {' '.join(arguments)}: {run.stdout}{run.stderr}")
        return json.loads(run.stdout)

    def server(self) -> list[str]:
        """The arguments that put ccmcp under the client."""
        environment = {
            "XDG_CACHE_HOME": str(self.rig.root / "cache"),
            "XDG_STATE_HOME": str(self.rig.root / "state"),
        }
        server = {"command": self.job["python"], "args": ["-m", "ccmcp", "serve"], "env": environment}
        servers = self.rig.root / "mcp.json"
        servers.write_text(json.dumps({"mcpServers": {"ccmcp": server}}), encoding="utf-8")
        return ["--mcp-config", str(servers), "--strict-mcp-config", "--allowedTools", "mcp__ccmcp"]

    def call(self, tool: str, **given: object) -> str:
        """The prompt that has the model look a tool up and call it."""
        name = f"mcp__ccmcp__{tool}"
        found = json.dumps({"query": f"select:{name}", "max_results": 5})
        return f"x #tool ToolSearch {found} #tool {name} {json.dumps(given)} #say called"

    def heard(self) -> str:
        """What the model was sent last."""
        sent = [
            request["body"] for request in self.rig.api.requests if (request["body"] or {}).get("messages")
        ]
        return json.dumps(sent[-1], ensure_ascii=False)

    def moved(self, target: Path, *more: str) -> Any:
        """Move the project's folder and bring its sessions along; the answer of apply."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self.rig.work.rename(target)
        return self.applied(self.ccmcp("migrate", "plan", str(self.rig.work), str(target), *more))

    def applied(self, plan: Any, home: Any = None) -> Any:
        return self.ccmcp("migrate", "apply", plan["plan_id"], "--yes", home=home)

    def goes_on(self, answer: Any, *, home: Any = None) -> list[dict[str, object]]:
        """Paste the lines of an answer into a shell; what the client then sent."""
        found = [self.pasted("continue", answer["continue_line"], home or self.rig)]
        for each in answer["after"]:
            found.append(self.pasted("resume", each["resume"], home or self.rig))
            found[-1]["checked"] = each["checked"]
        return found

    def pasted(self, how: str, line: str | None, rig: Any) -> dict[str, object]:
        before = len(rig.api.requests)
        folder = rig.root / "bin"
        folder.mkdir(exist_ok=True)
        if not (folder / "claude").exists():
            (folder / "claude").symlink_to(self.job["client"])
        environment = rig.env(PATH=f"{folder}:{rig.env()['PATH']}")
        del environment["CLAUDE_CONFIG_DIR"]  # the line says which, where it is not the home's own
        run = subprocess.run(
            ["/bin/sh", "-c", f"{line} -p 'go on #say went on' --output-format json"], env=environment, cwd="/", capture_output=True,
            encoding="utf-8", check=False, stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip
        sent = [
            json.dumps(request["body"] or {}, ensure_ascii=False) for request in rig.api.requests[before:]
        ]
        return {
            "case": self.name, "how": how, "line": line, "sent": any(self.marker in each for each in sent), "asked": len(sent),
            "code": run.returncode, "said": (run.stdout + run.stderr)[-600:],
        }  # fmt: skip


def renamed(case: Case) -> list[dict[str, object]]:
    case.talk()
    return case.goes_on(case.moved(case.rig.root / "elsewhere" / NAMES[case.name.partition(" ")[2]]))


def compacted(case: Case) -> list[dict[str, object]]:
    case.talk()
    case.rig.p("/compact", "--continue")
    case.rig.p(f"after it {case.marker} #say yes", "--continue")
    return case.goes_on(case.moved(case.rig.root / "new"))


def forked(case: Case) -> list[dict[str, object]]:
    first = case.talk()
    case.rig.p("fork #say forked", "--resume", first, "--fork-session")
    return case.goes_on(case.moved(case.rig.root / "new"))


def rewritten(case: Case) -> list[dict[str, object]]:
    case.talk()
    return case.goes_on(case.moved(case.rig.root / "new", "--rewrite-paths"))


def below(case: Case) -> list[dict[str, object]]:
    """The conversation ran in a folder below the project's."""
    inner = case.rig.work / "part.one"
    inner.mkdir()
    case.rig.p(f"{case.marker} below #say {case.marker}", cwd=inner)
    answer = case.moved(case.rig.root / "new")
    return [each for each in case.goes_on(answer) if each["how"] == "resume"]


def copied(case: Case) -> list[dict[str, object]]:
    case.talk()
    target = case.rig.root / "a copy"
    target.mkdir()
    plan = case.ccmcp("migrate", "plan", str(case.rig.work), str(target), "--mode", "copy")
    return case.goes_on(case.applied(plan))


def merged(case: Case) -> list[dict[str, object]]:
    target = case.rig.root / "there before"
    target.mkdir()
    case.rig.p("something else #say else", cwd=target)
    case.talk()
    plan = case.ccmcp("migrate", "plan", str(case.rig.work), str(target))
    return case.goes_on(case.applied(plan))


def bundled(case: Case) -> list[dict[str, object]]:
    """On another machine, of another user, in another folder."""
    case.talk()
    bundle = case.rig.root / "carried.zip"
    case.ccmcp("bundle", "create", str(bundle), str(case.rig.work))
    module: Any = importlib.import_module("rig")
    with module.Rig(case.rig.root / "other machine", work="checkout of it") as other:
        answer = case.ccmcp("bundle", "apply", str(bundle), str(other.work), "--yes", home=other)
        return case.goes_on(answer, home=other)


def undone(case: Case) -> list[dict[str, object]]:
    """Back again after it went on at the new place, and on once more."""
    case.talk()
    work, target = case.rig.work, case.rig.root / "new"
    answer = case.moved(target)
    case.goes_on(answer)
    case.ccmcp("migrate", "undo", answer["plan_id"], "--yes")
    target.rename(work)
    back = {
        "continue_line": f"cd {work} && claude --continue",
        "after": [
            {"resume": f"cd {work} && claude --resume {each['session_id']}", "checked": True}
            for each in answer["after"]
        ],
    }
    return case.goes_on(back)


def asked(case: Case) -> list[dict[str, object]]:
    """An agent in the new place brings the old sessions along, in two calls; the user says yes in the client's own dialog."""
    case.talk()
    target = case.rig.root / "new"
    case.rig.work.rename(target)
    case.rig.onboard(target)
    with case.rig.tui(*case.server(), cwd=target) as screen:
        screen.ready()
        screen.say(
            case.call("plan_migration", source=str(case.rig.work), target=str(target)), "idle", timeout=60
        )
        plan_id = re.findall(r"plan_id\W+([0-9a-f]{12})", case.heard())[-1]
        screen.say(case.call("apply_migration", plan_id=plan_id))
        screen.wait("\u276f Accept", timeout=60)
        while "\u276f Accept" in screen.screen():  # it takes no keys for a moment
            screen.key("Enter", gap=1.0)
        screen.wait("(?s)● called.*● called", timeout=60)
        answered = case.heard()
        screen.exit()
    listed = case.ccmcp("migrate", "list")["migrations"]
    old = [each for each in case.ccmcp("list")["sessions"] if case.marker in each["title"]]
    ways = [case.pasted("resume", each["resume"], case.rig) for each in old]
    state = {each["plan_id"]: each["state"] for each in listed}.get(plan_id)
    return [
        {**each, "checked": state == "applied" and re.search(r"state\W+applied", answered) is not None}
        for each in ways
    ]


def unasked(case: Case) -> list[dict[str, object]]:
    """In print mode nobody can be asked: nothing is done, and the answer has the command for the user."""
    case.talk()
    target = case.rig.root / "new"
    case.rig.work.rename(target)
    plan = case.ccmcp("migrate", "plan", str(case.rig.work), str(target))
    case.rig.p(case.call("apply_migration", plan_id=plan["plan_id"]), *case.server(), cwd=target)
    heard = case.heard()
    told = re.search(r"state\W+cancelled", heard) and f"ccmcp migrate apply {plan['plan_id']} --yes" in heard
    still = case.ccmcp("migrate", "list")["migrations"][0]["state"]
    again = case.ccmcp("migrate", "plan", str(case.rig.work), str(target))
    answer = case.applied(again)
    return [
        {**each, "checked": each.get("checked", True) and bool(told) and still == "planned"}
        for each in case.goes_on(answer)
        if each["how"] == "resume"
    ]


CASES: dict[str, Callable[[Case], list[dict[str, object]]]] = {
    **{f"moved {name}": renamed for name in NAMES},
    "compacted": compacted, "forked": forked, "rewritten": rewritten, "below": below, "copied": copied, "merged": merged,
    "bundled": bundled, "undone": undone, "asked": asked, "unasked": unasked,
}  # fmt: skip


def main() -> None:
    job = json.load(sys.stdin)
    sys.path.insert(0, job["rig"])
    module: Any = importlib.import_module("rig")
    module.enter_sandbox()
    report: dict[str, object] = {}
    for name in job["cases"]:
        root = Path(job["root"]) / name.replace(" ", "-")
        try:
            with module.Rig(root) as rig:
                report[name] = CASES[name](Case(rig, job, name))
        except (RuntimeError, OSError, KeyError, subprocess.SubprocessError) as error:
            report[name] = [
                {"case": name, "how": "failed", "sent": False, "said": f"{type(error).__name__}: {error}"}
            ]
        if not os.environ.get("KEEP"):
            shutil.rmtree(root, ignore_errors=True)
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
