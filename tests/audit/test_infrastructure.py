"""Clouds, clusters, services and requests: what is destroyed, what is only asked, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmcp.audit.call import Call
from ccmcp.audit.engine import examine
from ccmcp.audit.rule import SEVERITIES
from ccmcp.audit.rules.commands._cli import acts, clis, line, read_acts
from ccmcp.audit.rules.commands._http import requests
from ccmcp.audit.rules.commands._reach import host_of, names_production, port_of
from ccmcp.audit.rules.commands._verbs import effect
from ccmcp.audit.shell.command import Command, Word
from ccmcp.audit.shell.script import read_script
from tests.audit.examples import CWD, HOME

FAMILIES = ("CLD", "CTR", "API")


def worst(text: str) -> str:
    found = examine(Call(tool="Bash", input={"command": text}, cwd=CWD), roots=(CWD,), home=HOME).found
    return max(
        (each.severity for each in found if each.rule.id.startswith(FAMILIES)),
        key=SEVERITIES.index,
        default="",
    )


@pytest.mark.parametrize("name", ["acts.tsv", "deploys.tsv"])
def test_every_row_of_a_table_is_well_formed(name: str) -> None:
    for program, rows in read_acts(name).items():
        for row in rows:
            assert row.severity in (*SEVERITIES, "-", ""), (program, row)
            assert all(each.lstrip("!")[:1] in "-*" for each in row.options), (program, row)


def test_acts_are_of_programs_that_are_known() -> None:
    assert set(acts()) <= set(clis())


def test_a_program_is_deleting_at_most_as_its_row_says() -> None:
    assert all(cli.worst in SEVERITIES and cli.family in ("cloud", "containers") for cli in clis().values())


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("delete", "destroys"), ("delete-queue", "destroys"), ("batch-delete-image", "destroys"), ("delete_vhost", "destroys"),
        ("apps:destroy", "destroys"), ("repo-delete", "destroys"), ("DeleteInstance", "destroys"), ("revoke", "breaks"),
        ("describe-instances", "none"), ("list", "none"), ("web", None), ("deleted", None), ("undelete", "none"),
        ("s3://bucket/delete", None), ("DELETE_ME", "destroys"),
    ],
)  # fmt: skip
def test_the_effect_of_a_word(word: str, told: str | None) -> None:
    assert effect(Word(word)) == told


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("aws --profile acme --region eu-west-1 ec2 terminate-instances --instance-ids i-1", "high"),
        ("aws ec2 terminate-instances --instance-ids i-1 --dry-run", "info"),
        ("aws --profile prod rds delete-db-instance --db-instance-identifier main", "critical"),
        ("AWS_PROFILE=prod aws s3 rm s3://b/x", "high"),
        ("aws lambda invoke --function-name delete-user out.json", ""),
        ("gcloud beta run services delete api --region us-east1", "high"),
        ("gcloud compute instances create delete-test", ""),
        ("az deployment group create --mode Complete -g rg -f main.bicep", "high"),
        ("az extension remove -n x", "info"),
        ("terraform -chdir=infra destroy", "high"),
        ("terraform plan -destroy", ""),
        ("pnpm dlx wrangler@3 r2 bucket delete b", "high"),
        ("java -jar /opt/jenkins-cli.jar -s http://ci/ delete-job web", "high"),
        ("gh pr create --title 'delete' --body remove", ""),
        ("gh auth status", ""),
        ("gh api -X DELETE repos/acme/site", "high"),
        ("vault --namespace admin secrets disable kv/", "high"),
        ("docker-compose -f a.yml down -v", "medium"),
        ("docker ps -aq | xargs docker rm -f", "high"),
        ("docker stop prod-db", "medium"),
        ("kubectl delete deployment/web -n shop", "medium"),
        ("kubectl delete pods --all", "high"),
        ("kubectl get pods -o name | xargs kubectl delete", "medium"),
        ("docker ps -a | grep Exited | awk '{print $1}' | xargs docker rm -f", "medium"),
        ("kubectl --context kind-dev delete ns test", "low"),
        ("kops delete cluster --name c", "low"),
        ("kops delete cluster --name c --yes", "high"),
        ("kubectl exec web-0 -- rm -rf /tmp/x", "info"),
        ("helm upgrade --install web .", "info"),
        ("heroku ps:scale web=0 -a shop", "medium"),
        ("fly scale count 0", "medium"),
        ("rclone sync a remote:b -n", ""),
        ("docker run alpine --privileged", ""),
        ("docker run --mount type=bind,source=/,target=/host alpine", "high"),
        ("docker run -v $PWD:/app node npm ci", ""),
        ("scp user@host:/etc/hosts .", ""),
        ("ssh reproduction-host uptime", ""),
        ("npm uninstall left-pad", ""),
    ],
)
def test_severity(text: str, severity: str) -> None:
    assert worst(text) == severity


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("curl -sXDELETE https://a.example/x", [("DELETE", "https://a.example/x")]),
        ("curl https://a.example/x -X 'DELETE' -H 'A: b'", [("DELETE", "https://a.example/x")]),
        ("curl --request=PUT --url https://a.example/x", [("PUT", "https://a.example/x")]),
        ("curl -d a=b https://a.example/x", [("POST", "https://a.example/x")]),
        ("curl -sd a=b https://a.example/x", [("POST", "https://a.example/x")]),
        ("curl -G -d a=b https://a.example/x", [("GET", "https://a.example/x")]),
        ("curl -sSfo out https://a.example/x", [("GET", "https://a.example/x")]),
        ("curl -X DELETE a.example/1 a.example/2", [("DELETE", "a.example/1"), ("DELETE", "a.example/2")]),
        ("wget --method DELETE https://a.example/x", [("DELETE", "https://a.example/x")]),
        ("http DELETE :9200/x", [("DELETE", ":9200/x")]),
        ("http a.example/x name=b", [("POST", "a.example/x")]),
        ("xh a.example/x q==b", [("GET", "a.example/x")]),
        ("http", []),
        ("curl -X", []),
    ],
)
def test_requests_of_a_command(text: str, told: list[tuple[str, str]]) -> None:
    (command,) = read_script(text).commands
    assert [(request.method, str(request.url)) for request in requests(command)] == told


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("https://u:p@A.example:8443/x?y", "a.example", "8443"), ("localhost:9200", "localhost", "9200"),
        (":9200/x", "", "9200"), ("[::1]:80/x", "::1", "80"), ("a.example", "a.example", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_host_and_port(url: str, host: str, port: str) -> None:
    assert (host_of(url), port_of(url)) == (host, port)


def test_production_is_a_whole_segment_of_a_name() -> None:
    assert all(map(names_production, ("prod", "eu-prod-1", "shop.production.example", "PRD", "prod_db")))
    assert not any(map(names_production, ("product", "reproduction", "production2x", "prodigy", "")))


def test_no_secret_of_an_option_is_in_a_target() -> None:
    text = "aws rds delete-db-instance --db-instance-identifier main --token hunter2 && curl -X DELETE https://u:hunter2@a.example/x?key=hunter2"
    found = examine(Call(tool="Bash", input={"command": text}, cwd=CWD)).found
    assert found
    assert not any(
        "hunter2" in each.hit.target + each.hit.note for each in found if each.rule.id.startswith(FAMILIES)
    )


WORDS = st.one_of(
    st.sampled_from(
        [
            "delete",
            "-X",
            "--name",
            "--",
            "-f",
            "rm",
            "--dry-run",
            "",
            "-",
            "-v",
            "/:/",
            "--cap-add",
            "https://",
            ":",
        ]
    ),
    st.text(max_size=6),
)


@given(
    st.sampled_from(sorted({*clis(), "curl", "wget", "http", "rsync", "scp", "ssh", "java", "npx"})),
    st.lists(WORDS, max_size=6),
)
def test_any_words_are_taken(name: str, words: list[str]) -> None:
    command = Command(name=name, args=tuple(map(Word, words)))
    said = line(command)
    assert said is None or said.command is command
    text = " ".join(["'" + word.replace("'", "") + "'" for word in (name, *words)])
    examine(Call(tool="Bash", input={"command": text}, cwd=CWD))
