"""Code on a command line that deletes things at a provider."""

from collections.abc import Iterator
from functools import cache
from re import IGNORECASE, Pattern
from re import compile as pattern

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._reach import host_of, is_local_host
from ccmcp.audit.rules.commands._sets import some
from ccmcp.audit.shell.command import Script

_LANGUAGES = some("python node deno bun javascript typescript ruby php perl")


@rule(
    id="API-002",
    title="Destructive API call in inline code",
    severity="medium",
    confidence="probable",
    category="cloud",
    matches="requests.delete, axios.delete, fetch with DELETE to another host, or a delete method of a provider's SDK, in code "
    "given to an interpreter",
    false_positives="Test accounts and emulators: the code does not always tell.",
    advice="Give the agent keys that may only read, and make such calls yourself.",
    on=Script,
    attack=("T1059.006", "T1485"),
    owasp=("ASI02", "ASI05"),
    auto_mode=("External System Writes",),
)
def sdk_deletion(script: Script, scene: Scene) -> Iterator[Hit]:
    """
    Code that a command runs without a file, and that deletes something at a service.

    Bad:
        python3 -c "import requests; requests.delete('https://api.example.com/v1/users/4')"
        python3 -c "import boto3; boto3.client('s3').delete_bucket(Bucket='b')"
        node -e "fetch('https://api.example.com/v1/users/4', {method: 'DELETE'})"
        node -e "stripe.customers.del('cus_4')"
    Fine:
        python3 -c "import requests; requests.delete('http://localhost:8000/users/4')"
        python3 -c "d = {}; d.clear(); print(requests.get('https://api.example.com'))"
        node -e "console.log('DELETE https://api.example.com')"
    """
    _ = scene
    for code in script.code:
        if code.language in _LANGUAGES and _may().search(code.text):
            yield from _calls(code.text)


def _calls(text: str) -> Iterator[Hit]:
    for found in _requests().finditer(text):
        host = host_of(found["url"] or found["fetched"] or "")
        if host and not is_local_host(host):
            yield Hit(f"DELETE {host}")
    if sdk := _sdks().search(text):
        for found in _methods().finditer(text):
            yield Hit(f"{sdk[0].lower()} {found[1]}")


@cache
def _may() -> Pattern[str]:
    return pattern(r"(?i)del|destroy|terminate|purge|clear|cancel")


@cache
def _requests() -> Pattern[str]:
    return pattern(
        r"""\.delete\(\s*f?["'](?P<url>https?://[^"'\s]+)|"""
        r"""fetch\(\s*["'`](?P<fetched>https?://[^"'`\s]+)["'`]\s*,[^)]{0,200}?method["']?\s*:\s*["']DELETE["']"""
    )


@cache
def _sdks() -> Pattern[str]:
    return pattern(
        r"\b(boto3|aws-sdk|google\.cloud|googleapiclient|azure\.|kubernetes|stripe|algolia(?:search)?|braintree|twilio|sendgrid|"
        r"octokit|pygithub|digitalocean|cloudflare|firebase[-_]admin|elasticsearch|opensearchpy|meilisearch|launchdarkly|"
        r"hcloud|linode_api4|openstack|auth0|okta|squareup|paypal|mailgun|postmark|contentful|shopify)\b",
        IGNORECASE,
    )


@cache
def _methods() -> Pattern[str]:
    return pattern(
        r"\.((?:delete|destroy|terminate|purge|deregister)\w*|del|cancel|clear(?:_\w+|[A-Z]\w*)|remove(?:_\w+|[A-Z]\w*)|drop(?:_\w+|[A-Z]\w*))\s*\("
    )
