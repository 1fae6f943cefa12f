"""Where credentials are kept: below a home folder, in the system, by name anywhere. Data only."""

from ccmcp.audit.rule import Severity

BELOW_HOME = """
high: .ssh/id_* ; an SSH private key
high: .ssh/identity ; an SSH private key
low: .ssh/config ; SSH hosts
low: .ssh/known_hosts* ; SSH hosts
low: .ssh/authorized_keys* ; who may log in by SSH
high: .ssh/* ; an SSH key
high: .aws/credentials ; AWS credentials
high: .aws/sso/cache/* ; AWS credentials
high: .aws/cli/cache/* ; AWS credentials
medium: .aws/config ; AWS profiles
high: .config/gcloud/* ; Google Cloud credentials
high: .azure/* ; Azure credentials
high: .kube/config* ; Kubernetes credentials
high: .kube/*.yaml ; Kubernetes credentials
high: .gnupg/* ; GnuPG keys
high: .password-store/* ; passwords
high: .docker/config.json ; registry passwords
high: .config/containers/auth.json ; registry passwords
high: .netrc ; passwords of hosts
high: _netrc ; passwords of hosts
high: .git-credentials ; Git passwords
high: .config/git/credentials ; Git passwords
high: .npmrc ; a registry token
high: .yarnrc.yml ; a registry token
high: .pypirc ; a registry token
high: .gem/credentials ; a registry token
high: .cargo/credentials* ; a registry token
high: .m2/settings*.xml ; registry passwords
high: .gradle/gradle.properties ; registry passwords
high: .nuget/NuGet/NuGet.Config ; a registry token
high: .composer/auth.json ; a registry token
high: .config/composer/auth.json ; a registry token
high: .config/pip/pip.conf ; an index's password
high: .pgpass ; database passwords
high: .my.cnf ; database passwords
high: .mylogin.cnf ; database passwords
high: .dbshell ; database passwords
high: .vault-token ; a Vault token
high: .terraform.d/credentials.tfrc.json ; a Terraform token
high: .terraformrc ; a Terraform token
high: .config/doctl/config.yaml ; a DigitalOcean token
high: .config/hcloud/cli.toml ; a Hetzner token
high: .config/heroku/* ; a Heroku token
high: .config/flyctl/config.yml ; a Fly token
high: .fly/config.yml ; a Fly token
high: .netlify/config.json ; a Netlify token
high: .config/netlify/config.json ; a Netlify token
high: .vercel/auth.json ; a Vercel token
high: .local/share/com.vercel.cli/auth.json ; a Vercel token
high: .wrangler/config/default.toml ; a Cloudflare token
high: .config/.wrangler/config/default.toml ; a Cloudflare token
high: .cloudflared/*.json ; a Cloudflare token
high: .cloudflared/cert.pem ; a Cloudflare token
high: .config/stripe/config.toml ; a Stripe key
high: .config/op/* ; 1Password
high: .config/sops/age/keys.txt ; an age key
high: .config/rclone/rclone.conf ; storage credentials
high: .s3cfg ; storage credentials
high: .boto ; storage credentials
high: .oci/* ; Oracle Cloud credentials
high: .bluemix/config.json ; IBM Cloud credentials
high: .databrickscfg ; a Databricks token
high: .snowflake/* ; Snowflake credentials
high: .snowsql/config ; Snowflake credentials
high: .dbt/profiles.yml ; database passwords
high: .config/hub ; a GitHub token
high: .config/glab-cli/config.yml ; a GitLab token
high: .huggingface/token ; a Hugging Face token
high: .cache/huggingface/token ; a Hugging Face token
high: .kaggle/kaggle.json ; a Kaggle token
high: .circleci/cli.yml ; a CircleCI token
high: .travis/config.yml ; a Travis token
high: .sentryclirc ; a Sentry token
high: .jira.d/* ; a Jira token
high: .atlassian/* ; an Atlassian token
high: .putty/* ; SSH keys
high: .electrum/wallets/* ; a wallet
high: .bitcoin/wallet.dat ; a wallet
high: .ethereum/keystore/* ; a wallet
high: .config/solana/id.json ; a wallet
high: .foundry/keystores/* ; a wallet
high: .local/share/keyrings/* ; the desktop's keyring
high: .local/share/kwalletd/* ; the desktop's keyring
high: .gnome2/keyrings/* ; the desktop's keyring
high: Library/Keychains/* ; the keychain
high: Library/Cookies/* ; browser cookies
high: .mozilla/firefox/* ; a browser's store
high: Library/Application Support/Firefox/Profiles/* ; a browser's store
high: .thunderbird/* ; mail passwords
medium: .bash_history ; a shell's history
medium: .zsh_history ; a shell's history
medium: .zhistory ; a shell's history
medium: .local/share/fish/fish_history ; a shell's history
medium: .psql_history ; a database client's history
medium: .mysql_history ; a database client's history
medium: .rediscli_history ; a database client's history
medium: .python_history ; an interpreter's history
medium: .node_repl_history ; an interpreter's history
agent high: .claude/.credentials.json ; what Claude Code logs in with
agent medium: .claude.json ; Claude Code's account and MCP servers' keys
agent high: .codex/auth.json ; what Codex logs in with
agent high: .gemini/oauth_creds.json ; what Gemini logs in with
agent high: .gemini/.env ; what Gemini logs in with
agent high: .qwen/oauth_creds.json ; what Qwen logs in with
agent high: .config/gh/hosts.yml ; a GitHub token
agent high: .config/github-copilot/* ; what Copilot logs in with
agent high: .local/share/opencode/auth.json ; what opencode logs in with
agent high: .config/opencode/auth.json ; what opencode logs in with
agent high: .cursor/mcp.json ; MCP servers' keys
agent medium: .codex/config.toml ; Codex's MCP servers' keys
agent high: Library/Application Support/Claude/claude_desktop_config.json ; MCP servers' keys
agent high: .config/Claude/claude_desktop_config.json ; MCP servers' keys
agent high: .mcp-auth/* ; MCP servers' tokens
"""

