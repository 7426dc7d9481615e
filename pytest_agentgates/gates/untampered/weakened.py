"""TMP001 to TMP004: tests that went, assert less, are skipped, or expect something else than at the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.untampered.checks import Check
from pytest_agentgates.gates.untampered.flaws import SELF_COMPARED
from pytest_agentgates.gates.untampered.rules import CHANGED_VALUE, GONE, SKIPPED, WEAKER
from pytest_agentgates.gates.untampered.test_bodies import TestBody, TestModule, read_tests
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.test_items import test_functions
from pytest_agentgates.source.test_settings import TestSettings


@dataclass(frozen=True)
class Accusation:
    """A finding, and whether it stands even where the task may edit the test: the test cannot fail any more."""

    finding: Finding
    is_neutered: bool = False


@dataclass(frozen=True)
class Suite:
    """The changed test files, before and after; `old` and `new` say what pytest collects by."""

    files: tuple[Versions, ...]
    old: TestSettings
    new: TestSettings


def accuse_tests(suite: Suite) -> Iterator[Accusation]:
    """Compare every test of the base with what is on disk."""
    readings = [_Reading(file, suite) for file in suite.files if suite.old.is_test_file(file.path)]
    moved = _moved_to(suite)
    for reading in readings:
        yield from reading.gone(moved)
        yield from reading.skipped()
        for name in reading.kept:
            yield from reading.compare(name)


def _moved_to(suite: Suite) -> Counter[tuple[str, ...]]:
    """What tests that are new and collected assert, so that a test that merely moved is not called deleted."""
    found: Counter[tuple[str, ...]] = Counter()
    for file in suite.files:
        if file.new_tree is None or not suite.new.is_test_file(file.path):
            continue
        before = set(_collected(file, file.before, suite.old))
        bodies = read_tests(file.new_tree).tests
        for name in _collected(file, file.after, suite.new):
            if name not in before and name in bodies:
                found[_content(bodies[name])] += 1
    return found


def _content(body: TestBody) -> tuple[str, ...]:
    return tuple(check.text for check in body.live)


def _collected(file: Versions, source: bytes | None, settings: TestSettings) -> list[str]:
    """The names of the tests that pytest must collect from one version of a file."""
    if source is None:
        return []
    found = test_functions(source, file.path, settings.names)
    return [function.nodeid.partition("::")[2] for function in found.functions]


@dataclass
class _Reading:
    """One test file, read twice."""

    file: Versions
    suite: Suite
    before: TestModule = field(init=False)
    after: TestModule = field(init=False)

    def __post_init__(self) -> None:
        nothing = TestModule({}, ())
        self.before = read_tests(self.file.old_tree) if self.file.old_tree else nothing
        self.after = read_tests(self.file.new_tree) if self.file.new_tree else nothing
        self.old_names = _collected(self.file, self.file.before, self.suite.old)
        is_collected = self.suite.new.is_test_file(self.file.path)
        self.new_names = set(_collected(self.file, self.file.after, self.suite.new)) if is_collected else set()
        self.kept = [name for name in self.old_names if name in self.new_names and name in self.before.tests]

    def gone(self, moved: Counter[tuple[str, ...]]) -> Iterator[Accusation]:
        """TMP001 for each test that pytest collected and no longer must."""
        for name in self.old_names:
            if name in self.new_names or name not in self.before.tests:
                continue
            content = _content(self.before.tests[name])
            if moved[content]:
                moved[content] -= 1
                continue
            left = self.after.tests.get(name)
            what = "is still there, but pytest no longer collects it" if left else "was deleted or renamed away"
            yield Accusation(
                self._finding(
                    GONE.code,
                    f"the test {name} {what}",
                    left.line if left else 0,
                    "put it back as it was, and make the code pass it",
                    name,
                ),
                is_neutered=left is not None,
            )

    def skipped(self) -> Iterator[Accusation]:
        """TMP003 for each mark or call that the base does not have."""
        old = Counter((skip.scope, skip.text) for skip in self.before.skips)
        for skip in self.after.skips:
            if old[skip.scope, skip.text]:
                old[skip.scope, skip.text] -= 1
            elif not self._covers(skip.scope):
                continue
            else:
                yield Accusation(
                    self._finding(
                        SKIPPED.code,
                        f"{skip.scope or 'the whole file'} is now skipped or expected to fail: {skip.text}",
                        skip.line,
                        "take it out, and make the code pass the test",
                        skip.text,
                    )
                )

    def _covers(self, scope: str) -> bool:
        """Whether a test of the base lies in the scope."""
        return any(not scope or name == scope or name.startswith(f"{scope}::") for name in self.old_names)

    def compare(self, name: str) -> Iterator[Accusation]:
        """TMP001, TMP002 and TMP004 for one test that is there on both sides."""
        before, after = self.before.tests[name], self.after.tests.get(name)
        if after is None:  # inherited now; what it asserts stands elsewhere
            return
        yield from self._cases(before, after)
        for flaw in after.flaws:
            if flaw not in before.flaws:
                text = f"the test {name} can no longer fail: {flaw}"
                finding = self._finding(WEAKER.code, text, after.line, "let it run as at the base", f"{name} {flaw}")
                yield Accusation(finding, is_neutered=True)
        yield from self._checks(before, after)

    def _cases(self, before: TestBody, after: TestBody) -> Iterator[Accusation]:
        if before.cases is None or after.cases is None or not 0 < after.cases < before.cases:
            return
        text = f"the test {before.name} lost parameter sets: {before.cases} at the base, {after.cases} now"
        yield Accusation(self._finding(GONE.code, text, after.line, "put the parameter sets back", text))

    def _checks(self, before: TestBody, after: TestBody) -> Iterator[Accusation]:
        old, new = _unmatched(before.live, after.checks)
        for check in old:
            partner = _partner(check, new)
            if partner is not None:
                new.remove(partner)
            yield from self._judge(before.name, after, check, partner)

    def _judge(self, name: str, after: TestBody, check: Check, partner: Check | None) -> Iterator[Accusation]:
        line = partner.line if partner else after.line
        if partner is None:
            text, rule = f"the test {name} no longer asserts: {_short(check.text)}", WEAKER.code
        elif partner.flaw == SELF_COMPARED and not check.expected and partner.subject == check.subject:
            return  # nothing was compared before; an object that equals its twin is more than one that is there
        elif partner.flaw:
            text = f"in the test {name}, {_short(partner.text)} cannot fail: {partner.flaw}"
            rule = WEAKER.code
        elif partner.strength < check.strength or partner.tolerance > check.tolerance > 0:
            text = f"the test {name} asserts less: {_short(check.text)} became {_short(partner.text)}"
            rule = WEAKER.code
        elif partner.strength > check.strength and partner.subject == check.subject:
            return
        elif partner.expected != check.expected or partner.subject != check.subject:
            text = f"the test {name} expects something else: {_short(check.text)} became {_short(partner.text)}"
            rule = CHANGED_VALUE.code
        else:
            return
        finding = self._finding(rule, text, line, "put the assertion back, and make the code pass it", check.text)
        lost_all = rule == WEAKER.code and not after.live
        yield Accusation(finding, is_neutered=lost_all or bool(partner and partner.flaw))

    def _finding(self, rule: str, message: str, line: int, fix: str, identity: str) -> Finding:
        return Finding(rule, message, self.file.path, line, fix=fix, snippet=f"{rule} {identity}")


def _unmatched(old: Iterable[Check], new: Iterable[Check]) -> tuple[list[Check], list[Check]]:
    """The checks of either side that the other does not have word for word."""
    there = Counter(check.text for check in new if not check.flaw)
    rest = []
    for check in old:
        if there[check.text]:
            there[check.text] -= 1
        else:
            rest.append(check)
    had = Counter(check.text for check in old)
    others = []
    for check in new:
        if not check.flaw and had[check.text]:
            had[check.text] -= 1
        else:
            others.append(check)
    return rest, others


def _partner(check: Check, candidates: list[Check]) -> Check | None:
    """The check that most likely took another's place."""
    likeness: tuple[Callable[[Check], bool], ...] = (
        lambda other: other.subject == check.subject,
        lambda other: other.shape == check.shape,
        lambda other: bool(other.names & check.names),
        lambda other: bool(other.flaw),
    )
    for is_like in likeness:
        found = next((other for other in candidates if is_like(other)), None)
        if found is not None:
            return found
    return None


def _short(text: str, limit: int = 80) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
