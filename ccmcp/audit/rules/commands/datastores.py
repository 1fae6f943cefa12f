"""Redis, MongoDB, queues, search engines: commands of their clients that take data away."""

import re
from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._clients import fed, is_production, is_test
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
critical: mysqladmin|mariadb-admin ~drop ; a whole database
high: mysqladmin|mariadb-admin ~shutdown|flush-logs|stop-slave|kill ; the server
critical: dropdb * ; a whole database
medium: dropuser|droplang * ; an account
critical: dropdatabase|pg_dropcluster|pg_resetwal|pg_resetxlog * !-n ; a whole database or its log
high: pg_restore -c|--clean ; what is there is dropped first
high: mongorestore --drop ; what is there is dropped first
medium: pg_ctl stop|restart|promote|kill ; the server
high: pg_ctlcluster * stop|promote ; the server
medium: pg_archivecleanup * !-n ; logs for recovery
critical: initdb|mysql_install_db|mariadb-install-db !~never -D|--pgdata|--datadir ; a new cluster, where one may be
high: rabbitmqctl reset|force_reset|delete_vhost|delete_queue|purge_queue|delete_user|forget_cluster_node|force_boot|clear_permissions ; queues, accounts or a node
high: rabbitmqctl stop|stop_app|shutdown|kill_connection|close_all_connections|eval|set_vm_memory_high_watermark ; the broker
high: rabbitmqadmin delete|purge ; queues or exchanges
high: kafka-topics|kafka-topics.sh --delete ; a topic
high: kafka-consumer-groups|kafka-consumer-groups.sh --delete|--reset-offsets|--delete-offsets !--dry-run ; offsets
high: kafka-delete-records|kafka-delete-records.sh --offset-json-file ; records
medium: kafka-configs|kafka-configs.sh|kafka-acls|kafka-acls.sh --delete-config|--remove|--delete-config ; settings or access
high: kafka-reassign-partitions|kafka-reassign-partitions.sh --execute ; partitions are moved
high: rpk topic|group|cluster delete|trim-prefix|offset-delete ; a topic
high: nats stream|str|kv|object|con|consumer rm|delete|purge|del ; a stream
high: pulsar-admin * delete|delete-partitioned-topic|clear-backlog|unload|terminate ; a topic
high: etcdctl del ; keys
high: etcdctl snapshot restore ; a cluster's state
medium: etcdctl member|user|role|defrag|compaction|auth remove|delete|disable|* ; a cluster
high: consul kv|snapshot|acl|intention delete|restore ; keys or state
high: zkCli.sh|zkcli ~deleteall|rmr ; nodes
critical: nodetool decommission|removenode|assassinate|clearsnapshot|truncatehints ; a node or snapshots
high: nodetool drain|stopdaemon|disablegossip|disablebinary|disableautocompaction|scrub|flush|move ; a node
medium: nodetool * ; a node
high: couchbase-cli bucket-delete|bucket-flush|failover|reset-admin-password|server-remove|rebalance ; a bucket
critical: influx bucket|delete delete|--bucket|-b ; a bucket
high: influx delete ; points
critical: influxd restore|inspect ; a database
high: curator|curator_cli ~delete_indices|delete_snapshots|--config ; indices
high: elasticsearch-plugin|opensearch-plugin remove ; a plugin
high: elasticsearch-node ~unsafe-bootstrap|detach-cluster|repurpose|remove-customs ; a node's data
high: neo4j-admin ~load|--overwrite-destination|--force ; a database
high: cockroach node|debug|demo decommission|drain|reset ; a node
high: restic forget|prune|unlock|rewrite|key --prune|-l|--keep-last|--keep-daily|--keep-within|--remove-all !--dry-run|-n ; backups
high: restic prune !--dry-run|-n ; backups
medium: restic forget !--dry-run|-n ; backups
high: restic key remove ; the way into backups
high: borg delete|prune|recreate !--dry-run|-n|-n ; backups
high: duplicity remove-older-than|remove-all-but-n-full|remove-all-inc-of-but-n-full|cleanup --force ; backups
high: kopia ~delete|expire|--delete|--unsafe-ignore-source ; backups
high: duplicacy prune -exhaustive|-exclusive|-keep|-all|-r ; backups
high: bareos|bconsole ~delete|purge|prune ; backups
high: rdiff-backup --remove-older-than|--force ; backups
high: barman delete|delete-backup ; backups
high: pgbackrest expire|stanza-delete|restore|stop ; backups
high: wal-g|wal-e delete|everything ; backups
high: xtrabackup|mariabackup|innobackupex --copy-back|--move-back ; a data folder is filled
high: velero backup|restore|schedule|backup-location delete ; backups
medium: memcached-tool|memcflush|memdel|memrm * ; a cache
high: supabase db reset ; a whole database
high: supabase branches|projects|functions|secrets|storage|sso delete|rm|remove|unset ; a project's parts
high: turso db|group destroy ; a whole database
high: pscale database|branch|backup|deploy-request|password delete|demote ; a whole database or branch
high: neonctl|neon projects|branches|databases|roles delete|reset|restore ; a whole database or branch
high: atlas schema|migrate clean|apply|down --auto-approve ; a schema
high: dolt reset --hard ; changes
high: dolt branch -D|-d ; a branch
high: surreal import|restore * ; a database
high: ldapdelete|ldapmodify * ; a directory
medium: varnishadm ~ban|ban.url ; a cache
"""


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


@rule(
    id="DB-002",
    title="Destructive datastore operation",
    severity="high",
    category="databases",
    matches="FLUSHALL, dropDatabase, deleteMany({}), dropdb, queue and topic deletion, restores that drop, backups deleted",
    false_positives="A local cache; deletion of a single key is low.",
    advice="Take a dump first, and give the agent an account that cannot drop.",
    permission="Bash(redis-cli flushall:*)",
    on=Command,
    programs=("redis-cli", "valkey-cli", "keydb-cli", "mongo", "mongosh", *sorted({*programs_of(_ROWS)})),
    attack=("T1485", "T1490"),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Deletion (general)",),
)
def datastores(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A client or tool of a datastore takes data, or the backups of it, away.

    Bad:
        redis-cli FLUSHALL                              # high
        redis-cli -h prod-cache flushdb                 # critical
        mongosh app --eval "db.dropDatabase()"          # critical
        mongosh --eval "db.users.deleteMany({})"        # high
        dropdb shop                                     # critical
        pg_restore --clean -d shop dump.tar             # high
        rabbitmqctl reset                               # high
        kafka-topics.sh --delete --topic orders         # high
        restic forget --keep-last 1 --prune             # high
    Fine:
        redis-cli GET user:1
        redis-cli DEL session:42                        # low
        mongosh --eval "db.users.find({})"
        mongosh --eval "db.users.deleteOne({_id: 1})"
        restic snapshots
    """
    _ = scene
    if command.name in ("redis-cli", "valkey-cli", "keydb-cli"):
        found = list(_redis(command))
    elif command.name in ("mongo", "mongosh"):
        found = list(_mongo(command))
    else:
        row = look_up(_table(), command)
        found = [(" ".join(command.operands()[-2:]) or command.name, row.severity, row.note)] if row else []
    for target, severity, note in found:
        if severity == "high" and is_production(command):
            yield Hit(target=target, severity="critical", note=f"{note}, in production")
        elif severity in ("high", "critical") and is_test(*command.args):
            yield Hit(target=target, severity="medium", note=f"{note}, for tests")
        else:
            yield Hit(target=target, severity=severity, note=note)


