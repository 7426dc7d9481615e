from __future__ import annotations

from pytest_agentgates.core.cluster_commands import contexts_named, servers_named, uses_cluster


def test_clusters_are_known_by_the_words() -> None:
    assert contexts_named(("kubectl", "--context=stage", "-s", "https://prod", "get")) == ["stage"]
    assert servers_named(("kubectl", "--context=stage", "-s", "https://prod", "get")) == ["https://prod"]
    assert contexts_named(("kubectl", "get", "--context")) == []
    assert uses_cluster(("env", "kubectl", "get"))
    assert not uses_cluster(("kubectl", "kustomize", "deploy"))
    assert not uses_cluster(("helm", "template", "web", "charts/web"))
    assert not uses_cluster(("grep", "kubectl", "x"))
    assert not uses_cluster(())
