"""Checks import-linter contracts and prints what it found as one JSON object.

Run as a script by the gate: `python -I run_contracts.py SOURCE_ROOT...`, in the folder of the configuration.
It imports nothing of this package, and its project's folders join `sys.path` only after import-linter is loaded.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any


def main(source_roots: Sequence[str]) -> None:
    """Print the answer; what contracts print themselves is kept out of it."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            answer = _check_contracts(source_roots)
        except Exception as error:  # noqa: BLE001 - import-linter and its plugins raise what they like
            answer = {"problem": _explain(error)}
    print(json.dumps(answer))  # noqa: T201 - the answer is the output


class _ProjectFinder:
    """Finds the project's packages in its source roots, even where another copy of them is installed."""

    def __init__(self, packages: Iterable[str], roots: Sequence[str]) -> None:
        self.tops = {package.partition(".")[0] for package in packages}
        self.roots = list(roots)

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """The spec of a package of the project; None for everything else."""
        del target
        if name.partition(".")[0] not in self.tops:
            return None
        return PathFinder.find_spec(name, self.roots if path is None else path)


def _check_contracts(source_roots: Sequence[str]) -> dict[str, Any]:
    from importlinter import configuration
    from importlinter.application import use_cases

    configuration.configure()
    options = use_cases.read_user_options()
    if not options.contracts_options:
        return {"problem": "the configuration of import-linter holds no contracts"}
    packages = options.session_options["root_packages"]
    sys.meta_path.insert(0, _ProjectFinder(packages, source_roots))
    sys.path.extend(source_roots)
    use_cases._register_contract_types(options)  # noqa: SLF001 - the only way to the checks behind the text
    report = use_cases.create_report(options, cache_dir=None)
    if report.could_not_run:
        return {"problem": _invalid_options(report.invalid_contract_options)}
    return _describe(report, packages)


def _describe(report: Any, packages: Sequence[str]) -> dict[str, Any]:
    checks = list(report.get_contracts_and_checks())
    return {
        "packages": {package: _folders(package) for package in packages},
        "modules": sorted(report.graph.modules),
        "contracts": [_contract(contract, check, report.graph) for contract, check in checks],
    }


def _contract(contract: Any, check: Any, graph: Any) -> dict[str, Any]:
    return {
        "name": str(contract.name),
        "kept": bool(check.kept),
        "warnings": [str(warning) for warning in check.warnings],
        "guidance": str(getattr(contract, "broken_contract_guidance", None) or ""),
        "text": "" if check.kept else _text_of(contract, check),
        "metadata": {} if check.kept else _plain(_with_lines(check.metadata, graph)),
    }


def _with_lines(metadata: Mapping[str, Any], graph: Any) -> dict[str, Any]:
    """Contracts against cycles name the imports to remove, but not their lines."""
    packages = metadata.get("cycle_breakers_by_package")
    if not packages:
        return dict(metadata)
    return {
        "cycles": {
            package: [_link(importer, imported, graph) for importer, imported in sorted(pairs)]
            for package, pairs in packages.items()
        }
    }


def _link(importer: str, imported: str, graph: Any) -> dict[str, Any]:
    details = graph.get_import_details(importer=importer, imported=imported)
    return {"importer": importer, "imported": imported, "line_numbers": [detail["line_number"] for detail in details]}


def _text_of(contract: Any, check: Any) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        contract.render_broken_contract(check)
    return printed.getvalue()


def _folders(package: str) -> list[str]:
    from importlib.util import find_spec

    spec = find_spec(package)
    return sorted(spec.submodule_search_locations or ()) if spec else []


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float)) else repr(value)


def _invalid_options(invalid: Mapping[str, Any]) -> str:
    mistakes = [
        f'contract "{name}": {field}: {message}'
        for name, error in invalid.items()
        for field, message in error.errors.items()
    ]
    return "; ".join(mistakes)


def _explain(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the configuration of import-linter lacks {error}"
    return str(error) if isinstance(error, (ValueError, FileNotFoundError)) else f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main(sys.argv[1:])
