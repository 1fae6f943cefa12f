"""Jobs and services that go on running after the session."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._placed import in_container
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
info: crontab -l|-T|-V ; cron jobs listed
info: crontab -r ; see SYS-001
medium: crontab -e ; cron jobs edited
info: at|batch -l|-c|-V ; jobs listed
medium: at|batch * !-r|-d ; a job for later
medium: batch ; a job for later
low: systemctl enable|reenable ~docker|docker.service|nginx|postgresql|redis|redis-server|ssh|sshd|mysql|mariadb|apache2|httpd|containerd|chronyd|fail2ban|cron|ufw|caddy|grafana-server|prometheus|rabbitmq-server|kubelet|mongod|php-fpm ; a well-known service
low: systemctl enable|reenable --user ; a service of the user's own
medium: systemctl enable|reenable|link|preset|add-wants|set-environment|import-environment|edit ; a service at boot
medium: loginctl enable-linger ; services without a login
medium: launchctl load|bootstrap|enable|submit|kickstart|setenv ; a service at login
low: brew services start ; a service
medium: update-rc.d * defaults|enable ; a service at boot
medium: chkconfig * on ; a service at boot
medium: chkconfig --add ; a service at boot
medium: rc-update add ; a service at boot
medium: sysv-rc-conf|insserv * ; a service at boot
high: schtasks =/create|/Create|/CREATE ; a task
high: schtasks ~/create ; a task
high: sc|sc.exe create|config ; a service
high: reg add =CurrentVersion|Winlogon|Services ; started at login
high: systemd-run --on-calendar|--on-active|--on-boot|--on-unit-active|--timer-property ; a timer
high: osascript =item =make ; a login item
high: osascript =item =delete ; a login item
medium: pm2 startup ; a service at boot
low: pm2 save ; processes kept for the next start
low: update-alternatives --install|--set !--config ; which program a name runs
"""


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


@rule(
    id="PST-002",
    title="Scheduled job or service installed",
    severity="high",
    category="execution",
    matches="crontab, at, systemctl enable, launchctl load, schtasks, systemd-run timers, git hooks for every project",
    false_positives="Enabling a well-known service is low; listing is left alone.",
    advice="List what runs by itself (crontab -l, systemctl list-timers) and take out what nobody asked for.",
    permission="Bash(crontab:*)",
    on=Command,
    programs=sorted({*programs_of(_ROWS), "git"}),
    attack=("T1053.003", "T1543.002", "T1543.001", "T1053.005"),
    owasp=("ASI10",),
    auto_mode=("Unauthorized Persistence",),
)
def scheduled(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    Something is set up that runs by itself later.

    Bad:
        crontab jobs.txt                                  # high
        (crontab -l; echo "* * * * * /tmp/x") | crontab - # high
        echo /tmp/x | at now + 1 hour                     # medium
        sudo systemctl enable updater.service             # medium
        launchctl load ~/Library/LaunchAgents/x.plist     # medium
        systemd-run --on-calendar=hourly /tmp/x           # high
        git config --global core.hooksPath /tmp/hooks     # high
    Fine:
        crontab -l                                        # info
        atq
        sudo systemctl enable --now docker                # low
        systemctl list-timers
        launchctl list
        git config core.hooksPath .githooks
    """
    name = command.name
    if name == "git":
        yield from _git(command)
        return
    if name == "crontab" and not command.has("-l", "-r", "-e", "-T", "-V", "-h"):
        if command.args or command.reads or command.heredoc or command.redirects:
            yield Hit(
                target="crontab", note="cron jobs replaced", severity="low" if in_container(command) else None
            )
        return
    if row := look_up(_table(), command, frozenset({"-f", "-t", "-q", "-u"})):
        yield Hit(
            target=f"{name} {' '.join(command.operands()[:3])}".strip()[:100],
            severity="low" if in_container(command) else row.severity,
            note=row.note,
        )
    _ = scene


_HOOKS = frozenset({"core.hooksPath", "core.hookspath", "init.templateDir", "core.fsmonitor"})
_RUN = frozenset({"core.sshCommand", "core.pager", "core.editor"})


def _git(command: Command) -> Iterator[Hit]:
    """Settings of git that make it run something in every project."""
    words = command.operands()
    if (
        words[:1] != ("config",)
        or not command.has("--global", "--system")
        or command.has("--unset", "--get")
        or len(words) < 3
    ):
        return
    if words[1] in _HOOKS:
        yield Hit(target=str(words[1]), severity="high", note="run by git in every project")
    elif words[1] in _RUN:
        yield Hit(target=str(words[1]), severity="low", note="run by git in every project")
