"""Completion scripts for shells, made from the commands there are. Pure."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccmcp.cli.command import Command
from ccmcp.cli.help import shared, summary, told
from ccmcp.cli.options import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag as shells need to know it."""

    text: str
    told: str
    takes_value: bool
    choices: tuple[str, ...] = ()
    folder: bool = False
    """Whether its value is a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A command as shells need to know it."""

    name: str
    told: str
    flags: tuple[Flag, ...]
    choices: tuple[str, ...] = ()
    """What its first argument can be."""


def entries(commands: Mapping[str, Command]) -> tuple[Entry, ...]:
    """What there is to complete."""
    return tuple(_entry(command, commands) for command in commands.values())


def _entry(command: Command, commands: Mapping[str, Command]) -> Entry:
    own = [(option, told(option, command, commands)) for option in command.switches]
    return Entry(
        name=command.name,
        told=summary(command, commands),
        flags=(
            *(_flag(option, text) for option, text in [*own, *shared(command)]),
            Flag(text="--help", told="Help on this command", takes_value=False),
        ),
        choices=command.arguments[0].choices if command.arguments else (),
    )


def _flag(option: Option, text: str) -> Flag:
    return Flag(
        text=option.flag,
        told=re.split(r"[:;] |\. |\.$", text, maxsplit=1)[0],
        takes_value=option.takes_value,
        choices=option.choices,
        folder=option.metavar == "PATH",
    )


# -- what several shells share -----------------------------------------------------


def _words(entry: Entry) -> str:
    return " ".join([*entry.choices, *(flag.text for flag in entry.flags)])


def _tops(found: Sequence[Entry]) -> dict[str, str]:
    """First words of commands, and what they are."""
    tops: dict[str, str] = {}
    for entry in found:
        first, _, second = entry.name.partition(" ")
        tops[first] = f"{tops[first]}, {second}" if second and first in tops else second or entry.told
    return tops


def _groups(found: Sequence[Entry]) -> dict[str, list[Entry]]:
    """First word of two-word commands -> them."""
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        if " " in entry.name:
            groups.setdefault(entry.name.partition(" ")[0], []).append(entry)
    return groups


def _with_values(found: Sequence[Entry]) -> list[str]:
    return list(dict.fromkeys(flag.text for entry in found for flag in entry.flags if flag.takes_value))


def _q(text: str) -> str:
    """A text in single quotes, for sh-like shells."""
    return "'" + text.replace("'", "'\\''") + "'"


# Which command is being completed: the first word that is no flag and no flag's value, with the second of a group.
_FIND_COMMAND = r"""
    for ((i = 1; i < $COUNT; i++)); do
        case "${words[i]}" in
            $VALUED) ((i++)); [[ "${words[i]}" == "=" ]] && ((i++)) ;;
            -*) ;;
            *) if [[ -z "$command" ]]; then command="${words[i]}"
               else case "$command" in $GROUPS) command="$command ${words[i]}" ;; esac; fi ;;
        esac
    done"""


# -- bash ----------------------------------------------------------------------------


