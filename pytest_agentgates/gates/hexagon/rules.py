"""The codes of the gate and what they mean."""

from __future__ import annotations

from pytest_agentgates.core.finding import Rule

RULES = (
    Rule("HEX001", "a directory of the canonical component is missing"),
    Rule("HEX002", "a file of the canonical component is missing"),
    Rule("HEX003", "a port is not abstract in the configured style"),
    Rule("HEX004", "a port method is not abstract"),
    Rule("HEX005", "a port method lacks an annotation"),
    Rule("HEX006", "an outbound adapter has no in-memory counterpart for its port"),
    Rule("HEX007", "a framework in the domain model"),
    Rule("HEX008", "an entity method or a use case has no unit test"),
    Rule("HEX009", "an endpoint or a repository method has no integration test"),
    Rule("HEX010", "a file does not parse"),
    Rule("HEX011", "the domain imports an adapter, straight or through others"),
    Rule("HEX012", "a port imports an adapter"),
    Rule("HEX013", "an adapter imports one of the other side"),
    Rule("HEX014", "the domain model imports anything but the standard library"),
    Rule("HEX015", "input, output, clock or randomness in the domain model"),
    Rule("HEX016", "one component reaches into another past its public API"),
    Rule("HEX017", "a regression test was deleted or emptied"),
    Rule("HEX018", "an outbound adapter does not implement its port"),
)
