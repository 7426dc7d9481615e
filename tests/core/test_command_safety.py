from __future__ import annotations

import shlex

import pytest

from pytest_agentgates.core.command_safety import (
    SafetyRules,
    name_of,
    refusal_in_text,
    refusal_of,
    safety_rules,
)
from pytest_agentgates.core.refused_commands import PROTECTED, REFUSED
from pytest_agentgates.errors import UsageError

RULES = SafetyRules()
REFUSED_COMMANDS = (
    "rm -rf /",
    "rm -r -- /etc/app",
    "bash -c 'rm -rf /*'",
    "rm -rf ../../shop",
    "git clean -fdx",
    "kubectl apply -f deploy.yaml",
    "kubectl --context prod apply -f deploy.yaml",
    "kubectl -n shop --v 6 apply -f deploy.yaml",
    "/usr/local/bin/kubectl apply -f deploy.yaml",
    "./tools/kubectl-1.29 delete pod web-0",
    "kubectl.exe apply -f deploy.yaml",
    'kube"ctl" "app"ly -f deploy.yaml',
    r"\kubectl ap\ply -f deploy.yaml",
    "KUBECONFIG=~x kubectl apply -f deploy.yaml",
    "KUBECONFIG=other.yaml kubectl apply -f deploy.yaml",
    "env -i PATH=/bin kubectl apply -f deploy.yaml",
    "env -S 'kubectl apply -f deploy.yaml'",
    "env '-Skubectl apply -f deploy.yaml'",
    "sh -c 'kubectl apply -f deploy.yaml'",
    "bash -euo pipefail -c 'cat x | kubectl apply -f -'",
    "sh -c \"sh -c 'kubectl apply -f deploy.yaml'\"",
    "sh -c \"kube''ctl apply -f deploy.yaml\"",
    "sh -c 'k=kubectl; $k apply -f deploy.yaml'",
    "echo kubectl apply -f deploy.yaml | sh",
    "cat deploy.sh | bash -s",
    "echo 'import os' | python3 -",
    "echo deploy.yaml | xargs kubectl apply -f",
    "echo apply -f deploy.yaml | xargs kubectl",
    "echo kubectl apply | xargs env",
    "echo deploy | xargs -I{} sh -c {}",
    "find deploy -name web.yaml -exec kubectl apply -f {} +",
    "timeout 60 nice -n 5 kubectl apply -k deploy",
    "kustomize build deploy | kubectl apply -f -",
    "kubectl apply -f deploy.yaml --dry-run=client --dry-run=none",
    "kubectl apply -f deploy.yaml -l --dry-run=client",
    "kubectl create deployment web --image web -- --dry-run=client",
    "kubectl rollout restart deployment/web",
    "kubectl exec web-0 -- sh",
    "oc apply -f deploy.yaml",
    "docker run --rm tools kubectl apply -f deploy.yaml",
    "ssh bastion 'kubectl apply -f deploy.yaml'",
    "python3 -c \"import os; os.system('kubectl apply -f x')\"",
    "awk 'BEGIN { system(\"kubectl apply -f x\") }'",
    "rg --pre kubectl apply deploy",
    "entr --run=kubectl apply -f deploy.yaml",
    "helm upgrade --install web charts/web",
    "helm --kube-context stage uninstall web",
    "helm del web",
    "helm upgrade web charts/web --set --dry-run",
    "terraform apply -auto-approve",
    "terraform -chdir=infra destroy",
    "terragrunt run-all apply",
    "tofu apply plan.out",
    "argocd app sync web",
    "argocd --server cd.example.org application sync web",
    "flux bootstrap github --owner acme",
    "pulumi up --yes",
    "ansible-playbook -i hosts site.yaml",
    "aws ecs update-service --cluster shop --service web",
    "gcloud run deploy web --image web",
    "git push origin main",
    "git -C deploy commit -am done",
    "git -c 'alias.x=!kubectl apply -f x' x",
    "sudo systemctl restart web",
    "psql postgres://prod/app -c 'select 1'",
    'psql "postgres://ann@db.prod.example.org/app"',
    "psql -h prod-db -c 'select 1'",
    "PGHOST=prod-db psql -c 'select 1'",
    "env PGHOST=prod-db psql -c 'select 1'",
    "docker exec db psql service=production",
    "DATABASE_URL=postgresql+asyncpg://db.prod/app python manage.py check",
    "python3 check_rows.py --url mysql://prod-db/app",
    "mongosh mongodb://mongo.live.example.org/app",
    "redis-cli -h redis.prod.internal ping",
    "mysql -hprod-db -e 'select 1'",
    "terragrunt apply-all",
    "heroku pg:reset DATABASE_URL",
    "alembic -x env=production current",
    "PATH=/tmp/bin:/bin make check",
    "LD_PRELOAD=./x.so make check",
    "make check; kubectl apply -f deploy.yaml",
    "make check || true",
    "make check & kubectl apply -f deploy.yaml",
    "make check > deploy.log",
    "kubectl $(echo apply) -f deploy.yaml",
    "kubectl `echo apply` -f deploy.yaml",
    "${KUBECTL} apply -f deploy.yaml",
    "kubectl {apply,-f,deploy.yaml}",
    "eval kubectl apply",
    "sh -c 'kubectl \"$@\"' _ apply -f deploy.yaml",
    "find deploy -exec sh -c 'kubectl apply -f \"$1\"' _ {} +",
    "sed -n '1e kubectl apply -f x' deploy.yaml",
    'perl -e \'exec "kubectl", "apply"\'',
    "echo x | xargs -a words.txt kubectl",
    "echo x | xargs -n 1 -P 4 timeout 5 helm",
    "KUBECTL_EXTERNAL_DIFF=./apply.sh kubectl diff -f deploy.yaml",
    "pytest --agent-task T1",
    "python3 -m pytest --agent-task=T1",
    "agentgates run T1",
    "agentgates criteria T1",
    "uv run agentgates run T1",
    "python3 -m pytest_agentgates run T1",
    "busybox sh -c 'kubectl apply -f x'",
)
ALLOWED_COMMANDS = (
    "rm -rf build",
    "rm -f /tmp/rendered.yaml",
    "kubectl get pods -n shop",
    "kubectl get pods -l app=run",
    "kubectl --context stage -n shop get deployment web -o yaml",
    "kubectl get deployment apply",
    "kubectl apply -f deploy.yaml --dry-run=client",
    "kubectl apply --dry-run=server -k deploy",
    "kubectl auth can-i create pods",
    "kubectl rollout status deployment/web --timeout=60s",
    "kubectl wait --for=condition=ready pod -l app=web",
    "kubectl kustomize deploy/overlays/stage",
    "sh -c 'kubectl apply -f deploy.yaml --dry-run=client'",
    "kubectl diff -f deploy.yaml",
    "kubectl logs deployment/web --tail 20 | grep -q started",
    "helm template web charts/web",
    "helm lint charts/web",
    "helm --kube-context stage status web",
    "helm upgrade web charts/web --dry-run",
    "terraform validate",
    "terraform fmt -check -recursive",
    "terraform -chdir=infra validate",
    "tofu validate",
    "argocd app get web",
    "argocd app diff web",
    "flux get kustomizations",
    "flux reconcile kustomization web",
    "flux create source git web --url https://example.org --export",
    "ansible-playbook site.yaml --syntax-check",
    "grep -rq 'kubectl apply' docs",
    "! grep -q 'image: .*:latest' deploy/web.yaml",
    'grep -q "replicas: 3" deploy/web.yaml',
    "cat deploy/web.yaml | grep -c 'kind: Deployment'",
    "test -f deploy/web.yaml",
    "[ -d deploy ]",
    "python3 checks/manifests.py deploy",
    "python3 -m json.tool report.json",
    "python3 -c 'import json; json.load(open(\"report.json\"))' > /dev/null",
    "sh checks/images.sh",
    "bash -n checks/images.sh",
    "sh -c 'grep -q web deploy/web.yaml && test -f README.md'",
    "make images",
    "make images && make check 2>/dev/null",
    "cd frontend && npm test",
    "docker build -t shop/web:0.1.18 .",
    "docker push registry.example.org/shop/web:0.1.18",
    "docker manifest inspect registry.example.org/shop/web:0.1.18",
    "curl -fsS https://prod.example.org/health",
    "pytest -q tests/products",
    "psql -h localhost -d products -c 'select 1'",
    "psql postgres://localhost/products -c 'select liveness from products'",
    "sqlite3 shop.db 'select count(*) from orders'",
    "alembic check",
    "find deploy -name '*.yaml' | xargs grep -L 'namespace: shop'",
    "ls deploy/*.yaml | wc -l",
    "git log --oneline -1",
    "git -C deploy status --porcelain",
    "git diff --exit-code HEAD -- deploy",
    "PYTHONPATH=src python3 -m shop.checks",
    "yamllint deploy",
    "kubeconform -strict deploy",
    "trivy config deploy",
    "npm run build",
    "go test ./...",
    "uv run pytest -q",
    "tox -e lint",
    "docker compose config -q",
    "docker compose up -d",
    "kubectl version --client",
    "terraform init -backend=false",
    "helm dependency build charts/web",
    "git tag --list",
    "aws s3 ls",
    "aws sts get-caller-identity",
    "gcloud config list",
    "az account show",
    "gh pr checks",
    "curl -fsS -X POST http://localhost:8080/orders -d '{\"sku\": 1}'",
    "nc -z localhost 5432",
    "redis-cli ping",
    "openssl x509 -in cert.pem -noout -checkend 86400",
    "flux build kustomization web --path deploy",
    "npx prisma validate",
    "python3 manage.py check --deploy",
    "python3 manage.py migrate --check",
    "agentgates check --gate ruff_clean",
    "find . -name '*.py' | xargs grep -l env",
    "find . -name '*.yaml' | xargs -n 1 yamllint",
    "jq -e '.apply == true' state.json",
)


