"""
What secrets look like: every kind whose shape leaves little doubt, as data.

Each shape is told by an anchor, a literal text that stands in it, and a pattern that is tried only where the anchor
stands. The patterns are written from what the providers say of their tokens; `providers` names those we claim.
"""

from typing import NamedTuple


class Shape(NamedTuple):
    """One shape of one kind of secret."""

    kind: str
    """What it is called where it stood: `github-token`."""

    pattern: str
    """Its shape from the anchor on (a regular expression over bytes); a group marks the value when there is more."""

    anchors: tuple[str, ...]
    """The literal texts its pattern can begin with; in lower case for a shape in `NAMED`."""

    check: str = ""
    """What its value must be, beside no placeholder: `random`, `mixed` (digits and letters), `digits` (with some); `fixed` may repeat itself."""

    back: int = 0
    """So many characters before the anchor its pattern begins."""

    then: str = ""
    """What follows the anchor at least (a regular expression): short anchors stand everywhere."""


# A token may begin here: not within a word, but after an escape (\n in JSON, %20 in a URL). What begins so must also
# end at the end of a word, or the rest would be found only once it is gone, pass by pass.
_B = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))"
# ... and be over here.
_E = r"(?![A-Za-z0-9])"
# Between a name and its value: `name = "value"`, `\"name\": \"value\"`, `<name>value`, `--name value`, `name := value`.
_IS = r"""[\\"']{0,4}[\s:=>]{1,6}[\\"']{0,4}"""
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"

# A private key after its first line: up to the END line; without one, to the end of the base64 lines (they may be
# quoted, escaped or numbered). Twenty base64 characters with a digit must follow, or it is talk about such a file.
_ARROW = r"\xe2\x86\x92"  # Read's numbers end in this arrow
_GAP = rf"(?:[\s\"'+,>|]|\\+[nrt]|(?:\d{{1,6}})?{_ARROW})*"
_LINE = r"[A-Za-z0-9+/]{16,}={0,2}"
_BODY = (
    r"(?=(?:(?!-----)[\s\S]){0,600}?(?=[A-Za-z+/]{0,60}\d)[A-Za-z0-9+/]{20})(?:"
    r"(?:(?!-----BEGIN)[\s\S]){20,20000}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
    rf"|{_GAP}(?:[A-Z][\w-]{{1,40}}: [^\n\\]{{0,120}}{_GAP}){{0,4}}"
    rf"(?=[A-Za-z][A-Za-z+/]{{0,60}}\d){_LINE}(?:{_GAP}{_LINE})*(?:{_GAP}[A-Za-z0-9+/]{{1,15}}(?:={{1,2}}|$))?)"
)

