"""`ccmcp init`: print or write what makes an MCP client start ccmcp."""

from ccmcp.cli.command import SETUP, Command, Invocation
from ccmcp.cli.entry import Init, Registration, Registrations
from ccmcp.screen import Screen


def _run(asked: Init, invocation: Invocation) -> Registrations:
    from ccmcp.cli.registration import register  # noqa: PLC0415 - other commands do without

    return register(asked, invocation.env)


def _screen(result: Registrations, screen: Screen) -> str:
    blocks = [_block(each, screen) for each in result.registrations]
    if len(blocks) > 1:
        blocks.append("`ccmcp init CLIENT --write` adds it for you and keeps what else the file holds.")
    elif result.registrations[0].state == "shown":
        blocks.append(f"`ccmcp init {result.registrations[0].client} --write` adds it for you.")
    if result.scope == "project":
        blocks.append("The paths are this machine's: in a file you share, write `uvx ccmcp serve` instead.")
    return "\n\n".join(blocks)


def _block(each: Registration, screen: Screen) -> str:
    title = screen.style(each.title, "bold")
    match each.state:
        case "written":
            kept = f" Its old content is in {each.backup}." if each.backup else ""
            return f"{title}: registered in {each.file}.{kept}\n{each.after}"
        case "unchanged":
            return f"{title}: already registered in {each.file}. Nothing to do."
        case "shown":
            lines = [f"{title}: {screen.style(each.file, 'cyan')}"]
            if each.command_line:
                lines += [each.command_line, screen.style("which is the same as, in that file:", "dim")]
            return "\n".join([*lines, each.content])


COMMAND = Command(
    name="init",
    description=(
        "Register ccmcp with an MCP client: print what its settings file needs, or add it there. "
        "The client then starts the server by itself; CLAUDE_CONFIG_DIR is passed on when it is set."
    ),
    group=SETUP,
    parameters=Init,
    run=_run,
    screen=_screen,
    positional=("client",),
    examples=(
        "ccmcp init claude-code",
        "ccmcp init claude-code --write",
        "ccmcp init vscode --write --scope project",
    ),
)