@pytest.mark.parametrize("command", REFUSED_COMMANDS)
def test_it_is_refused(command: str) -> None:
    assert refusal_of(command, RULES)


@pytest.mark.parametrize("command", ALLOWED_COMMANDS)
def test_it_is_allowed(command: str) -> None:
    assert refusal_of(command, RULES) == ""


def test_there_are_enough_of_both() -> None:
    assert len(set(REFUSED_COMMANDS)) >= 40
    assert len(set(ALLOWED_COMMANDS)) >= 40


def test_the_reason_names_the_pattern() -> None:
    assert "`kubectl apply`" in refusal_of("kubectl -n shop apply -f x", RULES)


def test_a_pattern_of_the_configuration_is_added_and_no_reading_lifts_it() -> None:
    rules = safety_rules(("kubectl get secret*", "make deploy"), (), PROTECTED)
    assert "`kubectl get secret*`" in refusal_of("kubectl -n shop get secrets", rules)
    assert refusal_of("make -C infra deploy", rules)
    assert refusal_of("make check", rules) == ""


def test_a_pattern_can_be_lifted_by_its_name_only() -> None:
    rules = safety_rules((), ("helm upgrade",), PROTECTED)
    assert refusal_of("helm upgrade web charts/web", rules) == ""
    assert refusal_of("helm install web charts/web", rules)
    with pytest.raises(UsageError, match="no pattern 'helm upgrad'"):
        safety_rules((), ("helm upgrad",), PROTECTED)


