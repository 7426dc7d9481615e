"""TMP011 as well: a function that gives the one answer its tests ask for, whatever it is given."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pytest_agentgates.core.finding import Finding, Severity
from pytest_agentgates.gates.untampered.examples import Example, is_literal
from pytest_agentgates.gates.untampered.rules import SPECIAL_CASE
from pytest_agentgates.gates.untampered.values import source_of
from pytest_agentgates.gates.untampered.versions import Versions
from pytest_agentgates.source.task_marks import Aliases, read_aliases

_DIGESTS = ("hashlib.", "hmac.", "zlib.crc32", "zlib.adler32", "binascii.crc32", "hash")
_PLAIN = frozenset({"None", "True", "False", "''", "0", "1", "-1", "0.0", "1.0", "()", "[]", "{}"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Answer = tuple[str, str, int]  # function, what it does, line


def accuse_fixed_answers(file: Versions, examples: Iterable[Example]) -> Iterator[Finding]:
    """A finding for each function that did not answer so at the base; one for words is advice."""
    if file.new_tree is None:
        return
    asked = _outputs(examples)
    old = {(name, text) for name, text, _ in _fixed(file.old_tree, asked)} if file.old_tree else set()
    for name, text, line in _fixed(file.new_tree, asked):
        if (name, text) in old:
            continue
        yield Finding(
            SPECIAL_CASE.code,
            f"{name} {text}",
            file.path,
            line,
            fix="compute the answer for every input",
            severity=Severity.WARNING if text.endswith(("'", '"')) else Severity.ERROR,
            snippet=file.line(line),
        )


def _outputs(examples: Iterable[Example]) -> Mapping[str, set[str]]:
    """The answers that the tests ask of each function."""
    found: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        found[example.function].add(example.output)
    return found


def _fixed(tree: ast.Module, asked: Mapping[str, set[str]]) -> Iterator[_Answer]:
    """Functions of the module itself: a method may be one of many that answer differently."""
    aliases = read_aliases(tree)
    for node in tree.body:
        if not isinstance(node, _Function) or not asked.get(node.name):
            continue
        answers = _answers(node)
        if asked[node.name] == answers and not answers & _PLAIN and _only_answers(node):
            yield node.name, f"answers everything with {next(iter(answers))}", node.lineno
        for case in _by_digest(node, aliases):
            answer = source_of(case.value) if case.value else ""
            if answer in asked[node.name]:
                yield node.name, f"knows its inputs by a digest and answers with {answer}", case.lineno


def _answers(node: _Function) -> set[str]:
    """The literal that every return gives; empty where one computes, or where there are several."""
    given = [found.value for found in ast.walk(node) if isinstance(found, ast.Return)]
    texts = {source_of(value) for value in given if value is not None and is_literal(value)}
    return texts if len(texts) == 1 and all(value is not None and is_literal(value) for value in given) else set()


def _only_answers(node: _Function) -> bool:
    """Whether it has parameters and does nothing but check them: what has an effect may well answer the same."""
    arguments = node.args
    if not (arguments.args or arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg):
        return False
    return not node.decorator_list and all(_is_check(statement) for statement in node.body)


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.Return() | ast.Raise() | ast.Pass() | ast.Assert():
            return True
        case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name()):
            return True
        case ast.If(body=body, orelse=orelse):
            return all(map(_is_check, [*body, *orelse]))
    return False


def _by_digest(node: _Function, aliases: Aliases) -> Iterator[ast.Return]:
    """The returns of a branch that compares a digest with a literal."""
    for found in ast.walk(node):
        if isinstance(found, ast.If) and isinstance(found.test, ast.Compare) and _is_digest(found.test, aliases):
            yield from (one for one in found.body if isinstance(one, ast.Return))
        elif isinstance(found, ast.IfExp) and isinstance(found.test, ast.Compare) and _is_digest(found.test, aliases):
            yield ast.copy_location(ast.Return(value=found.body), found)


def _is_digest(test: ast.Compare, aliases: Aliases) -> bool:
    sides = (test.left, *test.comparators)
    calls = (call for side in sides for call in ast.walk(side) if isinstance(call, ast.Call))
    return any(map(is_literal, sides)) and any(aliases.dotted(call.func).startswith(_DIGESTS) for call in calls)