SYSTEM = """
high: /etc/shadow* ; password hashes
high: /etc/gshadow* ; password hashes
high: /etc/master.passwd ; password hashes
high: /etc/security/opasswd ; password hashes
medium: /etc/sudoers* ; who may become root
high: /etc/ssh/ssh_host_*_key ; the host's SSH key
high: /etc/ssl/private/* ; a private key
high: /etc/pki/tls/private/* ; a private key
high: /etc/letsencrypt/live/*/privkey*.pem ; a private key
high: /etc/letsencrypt/archive/*/privkey*.pem ; a private key
high: /etc/kubernetes/admin.conf ; Kubernetes credentials
high: /etc/kubernetes/pki/*.key ; Kubernetes credentials
high: /etc/rancher/k3s/k3s.yaml ; Kubernetes credentials
high: /var/run/secrets/* ; a pod's token
high: /run/secrets/* ; a container's secret
high: /etc/krb5.keytab ; a Kerberos key
high: /etc/wireguard/*.conf ; a VPN key
high: /etc/openvpn/*.key ; a VPN key
high: /etc/NetworkManager/system-connections/* ; network passwords
high: /etc/wpa_supplicant/*.conf ; network passwords
high: /var/lib/sss/db/* ; cached logins
high: /var/db/dslocal/nodes/Default/users/* ; password hashes
high: /proc/*/environ ; a process's environment
high: /proc/*/mem ; a process's memory
high: /proc/kcore ; the machine's memory
high: /Library/Keychains/* ; the keychain
high: C:/Windows/System32/config/SAM ; password hashes
high: C:/Windows/System32/config/SECURITY ; password hashes
high: C:/Windows/System32/config/SYSTEM ; password hashes
high: C:/Windows/NTDS/ntds.dit ; password hashes
low: /etc/passwd* ; accounts
"""

BROWSERS = frozenset({
    "Login Data", "Login Data For Account", "Cookies", "Web Data", "logins.json", "key4.db", "key3.db",
    "cookies.sqlite", "signons.sqlite",
})  # fmt: skip