def test_the_names_of_production_are_the_configured_ones() -> None:
    rules = safety_rules((), (), ("Blue",))
    assert refusal_of("psql -h blue-db", rules)
    assert refusal_of("psql -h prod-db", rules) == ""


def test_a_nest_of_shells_has_an_end() -> None:
    command = "true"
    for _ in range(3):
        command = shlex.join(["sh", "-c", command])
    assert refusal_of(command, RULES) == ""
    for _ in range(4):
        command = shlex.join(["sh", "-c", command])
    assert "nested too deeply" in refusal_of(command, RULES)


@pytest.mark.parametrize(
    "text",
    [
        "set -e\nkubectl apply -f deploy.yaml\n",
        "echo now; kubectl apply -f deploy.yaml\n",
        "cat x | kubectl apply -f -\n",
        "kubectl \\\n  apply -f deploy.yaml\n",
        "if true; then helm upgrade web charts/web; fi\n",
        "kube''ctl apply -f x\n",
    ],
)
def test_a_script_that_deploys_is_seen(text: str) -> None:
    assert refusal_in_text(text, RULES)


def test_a_script_that_only_speaks_of_it_is_not() -> None:
    assert refusal_in_text("# kubectl apply -f x\necho kubectl apply\ngrep -q x deploy.yaml\n", RULES) == ""


def test_every_pattern_refuses_the_command_that_it_spells() -> None:
    for pattern in REFUSED:
        command = " ".join(word.replace("*", "x").replace("?", ":") for word in pattern.split())
        assert refusal_of(command, RULES), pattern


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("/usr/bin/kubectl", "kubectl"),
        ("kubectl-1.29", "kubectl"),
        ("python3.11", "python"),
        (r"C:\tools\helm.exe", "helm"),
        ("tofu", "terraform"),
        ("7", "7"),
    ],
)
def test_programs_are_known_by_other_names(word: str, name: str) -> None:
    assert name_of(word) == name
