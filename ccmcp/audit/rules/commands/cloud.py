"""Commands that destroy or break what lives in a cloud, at a service, in a registry, a queue or a backup."""

from collections.abc import Iterator

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._cli import RUNNERS, line, programs
from ccmcp.audit.rules.commands._judged import judged
from ccmcp.audit.shell.command import Command


@rule(
    id="CLD-001",
    title="Destructive command to a cloud, service, registry, queue or backup",
    severity="high",
    category="cloud",
    matches="delete, destroy, terminate, purge, revoke ... by the client of a cloud, infrastructure as code, SaaS, package "
    "registry, queue or backup",
    false_positives="Resources the session itself made a moment ago, and test accounts: their names do not tell.",
    advice="Give the agent credentials that may read and plan only, and run what destroys things yourself.",
    permission="Bash(terraform destroy:*)",
    on=Command,
    programs=(*programs("cloud"), *RUNNERS),
    attack=("T1485", "T1578.003", "T1531"),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    soc2=("CC7.2", "CC8.1"),
    auto_mode=("Blind Apply", "Protected-Scope IaC Apply", "Cloud Storage Mass Delete"),
)
def cloud_destruction(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A command that deletes, or puts out of work, what lives at a provider. Dry runs and the client's own settings are no matter.

    Bad:
        aws ec2 terminate-instances --instance-ids i-0abc  # high
        terraform destroy -auto-approve  # high
        terraform apply -auto-approve  # medium
        gcloud --project acme-prod sql instances delete main  # critical
        gh repo delete acme/site --yes  # high
        vault kv delete secret/app  # medium
        npm unpublish left-pad --force
        restic forget --keep-last 1 --prune
        npx wrangler r2 bucket delete uploads
        kafka-topics.sh --bootstrap-server broker:9092 --delete --topic orders
    Fine:
        aws s3 sync build s3://site --delete --dryrun
        terraform plan -destroy
        gcloud config unset project  # info
        aws --endpoint-url http://localhost:4566 s3 rb s3://test  # low
        gh run list --workflow delete.yml
        echo "terraform destroy"
    """
    _ = scene
    said = line(command)
    if said and said.cli.family == "cloud":
        yield from judged(said)
