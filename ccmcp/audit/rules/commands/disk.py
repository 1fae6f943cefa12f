"""Formatting, wiping and taking apart disks and volumes."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._placed import placed
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
critical: wipefs -a|--all|-o|--offset !-n|--no-act ; signatures wiped
critical: blkdiscard * ; every block discarded
critical: sfdisk --delete|--wipe|-w|--wipe-partitions|-W !-n|--no-act ; partitions
critical: sgdisk -Z|--zap-all|-z|--zap|-o|--clear|-d|--delete|-g|--mbrtogpt|-m|--gpttombr|-l|--load-backup !-P|--pretend ; partition table
high: sgdisk -n|--new|-t|--typecode|-R|--replicate|-G|--randomize-guids !-P|--pretend ; partition table
critical: parted|gparted ~mklabel|mktable|rm|mkpart|resizepart|rescue|mkfs|mkpartfs|move ; partition table
medium: parted ~set|name|toggle|disk_set|disk_toggle|type|align-check ; partition flags
medium: blockdev --setro|--setrw|--setra|--setfra|--setbsz|--flushbufs|--rereadpt ; a device's settings
medium: partprobe * !-d|--dry-run|-h|-v ; the kernel's partition table
critical: mke2fs|mkswap|mkdosfs|mkntfs|newfs|newfs_hfs|newfs_apfs|newfs_msdos|mkreiserfs|mkntfs * !-n ; formatted
critical: lvremove|vgremove|pvremove|vgexport|dmsetup_remove * !-t|--test ; a volume taken away
high: lvreduce|vgreduce|vgsplit|vgmerge|pvmove * !-t|--test ; a volume made smaller or moved
high: pvcreate|vgcreate * !-t|--test ; a volume made, and what was there before overwritten
medium: pvresize|pvchange|vgchange|lvchange|vgrename|lvrename|lvresize * !-t|--test ; a volume changed
critical: vgcfgrestore * ; volume metadata put back
high: lvconvert --merge|--mergesnapshot ; a snapshot merged into its origin
medium: lvconvert * ; a volume changed
critical: zpool destroy|labelclear|create|split|remove !-n ; a pool
high: zpool detach|offline|replace|clear|export|reguid|initialize|trim !-n ; a pool
high: zpool import -f|-F|-X|-D !-n ; a pool forced in
medium: zpool upgrade|attach|add|set|import !-n ; a pool
critical: zfs destroy !-n ; a dataset
high: zfs rollback|recv|receive !-n ; later snapshots and writes
medium: zfs unmount|umount|promote|rename|inherit|set|unload-key|release !-n ; a dataset
critical: mdadm --zero-superblock|--fail|-f|--remove|-r|--create|-C|--kill-subarray ; a RAID
high: mdadm --stop|-S|--grow|-G|--build|-B|--set-faulty ; a RAID
medium: mdadm --manage|--add|-a|--assemble ; a RAID
critical: cryptsetup luksFormat|luksErase|erase|luksKillSlot|luksRemoveKey|reencrypt|luksHeaderRestore|format|luksSuspend ; keys or data of an encrypted volume
high: cryptsetup luksClose|close|remove|luksAddKey|luksChangeKey|resize ; an encrypted volume
high: btrfs subvolume|sub|subvol delete ; a subvolume
critical: btrfs device|dev remove|delete ; a device of a filesystem
high: btrfs rescue|restore|replace|balance ; a filesystem
critical: btrfs check --repair|--init-csum-tree|--init-extent-tree ; repair that may lose data
medium: btrfs filesystem|fi resize ; a filesystem made smaller
medium: btrfs quota|qgroup disable|destroy|limit ; quotas
critical: diskutil eraseDisk|erasedisk|eraseVolume|erasevolume|zeroDisk|zerodisk|randomDisk|randomdisk|secureErase|secureerase|partitionDisk|partitiondisk|reformat ; erased
critical: diskutil apfs|cs|coreStorage|ar|appleRAID deleteContainer|deleteVolume|deletevolume|delete|eraseVolume|deleteSnapshot|deleteVolumeGroup ; erased
high: diskutil resizeVolume|mergePartitions|splitPartition|apfs|addPartition ; partitions
medium: diskutil unmountDisk|unmount|eject|umount|unmountdisk ; unmounted
critical: hdutil|asr restore --erase ; overwritten
critical: hdparm --security-erase|--security-erase-enhanced|--dco-restore|--trim-sector-ranges|--make-bad-sector|--write-sector|--repair-sector|--fwdownload|--user-master|--security-set-pass ; erased
critical: nvme format|sanitize|delete-ns|delete-subsys|fw-commit|fw-download|create-ns|detach-ns|reset|subsystem-reset|write|write-zeroes|dsm|write-uncor ; erased or reset
critical: sg_format|sg_sanitize|sg_unmap|sg_write_same|sdparm * ; erased
critical: badblocks -w|-n ; overwritten by a test
critical: debugfs -w ; a filesystem changed by hand
medium: tune2fs|resize2fs|xfs_growfs|e2label|xfs_admin|reiserfstune * !-l|-P ; a filesystem changed
high: fsck|e2fsck|fsck.ext4|fsck.ext3|fsck.ext2|xfs_repair|ntfsfix|reiserfsck|fsck.xfs|fsck.btrfs|fsck.vfat|fsck_apfs -y|-a|-p|-f|-L|--rebuild-tree|--rebuild-sb|--fix-fixable !-n|-N ; repair that may lose data
high: xfs_repair|ntfsfix * !-n|--no-action ; repair that may lose data
high: partprobe|kpartx -d|-u ; partition mappings
high: losetup -D|--detach-all ; every loop device
low: losetup -d|--detach ; a loop device
critical: format.com|bcdedit|bootrec * ; a volume or its start
critical: diskpart * ; partitions
critical: vssadmin delete ; backups of volumes
critical: wbadmin delete ; backups
critical: wmic shadowcopy delete ; backups of volumes
high: cipher =/w: ; free space overwritten
high: grub-install|update-grub|efibootmgr|grub2-install|grub-mkconfig|bootctl -B|-b|--delete-bootnum|-o|--recheck|--bootorder|remove ; how the machine starts
high: umount -l|-f|--lazy|--force|-a|--all|-R|--recursive ; unmounted by force
medium: mount =remount ; how a filesystem is mounted
high: swapoff -a|--all ; all swap
medium: swapoff * ; swap
high: dmsetup remove|remove_all|wipe_table|clear|suspend|load|reload ; device mappings
critical: lvm lvremove|vgremove|pvremove|lvreduce|pvcreate ; a volume taken away
critical: multipath -F|-f ; paths to disks
critical: iscsiadm ~delete|--logout ; a remote disk
high: targetcli ~delete|clearconfig ; remote disks
high: drbdadm wipe-md|create-md|down|invalidate|invalidate-remote|primary|detach|disconnect ; a replicated disk
critical: vgscan|ddrescue -f|--force ; a device overwritten
high: tmutil delete|deletelocalsnapshots|disable|disablelocal|thinlocalsnapshots|deletebackup|removedestination ; backups
high: snapper delete|remove|rm|undochange|rollback|delete-config ; snapshots
high: timeshift --delete|--delete-all|--restore ; snapshots
high: stratis ~destroy|wipe ; a pool
high: ceph|rbd|rados ~purge|rm|remove|delete|rmpool|zap|destroy|rollback|out ; storage
high: gluster volume|peer|snapshot delete|stop|detach|remove-brick ; storage
high: fstrim -a|--all ; discards blocks
"""


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


