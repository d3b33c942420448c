"""Commands that need no database: solve an instance file, verify a plan."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from scheduler.cli.plans import first_plan_words, plan_facts, plan_words
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.stopping import asked_to_stop
from scheduler.cli.terminal import SECONDS, finite, print_json, progress_bar
from scheduler.matching.checker import check as check_plan
from scheduler.matching.instances import read_instance, read_plan, write_plan
from scheduler.matching.proposal import Plan
from scheduler.matching.solve import solve as find_plan

WRITING_SECONDS = 0.3
FILE = click.Path(path_type=Path)


@click.command(cls=PlainCommand)
@click.argument("instance", type=FILE)
@click.option("-o", "--output", "plan_file", type=FILE, required=True, metavar="PLAN.json")
@click.option("--seconds", type=SECONDS, default=30.0, show_default=True, callback=finite)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def solve(instance: Path, plan_file: Path, seconds: float, seed: int, as_json: bool) -> None:
    """Solve INSTANCE (.json or .json.gz) and write the plan.

    The seconds include reading the file and checking the plan. Interrupted, it writes the best plan
    found so far; interrupted twice, none.
    """
    begun = time.monotonic()
    with _uncollected():
        problem = read_instance(instance)
        read = time.monotonic() - begun
        if not plan_file.absolute().parent.is_dir():
            refuse(f"{plan_file}: There is no folder to write it into.")
        with asked_to_stop() as is_cancelled, progress_bar("Solving") as progress:
            plan = find_plan(
                problem,
                seconds=max(0.0, seconds - read - WRITING_SECONDS),
                seed=seed,
                progress=lambda milestone: progress(int(milestone.share * 100), 100),
                is_cancelled=is_cancelled,
            )
            if is_cancelled():
                click.echo("Stopped early: this is the best plan so far.", err=True)
    plan = _counted_from_the_start(plan, reading_seconds=read)
    if plan.status == "infeasible":
        for ruling in plan.violations:
            click.echo(f"{ruling.demand_id}: {ruling.finding.rule}", err=True)
        refuse("Infeasible: the pinned bookings cannot all be kept. No plan was written.")
    write_plan(plan_file, plan, problem)
    if as_json:
        print_json(plan_facts(plan))
    else:
        _tell(plan, demands=len(problem.demands))


def _tell(plan: Plan, *, demands: int) -> None:
    click.echo(plan_words(plan))
    click.echo(f"{len(plan.assignments)} of {demands} requests filled.")
    for line in first_plan_words(plan):
        click.echo(line)
    for term, points in plan.points.items():
        click.echo(f"  {term}: {points}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the garbage alone for a while.

    A large instance is millions of facts without a cycle; collecting would walk them over and
    over.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _counted_from_the_start(plan: Plan, *, reading_seconds: float) -> Plan:
    return replace(
        plan,
        seconds_by_phase={"reading": reading_seconds, **plan.seconds_by_phase},
        milestones=tuple(
            replace(each, seconds=each.seconds + reading_seconds) for each in plan.milestones
        ),
    )


@click.command(cls=PlainCommand)
@click.argument("instance", type=FILE)
@click.argument("plan_file", type=FILE, metavar="PLAN.json")
@click.option("--json", "as_json", is_flag=True)
def check(instance: Path, plan_file: Path, as_json: bool) -> None:
    """Verify a plan rule by rule; status 1 if it breaks any."""
    problem = read_instance(instance)
    report = check_plan(problem, read_plan(plan_file, problem))
    if as_json:
        print_json(
            {
                "violations": [
                    {
                        "request": ruling.demand_id,
                        "volunteer": ruling.speaker_id,
                        "rule": ruling.finding.rule,
                        "facts": dict(ruling.finding.facts),
                    }
                    for ruling in report.violations
                ],
                "kept": dict(report.kept_by_rule),
                "broken": dict(report.broken_by_rule),
                "tier1": report.tier1,
                "tier2": report.tier2,
                "terms": dict(report.points),
            }
        )
    else:
        for rule, count in report.broken_by_rule.items():
            click.echo(f"{rule}: {_times_broken(count)}")
        click.echo(f"tier 1: {report.tier1}; tier 2: {report.tier2}")
    if report.violations:
        count = len(report.violations)
        refuse(f"{count} violation{'s' if count > 1 else ''}.")


def _times_broken(count: int) -> str:
    if not count:
        return "kept"
    return "broken once" if count == 1 else f"broken {count} times"
