"""Which paths hold a credential."""

import pytest

from ccmcp.audit.credentials import credential


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("~/.ssh/id_rsa", "high"),
        ("/home/me/.ssh/id_ed25519", "high"),
        ("/root/.ssh/deploy", "high"),
        (r"C:\Users\me\.ssh\id_rsa", "high"),
        ("~/.ssh/config", "low"),
        ("~/.aws/credentials", "high"),
        ("~/.aws/config", "medium"),
        ("$HOME/.kube/config", "high"),
        ("~/.npmrc", "high"),
        ("/Users/me/Library/Keychains/login.keychain-db", "high"),
        ("~/Library/Application Support/Google/Chrome/Default/Login Data", "high"),
        ("~/.bash_history", "medium"),
        ("/etc/shadow", "high"),
        ("/etc/passwd", "low"),
        ("/proc/self/environ", "high"),
        ("/var/run/secrets/kubernetes.io/serviceaccount/token", "high"),
        (".env", "medium"),
        ("apps/web/.env.production", "medium"),
        (".env.test", "low"),
        ("config/master.key", "high"),
        ("certs/privkey.pem", "high"),
        ("server.pem", "medium"),
        ("terraform.tfstate", "medium"),
        ("passwords.kdbx", "high"),
        ("~/.claude/.credentials.json", "high"),
    ],
)
def test_a_credential(path: str, severity: str) -> None:
    found = credential(path)
    assert found is not None
    assert found.severity == severity


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "~", "C:", "README.md", "src/env.ts", "~/.ssh/id_rsa.pub", ".env.example", ".env.sample", ".env.local.template",
        "certs/cacert.pem", "fullchain.pem", "node_modules/x/key.pem", "tests/fixtures/key.pem", "site-packages/certifi/cacert.pem",
        "src/credentials.py", "docs/secrets.md", "keys.ts", "~/.claude/settings.json", "environment.env.d.ts",
    ],
)  # fmt: skip
def test_no_credential(path: str) -> None:
    assert credential(path) is None


def test_folders_and_agents_are_told_apart() -> None:
    folder, agent = credential("~/.ssh/"), credential("~/.codex/auth.json")
    assert folder is not None
    assert folder.folder
    assert agent is not None
    assert agent.agent