ANYWHERE: dict[str, tuple[str, Severity]] = {
    "id_rsa": ("an SSH private key", "high"), "id_dsa": ("an SSH private key", "high"), "id_ecdsa": ("an SSH private key", "high"),
    "id_ed25519": ("an SSH private key", "high"), "id_ecdsa_sk": ("an SSH private key", "high"),
    "id_ed25519_sk": ("an SSH private key", "high"), "credentials.json": ("an API's credentials", "medium"),
    "client_secret.json": ("an OAuth secret", "medium"), "service-account.json": ("a service account's key", "high"),
    "service_account.json": ("a service account's key", "high"), "serviceaccountkey.json": ("a service account's key", "high"),
    "service-account-key.json": ("a service account's key", "high"), "application_default_credentials.json": ("Google Cloud credentials", "high"),
    "firebase-adminsdk.json": ("a service account's key", "high"), "gcp-key.json": ("a service account's key", "high"),
    "terraform.tfstate": ("Terraform's state", "medium"), "terraform.tfstate.backup": ("Terraform's state", "medium"),
    "terraform.tfvars": ("Terraform's secrets", "medium"), "secrets.tfvars": ("Terraform's secrets", "medium"),
    ".htpasswd": ("password hashes", "medium"), "master.key": ("Rails's master key", "high"),
    ".pypirc": ("a registry token", "high"), ".netrc": ("passwords of hosts", "high"), ".pgpass": ("database passwords", "high"),
    ".git-credentials": ("Git passwords", "high"), ".vault-token": ("a Vault token", "high"), ".vault_pass": ("a vault's password", "high"),
    ".vault_password": ("a vault's password", "high"), ".npmrc": ("registry settings", "info"), ".yarnrc.yml": ("registry settings", "info"),
    "wp-config.php": ("database passwords", "medium"), "secrets.json": ("secrets", "medium"), "secrets.yml": ("secrets", "medium"),
    "secrets.yaml": ("secrets", "medium"), "secrets.toml": ("secrets", "medium"), ".secrets": ("secrets", "medium"),
    "credentials.yml": ("credentials", "medium"), "credentials.yaml": ("credentials", "medium"), "credentials.toml": ("credentials", "medium"),
    "credentials.ini": ("credentials", "medium"), "credentials.csv": ("credentials", "medium"), "secret.key": ("a secret key", "high"),
    "kubeconfig": ("Kubernetes credentials", "high"), "kubeconfig.yaml": ("Kubernetes credentials", "high"), "kubeconfig.yml": ("Kubernetes credentials", "high"),
    "wallet.dat": ("a wallet", "high"), "keyfile.json": ("a service account's key", "medium"), ".dockercfg": ("registry passwords", "high"),
    ".dockerconfigjson": ("registry passwords", "high"), "passwords.txt": ("passwords", "medium"), "password.txt": ("passwords", "medium"),
    "passwords.csv": ("passwords", "medium"), ".s3cfg": ("storage credentials", "high"), ".env.vault": ("an encrypted environment", "low"),
    ".dev.vars": ("a local environment", "medium"), ".envrc": ("a local environment", "low"), "local.settings.json": ("Azure Functions' settings", "low"),
    "auth.json": ("a registry token", "low"), ".credentials.json": ("what Claude Code logs in with", "high"),
    "google-services.json": ("an app's API keys", "low"), ".mcp.json": ("MCP servers' settings", "info"),
}  # fmt: skip

ENDINGS: dict[str, tuple[str, Severity]] = {
    "pem": ("a key or certificate", "medium"), "key": ("a private key", "medium"), "ppk": ("an SSH private key", "high"),
    "p12": ("a key store", "high"), "pfx": ("a key store", "high"), "jks": ("a key store", "medium"), "keystore": ("a key store", "medium"),
    "kdbx": ("a password database", "high"), "kdb": ("a password database", "high"), "agekey": ("an age key", "high"),
    "tfstate": ("Terraform's state", "medium"), "keychain": ("the keychain", "high"), "keychain-db": ("the keychain", "high"),
    "p8": ("a private key", "high"), "asc": ("a PGP key or signature", "low"), "gpg": ("an encrypted file", "low"), "ovpn": ("a VPN key", "medium"),
    "mobileprovision": ("a signing profile", "low"), "keytab": ("a Kerberos key", "high"), "htpasswd": ("password hashes", "medium"),
}  # fmt: skip

FOLDERS = {
    ".ssh": "SSH keys", ".gnupg": "GnuPG keys", ".aws": "AWS credentials", ".azure": "Azure credentials", ".kube": "Kubernetes credentials",
    ".config/gcloud": "Google Cloud credentials", ".password-store": "passwords", "Library/Keychains": "the keychain",
    ".local/share/keyrings": "the desktop's keyring", ".docker": "registry passwords", ".mozilla": "a browser's store",
    ".mozilla/firefox": "a browser's store", ".config/google-chrome": "a browser's store", ".config/chromium": "a browser's store",
    "Library/Application Support/Google/Chrome": "a browser's store", ".config/op": "1Password",
}  # fmt: skip

TEMPLATE_ENDS = (
    ".example", ".sample", ".template", ".tmpl", ".dist", ".tpl", ".schema", ".defaults", ".md", "-example",
    "-sample", "_example", ".enc", ".age", ".sops",
)  # fmt: skip
TEMPLATE_WORDS = ("example", "sample", "template", "dummy", "fake", "mock")
HARMLESS = frozenset({
    "node_modules", "site-packages", "dist-packages", "test", "tests", "__tests__", "fixtures", "fixture", "testdata", "test_data",
    "test-data", "spec", "specs", "examples", "example", "samples", "vendor", "mocks", "__mocks__", "docs", "certifi",
})  # fmt: skip
CERTIFICATES = (
    "cacert", "ca-", "ca_", "ca.", "cert", "fullchain", "chain", "root", "bundle", "public", "pub", "server.crt", "tls.crt", "dhparam", "isrgroot",
    "global-bundle", "rds-", "csr",
)  # fmt: skip
