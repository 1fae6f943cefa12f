"""Power, services, processes, firewall, kernel, accounts and packages of the machine."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import in_container
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
info: shutdown -c ; a shutdown is called off
high: shutdown|reboot|halt|poweroff|telinit !-k|--wtmp-only ; the machine goes down
high: pm-suspend|pm-hibernate|pm-suspend-hybrid ; the machine sleeps
high: init 0|1|6|s|S ; the machine goes down
high: systemctl poweroff|reboot|halt|kexec|rescue|emergency|isolate|suspend|hibernate|switch-root|soft-reboot|exit|default ; the machine goes down or changes its state
info: systemctl stop|restart|kill|disable|mask|reload --user ; a service of the user's own
medium: systemctl stop|disable|mask|kill|set-default|revert|freeze|clean ; a service
low: systemctl restart|reload|try-restart|daemon-reload|daemon-reexec|reset-failed|set-property|edit|unmask ; a service
medium: service * stop|--full-restart ; a service
low: service * restart|reload|start ; a service
medium: rc-service|invoke-rc.d * stop|zap ; a service
medium: rc-update del|delete ; a service at start
medium: update-rc.d * remove|disable|defaults-disabled ; a service at start
medium: chkconfig * off ; a service at start
medium: chkconfig --del ; a service at start
medium: supervisorctl stop|shutdown|remove|clear ; services
low: supervisorctl restart|reload|update ; services
medium: sv|runsvctrl|s6-rc|initctl down|stop|exit|force-stop|shutdown|kill|d ; a service
medium: launchctl unload|bootout|remove|disable|kill|reboot|stop ; a service
low: brew services ; a service
low: pm2 stop|delete|kill|flush ; its processes
medium: net|sc|sc.exe stop|delete|config ; a service
high: net user|localgroup ~/delete|/add|/active:no|/active:yes ; accounts
high: schtasks =/delete|/Delete|/DELETE ; a task
medium: taskkill ~/f ; processes
low: taskkill * ; processes
high: iptables|ip6tables|iptables-legacy|ip6tables-legacy|iptables-nft -F|--flush|-X|-P|--policy|-Z|--delete-chain ; the firewall
medium: iptables|ip6tables|iptables-legacy|ip6tables-legacy|iptables-nft -D|--delete|-A|--append|-I|--insert|-R|--replace ; the firewall
high: iptables-restore|ip6tables-restore !-t|--test ; the firewall
high: nft flush|destroy ; the firewall
medium: nft delete|add|insert|replace|reset ; the firewall
high: ufw disable|reset ; the firewall
medium: ufw delete|default|allow|deny|route|insert|limit|reject ; the firewall
medium: firewall-cmd ~--remove-service|--panic-on|--panic-off|--complete-reload|--reload ; the firewall
medium: firewall-cmd =--remove-|--add-|--delete-|--set-default|--set-target|--panic ; the firewall
high: pfctl -F|-d|-f|-e ; the firewall
high: ipfw|shorewall|csf flush|clear|stop|delete|-x|-f|* ; the firewall
high: netsh ~firewall|advfirewall ; the firewall
high: ebtables|arptables -F|--flush ; the firewall
high: ipset destroy|flush ; the firewall
high: setenforce 0|Permissive|permissive ; SELinux switched off
medium: setsebool|semanage|semodule|chcon|restorecon -P|-d|-r|-R|-a|--deleteall|-D ; SELinux
high: aa-teardown|aa-disable|aa-complain|apparmor_parser|aa-remove-unknown !-r|-a ; AppArmor
high: spctl --master-disable|--global-disable ; Gatekeeper switched off
high: csrutil|nvram disable|clear|-c|-d|authenticated-root ; protection of the system switched off
high: fdesetup disable|removerecovery|remove ; disk encryption switched off
medium: tmutil disable ; backups switched off
medium: sysctl -w|--write|-p|--load|--system ; kernel settings
medium: sysctl == ; kernel settings
high: modprobe|rmmod -r|--remove|-f|--force ; a kernel module
medium: rmmod|insmod|kexec|kmod * ; a kernel module
low: modprobe * ; a kernel module
high: kexec -e|-l|-p ; another kernel
high: userdel|deluser|groupdel|delgroup * ; an account
high: passwd -d|-l|--delete|--lock|-e ; an account
high: usermod|chage -L|--lock|-E|--expiredate|-e ; an account
high: pwck|grpck|vipw|vigr * !-r ; accounts
high: dscl|sysadminctl ~-delete|delete|-deleteuser|-resetpasswordfor ; an account
high: crontab -r ; every cron job of the user
medium: atrm|at * -d|-r ; waiting jobs
medium: atrm * ; waiting jobs
medium: ip link|addr|address|route|rule|netns|neigh delete|del|flush|down ; the network
high: ip link set ~down ; the network
high: ip route|rule|addr flush ; the network
high: ifconfig * ~down|delete|-alias ; the network
high: ifdown|ifdown-eth0 * ; the network
medium: route ~del|delete|flush ; the network
high: nmcli connection|con|c|networking|n|radio|r|device|dev|d delete|down|off|disconnect|wifi ; the network
high: networksetup ~off|-removenetworkservice|-setnetworkserviceenabled|-setdnsservers|-setwebproxy ; the network
medium: resolvectl|systemd-resolve ~revert|dns ; name service
high: wg-quick|openvpn down ; a tunnel
high: tc qdisc|filter|class del|delete|replace|add ; traffic
medium: hostnamectl|hostname set-hostname|* !-f|-i|-I|-s|-d ; the machine's name
medium: timedatectl set-time|set-ntp|set-timezone ; the clock
medium: date -s|--set ; the clock
medium: hwclock -w|--systohc|--set|-s|--hctosys ; the clock
medium: localectl set-locale|set-keymap ; locale
medium: telinit|runlevel 0|1|6 ; the machine goes down
high: loginctl terminate-session|terminate-user|kill-session|kill-user|terminate-seat ; sessions
medium: loginctl disable-linger ; sessions
high: pmset|caffeinate sleepnow|displaysleepnow|schedule|restoredefaults ; power
high: rtcwake -m ; power
high: ipmitool ~off|cycle|reset|soft|clear ; power
high: virsh|xl destroy|undefine|shutdown|vol-delete|pool-delete|pool-destroy|net-destroy|net-undefine|snapshot-delete|managedsave-remove ; virtual machines
high: VBoxManage|vboxmanage|prlctl|vmrun controlvm|unregistervm|closemedium|delete|deleteVM|stop|snapshot ; virtual machines
high: vagrant destroy ; virtual machines
medium: vagrant halt|suspend ; virtual machines
high: qm|pct|pvesh|pvecm destroy|stop|delete|delnode|reset|rollback ; virtual machines
high: multipass delete|purge|stop ; virtual machines
high: limactl|colima|orb|orbctl delete|stop|factory-reset|reset|prune ; virtual machines
high: lxc|incus delete ; a container
high: machinectl terminate|poweroff|kill|remove|clean ; a machine
high: wsl --unregister|--shutdown|--uninstall|-t ; Linux on Windows
"""

