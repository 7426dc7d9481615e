"""Walks all expressions of a module once, noting what each scope binds, calls and refers to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pytest_agentgates.source.import_statements import absolute
from pytest_agentgates.source.name_table import Binding, InstanceOf, NameTable

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Read = ast.Name | ast.Attribute


@dataclass(slots=True)
class Walked:
    """What was found, each with the scope it stands in; `definitions` also with the scope they make."""

    is_package: bool
    calls: list[tuple[ast.Call, NameTable]] = field(default_factory=list)
    reads: list[tuple[Read, NameTable]] = field(default_factory=list)
    edits: list[tuple[ast.expr, NameTable]] = field(default_factory=list)
    definitions: list[tuple[Definition, NameTable, NameTable]] = field(default_factory=list)
    pending: list[tuple[ast.AST, NameTable]] = field(default_factory=list)

    def push(self, nodes: Iterable[ast.AST], table: NameTable) -> None:
        """Walk these later, in any order."""
        self.pending.extend((node, table) for node in nodes)


def walk_scopes(tree: ast.Module, module: str, is_package: bool) -> Walked:
    """Walk a module; meanings may be looked up only when the walk is over."""
    walked = Walked(is_package)
    pending = walked.pending
    walked.push(reversed(tree.body), NameTable(module))
    handlers = _HANDLERS
    while pending:
        node, table = pending.pop()
        handler = handlers.get(node.__class__)
        if handler is not None:
            handler(node, table, walked)
            continue
        for name in node._fields:
            value = getattr(node, name)
            if value.__class__ is list:
                pending.extend([(inner, table) for inner in reversed(value) if isinstance(inner, ast.AST)])
            elif isinstance(value, ast.AST):
                pending.append((value, table))
    return walked


def _skip(_node: ast.AST, _table: NameTable, _walked: Walked) -> None:
    """Contexts, operators and literals say nothing."""


def _name(node: ast.Name, table: NameTable, walked: Walked) -> None:
    if isinstance(node.ctx, ast.Load):
        walked.reads.append((node, table))
    elif isinstance(node.ctx, ast.Store):
        table.bind(node.id, None)
        if node.id == "__path__":
            walked.edits.append((node, table))


def _attribute(node: ast.Attribute, table: NameTable, walked: Walked) -> None:
    if isinstance(node.ctx, ast.Load):
        walked.reads.append((node, table))
        _below(node, table, walked)
    else:
        walked.edits.append((node, table))
        walked.pending.append((node.value, table))


def _below(node: ast.expr, table: NameTable, walked: Walked) -> None:
    """Walk what a dotted name hangs on, unless that is a plain name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if not isinstance(node, ast.Name):
        walked.pending.append((node, table))


def _subscript(node: ast.Subscript, table: NameTable, walked: Walked) -> None:
    if not isinstance(node.ctx, ast.Load):
        walked.edits.append((node.value, table))
    walked.push((node.value, node.slice), table)


def _call(node: ast.Call, table: NameTable, walked: Walked) -> None:
    walked.calls.append((node, table))
    if isinstance(node.func, ast.Name | ast.Attribute):
        _below(node.func, table, walked)
    else:
        walked.pending.append((node.func, table))
    walked.push(node.args, table)
    walked.push((keyword.value for keyword in node.keywords), table)


def _assign(node: ast.Assign, table: NameTable, walked: Walked) -> None:
    for target in node.targets:
        for inner, value in _pairs(target, node.value):
            _bind(inner, value, table, walked)
    walked.pending.append((node.value, table))


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Targets with what each is given, as far as that is written side by side."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, value
    elif isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        for inner, given in zip(target.elts, value.elts, strict=True):
            yield from _pairs(inner, given)
    else:
        yield from ((inner, None) for inner in target.elts)


def _bind(target: ast.expr, meaning: Binding, table: NameTable, walked: Walked) -> None:
    if isinstance(target, ast.Name):
        table.bind(target.id, meaning)
        if target.id == "__path__":
            walked.edits.append((target, table))
        return
    owner = _class_of_self(target, table)
    if owner is not None and isinstance(target, ast.Attribute):
        owner.attributes.setdefault(target.attr, []).append((meaning, table))
    walked.pending.append((target, table))


def _class_of_self(target: ast.expr, table: NameTable) -> NameTable | None:
    """The class whose method assigns to `self.name` here."""
    if not (isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)):
        return None
    owner = table.parent
    if owner is None or not owner.is_class:
        return None
    return owner if f"{owner.dotted}()" in table.bindings.get(target.value.id, ()) else None


def _annotated(node: ast.AnnAssign, table: NameTable, walked: Walked) -> None:
    _bind(node.target, InstanceOf(node.annotation), table, walked)
    if node.value is not None:
        _bind(node.target, node.value, table, walked)
        walked.pending.append((node.value, table))
    if table.is_class and isinstance(node.target, ast.Name):
        table.attributes.setdefault(node.target.id, []).append((InstanceOf(node.annotation), table))
    _calls_in_annotation(node.annotation, table, walked)


def _calls_in_annotation(annotation: ast.expr | None, table: NameTable, walked: Walked) -> None:
    """Annotations name types, which is no use of them, but what they call is called."""
    if annotation is None or isinstance(annotation, ast.Name | ast.Constant | ast.Attribute):
        return
    walked.push((node for node in ast.walk(annotation) if isinstance(node, ast.Call)), table)


def _augmented(node: ast.AugAssign, table: NameTable, walked: Walked) -> None:
    if isinstance(node.target, ast.Name):
        walked.edits.append((node.target, table))
    walked.push((node.target, node.value), table)


