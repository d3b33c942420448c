"""What a person would read and nobody marked for translation: found in the sources, page or not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

MARKS = frozenset(
    {"_", "gettext", "ngettext", "pgettext", "lazy_gettext", "lazy_ngettext", "lazy_pgettext"}
)
BREAK = "\x00"
# Words that begin like a sentence or stand as one: “Ask for a speaker”, “Save”.
SPOKEN = re.compile(r"^[“(]?[A-Z][a-z’']+([ .:?!…”)]|, |$)")
WORD = re.compile(r"[A-Za-z]{2,}")
SILENT = re.compile(
    r"<(style|script|svg)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE
)
TAG = re.compile(r"<[^<>]*>")
READ_ALOUD = re.compile(r"\b(?:aria-label|alt|title|placeholder)=\"([^\"]*)\"")
# The names of programs and formats, the same in every language.
SAME_EVERYWHERE = frozenset({"km"})


def unmarked_in_template(path: Path, environment: Environment) -> Iterator[str]:
    """Yield the words of a template that are on no list of words to translate."""
    tree = environment.parse(path.read_text())
    yield from _bare_text(tree)
    marked = {
        id(each) for call in tree.find_all(nodes.Call) if _is_mark(call) for each in call.args
    }
    for const in tree.find_all(nodes.Const):
        if isinstance(const.value, str) and id(const) not in marked and SPOKEN.match(const.value):
            yield const.value


def unmarked_in_module(path: Path) -> Iterator[str]:
    """Yield the sentences of a module of ``web`` that are on no list of words to translate."""
    yield from (text for text in sentences_of(path, SPOKEN) if " " in text)


def sentences_of(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield the unmarked texts of a module that fit the pattern, docstrings left out."""
    tree = ast.parse(path.read_text())
    silent = {id(each) for each in _silent_strings(tree)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in silent and pattern.match(node.value):
            yield node.value


def _bare_text(tree: nodes.Template) -> Iterator[str]:
    pieces = [
        each.data if isinstance(each, nodes.TemplateData) else BREAK
        for output in tree.find_all(nodes.Output)
        for each in output.nodes
    ]
    markup = SILENT.sub(" ", "".join(pieces))
    texts = [*READ_ALOUD.findall(markup), *re.split(f"[{BREAK}\n]", TAG.sub(BREAK, markup))]
    for text in texts:
        is_markup = (
            '="' in text or text.endswith('="') or text.startswith(("&", "-", '" ', "?", "mailto:"))
        )
        if set(WORD.findall(text)) - SAME_EVERYWHERE and not is_markup:
            yield " ".join(text.split())


def _is_mark(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in MARKS


def _silent_strings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            yield body[0].value
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            yield from ast.walk(node)
