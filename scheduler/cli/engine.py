"""Commands that need no database: solve an instance file, verify a plan."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.cli.deciding import plan_facts, plan_words
from scheduler.cli.ground import SECONDS, finite, print_json, progress_bar
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.matching.checker import check as check_plan
from scheduler.matching.instances import read_instance, read_plan, write_plan
from scheduler.matching.solve import solve as find_plan

FILE = click.Path(path_type=Path)


@click.command(cls=PlainCommand)
@click.argument("instance", type=FILE)
@click.option("-o", "--output", "plan_file", type=FILE, required=True, metavar="PLAN.json")
@click.option("--seconds", type=SECONDS, default=30.0, show_default=True, callback=finite)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def solve(instance: Path, plan_file: Path, seconds: float, seed: int, as_json: bool) -> None:
    """Solve INSTANCE (.json or .json.gz) and write the plan."""
    problem = read_instance(instance)
    if not plan_file.absolute().parent.is_dir():
        refuse(f"{plan_file}: There is no folder to write it into.")
    with progress_bar("Solving") as progress:
        plan = find_plan(
            problem,
            seconds=seconds,
            seed=seed,
            progress=lambda milestone: progress(int(milestone.share * 100), 100),
        )
    if plan.status == "infeasible":
        for ruling in plan.violations:
            click.echo(f"{ruling.demand_id}: {ruling.finding.rule}", err=True)
        refuse("Infeasible: the pinned bookings cannot all be kept. No plan was written.")
    write_plan(plan_file, plan, problem)
    if as_json:
        print_json(plan_facts(plan))
        return
    click.echo(plan_words(plan))
    click.echo(f"{len(plan.assignments)} of {len(problem.demands)} requests filled.")
    for term, points in plan.points.items():
        click.echo(f"  {term}: {points}")


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
