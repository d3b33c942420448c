"""What commands read and write on a terminal: seconds, progress, answers for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

BOARD_TITLE = "{task.description}"
SECONDS = click.FloatRange(min=0)


def finite(ctx: click.Context, param: click.Parameter, number: float) -> float:
    """Return a number of seconds; what is no number, or has no end, is none."""
    if not math.isfinite(number):
        raise click.BadParameter("give a number of seconds.", ctx=ctx, param=param)
    return number


def print_json(value: object) -> None:
    """Write an answer for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal while something long runs; elsewhere show nothing."""
    console = Console(stderr=True)
    columns = (TextColumn(BOARD_TITLE), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
