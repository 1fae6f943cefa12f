"""Requests that delete what a server holds."""

from collections.abc import Iterator
from functools import cache
from re import Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, Severity, rule
from ccmcp.audit.rules.commands._http import CLIENTS, Request, requests
from ccmcp.audit.rules.commands._reach import host_of, is_local_host, names_production, port_of
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.rules.commands._verbs import destroys
from ccmcp.audit.shell.command import Command

_STORES = {
    "9200": "Elasticsearch", "9201": "Elasticsearch", "7700": "Meilisearch", "8108": "Typesense", "8983": "Solr",
    "5984": "CouchDB", "6333": "Qdrant", "8086": "InfluxDB", "9090": "Prometheus", "9093": "Alertmanager",
    "8001": "Kong", "8444": "Kong", "2375": "Docker", "2376": "Docker", "8500": "Consul", "8200": "Vault",
    "4646": "Nomad", "2379": "etcd", "15672": "RabbitMQ", "8083": "Kafka Connect", "8123": "ClickHouse", "8529": "ArangoDB",
    "7474": "Neo4j", "9000": "object store", "8081": "schema registry", "6443": "Kubernetes", "5000": "",
}  # fmt: skip
"""Ports where, on this machine too, a server keeps data or runs things; an application's own port is none."""

_ENDS = some(
    "_delete_by_query _close dodelete delete_series clean_tombstones quitquitquit purge_cache purge_queue"
)
_SETTINGS = ("/_cluster/settings",)


@rule(
    id="API-001",
    title="Destructive HTTP call",
    severity="medium",
    category="cloud",
    matches="DELETE by curl, wget, httpie ..., a POST to an endpoint whose name says delete or purge, a GraphQL delete mutation",
    false_positives="Calls to a test server under another name than localhost.",
    advice="Give the agent a token that may only read, and make such calls yourself.",
    permission="Bash(curl -X DELETE:*)",
    on=Command,
    programs=CLIENTS,
    attack=("T1485",),
    owasp=("ASI02",),
    auto_mode=("External System Writes",),
)
def destructive_http(command: Command, scene: Scene) -> Iterator[Hit]:
    r"""
    A request that deletes something on a server. On localhost only one to a data store's own port counts.

    Bad:
        curl -X DELETE https://api.example.com/v1/users/42
        curl -s -XDELETE "https://api.example.com/v1/users/42" -H "Authorization: Bearer $TOKEN"
        curl -X DELETE localhost:9200/orders  # medium
        curl -X DELETE https://search.example.com:9200/_all  # high
        curl -X POST https://ci.example.com/job/web/doDelete
        curl https://api.example.com/graphql -d '{"query": "mutation { deleteUser(id: 4) { id } }"}'
        http DELETE https://api.example.com/v1/users/42
        wget --method=DELETE https://api.example.com/v1/users/42
    Fine:
        curl -X DELETE http://localhost:3000/api/todos/1  # info
        curl https://api.example.com/v1/deleted-users
        curl -X POST https://api.example.com/v1/users -d '{"name": "delete"}'
    """
    _ = scene
    for request in requests(command):
        if why := _why(request):
            yield Hit(_target(request), *_how_bad(request, why))


def _why(request: Request) -> str:
    """What makes a request destructive; empty when nothing does."""
    if request.method in ("DELETE", "PURGE"):
        return request.method
    if request.method not in ("POST", "PUT", "PATCH"):
        return ""
    path = request.url.partition("?")[0].rstrip("/")
    if request.method == "PUT" and path.endswith(_SETTINGS):
        return "changes a cluster's settings"
    for segment in path.partition("://")[2 if "://" in path else 0].split("/")[1:][-2:]:
        if segment.lower() in _ENDS or (segment[:1] != "{" and destroys(segment)):
            return "an endpoint that deletes"
    if "mutation" in request.body and _deletes().search(request.body):
        return "a mutation that deletes"
    return ""


@cache
def _deletes() -> Pattern[str]:
    return pattern(r"\b(delete|destroy|remove|purge|archive)[A-Z_]\w*")


def _how_bad(request: Request, why: str) -> tuple[Severity, str]:
    host = host_of(request.url)
    if not host or is_local_host(host):
        kept = _STORES.get(port_of(request.url), "")
        return ("medium", f"{why} at {kept}") if kept else ("info", f"{why} on this machine")
    path = request.url.partition("://")[2].partition("/")[2]
    if path in ("_all", "*", "_all/_delete_by_query") or names_production(host):
        return "high", why
    return "medium", why


def _target(request: Request) -> str:
    """Method, host and path: queries and credentials are left out."""
    rest = request.url.partition("://")[2] or request.url
    rest = rest.partition("?")[0]
    authority, slash, path = rest.partition("/")
    return f"{request.method} {authority.rpartition('@')[2]}{slash}{path}"[:160]
