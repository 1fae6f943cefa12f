"""Commands that print what a program keeps secret, as rows (see _table). Data only."""

ROWS = """
medium: security dump-keychain|export|find-generic-password|find-internet-password|find-certificate|dump-trust-settings ; the keychain
info: security find-identity|list-keychains|default-keychain ; the keychain's lists
medium: gcloud auth print-access-token|print-identity-token|application-default ; a Google Cloud token
medium: gcloud secrets versions access ; a secret
medium: gcloud iam service-accounts keys create ; a service account's key
medium: aws secretsmanager get-secret-value|batch-get-secret-value ; a secret
medium: aws ssm get-parameter|get-parameters|get-parameters-by-path --with-decryption ; a secret
medium: aws sts get-session-token|assume-role|get-federation-token ; AWS credentials
medium: aws configure export-credentials|get|list --profile ; AWS credentials
medium: aws configure export-credentials ; AWS credentials
medium: aws ecr get-login-password ; a registry password
medium: aws iam create-access-key|create-login-profile ; AWS credentials
medium: aws kms decrypt ; a decrypted secret
medium: aws ec2 get-password-data ; a password
medium: az keyvault secret show|download ; a secret
medium: az account get-access-token ; an Azure token
medium: az storage account keys ; storage keys
medium: az ad sp create-for-rbac|credential ; Azure credentials
medium: az acr credential ; a registry password
medium: gh auth token ; a GitHub token
medium: gh auth status --show-token|-t ; a GitHub token
medium: glab auth status --show-token|-t ; a GitLab token
medium: kubectl|oc|k get secret|secrets -o|--output|-ojson|-oyaml ; a cluster's secrets
medium: kubectl|oc|k get =secret/ -o|--output|-ojson|-oyaml ; a cluster's secrets
low: kubectl|oc|k get|describe secret|secrets ; the names of a cluster's secrets
medium: kubectl|oc|k config view --raw ; Kubernetes credentials
medium: kubectl|oc|k create token ; a Kubernetes token
medium: oc whoami -t|--show-token ; an OpenShift token
medium: vault kv get ; a secret
medium: vault read * ; a secret
medium: vault print token ; a Vault token
medium: vault token create ; a Vault token
medium: op read * ; 1Password
medium: op item get --reveal|--fields|--field|--otp ; 1Password
low: op item get ; 1Password
medium: op document get ; 1Password
medium: bw get|list|export ; Bitwarden
medium: lpass show|export ; LastPass
medium: pass show|-c ; a password
medium: pass * !ls|find|git|init|insert|generate|--version ; a password
medium: gopass show|cat|-o ; a password
medium: secret-tool lookup|search ; the keyring
medium: keyring get ; the keyring
medium: keepassxc-cli show|export|clip|attachment-export ; a password database
low: doppler secrets list|delete|set|upload|notes ; the names of secrets
medium: doppler secrets ; secrets
medium: infisical secrets|export ; secrets
medium: chamber read|export|env ; secrets
medium: heroku config|config:get ; an app's secrets
medium: vercel|vc env pull ; an app's secrets
medium: railway variables ; an app's secrets
medium: fly|flyctl ssh|auth token ; a Fly token
medium: netlify env:get ; an app's secrets
medium: firebase functions:config:get ; an app's secrets
medium: supabase secrets ; an app's secrets
medium: npm token create|list|ls ; a registry token
medium: npm|yarn|pnpm config get =_auth|authToken ; a registry token
medium: git credential|credential-store|credential-cache|credential-manager fill|get ; Git passwords
medium: git config --get|--list|-l =credential ; Git passwords
medium: sops -d|--decrypt|decrypt ; decrypted secrets
medium: ansible-vault view|decrypt|edit ; decrypted secrets
medium: gpg|gpg2 --export-secret-keys|--export-secret-subkeys ; GnuPG keys
medium: age -d|--decrypt ; a decrypted file
medium: terraform|tofu output -raw|-json ; outputs, secrets with them
medium: pulumi stack|config --show-secrets ; secrets
medium: docker inspect =Env ; a container's environment
medium: rails credentials:show|credentials:edit ; Rails credentials
medium: eas credentials|env:pull ; an app's secrets
high: mimikatz|pypykatz|lazagne|laZagne|secretsdump|secretsdump.py|impacket-secretsdump|hashcat|john|unshadow|procdump|gcore|mimipenguin|chromepass|keychaindump|truffleprint|crackmapexec|netexec|responder|hydra|medusa * ; a tool to take or crack passwords
high: unshadow|lazagne|mimipenguin|pypykatz ; a tool to take passwords
high: reg save =SAM|=sam|=SYSTEM|=SECURITY ; password hashes
high: ntdsutil|vssadmin ~snapshots|shadow|create|"ac ; password hashes
high: cmdkey /list ; saved passwords
high: vaultcmd * ; saved passwords
medium: getent shadow|gshadow ; password hashes
medium: dscl =ShadowHash ; password hashes
medium: netsh ~key=clear ; network passwords
medium: nmcli -s|--show-secrets ; network passwords
medium: sudo -l ; what sudo allows
medium: klist|kinit * ; Kerberos tickets
"""
