"""Which hosts are this machine, and which are so well known that to ask them says nothing. Pure."""

KNOWN_APIS = frozenset({
    "api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "api.mistral.ai", "api.groq.com", "openrouter.ai",
    "api.github.com", "gitlab.com", "api.stripe.com", "api.cloudflare.com", "api.vercel.com", "api.netlify.com", "registry.npmjs.org",
    "upload.pypi.org", "oauth2.googleapis.com", "www.googleapis.com", "api.supabase.com", "api.linear.app", "api.notion.com",
    "api.telegram.org", "api.resend.com", "api.sendgrid.com", "api.twilio.com", "api.elevenlabs.io", "api.replicate.com",
    "huggingface.co", "api.huggingface.co", "sts.amazonaws.com", "login.microsoftonline.com", "graph.microsoft.com", "api.render.com",
    "api.digitalocean.com", "api.hetzner.cloud", "api.heroku.com", "api.fly.io", "api.deepseek.com", "api.perplexity.ai", "api.x.ai",
    "api.together.xyz", "api.cohere.ai", "api.cohere.com", "api.exa.ai", "api.tavily.com", "api.search.brave.com", "api.figma.com",
})  # fmt: skip
"""Hosts that are called with the very credential that was read."""

KNOWN_HOSTS = frozenset({
    "github.com", "raw.githubusercontent.com", "gist.github.com", "gitlab.com", "bitbucket.org", "pypi.org", "files.pythonhosted.org",
    "npmjs.com", "www.npmjs.com", "registry.npmjs.org", "crates.io", "docs.rs", "pkg.go.dev", "proxy.golang.org", "rubygems.org",
    "stackoverflow.com", "developer.mozilla.org", "docs.python.org", "nodejs.org", "docs.anthropic.com", "code.claude.com",
    "docs.claude.com", "platform.openai.com", "learn.microsoft.com", "docs.aws.amazon.com", "cloud.google.com", "en.wikipedia.org",
    "www.google.com", "google.com", "arxiv.org", "medium.com", "dev.to", "news.ycombinator.com", "reddit.com", "www.reddit.com",
    "youtube.com", "www.youtube.com", "huggingface.co", "hub.docker.com", "example.com", "www.w3.org", "schema.org", "json-schema.org",
})  # fmt: skip
"""Hosts that any text may link to."""

_LOCAL = ("127.", "10.", "192.168.", "169.254.", "0.0.0.0")  # noqa: S104 - compared, not listened on
_LOCAL_ENDS = (".local", ".localhost", ".internal", ".test", ".lan", ".home.arpa")
_PRIVATE = range(16, 32)


def is_local(host: str) -> bool:
    """Whether a host is this machine, or one of its own network."""
    host = host.lower().partition("://")[2] or host.lower()
    host = host.partition("/")[0].rpartition("@")[2]
    name = host if host.startswith("[") else host.partition(":")[0]
    if (
        name in ("localhost", "::1", "[::1]", "")
        or name.startswith((*_LOCAL, "[::1]"))
        or name.endswith(_LOCAL_ENDS)
    ):
        return True
    parts = name.split(".")
    if parts[0] == "172" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) in _PRIVATE:
        return True
    return "." not in name and ":" not in name and not name.startswith("$")


def host_of(url: str) -> str:
    """The host of a URL, or of a text that begins with a host; small letters."""
    rest = url.partition("://")[2] or url
    return rest.partition("/")[0].partition("?")[0].rpartition("@")[2].partition(":")[0].lower()
