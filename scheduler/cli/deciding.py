"""Commands of the coordinator's desk: propose, see what waits, approve, reject."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime

import click

from scheduler.cli.ground import operator, spoken, wired, zone_of
from scheduler.cli.plans import plan_facts, plan_words
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.terminal import SECONDS, finite, print_json, progress_bar
from scheduler.cli.words import proposal_line, rule_words, unassigned_line
from scheduler.domain.proposals import Proposal
from scheduler.domain.zones import local
from scheduler.factory import Wiring, worker_of
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Milestone, Plan
from scheduler.matching.solve import solve
from scheduler.services import approvals, running
from scheduler.services import proposals as desk
from scheduler.services.approvals import Approval
from scheduler.services.ports import Progress, WatchedSolve
from scheduler.services.running import Worked, Worker

LOOK_AGAIN_SECONDS = 1.0
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(cls=PlainCommand)
@click.option("--from", "first", type=DAY, help="First day of visits (default: today).")
@click.option("--until", "last", type=DAY, help="Last day of visits (default: the last window).")
@click.option("--seconds", type=SECONDS, default=30.0, show_default=True, callback=finite)
@click.option("--json", "as_json", is_flag=True)
@wired
def propose(
    wiring: Wiring,
    first: datetime | None,
    last: datetime | None,
    seconds: float,
    as_json: bool,
) -> None:
    """Propose bookings for all open requests."""
    with progress_bar("Looking for speakers") as progress:
        worker = worker_of(wiring, solve=_shown_to(progress))
        worked = _propose_in_turn(
            wiring, worker=worker, seconds=seconds, first=_day(first), last=_day(last)
        )
    found = worked.proposed
    if found is None:
        refuse("The search was stopped before it had found anybody.")
    if as_json:
        print_json(
            {
                "requests": found.requests,
                "proposed": list(found.proposed),
                "unassigned": {u.request: u.reason for u in found.unassigned},
                **plan_facts(found.plan),
            }
        )
        return
    click.echo(f"{len(found.proposed)} of {found.requests} requests have a proposal.")
    click.echo(plan_words(found.plan))
    for entry in found.unassigned:
        click.echo(f"  {unassigned_line(entry)}")


@click.command(cls=PlainCommand)
@click.option("--json", "as_json", is_flag=True)
@wired
def proposals(wiring: Wiring, as_json: bool) -> None:
    """List pending proposals, and the requests nobody was found for."""
    board = desk.board(wiring.store, actor=operator())
    if as_json:
        print_json(
            {
                "pending": [_as_json(proposal) for proposal in board.proposals.values()],
                "unassigned": [
                    {
                        "request": entry.request,
                        "reason": entry.reason,
                        "sieve": [
                            {"rule": s.rule, "left": s.left, "lost": s.lost} for s in entry.sieve
                        ],
                        "facts": dict(entry.facts),
                    }
                    for entry in board.unassigned.values()
                ],
            }
        )
        return
    zone = zone_of(wiring)
    for proposal in board.proposals.values():
        click.echo(proposal_line(proposal, zone=zone))
    for entry in board.unassigned.values():
        click.echo(unassigned_line(entry))


@click.command(cls=PlainCommand)
@click.argument("requests", nargs=-1, metavar="ID…")
@click.option("--ready", is_flag=True, help="Approve every proposal that still holds.")
@wired
def approve(wiring: Wiring, requests: tuple[str, ...], ready: bool) -> None:
    """Approve proposals by their request's ID, or all that are ready."""
    if bool(requests) == ready:
        raise click.UsageError("Give IDs, or --ready.")
    if ready:
        done = approvals.approve_ready(
            wiring.store, actor=operator(), now=wiring.clock(), gazetteer=wiring.gazetteer
        )
    else:
        done = approvals.approve(
            wiring.store,
            requests,
            actor=operator(),
            now=wiring.clock(),
            gazetteer=wiring.gazetteer,
        )
    _tell(wiring, done, stands_or_falls=not ready)


@click.command(cls=PlainCommand)
@click.argument("request")
@click.option("--reason", required=True, callback=spoken)
@wired
def reject(wiring: Wiring, request: str, reason: str) -> None:
    """Turn a proposal down; its people are not proposed for that request again."""
    desk.reject(wiring.store, request, reason=reason, actor=operator(), now=wiring.clock())
    click.echo(f"{request}: rejected.")


def _shown_to(bar: Progress) -> WatchedSolve:
    """Return the solver of this process, which moves the bar besides telling whom it has to."""

    def shown(
        problem: Problem,
        seconds: float,
        *,
        progress: Callable[[Milestone], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> Plan:
        def note(milestone: Milestone) -> None:
            bar(int(milestone.share * 100), 100)
            if progress:
                progress(milestone)

        return solve(problem, seconds=seconds, progress=note, is_cancelled=is_cancelled)

    return shown


def _propose_in_turn(
    wiring: Wiring, *, worker: Worker, seconds: float, first: date | None, last: date | None
) -> Worked:
    """Propose as soon as no other search is open; one that only waits is worked on first."""
    is_told = False
    while True:
        worked = running.propose_at_once(
            wiring.store, actor=operator(), worker=worker, seconds=seconds, first=first, last=last
        )
        if worked:
            return worked
        if running.work_one(wiring.store, worker=worker) is None:
            if not is_told:
                click.echo("Another search is at work. This one begins after it.", err=True)
            is_told = True
            time.sleep(LOOK_AGAIN_SECONDS)


def _tell(wiring: Wiring, done: Approval, *, stands_or_falls: bool) -> None:
    zone = zone_of(wiring)
    for key, findings in done.stale.items():
        reasons = "; ".join(rule_words(finding, zone=zone) for finding in findings)
        click.echo(f"{key} no longer holds: {reasons}", err=True)
    if done.stale and stands_or_falls:
        refuse("None was approved.")
    words = f"{len(done.approved)} approved"
    if done.already:
        words += f", {len(done.already)} approved before"
    if done.release_at:
        words += f". E-mails go out at {local(done.release_at, zone):%H:%M}"
    click.echo(f"{words}.")


def _as_json(proposal: Proposal) -> dict[str, object]:
    return {
        "request": proposal.request,
        "speakers": [{"email": s.email, "format": s.format} for s in proposal.speakers],
        "sessions": [
            {"start": p.start.isoformat(), "end": p.end.isoformat()} for p in proposal.sessions
        ],
        "preference": proposal.preference,
        "terms": dict(proposal.terms or {}),
    }


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
