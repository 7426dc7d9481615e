"""What the commands of criteria must not do, as data; the configuration adds to it and takes from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_VERBS: Mapping[str, str] = {
    "kubectl": """apply create delete edit patch replace scale autoscale set label annotate taint drain cordon
        uncordon exec cp run expose attach debug rollout:restart rollout:undo rollout:pause rollout:resume
        certificate:approve certificate:deny argo:rollouts config:use-context config:set-context config:set""",
    "helm": "install upgrade uninstall delete del un rollback plugin:install",
    "helmfile": "apply sync destroy delete charts",
    "helmsman": "",
    "argocd": """app*:sync app*:create app*:delete app*:set app*:unset app*:rollback app*:patch* app*:edit
        app*:terminate-op app*:actions cluster:add cluster:rm proj:create proj:delete proj:set repo:add repo:rm""",
    "flux": "install bootstrap create delete uninstall suspend resume",
    "terraform": """apply destroy apply-all destroy-all import taint untaint force-unlock state:rm state:mv state:push
        state:replace-provider workspace:delete workspace:new""",
    "pulumi": "up update destroy refresh import cancel state:delete stack:rm",
    "ansible": "-m* -a* --module-name* --args*",
    "ansible-playbook": "",
    "cdk": "deploy destroy bootstrap",
    "sam": "deploy delete sync",
    "serverless": "deploy remove",
    "sls": "deploy remove",
    "kapp": "deploy delete",
    "kubeadm": "",
    "kubectx": "",
    "kubens": "",
    "kops": "create delete update edit replace rolling-update",
    "eksctl": "create delete upgrade scale set",
    "skaffold": "run deploy dev apply delete",
    "tilt": "up down",
    "nomad": "run stop job:run job:stop job:dispatch",
    "docker": "stack:deploy stack:rm service:create service:update service:rm service:scale swarm",
    "aws": """*:create-* *:delete-* *:update-* *:put-* *:modify-* *:terminate-* *:reboot-* *:run-instances
        cloudformation:deploy *:deploy* s3:rm s3:mv s3:rb s3:sync s3:cp""",
    "gcloud": "*:deploy *:delete *:create *:update *:set-* *:add-* *:remove-* *:apply *:patch *:import",
    "az": "*:create *:delete *:update *:set *:apply *:restart *:deploy* *:up",
    "fly": "deploy destroy launch scale secrets",
    "heroku": "container?release releases?rollback pg?reset pg?push",
    "vercel": "deploy --prod rollback promote",
    "git": "push commit reset rebase stash clean filter-branch filter-repo update-ref send-pack",
    "gh": "pr:merge release:create workflow:run repo:delete",
    # A judge that is judged by itself would never end.
    "agentgates": "run criteria",
    "pytest": "--agent-task*",
    "python": "--agent-task* pytest_agentgates:run pytest_agentgates:criteria",
    "sudo": "",
    "su": "",
    "doas": "",
    "env": "-S* --split-string*",
    "prisma": "db:push migrate:deploy migrate:reset",
    # What is the system's or a person's, not the project's.
    "rm": "/ /? /bin* /boot* /etc* /home* /lib* /opt* /root* /srv* /usr* /var* /Users* ~* .. ../..*",
    "shutdown": "",
    "reboot": "",
    "mkfs*": "",
}


def _patterns(verbs: Mapping[str, str]) -> Iterable[str]:
    for program, listed in verbs.items():
        yield from (f"{program} {verb.replace(':', ' ')}" for verb in listed.split()) if listed else (program,)


# A pattern is the name of a program and words that follow it in this order, with others between them or not.
REFUSED = tuple(_patterns(_VERBS))

PROTECTED = ("prod", "production", "prd", "live", "proddb", "dbprod", "prodcluster")

# Programs by the name under which their verbs stand above.
ALIASES: Mapping[str, str] = {
    "k": "kubectl",
    "kubecolor": "kubectl",
    "microk8s.kubectl": "kubectl",
    "minikube.kubectl": "kubectl",
    "oc": "kubectl",
    "tofu": "terraform",
    "terragrunt": "terraform",
    "flyctl": "fly",
    "podman": "docker",
    "nerdctl": "docker",
    "ansible-pull": "ansible-playbook",
}

# With one of these words a command that would change something only says what it would do.
HARMLESS: Mapping[str, tuple[str, ...]] = {
    "kubectl": ("--dry-run=client", "--dry-run=server"),
    "helm": ("--dry-run", "--dry-run=client", "--dry-run=server"),
    "argocd": ("--dry-run",),
    "flux": ("--export",),
    "ansible": ("--check",),
    "ansible-playbook": ("--check", "--syntax-check"),
}

# The verbs that only read, and the options before a verb that take a value.
READING: Mapping[str, tuple[str, ...]] = {
    "kubectl": (
        *("get", "describe", "logs", "explain", "version", "cluster-info", "top", "api-resources", "api-versions"),
        *("diff", "wait", "events", "kustomize", "auth can-i", "rollout status", "rollout history"),
        *("config current-context", "config get-contexts", "config view"),
    ),
    "helm": ("template", "lint", "status", "list", "get", "history", "show", "version", "search", "verify"),
    "flux": ("get", "check", "diff", "logs", "stats", "tree", "version", "trace"),
    "argocd": ("app get", "app list", "app diff", "app history", "app manifests", "app wait", "version"),
    "terraform": ("validate", "fmt", "plan", "show", "output", "version", "state list", "state show", "providers"),
    "git": ("log", "show", "diff", "status", "ls-files", "ls-tree", "grep", "rev-parse", "cat-file", "check-ignore"),
    "docker": ("build", "images", "inspect", "ps", "logs", "version", "manifest inspect", "image inspect"),
}
WITH_VALUE: Mapping[str, tuple[str, ...]] = {
    "kubectl": (
        *("--context", "--namespace", "-n", "--kubeconfig", "--cluster", "--user", "--server", "-s", "--as"),
        *("--request-timeout", "--token", "-v"),
    ),
    "helm": ("--namespace", "-n", "--kube-context", "--kubeconfig"),
    "flux": ("--namespace", "-n", "--context", "--kubeconfig"),
    "argocd": ("--server", "--config", "--auth-token"),
    "git": ("-C",),
    "docker": ("--context", "-c", "--host", "-H"),
}
CONTEXT_OPTIONS = ("--context", "--kube-context", "--cluster")
SERVER_OPTIONS = ("--server", "-s", "--kube-apiserver", "--kubeconfig")
USES_CLUSTER = frozenset(("kubectl", "helm", "flux", "helmfile", "kapp"))
LOCAL: Mapping[str, tuple[str, ...]] = {
    "kubectl": ("kustomize", "version --client", "config view", "config current-context", "config get-contexts"),
    "helm": ("template", "lint", "package", "show", "dependency", "version", "repo", "search"),
    "flux": ("build", "version --client", "envsubst"),
}

DATABASE_CLIENTS = frozenset(
    (
        *("psql", "pg_dump", "pg_restore", "pg_dumpall", "pgbench", "pgcli", "dropdb", "dropuser", "createdb"),
        *("mysql", "mariadb", "mysqldump", "mysqladmin", "mycli", "mongo", "mongosh", "mongodump", "mongorestore"),
        *("redis-cli", "valkey-cli"),
        *("sqlcmd", "sqlplus", "sqlite3", "duckdb", "clickhouse-client", "cqlsh", "cockroach", "usql", "influx"),
        *("alembic", "flyway", "liquibase", "goose", "dbmate", "migrate", "sqitch", "prisma", "manage.py"),
        *("django-admin", "rails", "rake", "knex", "typeorm", "sequelize"),
    )
)
DATABASE_URL = (
    r"(?:postgres|postgresql|mysql|mariadb|mongodb|redis|rediss|mssql|sqlserver|oracle|cockroachdb|clickhouse|jdbc)"
    r"(?:[+:]\w+)*:/?/?[^\s'\"]*"
)

SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh", "ash", "fish", "csh", "tcsh", "busybox", "pwsh", "powershell"))
INTERPRETERS = frozenset(("python", "pypy", "node", "deno", "bun", "ruby", "perl", "php", "lua"))
FROM_INPUT = frozenset(("xargs", "parallel"))
INPUT_OPTIONS = frozenset(("-I", "-n", "-P", "-L", "-a", "-d", "-s", "-E", "-j", "--arg-file", "--delimiter"))
STARTERS = frozenset(("env", "nohup", "nice", "timeout", "time", "stdbuf", "setsid", "ssh", "command", "ionice"))

# Programs that only look at their arguments, each with the options by which it would start another program.
LOOKING: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("grep", "egrep", "fgrep", "cat", "head", "tail", "wc", "cut", "tr", "uniq", "ls", "stat"), ()),
    **dict.fromkeys(("echo", "printf", "test", "[", "true", "false", "diff", "cmp", "comm", "jq", "basename"), ()),
    **dict.fromkeys(("dirname", "sha256sum", "md5sum", "file", "readlink", "realpath", "pwd", "which"), ()),
    "rg": ("--pre", "--hostname-bin"),
    "sort": ("--compress-program",),
}

# Variables that put code into a process or choose the programs that are run.
STEERING = (
    *("LD_*", "DYLD_*", "PATH", "BASH_ENV", "ENV", "IFS", "SHELLOPTS", "PS4", "PYTHONSTARTUP", "PYTHONHOME", "GIT_*"),
    *("PAGER", "EDITOR", "VISUAL", "KUBECTL_EXTERNAL_DIFF", "KUBE_EDITOR", "HELM_PLUGINS", "MAKEFLAGS", "NODE_OPTIONS"),
    *("PERL5OPT", "RUBYOPT", "PYTHONBREAKPOINT"),
)
