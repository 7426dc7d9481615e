"""What is known of one Python file: plain data that no gate has to parse again.

Every dotted name in the facts is written from the top: `datetime.datetime.now`, `app.domain.model.Order`,
`builtins.open`. `()` stands for the value that a call gives, or for an instance of an annotated class:
`pathlib.Path().read_text`, `app.ports.Orders().add`. `[]` stands for an element, `?` for a value of which
nothing is known: `?.total`. A name that may stand for several things has the others in `also`.

Lines and columns count from 1; columns count characters. Qualified names (`Order.total`, `outer.inner`) are
those inside the module; the empty one is the module itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pytest_agentgates.source.definition_facts import ArgumentFact, ClassFact, FunctionFact


class ImportKind(StrEnum):
    """When an import runs: with its module, with a function, never (for type checkers), or by a call."""

    MODULE = "module"
    FUNCTION = "function"
    TYPE_CHECKING = "type_checking"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True)
class ImportFact:
    """One imported module; `import a, b` makes two of them.

    `target` is absolute; `written` is as in the source, with the dots of a relative import (`level` of them).
    `names` are the imported attributes or submodules, each with the name it gets here; empty for `import a.b`.
    `bound` is the name that `import a.b as c` gives the module here. The target of a
    relative import is empty for the folder that holds the roots, and `?` beyond it.
    """

    target: str
    written: str
    names: tuple[tuple[str, str], ...]
    bound: str
    line: int
    column: int
    kind: ImportKind
    is_star: bool
    level: int
    code: str


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call; `within` is the qualified name of the innermost function or class around it.

    Calls inside its arguments are facts of their own, between `line`, `column` and `end_line`, `end_column`.
    """

    name: str
    also: tuple[str, ...]
    written: str
    within: str
    arguments: tuple[ArgumentFact, ...]
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def keywords(self) -> tuple[str, ...]:
        """The names of the keyword arguments."""
        return tuple(argument.keyword for argument in self.arguments if argument.keyword not in ("", "*", "**"))


@dataclass(frozen=True, slots=True)
class ReferenceFact:
    """A dotted name that is read but not called: `default_factory=datetime.now`."""

    name: str
    also: tuple[str, ...]
    written: str
    within: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class DynamicFact:
    """Code that is made or imported by a call: `exec`, `eval`, `__import__`, `importlib.import_module`, ...

    `argument` is the first argument where it is a literal string, else None: nobody can tell what runs.
    """

    name: str
    argument: str | None
    within: str
    line: int
    column: int
    code: str


@dataclass(frozen=True, slots=True)
class PathEditFact:
    """A change of where modules come from: `sys.path`, `sys.modules`, `__path__`, ..."""

    name: str
    within: str
    line: int
    column: int
    code: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file could not be read as Python; line 0 where no line is to blame."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of every file, cheaply: enough for the graph of imports.

    `defines` are the names that the module itself binds, other than by imports; `aliases` are the names it
    binds to a dotted name (`Order = model.Order`).
    """

    imports: tuple[ImportFact, ...] = ()
    defines: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    dynamic: tuple[DynamicFact, ...] = ()
    path_edits: tuple[PathEditFact, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """What stands in the definitions of a file; in the order of the source."""

    classes: tuple[ClassFact, ...] = ()
    functions: tuple[FunctionFact, ...] = ()
    calls: tuple[CallFact, ...] = ()
    references: tuple[ReferenceFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that is known of one file; `path` is relative to the repository, with `/`."""

    path: str
    module: str
    is_package: bool
    sha256: str
    outline: Outline
    details: Details

    @property
    def imports(self) -> tuple[ImportFact, ...]:
        """Every import, in the order of the source."""
        return self.outline.imports

    @property
    def dynamic(self) -> tuple[DynamicFact, ...]:
        """Every call that makes or imports code."""
        return self.outline.dynamic

    @property
    def path_edits(self) -> tuple[PathEditFact, ...]:
        """Every change of where modules come from."""
        return self.outline.path_edits

    @property
    def problem(self) -> Problem | None:
        """Why the file could not be read, None where it could."""
        return self.outline.problem

    @property
    def classes(self) -> tuple[ClassFact, ...]:
        """Every class, nested ones included."""
        return self.details.classes

    @property
    def functions(self) -> tuple[FunctionFact, ...]:
        """Every function and method, nested ones included."""
        return self.details.functions

    @property
    def calls(self) -> tuple[CallFact, ...]:
        """Every call."""
        return self.details.calls

    @property
    def references(self) -> tuple[ReferenceFact, ...]:
        """Every dotted name that is read but not called, outside annotations."""
        return self.details.references
