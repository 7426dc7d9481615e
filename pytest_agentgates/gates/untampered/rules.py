"""The rules of `untampered`; those that are heuristics advise unless they are asked to block."""

from __future__ import annotations

from pytest_agentgates.core.finding import Rule, Severity

GONE = Rule("TMP001", "a test was deleted, renamed away or is no longer collected")
WEAKER = Rule("TMP002", "a test asserts less, or can no longer fail")
SKIPPED = Rule("TMP003", "a skip or an expected failure was added")
CHANGED_VALUE = Rule("TMP004", "an expected value was changed")
HOOK = Rule("TMP005", "a hook or a patch can change outcomes")
SUPPRESSED = Rule("TMP006", "comments that silence a tool increased", Severity.WARNING)
SETTINGS = Rule("TMP007", "the configuration of a tool asks for less")
KNOWS_TESTS = Rule("TMP008", "product code knows that it is tested")
ALWAYS_EQUAL = Rule("TMP009", "an object is equal to everything")
LEAVES = Rule("TMP010", "product code ends the process, or skips tests")
SPECIAL_CASE = Rule("TMP011", "the tests' literals reappear as special cases")
PLANTED = Rule("TMP017", "what runs is not what was read")

RULES = (
    GONE,
    WEAKER,
    SKIPPED,
    CHANGED_VALUE,
    HOOK,
    SUPPRESSED,
    SETTINGS,
    KNOWS_TESTS,
    ALWAYS_EQUAL,
    LEAVES,
    SPECIAL_CASE,
    PLANTED,
)
