"""Reads a package's source without importing it: modules, imports, dotted names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "scheduler"


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name, its path, its text and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Tell whether this is a package's ``__init__``."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        """Return the name right under the package: ``storage`` of ``scheduler.storage.models``.

        The package's own ``__init__`` has the empty room.
        """
        return self.name.partition(".")[2].partition(".")[0]


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module imports, at a line: ``scheduler.services.ports``."""

    target: str
    line: int


def read_package(folder: Path) -> tuple[Module, ...]:
    """Return every module under a package's folder, by name."""
    return tuple(_read(path, folder) for path in sorted(folder.rglob("*.py")))


def imports(module: Module, known: Iterable[str]) -> tuple[Import, ...]:
    """Return what a module imports anywhere in it, late and types-only imports included.

    ``from a import b`` counts as ``a.b`` where ``a.b`` is one of the known modules, else as
    ``a``. ``import_module("a.b")`` counts too.
    """
    names = frozenset(known)
    return tuple(
        Import(target, node.lineno)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call)
        for target in _targets(node, module, names)
    )


def dotted_uses(module: Module) -> Iterator[Import]:
    """Yield every dotted name used, written out in full through the module's imports.

    After ``from datetime import datetime as moment``, ``moment.now`` is
    ``datetime.datetime.now``.
    """
    full_by_alias = _full_by_alias(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = _dotted(node)
            first, dot, rest = name.partition(".")
            if first in full_by_alias:
                yield Import(full_by_alias[first] + dot + rest, node.lineno)


def _read(path: Path, folder: Path) -> Module:
    parts = [folder.name, *path.relative_to(folder).with_suffix("").parts]
    if parts[-1] == "__init__":
        parts.pop()
    text = path.read_text(encoding="utf-8")
    return Module(".".join(parts), path, text, ast.parse(text, filename=str(path)))


def _targets(
    node: ast.Import | ast.ImportFrom | ast.Call, module: Module, known: frozenset[str]
) -> tuple[str, ...]:
    match node:
        case ast.Import(names=names):
            return tuple(alias.name for alias in names)
        case ast.ImportFrom(names=names):
            base = _base(node, module)
            full = ((f"{base}.{alias.name}", base) for alias in names)
            return tuple(inner if inner in known else outer for inner, outer in full)
        case ast.Call(args=[ast.Constant(value=str(target)), *_]):
            called = _dotted(node.func).rpartition(".")[2]
            return (target,) if called in {"import_module", "__import__"} else ()
    return ()


def _base(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    climb = node.level - module.is_package
    parents = module.name.split(".")
    package = parents[: len(parents) - climb]
    return ".".join([*package, node.module] if node.module else package)


def _full_by_alias(tree: ast.Module) -> Mapping[str, str]:
    full: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    short = alias.name.partition(".")[0]
                    full[alias.asname or short] = alias.name if alias.asname else short
            case ast.ImportFrom(module=str(base), level=0, names=names):
                full |= {alias.asname or alias.name: f"{base}.{alias.name}" for alias in names}
    return full


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute}"
    return ""