SHAPES: tuple[Shape, ...] = (
    # models
    Shape("anthropic-key", r"sk-ant-(?:api|admin|oat|ort|sid)\d\d-[\w-]{93}AA(?![\w-])", ("sk-ant-",)),
    Shape("anthropic-key", r"sk-ant-[a-z]{3,6}\d{2,3}-[\w-]{40,}", ("sk-ant-",), "random"),
    Shape("openai-key", rf"{_B}sk-(?:proj|svcacct|service|admin|None)-(?=[\w-]{{0,60}}\d)[\w-]{{40,}}", ("sk-",), then=r"[a-zA-Z]{4,7}-"),
    Shape("openrouter-key", r"sk-or-v1-[0-9a-f]{64}", ("sk-or-v1-",)),
    Shape("langfuse-key", r"sk-lf-[0-9a-f]{8}-[0-9a-f-]{27}", ("sk-lf-",)),
    Shape("api-key", rf"{_B}sk-(?=[A-Za-z]{{0,31}}\d)[A-Za-z0-9]{{32,}}", ("sk-",), then=r"[A-Za-z0-9]{32}"),
    Shape("cerebras-key", rf"{_B}csk-[a-z0-9]{{48}}{_E}", ("csk-",)),
    Shape("elevenlabs-key", rf"{_B}sk_[0-9a-f]{{48}}{_E}", ("sk_",), then=r"[0-9a-f]{48}"),
    Shape("firecrawl-key", rf"{_B}fc-[0-9a-f]{{32}}{_E}", ("fc-",), then=r"[0-9a-f]{32}"),
    Shape("groq-key", rf"{_B}gsk_[A-Za-z0-9]{{48,}}", ("gsk_",)),
    Shape("huggingface-token", rf"{_B}(?:hf_|api_org_)[A-Za-z0-9]{{34}}(?!\w)", ("hf_", "api_org_"), then=r"[A-Za-z0-9]{34}"),
    Shape("langsmith-key", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}", ("lsv2_",)),
    Shape("nvidia-key", r"nvapi-[\w-]{60,}", ("nvapi-",)),
    Shape("perplexity-key", r"pplx-[A-Za-z0-9]{40,}", ("pplx-",)),
    Shape("pinecone-key", r"pcsk_\w{50,}", ("pcsk_",)),
    Shape("replicate-token", rf"{_B}r8_[A-Za-z0-9]{{37,}}", ("r8_",), then=r"[A-Za-z0-9]{37}"),
    Shape("tavily-key", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}", ("tvly-",)),
    Shape("xai-key", rf"{_B}xai-\w{{70,}}", ("xai-",)),
    # code, packages and builds
    Shape("github-token", r"gh[pousr]_[A-Za-z0-9]{36,255}", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    Shape("github-token", r"github_pat_\w{60,}", ("github_pat_",)),
    Shape(
        "gitlab-token",
        r"(?:gl(?:pat|ptt|dt|rt|rtr|cbt|soat|imt|agent|ft|ffct|oas)-|GR1348941)[\w-]{20,}(?:\.[0-9a-z]{2}\.?[0-9a-z]{7})?",
        ("glpat-", "glptt-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glsoat-", "glimt-", "glagent-", "glft-", "glffct-",
         "gloas-", "GR1348941"),
    ),
    Shape("bitbucket-token", rf"{_B}ATBB[A-Za-z0-9]{{32}}{_E}", ("ATBB",), then=r"[A-Za-z0-9]{32}"),
    Shape("atlassian-token", r"AT[AC]TT3[\w=-]{60,}", ("ATATT3", "ATCTT3")),
    Shape("npm-token", rf"npm_[A-Za-z0-9]{{36}}{_E}", ("npm_",)),
    Shape("pypi-token", r"pypi-AgE[\w-]{50,}", ("pypi-AgE",)),
    Shape("rubygems-key", r"rubygems_[0-9a-f]{48}", ("rubygems_",)),
    Shape("crates-token", rf"{_B}cio[A-Za-z0-9]{{32}}{_E}", ("cio",), then=r"[A-Za-z0-9]{32}"),
    Shape("nuget-key", rf"{_B}oy2[a-z0-9]{{43}}{_E}", ("oy2",), then=r"[a-z0-9]{43}"),
    Shape("docker-token", r"dckr_[op]at_[\w-]{27,}", ("dckr_pat_", "dckr_oat_")),
    Shape("jfrog-token", rf"{_B}AKCp[A-Za-z0-9]{{60,80}}{_E}", ("AKCp",), then=r"[A-Za-z0-9]{60}"),
    Shape("jfrog-token", rf"{_B}cmVmdGtu[A-Za-z0-9]{{56}}{_E}", ("cmVmdGtu",)),
    Shape("buildkite-token", r"bk(?:ua|ct|at)_[a-z0-9]{40,}", ("bkua_", "bkct_", "bkat_")),
    Shape("circleci-token", r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{20,26}_[0-9a-z]{40}", ("CCIPAT_", "CCIPRJ_")),
    Shape("sonar-token", rf"{_B}sq[apu]_[0-9a-f]{{40}}{_E}", ("sqa_", "sqp_", "squ_")),
    Shape("sourcegraph-token", r"sgp_(?:[0-9a-fA-F]{16}_)?(?:local_)?[0-9a-fA-F]{40}(?!\w)", ("sgp_",)),
    Shape("sourcegraph-token", rf"{_B}slk_[0-9a-f]{{64}}{_E}", ("slk_",)),
    Shape("snyk-token", rf"{_B}snyk_(?:uat|sat)\.[0-9a-f]{{8}}\.[\w.-]{{20,}}", ("snyk_uat.", "snyk_sat.")),
    Shape("infracost-key", rf"{_B}ico-[A-Za-z0-9]{{32}}(?![\w.])", ("ico-",), then=r"[A-Za-z0-9]{32}"),
    Shape("prefect-key", rf"{_B}pn[ub]_[A-Za-z0-9]{{36}}{_E}", ("pnu_", "pnb_")),
    Shape("octopus-key", rf"{_B}API-[A-Z0-9]{{26}}{_E}", ("API-",), "random", then=r"[A-Z0-9]{26}"),
    Shape("readme-key", r"rdme_[a-z0-9]{70}", ("rdme_",)),
    # clouds and hosting
    Shape("aws-key-id", rf"{_B}(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{{16}}{_E}", ("AKIA", "ASIA", "ABIA", "ACCA"), then=r"[A-Z0-9]{16}"),
    Shape("aws-bedrock-key", r"bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/%]{20,}=*", ("bedrock-api-key-",)),
    Shape("google-api-key", rf"{_B}AIza[\w-]{{35}}(?![\w-])", ("AIza",)),
    Shape("google-oauth-token", rf"{_B}ya29\.[\w-]{{20,}}", ("ya29.",)),
    Shape("google-client-secret", r"GOCSPX-[\w-]{28}", ("GOCSPX-",)),
    Shape("digitalocean-token", r"do[opr]_v1_[0-9a-f]{64}", ("doo_v1_", "dop_v1_", "dor_v1_")),
    Shape("cloudflare-key", r"v1\.0-[0-9a-f]{20,}-[0-9a-f-]{100,}", ("v1.0-",)),
    Shape("heroku-key", r"HRKU-[\w-]{36,}", ("HRKU-",)),
    Shape("fly-token", rf"{_B}fo1_[\w-]{{43,}}", ("fo1_",)),
    Shape("netlify-token", rf"{_B}nf[bcopu]_[A-Za-z0-9]{{36}}{_E}", ("nfp_", "nfc_", "nfo_", "nfb_", "nfu_")),
    Shape("vercel-token", rf"{_B}vc[aikpr]_[A-Za-z0-9]{{24,}}", ("vca_", "vci_", "vck_", "vcp_", "vcr_")),
    Shape("vercel-token", r"vercel_blob_rw_[A-Za-z0-9]{16,}_[A-Za-z0-9]{24,}", ("vercel_blob_rw_",)),
    Shape("supabase-key", rf"sb(?:p_(?:v0_)?[0-9a-z]{{40}}|_secret_[\w-]{{20,}}){_E}", ("sbp_", "sb_secret_")),
    Shape("planetscale-token", r"pscale_(?:tkn|oauth|pw)_[\w.=-]{32,}", ("pscale_",)),
    Shape("mongodb-secret", r"mdb_sa_sk_[\w-]{40}", ("mdb_sa_sk_",)),
    Shape("databricks-token", rf"{_B}dapi[0-9a-f]{{32}}(?:-\d)?{_E}", ("dapi",), then=r"[0-9a-f]{32}"),
    Shape("terraform-token", r"\.atlasv1\.([\w-]{60,})", (".atlasv1.",)),
    Shape("pulumi-token", rf"{_B}pul-[0-9a-f]{{40}}{_E}", ("pul-",), then=r"[0-9a-f]{40}"),
    Shape("vault-token", r"hv[bsr]\.[\w-]{24,}", ("hvs.", "hvb.", "hvr.")),
    Shape("doppler-token", rf"{_B}dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{{40,}}", ("dp.",), then=r"[a-z]{2,5}\."),
    Shape("tailscale-key", r"tskey-[a-z]{3,}-[A-Za-z0-9]{6,}-[A-Za-z0-9]{4,}", ("tskey-",)),
    Shape("microsoft-client-secret", r"[\w.~]{3}\dQ~[\w.~-]{31,34}(?![\w.~-])", ("Q~",), "mixed", 4, then=r"[\w.~-]{31}"),
    Shape("azure-devops-token", rf"[A-Za-z0-9]{{76}}AZDO[A-Za-z0-9]{{4}}{_E}", ("AZDO",), "fixed", 76),
    Shape("openshift-token", r"sha256~[\w-]{43}(?![\w-])", ("sha256~",)),
    # messages
    Shape(
        "slack-token",
        r"xox(?:b-\d{8,14}-(?:\d{8,14}-)?[A-Za-z0-9]{18,40}|[pseoc]-(?:\d{6,14}-){1,3}[A-Za-z0-9]{16,64}"
        r"|e(?:\.xox[bp])?-\d-[A-Za-z0-9]{100,}|d-[\w%+/=-]{60,})(?![\w-])",
        ("xoxb-", "xoxp-", "xoxs-", "xoxe-", "xoxe.", "xoxo-", "xoxc-", "xoxd-"),
    ),
    Shape("slack-token", r"xox[bps]-(?:[A-Za-z0-9]{8,16}-){1,3}[A-Za-z0-9]{20,64}(?![\w-])", ("xoxb-", "xoxp-", "xoxs-"), "random"),
    Shape("slack-token", r"xox[ar]-(?:\d-)?[A-Za-z0-9]{20,48}(?![\w-])", ("xoxa-", "xoxr-"), "random"),
    Shape("slack-token", r"xapp-\d-[A-Z0-9]{6,}-\d{6,}-[0-9a-zA-Z]{32,}", ("xapp-",)),
    Shape(
        "discord-token",  # the first part is a number in base64: its digits leave nine pairs of first characters
        rf"{_B}[MNO][DTjz][\w-]{{21,27}}\.[\w-]{{6}}\.[\w-]{{27,40}}(?![\w-])",
        ("MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT"), then=r"[\w-]{21,27}\.[\w-]{6}\."),
    Shape("twilio-key", rf"{_B}SK[0-9a-f]{{32}}{_E}", ("SK",), then=r"[0-9a-f]{32}"),
    Shape("sendgrid-key", rf"{_B}SG\.[\w-]{{16,32}}\.[\w-]{{32,}}", ("SG.",)),
    Shape("mailgun-key", rf"{_B}key-[0-9a-f]{{32}}{_E}", ("key-",), then=r"[0-9a-f]{32}"),
    Shape("brevo-key", rf"xkeysib-[0-9a-f]{{64}}-[A-Za-z0-9]{{16}}{_E}", ("xkeysib-",)),
    Shape("resend-key", rf"{_B}re_[A-Za-z0-9]{{8,10}}_[A-Za-z0-9]{{20,26}}{_E}", ("re_",), then=r"[A-Za-z0-9]{8,10}_"),
    # money and products
    Shape(
        "stripe-key",
        rf"{_B}[rs]k_(?:live|test|prod)_(?=[A-Za-z]{{0,40}}\d)[A-Za-z0-9]{{14,}}",
        ("sk_live_", "sk_test_", "sk_prod_", "rk_live_", "rk_test_", "rk_prod_"),
    ),
    Shape("square-token", r"sq0(?:atp|csp)-[\w-]{22,43}", ("sq0atp-", "sq0csp-")),
    Shape("facebook-token", rf"{_B}EAA(?:CEdEose0cBA[A-Za-z0-9]{{20,}}|[A-Za-z0-9]{{80,}})", ("EAA",), then=r"[A-Za-z0-9]{32}"),
    Shape("square-token", rf"{_B}EAAA[\w-]{{56,64}}(?![\w-])", ("EAAA",), then=r"[\w-]{56}"),
    Shape("paypal-token", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}", ("access_token$",)),
    Shape("easypost-key", r"(?<![\w/+])EZ[AT]K[A-Za-z0-9]{54}(?![\w/+])", ("EZAK", "EZTK"), then=r"[A-Za-z0-9]{54}"),
    Shape("shippo-token", rf"{_B}shippo_(?:live|test)_[0-9a-fA-F]{{40}}{_E}", ("shippo_",)),
    Shape("shopify-token", r"shp(?:at|ca|pa|ss|ua)_[0-9a-fA-F]{32}", ("shpat_", "shpca_", "shppa_", "shpss_", "shpua_")),
    Shape("postman-key", r"PMAK-[0-9a-f]{24}-[0-9a-f]{34}", ("PMAK-",)),
    Shape("linear-key", r"lin_(?:api|oauth|wh)_[A-Za-z0-9]{32,}", ("lin_api_", "lin_oauth_", "lin_wh_")),
    Shape("notion-token", rf"{_B}ntn_\d{{11}}[A-Za-z0-9]{{35}}{_E}", ("ntn_",), "mixed"),
    Shape("notion-token", rf"{_B}secret_(?=[A-Za-z]{{0,42}}\d)[A-Za-z0-9]{{43}}(?!\w)", ("secret_",), then=r"[A-Za-z0-9]{43}"),
    Shape("figma-token", r"fig[dou]r?_[\w-]{40}", ("figd_", "figo_", "figor_", "figu_", "figur_")),
    Shape("dropbox-token", rf"{_B}sl\.(?:u\.)?[\w-]{{100,}}", ("sl.",), then=r"[\w.-]{60}"),
    Shape("contentful-token", rf"{_B}CFPAT-[\w-]{{43,64}}(?![\w-])", ("CFPAT-",)),
    Shape("hubspot-token", rf"{_B}pat-(?:na|eu|ap)\d-{_UUID}", ("pat-na", "pat-eu", "pat-ap")),
    Shape("typeform-token", rf"{_B}tfp_[\w-]{{40,60}}(?![\w-])", ("tfp_",)),
    Shape("frameio-token", r"fio-u-[\w=-]{64}", ("fio-u-",)),
    Shape("mapbox-token", rf"{_B}[st]k\.eyJ[\w-]{{40,}}\.[\w-]{{20,}}", ("sk.eyJ", "tk.eyJ")),
    Shape("grafana-token", r"glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}", ("glsa_",)),
    Shape("grafana-token", rf"{_B}eyJrIjoi[A-Za-z0-9+/]{{60,}}=*(?![\w.-])", ("eyJ",)),
    Shape("newrelic-key", r"NRAK-[A-Z0-9]{27}", ("NRAK-",)),
    Shape("dynatrace-token", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}", ("dt0",), then=r"[a-z]\d\d\."),
    Shape("posthog-key", rf"{_B}phx_[\w-]{{43,}}", ("phx_",)),
    Shape("1password-token", r"ops_eyJ[A-Za-z0-9+/]{100,}=*", ("ops_eyJ",)),
    Shape("1password-key", rf"{_B}A3-[A-Z0-9]{{6}}-(?:[A-Z0-9]{{11}}|[A-Z0-9]{{6}}-[A-Z0-9]{{5}})(?:-[A-Z0-9]{{5}}){{3}}{_E}",
          ("A3-",), then=r"[A-Z0-9]{6}-"),
    # keys of any maker
    Shape("private-key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}", ("AGE-SECRET-KEY-1",)),
    Shape(
        "private-key",  # in base64: "PRIVATE KEY" at each of its three offsets
        r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{1,30}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)[A-Za-z0-9+/]{20,}=*",
        ("LS0tLS1CRUdJTi",),
    ),
    Shape("jwt", rf"{_B}eyJ[\w-]{{10,1024}}(?:\.[\w-]{{10,}}){{2}}(?:\.[\w-]+)*", ("eyJ",), then=r"[A-Za-z0-9_-]{10}"),
)  # fmt: skip
"""Tokens that tell by themselves: each stands in a run of twenty and more letters, digits, `_`, `-` and `.`."""

SET: tuple[Shape, ...] = (
    Shape("private-key", rf"-----BEGIN [A-Z0-9 ]{{0,30}}PRIVATE KEY(?: BLOCK)?-----{_BODY}", ("-----BEGIN ",)),
    Shape("private-key", r"Private-Lines: \d+\s+((?:[A-Za-z0-9+/=]{4,}\s*)+)", ("Private-Lines: ",)),
    # Not a variable (it would begin with $, { or <) and not a digest that follows an image's tag.
    Shape(
        "url-password",
        r"""(?<=[A-Za-z0-9])://[^\s/?#@:"'<>`\\\[]{0,128}:(?![$<{%*]|\[(?:redacted|REDACTED):)([^\s/"'<>`\\]{1,256})@"""
        r"""(?!sha\d+:)(?=[\w\[$.-])""",
        ("://",),
    ),
    Shape("telegram-token", r"(?<=\d{8}):(AA[\w-]{33})(?![\w-])", (":AA",)),
    Shape("azure-key", r"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}={0,2})", ("AccountKey=", "SharedAccessKey=")),
    Shape("azure-key", r"\.azconfig\.io;Id=[^;\s]{1,80};Secret=([A-Za-z0-9+/]{30,}={0,2})", (".azconfig.io;",)),
    Shape("azure-signature", r"(?<=[?&;])sig=((?:[A-Za-z0-9/+]|%2[BbFf]){40,}(?:=|%3[Dd]))", ("sig=",)),
    Shape("slack-webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{20,})", ("hooks.slack.com/",)),
    Shape("discord-webhook", r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/([\w-]{40,})",
          ("discord",)),
    Shape("teams-webhook", r"\.webhook\.office\.com/webhookb2/([\w@/-]{60,})", (".webhook.office.com/",)),
    Shape("aws-bedrock-key", rf"{_B}ABSK[A-Za-z0-9+/]{{100,}}=*", ("ABSK",)),
    Shape("stripe-webhook-secret", r"whsec_[A-Za-z0-9+/]{24,}=*", ("whsec_",)),
    Shape("fly-token", rf"{_B}(?:fm[12][ar]?_[A-Za-z0-9+/]{{100,}}=*)", ("fm1", "fm2")),
    Shape("grafana-token", rf"{_B}glc_(?=[A-Za-z+/]{{0,60}}\d)[A-Za-z0-9+/]{{40,}}={{0,2}}(?!\w)", ("glc_",)),
    Shape("sentry-token", r"sntry[su]_[\w+/=-]{40,}", ("sntry",)),
    Shape("alibaba-key-id", rf"{_B}LTAI[A-Za-z0-9]{{12,20}}{_E}", ("LTAI",)),
    # Basic's value must mix cases or have a digit, or it is a word after "Authorization: Basic".
    Shape(
        "authorization",
        rf"(?i:uthorization){_IS}(?:(?i:bearer|token|api-?token|api-?key|key|bot|ssws)\s+(?=[A-Za-z_.~+/-]{{0,200}}\d)([\w.~+/-]{{12,}}=*)"
        r"|(?i:basic)\s+(?=[A-Za-z0-9+/][a-z]{0,40}[A-Z0-9+/=])([A-Za-z0-9+/][\w+/.-]{7,}={0,2}))",
        ("uthorization", "UTHORIZATION"),
    ),
)  # fmt: skip
"""Secrets that their setting tells, and tokens that `/`, `+` and `=` may cut into short runs; looked for in the whole text."""


def _named(kind: str, names: str, value: str) -> Shape:
    """A provider's value of fixed length, assigned to a variable named after the provider and as a secret."""
    return Shape(
        kind,
        rf"(?i:(?:{names})(?=[\w. -]{{0,40}}(?:key|token|secret|pat|auth|login|pass))[\w. -]{{1,48}}?){_IS}({value})(?![\w-])",
        tuple(names.split("|")),
        "digits",
    )


NAMED: tuple[Shape, ...] = (
    Shape("npm-token", rf"(?i:_authtoken){_IS}([\w.-]{{20,}}=*)", ("_authtoken",)),
    Shape(
        "aws-secret-key",
        rf"(?i:ecret_?(?:access_?)?key){_IS}([A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
        ("ecret_access_key", "ecretaccesskey", "ecret_key", "ecretkey"),
    ),
    Shape("facebook-token", rf"(?i:access_?token){_IS}(\d{{14,16}}\|[\w-]{{27}})(?![\w-])", ("access_token", "accesstoken")),
    Shape("azure-devops-token", rf"(?i:personal_?access_?token|ado_pat){_IS}([a-z2-7]{{52}}){_E}",
          ("personal_access_token", "personalaccesstoken", "ado_pat")),
    Shape("aws-session-token", rf"(?i:ession_?token){_IS}([A-Za-z0-9/+=]{{100,}})", ("ession_token", "essiontoken")),
    Shape("oauth-client-secret", rf"(?i:client_?secret){_IS}([\w.~-]{{24,64}})(?![\w.~-])", ("client_secret", "clientsecret"),
          "mixed"),
    _named("airtable-token", "airtable", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    _named("alibaba-secret", "alibaba|aliyun", r"[A-Za-z0-9]{30}"),
    _named("algolia-key", "algolia", r"[0-9a-z]{32}"),
    _named("atlassian-token", "atlassian|confluence|jira", r"[A-Za-z0-9]{24}"),
    _named("azure-key", "azure", r"[0-9a-f]{32}|[A-Za-z0-9]{52}"),
    _named("circleci-token", "circleci", r"[0-9a-fA-F]{40}"),
    _named("cloudflare-key", "cloudflare", r"[0-9a-f]{37}|[\w-]{40}"),
    _named("datadog-key", "datadog|dd_a|dd-a", r"[0-9a-f]{32}|[0-9a-f]{40}"),
    _named("facebook-token", "facebook", r"[0-9a-f]{32}"),
    _named("fastly-token", "fastly", r"[\w-]{32}"),
    _named("figma-token", "figma", rf"\d{{4,}}-{_UUID}"),
    _named("github-token", "github", r"[0-9a-f]{40}"),
    _named("heroku-key", "heroku", _UUID),
    _named("launchdarkly-key", "launchdarkly", rf"(?:sdk|api)-{_UUID}"),
    _named("mailchimp-key", "mailchimp", r"[0-9a-f]{32}-us\d{1,2}"),
    _named("mailgun-key", "mailgun", r"[0-9a-f]{32}(?:-[0-9a-f]{8}){2}"),
    _named("netlify-token", "netlify", r"[\w-]{43,64}"),
    _named("npm-token", "npm", _UUID),
    _named("okta-token", "okta", r"00[\w-]{40}"),
    _named("sentry-token", "sentry", r"[0-9a-f]{64}"),
    _named("snyk-token", "snyk", _UUID),
    _named("sonar-token", "sonar", r"[0-9a-f]{40}"),
    _named("telegram-token", "telegram", r"\d{8,10}:[\w-]{35}"),
    _named("twilio-key", "twilio", r"[0-9a-fA-F]{32}"),
    _named("vercel-token", "vercel", r"[A-Za-z0-9]{24}"),
)  # fmt: skip
"""Secrets that follow their name; looked for in the text in lower case, where it holds a long run at all."""
