"""The providers whose secrets are told for certain: which of theirs, how they look, and who says so. Data for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider whose secrets we claim to find."""

    name: str
    kinds: tuple[str, ...]
    """What a marker calls them."""
    shape: str
    """How they look, in words."""
    source: str
    """Where the provider says so, or issues them."""


DEFINITE: tuple[Provider, ...] = (
    Provider("1Password", ("1password-token", "1password-key"), "ops_eyJ...; secret key A3-...", "developer.1password.com"),
    Provider("Alibaba Cloud", ("alibaba-key-id", "alibaba-secret"), "LTAI...; 30 characters assigned to an alibaba secret",
             "alibabacloud.com/help/ram"),
    Provider("Anthropic", ("anthropic-key",), "sk-ant-api03-, admin01-, oat01-, sid01-", "docs.anthropic.com"),
    Provider("Atlassian", ("atlassian-token", "bitbucket-token"), "ATATT3, ATCTT3, ATBB; 24 characters assigned to a Jira, "
             "Confluence or Atlassian token", "support.atlassian.com"),
    Provider("AWS", ("aws-key-id", "aws-secret-key", "aws-session-token", "aws-bedrock-key"),
             "AKIA, ASIA, ABIA, ACCA + 16; 40 characters after secret_access_key; session tokens; ABSK...", "docs.aws.amazon.com/IAM"),
    Provider("Azure connection strings", ("azure-key", "azure-signature"), "AccountKey=, SharedAccessKey=, App Configuration's "
             "Secret=, sig= of shared access signatures", "learn.microsoft.com/azure"),
    Provider("Azure DevOps", ("azure-devops-token",), "76 characters + AZDO + 4; 52 assigned to a personal access token",
             "learn.microsoft.com/azure/devops"),
    Provider("Brevo", ("brevo-key",), "xkeysib-", "developers.brevo.com"),
    Provider("Buildkite", ("buildkite-token",), "bkua_, bkct_, bkat_", "buildkite.com/docs"),
    Provider("Cerebras", ("cerebras-key",), "csk-", "inference-docs.cerebras.ai"),
    Provider("CircleCI", ("circleci-token",), "CCIPAT_, CCIPRJ_; 40 hex assigned to a circleci variable", "circleci.com/docs"),
    Provider("Cloudflare", ("cloudflare-key",), "v1.0-...; 37 hex or 40 characters assigned to a cloudflare variable",
             "developers.cloudflare.com"),
    Provider("Contentful", ("contentful-token",), "CFPAT-", "contentful.com/developers"),
    Provider("crates.io", ("crates-token",), "cio + 32", "doc.rust-lang.org/cargo"),
    Provider("Databricks", ("databricks-token",), "dapi + 32 hex", "docs.databricks.com"),
    Provider("DigitalOcean", ("digitalocean-token",), "dop_v1_, doo_v1_, dor_v1_ + 64 hex", "docs.digitalocean.com"),
    Provider("Docker Hub", ("docker-token",), "dckr_pat_, dckr_oat_", "docs.docker.com"),
    Provider("Doppler", ("doppler-token",), "dp.pt., dp.st., dp.ct., dp.sa., dp.scim., dp.audit.", "docs.doppler.com"),
    Provider("Dropbox", ("dropbox-token",), "sl. + 100 or more", "dropbox.com/developers"),
    Provider("Dynatrace", ("dynatrace-token",), "dt0c01.24.64", "docs.dynatrace.com"),
    Provider("EasyPost", ("easypost-key",), "EZAK, EZTK + 54", "docs.easypost.com"),
    Provider("ElevenLabs", ("elevenlabs-key",), "sk_ + 48 hex", "elevenlabs.io/docs"),
    Provider("Fastly", ("fastly-token",), "32 characters assigned to a fastly variable", "docs.fastly.com"),
    Provider("Figma", ("figma-token",), "figd_, figo_, figu_; X-Figma-Token", "developers.figma.com"),
    Provider("Firecrawl", ("firecrawl-key",), "fc- + 32 hex", "docs.firecrawl.dev"),
    Provider("Fly.io", ("fly-token",), "fo1_, fm1r_, fm2_", "fly.io/docs"),
    Provider("Frame.io", ("frameio-token",), "fio-u-", "developer.frame.io"),
    Provider("GitHub", ("github-token",), "ghp_, gho_, ghu_, ghs_, ghr_, github_pat_; 40 hex assigned to a github secret",
             "docs.github.com"),
    Provider("GitLab", ("gitlab-token",), "glpat-, gldt-, glrt-, glptt-, glcbt-, glsoat-, glimt-, glagent-, glft-, GR1348941",
             "docs.gitlab.com"),
    Provider("Google", ("google-api-key", "google-oauth-token", "google-client-secret"), "AIza + 35; ya29.; GOCSPX- "
             "(client ids are no secrets)", "cloud.google.com/docs/authentication"),
    Provider("Grafana", ("grafana-token",), "glsa_, glc_, eyJrIjoi", "grafana.com/docs"),
    Provider("Groq", ("groq-key",), "gsk_", "console.groq.com/docs"),
    Provider("HashiCorp Vault", ("vault-token",), "hvs., hvb., hvr.", "developer.hashicorp.com/vault"),
    Provider("Heroku", ("heroku-key",), "HRKU-; a UUID assigned to a heroku key", "devcenter.heroku.com"),
    Provider("HubSpot", ("hubspot-token",), "pat-na1-, pat-eu1- + UUID", "developers.hubspot.com"),
    Provider("Hugging Face", ("huggingface-token",), "hf_, api_org_ + 34", "huggingface.co/docs"),
    Provider("LangSmith", ("langsmith-key",), "lsv2_pt_, lsv2_sk_", "docs.smith.langchain.com"),
    Provider("Linear", ("linear-key",), "lin_api_, lin_oauth_, lin_wh_", "linear.app/developers"),
    Provider("Mailchimp", ("mailchimp-key",), "32 hex -usN assigned to a mailchimp variable", "mailchimp.com/developer"),
    Provider("Microsoft Entra", ("microsoft-client-secret",), "3 characters, a digit, Q~, 31 to 34", "learn.microsoft.com/entra"),
    Provider("Netlify", ("netlify-token",), "nfp_, nfc_, nfo_, nfb_, nfu_; 43 to 64 assigned to a netlify token",
             "docs.netlify.com"),
    Provider("Notion", ("notion-token",), "ntn_, secret_", "developers.notion.com"),
    Provider("npm", ("npm-token",), "npm_; _authToken; a UUID assigned to an npm token", "docs.npmjs.com"),
    Provider("NVIDIA", ("nvidia-key",), "nvapi-", "docs.nvidia.com/nim"),
    Provider("OpenAI", ("openai-key", "api-key"), "sk-proj-, sk-svcacct-, sk-admin-, sk- + 32 or more", "platform.openai.com/docs"),
    Provider("OpenRouter", ("openrouter-key",), "sk-or-v1-", "openrouter.ai/docs"),
    Provider("Perplexity", ("perplexity-key",), "pplx-", "docs.perplexity.ai"),
    Provider("Pinecone", ("pinecone-key",), "pcsk_", "docs.pinecone.io"),
    Provider("PostHog", ("posthog-key",), "phx_", "posthog.com/docs"),
    Provider("Postman", ("postman-key",), "PMAK-", "learning.postman.com"),
    Provider("Prefect", ("prefect-key",), "pnu_, pnb_ + 36", "docs.prefect.io"),
    Provider("private keys", ("private-key",), "PEM, OpenSSH, PGP, PuTTY and age keys, as they are, escaped or in base64",
             "RFC 7468, age-encryption.org"),
    Provider("JSON Web Tokens", ("jwt",), "three parts, the first a JSON object", "RFC 7519"),
    Provider("Pulumi", ("pulumi-token",), "pul- + 40 hex", "pulumi.com/docs"),
    Provider("PyPI", ("pypi-token",), "pypi-AgE", "pypi.org/help"),
    Provider("ReadMe", ("readme-key",), "rdme_ + 70", "docs.readme.com"),
    Provider("Replicate", ("replicate-token",), "r8_", "replicate.com/docs"),
    Provider("Resend", ("resend-key",), "re_", "resend.com/docs"),
    Provider("RubyGems", ("rubygems-key",), "rubygems_ + 48 hex", "guides.rubygems.org"),
    Provider("SendGrid", ("sendgrid-key",), "SG.", "twilio.com/docs/sendgrid"),
    Provider("Sentry", ("sentry-token",), "sntrys_, sntryu_; 64 hex assigned to a sentry token", "docs.sentry.io"),
    Provider("Shippo", ("shippo-token",), "shippo_live_, shippo_test_ + 40 hex", "docs.goshippo.com"),
    Provider("Shopify", ("shopify-token",), "shpat_, shpca_, shppa_, shpss_, shpua_ + 32 hex", "shopify.dev/docs"),
    Provider("Slack", ("slack-token", "slack-webhook"), "xoxb-, xoxp-, xoxa-, xoxs-, xoxe-, xapp-; hooks.slack.com", "api.slack.com"),
    Provider("Snyk", ("snyk-token",), "snyk_uat., snyk_sat.; a UUID assigned to a snyk token", "docs.snyk.io"),
    Provider("Sourcegraph", ("sourcegraph-token",), "sgp_, slk_", "sourcegraph.com/docs"),
    Provider("Square", ("square-token",), "EAAA, sq0atp-, sq0csp-", "developer.squareup.com"),
    Provider("Stripe", ("stripe-key", "stripe-webhook-secret"), "sk_live_, sk_test_, rk_live_, rk_test_; whsec_", "docs.stripe.com"),
    Provider("Supabase", ("supabase-key",), "sbp_, sb_secret_", "supabase.com/docs"),
    Provider("Tailscale", ("tailscale-key",), "tskey-", "tailscale.com/kb"),
    Provider("Tavily", ("tavily-key",), "tvly-", "docs.tavily.com"),
    Provider("Microsoft Teams webhooks", ("teams-webhook",), ".webhook.office.com/webhookb2/", "learn.microsoft.com"),
    Provider("Terraform Cloud", ("terraform-token",), "14 characters .atlasv1. 60 or more", "developer.hashicorp.com/terraform"),
    Provider("Twilio", ("twilio-key",), "SK + 32 hex; 32 hex assigned to a twilio variable", "twilio.com/docs"),
    Provider("Typeform", ("typeform-token",), "tfp_", "typeform.com/developers"),
    Provider("Vercel", ("vercel-token",), "vcp_, vci_, vca_, vcr_, vck_, vercel_blob_rw_; 24 characters assigned to a vercel token",
             "vercel.com/docs"),
    Provider("xAI", ("xai-key",), "xai-", "docs.x.ai"),
)  # fmt: skip
"""Only what is found in every form named here is named; other kinds are found too, and redacted."""