_KILLERS = ("kill", "killall", "pkill", "xkill", "skill", "fuser", "kill-port", "npkill", "killall5")
_PACKAGES = """
medium: apt|apt-get|aptitude purge|remove|autoremove|autopurge|full-upgrade|dist-upgrade !-s|--simulate|--just-print ; packages of the system
info: apt|apt-get|aptitude clean|autoclean ; a cache
high: dpkg --force-all|--purge|-P|--force-remove-reinstreq|--force-depends ; packages of the system
medium: dpkg -r|--remove|--configure ; packages of the system
medium: yum|dnf|zypper|microdnf|tdnf remove|erase|autoremove|rm|swap|downgrade|distro-sync|distribution-upgrade|dup ; packages of the system
high: yum|dnf history undo|rollback ; packages of the system
high: rpm -e|--erase|--nodeps|--rebuilddb ; packages of the system
medium: pacman|yay|paru -R|--remove|-Rns|-Rs|-Rdd|-Rsc ; packages of the system
medium: apk del ; packages of the system
medium: emerge -C|--unmerge|--depclean|-c ; packages of the system
medium: pkg delete|remove|autoremove ; packages of the system
medium: snap|flatpak remove|uninstall|disable|refresh ; packages of the system
low: brew|port uninstall|remove|rm|autoremove|cleanup|unlink ; a package
medium: nix-collect-garbage -d|--delete-old|--delete-older-than ; the way back to earlier systems
medium: nixos-rebuild|nix-env switch|boot|--uninstall|--delete-generations|-e ; the system
medium: do-release-upgrade|softwareupdate -i|-a|--install|-f|-m ; the system
medium: winget|choco|scoop uninstall ; a program
low: pip|pip3|pipx|uv uninstall ; a package
low: uv pip uninstall ; a package
low: npm|pnpm|yarn|bun uninstall|remove|rm|un|prune ; a package
low: gem|cargo|conda|mamba|composer uninstall|remove ; a package
medium: conda|mamba|micromamba env remove ; an environment
medium: conda|mamba|micromamba remove --all ; an environment
low: pyenv|nvm|rustup|rbenv|asdf|mise|volta|fnm uninstall|self ; a toolchain
medium: rustup self uninstall ; a toolchain
medium: mise|asdf implode|plugin-remove ; a toolchain
"""


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS + _PACKAGES)