_Found = tuple[str, Severity, str]
_REDIS_VALUED = frozenset({
    "-h", "-p", "-a", "-n", "-u", "-s", "-r", "-i", "-d", "--user", "--pass", "--cacert", "--cert", "--key",
    "-t", "-D", "--sni",
})  # fmt: skip


def _redis(command: Command) -> Iterator[_Found]:
    lines = [[str(word) for word in command.operands(_REDIS_VALUED)]]
    for text in (command.heredoc, *fed(command)):
        lines += [line.split() for line in text.splitlines()]
    for words in lines:
        if words:
            yield from _redis_command(
                words[0].upper(), words[1].upper() if len(words) > 1 else "", words, command
            )


_REDIS_DEBUG = ("SEGFAULT", "PANIC", "RESTART", "CRASH-AND-RECOVER", "FLUSHALL", "SLEEP", "RELOAD")
_REDIS_SETTINGS = ("dir", "dbfilename", "requirepass", "protected-mode", "masterauth", "save", "appendonly")


def _redis_command(verb: str, second: str, words: list[str], command: Command) -> Iterator[_Found]:
    text = " ".join(words)
    match verb:
        case "FLUSHALL" | "FLUSHDB":
            yield verb, "high", "every key"
        case "SHUTDOWN" | "FAILOVER":
            yield verb, "high", "the server"
        case "DEBUG" if second in _REDIS_DEBUG:
            yield text, "high", "the server"
        case "CONFIG" if second in ("SET", "REWRITE", "RESETSTAT"):
            writes = any(word.lower() in _REDIS_SETTINGS for word in words[2:])
            yield text[:80], "high" if writes else "medium", "settings of a running server"
        case "SLAVEOF" | "REPLICAOF" | "MIGRATE" | "SWAPDB" | "RESTORE":
            yield text[:80], "medium" if second != "NO" else "high", "data is replaced"
        case "CLUSTER" if second in ("RESET", "FLUSHSLOTS", "FORGET", "FAILOVER", "DELSLOTS"):
            yield text, "high", "a cluster"
        case "SCRIPT" | "FUNCTION" if second in ("FLUSH", "KILL", "DELETE"):
            yield text, "medium", "scripts"
        case "ACL" if second in ("DELUSER", "SETUSER"):
            yield text, "medium", "accounts"
        case "XTRIM" | "LTRIM" | "XGROUP":
            yield text[:80], "low", "a part of a list"
        case "DEL" | "UNLINK":
            fed_by_keys = command.open or any(
                "keys" in each.text.lower() or "--scan" in each.text
                for each in (*command.reads, *command.inner)
            )
            wide = fed_by_keys or "*" in text
            yield text[:80], "high" if wide else "low", "keys by pattern" if wide else "a key"
        case "EVAL" if "keys" in text.lower() and "del" in text.lower():
            yield "EVAL", "high", "keys by pattern"


