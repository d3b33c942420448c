"""What every reader may rely on: modules and public names explain themselves, briefly."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT, PACKAGE, Module, read_package

LONGEST_MODULE_LINES = 400
# Written apart, or this file would be the first to break the rule.
LEFT_UNDONE = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
NOT_OURS = frozenset({"vendor", "instance", "build", "dist", "htmlcov", "node_modules"})

PRODUCT = read_package(PACKAGE)
TESTS = read_package(CHECKOUT / "tests")


def test_nothing_is_marked_as_left_undone() -> None:
    marked = [
        f"{path.relative_to(CHECKOUT)}:{number}"
        for path in our_files(CHECKOUT)
        for number, line in enumerate(readable_lines(path), start=1)
        if LEFT_UNDONE.search(line)
    ]
    assert marked == []


def test_every_module_says_what_it_is() -> None:
    silent = [m.name for m in PRODUCT + TESTS if m.text.strip() and not ast.get_docstring(m.tree)]
    assert silent == []


def test_every_public_name_says_what_it_does() -> None:
    assert [name for module in PRODUCT for name in unexplained(module)] == []


def test_no_module_is_longer_than_a_sitting() -> None:
    long = [m.name for m in PRODUCT + TESTS if len(m.text.splitlines()) > LONGEST_MODULE_LINES]
    assert long == []


def test_unexplained_names_are_found(tmp_path: Path) -> None:
    package = tmp_path / "scheduler"
    package.mkdir()
    (package / "visits.py").write_text(
        '"""Visits."""\n'
        "def approve(): ...\n"
        "def _check(): ...\n"
        'def cancel():\n    """Cancel."""\n    def inner(): ...\n'
        "class Visit:\n    @property\n    def uid(self): ...\n    def __eq__(self, other): ...\n"
        "class _Row:\n    def key(self): ...\n"
    )
    (module,) = read_package(package)
    assert list(unexplained(module)) == [
        "scheduler.visits.approve",
        "scheduler.visits.Visit",
        "scheduler.visits.Visit.uid",
    ]


@pytest.mark.parametrize(
    ("line", "is_marked"),
    [("# TO" + "DO: later", True), ("BEGIN:VTO" + "DO", False), ("todo el día", False)],
)
def test_left_undone_marks_are_whole_words(line: str, is_marked: bool) -> None:
    assert bool(LEFT_UNDONE.search(line)) is is_marked


def unexplained(module: Module) -> Iterator[str]:
    yield from _unexplained(module.tree, module.name)


def _unexplained(scope: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    for node in scope.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or _continues_another(node):
            continue
        if not ast.get_docstring(node):
            yield f"{name}.{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _unexplained(node, f"{name}.{node.name}")


def _continues_another(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    # A setter or an overload belongs to the name that the docstring stands at.
    words = [ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list]
    return bool({"setter", "deleter", "overload"} & set(words))


def our_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name == "__pycache__" or path.name.endswith("_cache"):
            continue
        if path.is_file():
            yield path
        elif not path.name.startswith(".") or path.name == ".ci":
            yield from our_files(path)


def readable_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