_MKFS = (
    "mkfs", "mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mkfs.xfs", "mkfs.btrfs", "mkfs.vfat", "mkfs.fat", "mkfs.ntfs", "mkfs.exfat",
    "mkfs.f2fs", "mkfs.minix", "mkfs.cramfs", "mkfs.jfs", "mkfs.msdos", "mkfs.reiserfs", "mkfs.bfs", "mkfs.hfsplus", "mkfs.nilfs2",
    "mkfs.erofs", "mkfs.udf", "mkfs.zfs", "mkexfatfs", "bcachefs", "format",
)  # fmt: skip


@rule(
    id="FS-004",
    title="Disk or volume destruction",
    severity="critical",
    category="files",
    matches="mkfs, wipefs, dd and redirects onto block devices, partitioning, volume managers, RAID, encrypted volumes, snapshots",
    false_positives="Image files and loop devices of one's own are low.",
    advice="Deny these programs in settings, and let a person run them.",
    permission="Bash(mkfs:*)",
    on=Command,
    attack=("T1561",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Local Destruction",),
)
def disk(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A command that overwrites or takes apart a disk, partition or volume.

    Bad:
        mkfs.ext4 /dev/sdb1                      # critical
        dd if=/dev/zero of=/dev/sda bs=1M        # critical
        cat image.iso > /dev/sdb                 # critical
        sudo wipefs -a /dev/nvme0n1              # critical
        zpool destroy tank                       # critical
        diskutil eraseDisk JHFS+ Empty disk2     # critical
        cryptsetup luksFormat /dev/sda2          # critical
        echo x | tee /dev/sdc                    # critical
        lvreduce -L 5G vg0/data                  # high
    Fine:
        dd if=/dev/zero of=swap.img bs=1M count=64
        mkfs.ext4 disk.img                       # low
        echo test > /dev/null
        exec 3<>/dev/tcp/127.0.0.1/5432
        lsblk; fdisk -l /dev/sda; zpool status
    """
    for redirect in command.redirects:
        if redirect.writes and block_device(redirect.target):
            yield Hit(target=str(redirect.target), note="written to from a shell")
    if command.name not in _PROGRAMS:
        return
    if row := look_up(_table(), command):
        yield Hit(
            target=" ".join(command.operands()[-2:]) or command.name, severity=row.severity, note=row.note
        )
        return
    yield from _others(command, scene)


def _others(command: Command, scene: Scene) -> Iterator[Hit]:
    words = command.operands()
    severity: Severity
    match command.name:
        case "dd" | "dcfldd" | "dc3dd" | "pv":
            targets = [word[3:] for word in command.args if word.startswith("of=")]
        case "cp" | "mv" | "install" | "rsync" | "ddrescue" | "qemu-img" | "scp" | "ln":
            targets = [str(word) for word in words[-1:]] if len(words) > 1 else []
        case name if name in _ON_EACH:
            targets = [str(word) for word in words]
        case "fdisk" | "gdisk" | "cfdisk" | "cgdisk" | "sfdisk":
            devices = [word for word in command.args if block_device(word)]
            if devices and not command.has(*_ONLY_SHOWN[command.name == "gdisk"]):
                fed = bool(command.reads or command.heredoc or command.redirects)
                severity = "critical" if fed else "high" if len(command.args) == 1 else "medium"
                yield Hit(target=str(devices[0]), severity=severity, note="partition table")
            return
        case "parted":
            devices = [word for word in words if block_device(word)]
            if devices and len(words) == 1 and not command.has("-l", "--list", "-v", "--version"):
                yield Hit(target=str(devices[0]), severity="medium", note="partition table")
            return
        case _:
            if command.name in _MKFS:
                yield from _formatted(command, scene)
            return
    for target in targets:
        if block_device(target):
            severity = "medium" if command.name in ("chmod", "rm", "ln") else "critical"
            yield Hit(target=target, severity=severity, note="a block device")


def _formatted(command: Command, scene: Scene) -> Iterator[Hit]:
    if command.name == "bcachefs" and command.args[:1] != ("format",):
        return
    words = [word for word in command.operands(_MKFS_VALUED) if word != "format"]
    if command.name == "format" and not (words and len(words[0]) == 2 and words[0][1] == ":"):
        return
    if (
        not words
        or (command.has("-n") and command.name.startswith("mkfs.ext"))
        or (command.has("-N") and command.name == "mkfs.xfs")
    ):
        return
    target = next((word for word in words if "/dev/" in word or "$" in word), words[-1])
    ordinary = (
        placed(target, command, scene).where in ("project", "temp", "build") and command.name != "format"
    )
    loop = target.startswith(("/dev/loop", "/dev/ram"))
    yield Hit(target=str(target), severity="low" if ordinary or loop else "critical", note="formatted")


_ON_EACH = frozenset({
    "tee", "shred", "truncate", "srm", "wipe", "scrub", "nwipe", "sponge", "fallocate", "chmod", "rm",
})  # fmt: skip
_MKFS_VALUED = frozenset({
    "-t", "--type", "-L", "--label", "-m", "-b", "-E", "-O", "-U", "-i", "-I", "-N", "-J", "-d", "-l", "-s", "-S", "-n", "-o", "-T",
})  # fmt: skip
_HARMLESS = (
    "/dev/null", "/dev/zero", "/dev/std", "/dev/fd", "/dev/tty", "/dev/pts", "/dev/shm", "/dev/tcp", "/dev/udp", "/dev/random",  # noqa: S108
    "/dev/urandom", "/dev/full", "/dev/ptmx", "/dev/console", "/dev/log", "/dev/loop", "/dev/ram", "/dev/kmsg", "/dev/video",
    "/dev/snd", "/dev/dsp", "/dev/input", "/dev/usb/", "/dev/lp", "/dev/cu.", "/dev/i2c", "/dev/gpio", "/dev/hidraw", "/dev/serial",
    "/dev/bus", "/dev/kvm", "/dev/dri", "/dev/net", "/dev/fuse", "/dev/uinput", "/dev/watchdog", "/dev/nvidia", "/dev/zram",
    "/dev/stdin", "/dev/stderr", "/dev/spidev", "/dev/rtc", "/dev/vhost", "/dev/NUL", "/dev/clipboard", "/dev/dev", "/dev/ttyUSB",
)  # fmt: skip


_LISTED = ("-l", "--list", "-s", "-V", "--version", "--help", "-h")
_ONLY_SHOWN = (
    (*_LISTED, "-d", "--dump", "-n", "--no-act", "-J", "-x", "-v", "--verify", "-F"),  # fdisk and its kin
    (*_LISTED, "--verify"),
)
"""Options with which partitions are only shown."""


def block_device(path: str) -> bool:
    """Whether a path is a disk's, a partition's or a volume's (or main memory's)."""
    if path[:4] == "\\\\.\\":
        return True
    return path[:5] == "/dev/" and len(path) > 5 and not path.startswith(_HARMLESS)


_PROGRAMS = frozenset((
    *programs_of(_ROWS), *_MKFS, "dd", "dcfldd", "dc3dd", "cp", "mv", "install", "rsync", "ddrescue", "tee", "shred", "truncate", "srm",
    "wipe", "scrub", "nwipe", "sponge", "fallocate", "fdisk", "gdisk", "cfdisk", "cgdisk", "qemu-img", "ln", "rm", "chmod", "pv",
))  # fmt: skip