def bash(found: Sequence[Entry]) -> str:
    """For bash 3.2 (macOS) and later; `--flag=value` too, which bash takes apart at the `=`."""
    groups = _groups(found)
    cases = [f"        {_q('')}) options={_q(' '.join([*_tops(found), '--help', '--version']))} ;;"]
    for group, inner in groups.items():
        names = " ".join(entry.name.partition(" ")[2] for entry in inner)
        cases.append(f"        {_q(group)}) options={_q(names + ' --help')} ;;")
    cases += [f"        {_q(entry.name)}) options={_q(_words(entry))} ;;" for entry in found]
    values = [
        f"        {_q(f'{entry.name} {flag.text}')}) options={_q(' '.join(flag.choices))} ;;"
        for entry in found
        for flag in entry.flags
        if flag.choices
    ]
    folders = "|".join(f"*{_q(' ' + flag)}" for flag in _folders(found))
    valued = "|".join(f"*{_q(' ' + flag)}" for flag in _with_values(found))
    find = (
        _FIND_COMMAND.replace("$COUNT", "COMP_CWORD")
        .replace("$VALUED", "|".join(_with_values(found)))
        .replace("$GROUPS", "|".join(groups) or "''")
    )
    return f"""# ccmcp completion for bash. In ~/.bashrc: source <(ccmcp completion bash)
_ccmcp() {{
    local words=("${{COMP_WORDS[@]}}") command="" options="" i
    local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
    if [[ "$current" == "=" ]]; then current=""
    elif [[ "$previous" == "=" ]]; then previous="${{COMP_WORDS[COMP_CWORD-2]}}"; fi{find}
    COMPREPLY=()
    case "$command $previous" in
{chr(10).join(values) or "        '') ;;"}
        {folders}) COMPREPLY=($(compgen -d -- "$current")); return ;;
        {valued}) return ;;
        *) case "$command" in
{chr(10).join("    " + case for case in cases)}
        esac ;;
    esac
    COMPREPLY=($(compgen -W "$options" -- "$current"))
}}
complete -o default -F _ccmcp ccmcp
"""


def _folders(found: Sequence[Entry]) -> list[str]:
    return list(dict.fromkeys(flag.text for entry in found for flag in entry.flags if flag.folder))


# -- zsh -----------------------------------------------------------------------------


def zsh(found: Sequence[Entry]) -> str:
    """For zsh; sourced, or as a file `_ccmcp` in $fpath."""
    groups = _groups(found)
    cases = [_zsh_case("", [*_tops(found).items(), ("--help", "Help"), ("--version", "The version")])]
    cases += [
        _zsh_case(group, [(entry.name.partition(" ")[2], entry.told) for entry in inner])
        for group, inner in groups.items()
    ]
    cases += [
        _zsh_case(
            entry.name,
            [*((choice, "") for choice in entry.choices), *((flag.text, flag.told) for flag in entry.flags)],
        )
        for entry in found
    ]
    values = [
        f"        {_q(f'{entry.name} {flag.text}')}) compadd -- {' '.join(map(_q, flag.choices))}; return ;;"
        for entry in found
        for flag in entry.flags
        if flag.choices
    ]
    folders = "|".join(f"*{_q(' ' + flag)}" for flag in _folders(found))
    valued = "|".join(f"*{_q(' ' + flag)}" for flag in _with_values(found))
    find = (
        _FIND_COMMAND.replace("i = 1", "i = 2")
        .replace("$COUNT", "CURRENT")
        .replace("$VALUED", "|".join(_with_values(found)))
        .replace("$GROUPS", "|".join(groups) or "''")
    )
    newline = "\n"
    return f"""#compdef ccmcp
# ccmcp completion for zsh. In ~/.zshrc, after compinit: source <(ccmcp completion zsh)
_ccmcp() {{
    local command="" previous="${{words[CURRENT-1]}}" i
    local -a found{find}
    case "$command $previous" in
{newline.join(values) or "        '') ;;"}
        {folders}) _files -/; return ;;
        {valued}) return ;;
    esac
    case "$command" in
{newline.join(cases)}
    esac
    _describe ccmcp found
}}
if [[ "$funcstack[1]" == "_ccmcp" ]]; then _ccmcp "$@"; else compdef _ccmcp ccmcp; fi
"""


def _zsh_case(name: str, found: Sequence[tuple[str, str]]) -> str:
    described = " ".join(_q(text.replace(":", r"\:") + (f":{told}" if told else "")) for text, told in found)
    return f"        {_q(name)}) found=({described}) ;;"


# -- fish ----------------------------------------------------------------------------