@rule(
    id="SYS-001",
    title="Service, firewall, power or process disruption",
    severity="medium",
    category="operations",
    matches="shutdown, init 0, systemctl stop, kill -1, firewall flushes, SELinux off, accounts, cron jobs and packages removed",
    false_positives="kill and pkill of one's own dev server, and packages of a project, are info or low.",
    advice="Let a person do it, or allow the one service by name in settings.",
    permission="Bash(shutdown:*)",
    on=Command,
    programs=(*_KILLERS, *sorted({*programs_of(_ROWS + _PACKAGES)})),
    attack=("T1489", "T1529", "T1562.004", "T1531"),
    owasp=("ASI08",),
    auto_mode=("Interfere With Workloads",),
)
def services(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    The machine, its services, firewall, accounts or packages are stopped, weakened or removed.

    Bad:
        sudo shutdown -h now            # high
        init 0                          # high
        systemctl stop postgresql       # medium
        iptables -F                     # high
        sudo ufw disable                # high
        setenforce 0                    # high
        kill -9 -1                      # critical
        sudo userdel -r bob             # high
        crontab -r                      # high
        sudo apt-get purge -y nginx     # medium
    Fine:
        kill 4711                       # info
        pkill -f "vite dev"             # info
        systemctl status nginx
        systemctl --user restart app
        crontab -l
        pip uninstall -y requests       # low
        iptables -L
    """
    _ = scene
    if command.name in _KILLERS:
        yield from _kill(command)
        return
    if row := look_up(_table(), command):
        severity = row.severity
        if in_container(command):
            severity = "low" if severity in ("medium", "low", "info") else "medium"
        yield Hit(target=" ".join(command.operands()[:3]) or command.name, severity=severity, note=row.note)


_VITAL = frozenset({
    "systemd", "init", "sshd", "launchd", "dbus-daemon", "NetworkManager", "Xorg", "gnome-shell", "WindowServer", "loginwindow", "kernel_task",
    "kubelet", "dockerd", "containerd", "auditd", "rsyslogd", "systemd-journald", "cron", "crond", "firewalld", "falcon-sensor", "osqueryd",
})  # fmt: skip
_SERVERS = frozenset({
    "postgres", "mysqld", "mariadbd", "redis-server", "mongod", "nginx", "apache2", "httpd", "docker",
    "Docker", "Finder",
})  # fmt: skip


def _kill(command: Command) -> Iterator[Hit]:
    name = command.name
    if name == "killall5":
        yield Hit(target="every process", severity="critical")
        return
    if command.has("-l", "-L", "--list", "-0") or "-0" in command.args:
        return
    words = [str(word) for word in command.args]
    if name == "kill":
        pids = _pids(words)
        if "-1" in pids:
            yield Hit(target="every process", severity="critical", note="-1 stands for all processes")
        elif "1" in pids:
            yield Hit(target="process 1", severity="high", note="what runs everything else")
        else:
            yield Hit(target=" ".join(pids)[:80], severity="info", note="a process")
        return
    names = command.operands(frozenset({"-u", "-U", "-s", "--signal", "-g", "-P", "-t", "-n", "-k"}))
    user = command.value("-u", "-U", "--euid", "--user") if name in ("pkill", "killall", "skill") else None
    if user is not None and not names:
        severity: Severity = "high"
    elif any(each in (".", ".*", "") for each in names) and name == "pkill":
        severity = "critical"
    elif any(each in _VITAL for each in names):
        severity = "high"
    elif any(each in _SERVERS for each in names):
        severity = "medium" if "sudo" in command.through else "low"
    else:
        severity = "info"
    yield Hit(target=" ".join(names)[:80] or str(user or ""), severity=severity, note="processes by name")


def _pids(words: list[str]) -> list[str]:
    """What kill is to end: its arguments after the signal."""
    rest = list(words)
    if rest and rest[0] in ("-s", "--signal", "-n"):
        rest = rest[2:]
    elif rest and rest[0][:1] == "-" and rest[0] != "--" and (len(rest) > 1):
        rest = rest[1:]
    return [word for word in rest if word != "--"]