def _walrus(node: ast.NamedExpr, table: NameTable, walked: Walked) -> None:
    home = table
    while home.parent is not None and not (home.is_function or home.is_class):
        home = home.parent
    home.bind(node.target.id, node.value)
    walked.pending.append((node.value, table))


def _with(node: ast.With | ast.AsyncWith, table: NameTable, walked: Walked) -> None:
    for item in node.items:
        if item.optional_vars is not None:
            _bind(item.optional_vars, item.context_expr, table, walked)
        walked.pending.append((item.context_expr, table))
    walked.push(reversed(node.body), table)


def _import(node: ast.Import, table: NameTable, _walked: Walked) -> None:
    for alias in node.names:
        first = alias.name.partition(".")[0]
        table.bind(alias.asname or first, alias.name if alias.asname else first)


def _import_from(node: ast.ImportFrom, table: NameTable, walked: Walked) -> None:
    target = absolute(table.module, walked.is_package, node.level, node.module or "")
    for alias in node.names:
        if alias.name == "*":
            table.top.stars.append(target)
        else:
            table.bind(alias.asname or alias.name, f"{target}.{alias.name}".lstrip("."))


def _outer(node: ast.Global | ast.Nonlocal, table: NameTable, _walked: Walked) -> None:
    if isinstance(node, ast.Global):
        table.outer.update(node.names)


def _named(node: ast.AST, table: NameTable, walked: Walked) -> None:
    """A handler, a captured pattern or a type parameter: it binds a name to who knows what."""
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if name:
        table.bind(name, None)
    walked.push(ast.iter_child_nodes(node), table)


def _yield(node: ast.Yield | ast.YieldFrom, table: NameTable, walked: Walked) -> None:
    table.is_generator = True
    walked.push(ast.iter_child_nodes(node), table)


def _comprehension(node: ast.expr, table: NameTable, walked: Walked) -> None:
    inner = NameTable(table.module, table.qualified_name, table)
    walked.push(ast.iter_child_nodes(node), inner)


def _lambda(node: ast.Lambda, table: NameTable, walked: Walked) -> None:
    inner = NameTable(table.module, table.qualified_name, table, is_function=True)
    _parameters(node.args, table, inner, walked)
    walked.pending.append((node.body, inner))


def _class(node: ast.ClassDef, table: NameTable, walked: Walked) -> None:
    inner = _scope_of(node, table, is_class=True)
    walked.definitions.append((node, table, inner))
    walked.push(node.decorator_list, table)
    walked.push(node.bases, table)
    walked.push((keyword.value for keyword in node.keywords), table)
    walked.push(getattr(node, "type_params", ()), inner)
    walked.push(reversed(node.body), inner)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, table: NameTable, walked: Walked) -> None:
    inner = _scope_of(node, table, is_class=False)
    walked.definitions.append((node, table, inner))
    walked.push(node.decorator_list, table)
    _parameters(node.args, table, inner, walked)
    _calls_in_annotation(node.returns, table, walked)
    if table.is_class:
        _bind_self(node, table, inner)
    walked.push(getattr(node, "type_params", ()), inner)
    walked.push(reversed(node.body), inner)


def _scope_of(node: Definition, table: NameTable, *, is_class: bool) -> NameTable:
    qualified = f"{table.qualified_name}.{node.name}" if table.qualified_name else node.name
    inner = NameTable(table.module, qualified, table, is_class=is_class, is_function=not is_class)
    table.bind(node.name, inner.dotted)
    return inner


def _parameters(arguments: ast.arguments, table: NameTable, inner: NameTable, walked: Walked) -> None:
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    for argument, default in zip(
        [*positional, *arguments.kwonlyargs], [*defaults, *arguments.kw_defaults], strict=True
    ):
        inner.bind(argument.arg, None if argument.annotation is None else InstanceOf(argument.annotation))
        if default is not None:
            inner.bind(argument.arg, default)
            walked.pending.append((default, table))
        _calls_in_annotation(argument.annotation, table, walked)
    for extra in (arguments.vararg, arguments.kwarg):
        if extra is not None:
            inner.bind(extra.arg, None)


def _bind_self(node: ast.FunctionDef | ast.AsyncFunctionDef, table: NameTable, inner: NameTable) -> None:
    positional = [*node.args.posonlyargs, *node.args.args]
    decorators = {getattr(decorator, "id", "") for decorator in node.decorator_list}
    if positional and "staticmethod" not in decorators:
        is_class = "classmethod" in decorators or node.name in ("__new__", "__init_subclass__", "__class_getitem__")
        inner.bindings[positional[0].arg] = [table.dotted if is_class else f"{table.dotted}()"]


_HANDLERS: dict[type[ast.AST], Callable[..., None]] = {
    **dict.fromkeys([ast.Load, ast.Store, ast.Del, ast.Constant, ast.Pass, ast.Break, ast.Continue], _skip),
    **dict.fromkeys([ast.And, ast.Or, ast.Not, ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn], _skip),
    **dict.fromkeys([ast.Add, ast.Sub, ast.Mod, ast.Mult, ast.Div, ast.BitOr, ast.Gt, ast.GtE, ast.Lt, ast.LtE], _skip),
    **dict.fromkeys([ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp], _comprehension),
    **dict.fromkeys([ast.FunctionDef, ast.AsyncFunctionDef], _function),
    **dict.fromkeys([ast.Yield, ast.YieldFrom], _yield),
    **dict.fromkeys([ast.With, ast.AsyncWith], _with),
    **dict.fromkeys([ast.Global, ast.Nonlocal], _outer),
    **dict.fromkeys([ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping], _named),
    **{getattr(ast, name): _named for name in ("TypeVar", "ParamSpec", "TypeVarTuple") if hasattr(ast, name)},
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.NamedExpr: _walrus,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.ClassDef: _class,
    ast.Lambda: _lambda,
}