def fish(found: Sequence[Entry]) -> str:
    """For fish."""
    groups = _groups(found)
    lines = [
        "# ccmcp completion for fish: ccmcp completion fish > ~/.config/fish/completions/ccmcp.fish",
        "complete -c ccmcp -f",
    ]
    lines += [
        f"complete -c ccmcp -n __fish_use_subcommand -a {_fish(top)} -d {_fish(told)}"
        for top, told in _tops(found).items()
    ]
    lines.append("complete -c ccmcp -n __fish_use_subcommand -l version -d 'The version'")
    for entry in found:
        first, _, second = entry.name.partition(" ")
        here = f"__fish_seen_subcommand_from {first}"
        if second:
            siblings = " ".join(other.name.partition(" ")[2] for other in groups[first])
            lines.append(
                f"complete -c ccmcp -n '{here}; and not __fish_seen_subcommand_from {siblings}' "
                f"-a {second} -d {_fish(entry.told)}"
            )
            here += f"; and __fish_seen_subcommand_from {second}"
        if entry.choices:
            lines.append(f"complete -c ccmcp -n '{here}' -a {_fish(' '.join(entry.choices))}")
        lines += [f"complete -c ccmcp -n '{here}' {_fish_flag(flag)}" for flag in entry.flags]
    return "\n".join(lines) + "\n"


def _fish_flag(flag: Flag) -> str:
    value = f" -a {_fish(' '.join(flag.choices))}" if flag.choices else ""
    value = " -a '(__fish_complete_directories)'" if flag.folder else value
    return f"-l {flag.text[2:]}{' -x' if flag.takes_value else ''}{value} -d {_fish(flag.told)}"


def _fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


# -- PowerShell ------------------------------------------------------------------------


def powershell(found: Sequence[Entry]) -> str:
    """For PowerShell 5.1 and later."""
    top = {**_tops(found), "--help": "Help", "--version": "The version"}
    table: dict[str, dict[str, Any]] = {"ccmcp": {"words": top, "values": {}}}
    for group, inner in _groups(found).items():
        words = {entry.name.partition(" ")[2]: entry.told for entry in inner}
        table[f"ccmcp {group}"] = {"words": words, "values": {}}
    for entry in found:
        words = {choice: choice for choice in entry.choices} | {flag.text: flag.told for flag in entry.flags}
        values = {flag.text: list(flag.choices) for flag in entry.flags if flag.takes_value}
        table[f"ccmcp {entry.name}"] = {"words": words, "values": values}
    return _POWERSHELL.replace("$TABLE", _power(json.dumps(table, separators=(",", ":")))).replace(
        "$VALUED", ", ".join(map(_power, _with_values(found)))
    )


_POWERSHELL = """\
# ccmcp completion for PowerShell. In $PROFILE: ccmcp completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ccmcp -ScriptBlock {
    param($word, $line, $cursor)
    $table = ConvertFrom-Json $TABLE
    $valued = @($VALUED)
    $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
    $command = 'ccmcp'; $previous = ''
    for ($i = 1; $i -lt $before.Count; $i++) {
        $previous = $before[$i]
        if ($valued -contains $previous) { if ($i + 1 -lt $before.Count) { $i++; $previous = '' } }
        elseif ($table.PSObject.Properties.Name -contains "$command $previous") { $command = "$command $previous" }
    }
    $entry = $table.$command
    if ($entry.values.PSObject.Properties.Name -contains $previous) {
        $found = @($entry.values.$previous | ForEach-Object { [pscustomobject]@{ Name = $_; Value = $_ } })
    } else { $found = @($entry.words.PSObject.Properties) }
    $found | Where-Object { $_.Name -like "$word*" } | ForEach-Object {
        $told = if ($_.Value) { $_.Value } else { $_.Name }
        [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ParameterValue', $told)
    }
}
"""


def _power(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


SHELLS: Mapping[str, Callable[[Sequence[Entry]], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
    "powershell": powershell,
}
"""Shell -> what makes its script."""
