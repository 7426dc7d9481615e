"""The rules of `coverage_floor`."""

from __future__ import annotations

from pytest_agentgates.core.finding import Rule, Severity

FLOOR = Rule("COV001", "a coverage floor is not reached")
CHANGED = Rule("COV002", "changed lines are not covered")
UNMEASURED = Rule("COV003", "a file under a floor was never measured and counts as 0 %")
NO_FILE = Rule("COV004", "a floor matches no file")
LOW_FLOOR = Rule("COV005", "a floor lies far below the actual coverage", Severity.WARNING)
SUPPRESSED = Rule("COV006", "more code is kept out of the count than in the base")

RULES = (FLOOR, CHANGED, UNMEASURED, NO_FILE, LOW_FLOOR, SUPPRESSED)
