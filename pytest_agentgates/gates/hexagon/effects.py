"""HEX015: input, output, clock and randomness in the domain model, by whatever name they come."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pytest_agentgates.core.finding import Finding
from pytest_agentgates.gates.hexagon.components import MODELS
from pytest_agentgates.gates.hexagon.view import HexagonView
from pytest_agentgates.source.facts import CallFact, FileFacts, ImportFact, ReferenceFact

_CLOCK = "the clock"
_CHANCE = "randomness"
_OUTSIDE = "input and output"
_CLOCKS = frozenset(
    {"datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"}
)
_CHANCES = frozenset(
    {"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7", "uuid.uuid8", "uuid.getnode", "os.urandom"}
)
_BUILTINS = frozenset({"builtins.open", "builtins.print", "builtins.input", "builtins.breakpoint"})
_OUTER_MODULES = frozenset(
    {"socket", "socketserver", "ssl", "select", "selectors", "subprocess", "sqlite3", "dbm", "shelve", "ftplib"}
    | {"smtplib", "poplib", "imaplib", "telnetlib", "http.client", "http.server", "urllib.request", "xmlrpc"}
    | {"multiprocessing", "tempfile", "shutil", "glob", "fileinput", "logging", "getpass", "webbrowser", "mmap"}
    | {"fcntl", "syslog", "readline", "curses", "pty", "tty", "termios", "wsgiref", "asyncio.subprocess"}
)
_MODULES = {"random": _CHANCE, "secrets": _CHANCE, **dict.fromkeys(_OUTER_MODULES, _OUTSIDE)}
_CLOCK_NAMES = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"}
    | {"process_time_ns", "thread_time", "sleep", "localtime", "gmtime", "ctime", "clock_gettime", "clock"}
)
_PURE_OS = ("os.path.join", "os.path.split", "os.path.base", "os.path.dir", "os.path.norm", "os.sep", "os.PathLike")
_PURE_OS_MORE = ("os.fspath", "os.linesep", "os.path.sep", "os.extsep", "os.altsep", "os.path.commonp", "os.name")
_STREAMS = ("sys.stdin", "sys.stdout", "sys.stderr", "sys.argv")
_FILE_METHODS = frozenset(
    {
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "open",
        "exists",
        "is_file",
        "is_dir",
        "is_symlink",
        "stat",
    }
    | {"lstat", "iterdir", "glob", "rglob", "walk", "mkdir", "rmdir", "unlink", "touch", "rename", "replace", "resolve"}
    | {"absolute", "chmod", "symlink_to", "hardlink_to", "readlink", "samefile", "expanduser", "owner", "group"}
    | {"is_mount", "cwd", "home", "copy", "move", "copy_into", "move_into"}
)
_FIXES = {
    _CLOCK: "take the time as an argument; the domain service asks a Clock port for it",
    _CHANCE: "take the value as an argument; the domain service asks a port such as IdFactory for it",
    _OUTSIDE: "return or take plain values; the domain service asks an outbound port to read and write",
}


def judge_effects(view: HexagonView) -> Iterator[Finding]:
    """Every use once per line; an import where the module is there for nothing else."""
    for path in view.components.files_of(*MODELS):
        facts = view.facts.file(path)
        told: set[tuple[int, str]] = set()
        used: set[str] = set()
        for name, written, line, column in sorted(_used(view, facts), key=lambda use: use[2:]):
            kind = _kind_of(name)
            if kind and (line, kind) not in told:
                told.add((line, kind))
                yield _finding(path, kind, written or name, line, column)
            if kind:
                used.add(name.partition(".")[0])
        unused = (fact for fact in facts.imports if fact.target.partition(".")[0] not in used)
        yield from (_imported(path, fact) for fact in unused if _module_of(fact))


def _used(view: HexagonView, facts: FileFacts) -> Iterator[tuple[str, str, int, int]]:
    """The calls and references, those in the arguments of calls and in defaults included."""
    read: tuple[CallFact | ReferenceFact, ...] = (*facts.calls, *facts.references)
    for one in read:
        for name in (one.name, *one.also):
            yield view.facts.canonical(name, facts.path), one.written, one.line, one.column
    for call in facts.calls:
        if call.name == "builtins.getattr" and len(call.arguments) > 1 and call.arguments[0].name:
            name = f"{call.arguments[0].name}.{call.arguments[1].value}"
            yield view.facts.canonical(name, facts.path), name, call.line, call.column


@lru_cache(maxsize=4096)
def _kind_of(name: str) -> str:
    if name in _CLOCKS or _is_of_time(name):
        return _CLOCK
    if name in _CHANCES or _is_below(name, "random") or _is_below(name, "secrets"):
        return _CHANCE
    if name in _BUILTINS or name.startswith(("io.open", *_STREAMS)) or _touches_files(name) or _is_of_os(name):
        return _OUTSIDE
    return next((_MODULES[module] for module in _above(name) if module in _MODULES), "")


def _above(name: str) -> Iterator[str]:
    """The dotted names that a name lies below."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _is_of_time(name: str) -> bool:
    module, _, last = name.partition(".")
    return (module == "time" and last in _CLOCK_NAMES) or name == "asyncio.sleep"


def _is_of_os(name: str) -> bool:
    return name.startswith("os.") and not name.startswith((*_PURE_OS, *_PURE_OS_MORE)) and name != "os.path"


def _touches_files(name: str) -> bool:
    if not name.startswith(("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")):
        return False
    return name.rpartition(".")[2].removesuffix("()") in _FILE_METHODS


def _is_below(name: str, module: str) -> bool:
    return name.startswith(module + ".")


def _module_of(fact: ImportFact) -> str:
    """What the imported module is there for, where it is nothing but input, output or randomness."""
    names = [fact.target, *(f"{fact.target}.{name}" for name, _ in fact.names)]
    found = (kind for module, kind in _MODULES.items() if any(one == module or _is_below(one, module) for one in names))
    return next(found, "") or (_CLOCK if fact.target == "time" else "")


def _finding(path: str, kind: str, written: str, line: int, column: int) -> Finding:
    message = f"{kind} in the domain model: `{written}`"
    return Finding("HEX015", message, path, line, column, _FIXES[kind], snippet=f"{kind}: {written}")


def _imported(path: str, fact: ImportFact) -> Finding:
    kind = _module_of(fact)
    message = f"the domain model imports {fact.target}, which is there for {kind}: `{fact.code}`"
    return Finding("HEX015", message, path, fact.line, fact.column, _FIXES[kind], snippet=fact.code)
