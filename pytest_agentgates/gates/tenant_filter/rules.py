"""The rules of `tenant_filter`."""

from __future__ import annotations

from pytest_agentgates.core.finding import Rule

UNBOUND = Rule("TEN001", "a reference to a tenant-owned table is not bound to the tenant")
OPTIONAL = Rule("TEN002", "the tenant filter is optional")
FROM_CLIENT = Rule("TEN003", "the tenant comes from the client")
BYPASSED = Rule("TEN004", "the isolation of tenants is bypassed")
FETCHED_FIRST = Rule("TEN005", "a row is fetched first and its tenant compared after")
NO_TENANT = Rule("TEN006", "a repository method neither takes the tenant nor holds it, or never uses it")
UNDECLARED = Rule("TEN007", "a mapped table is neither tenant-owned, nor shared, nor reached through an owned parent")
UNAPPLIED = Rule("TEN008", "UPDATE or DELETE without WHERE, a bind value or a predicate that is never used")

RULES = (UNBOUND, OPTIONAL, FROM_CLIENT, BYPASSED, FETCHED_FIRST, NO_TENANT, UNDECLARED, UNAPPLIED)