@cache
def _mongo_calls() -> re.Pattern[str]:
    return re.compile(
        r"(?P<drop_db>\bdropDatabase\s*\(|\bdropDatabase['\"]?\s*:)"
        r"|(?P<drop>\.(?:drop|dropIndexes|dropCollection|dropUser|dropRole|dropAllUsersFromDatabase|dropIndex)\s*\()"
        r"|(?P<many>\.(?:deleteMany|remove|updateMany)\s*\(\s*(?:\{\s*\}|\)))"
        r"|(?P<stop>\bshutdownServer\s*\(|shutdown['\"]?\s*:\s*1|\brs\.(?:remove|stepDown|reconfig)\s*\(|\bfsyncLock\s*\()",
        re.IGNORECASE,
    )  # fmt: skip


def _mongo(command: Command) -> Iterator[_Found]:
    texts = [each for each in (command.value("--eval"), command.heredoc, *fed(command)) if each]
    for text in texts:
        for match in _mongo_calls().finditer(text):
            target = match[0].strip(".({}) ")
            if match["drop_db"]:
                yield target, "critical", "a whole database"
            elif match["drop"]:
                yield (
                    target,
                    "high" if target.lower() in ("drop", "dropcollection") else "medium",
                    "a collection, index or account",
                )
            elif match["many"]:
                yield target, "high", "every document"
            else:
                yield target, "high", "the server"
