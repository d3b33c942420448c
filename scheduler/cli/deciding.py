"""Commands of the coordinator's desk: propose, see what waits, approve, reject."""

from __future__ import annotations

from datetime import date, datetime

import click

from scheduler.cli.ground import (
    SECONDS,
    finite,
    operator,
    print_json,
    progress_bar,
    spoken,
    wired,
    zone_of,
)
from scheduler.cli.refusals import PlainCommand, refuse
from scheduler.cli.words import proposal_line, rule_words, unassigned_line
from scheduler.domain.proposals import Proposal
from scheduler.domain.zones import local
from scheduler.factory import Wiring
from scheduler.matching.proposal import Plan
from scheduler.matching.solve import solve
from scheduler.services import approvals
from scheduler.services import proposals as desk
from scheduler.services.approvals import Approval

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
        found = desk.propose(
            wiring.store,
            actor=operator(),
            now=wiring.clock(),
            gazetteer=wiring.gazetteer,
            solve=lambda problem, limit: solve(
                problem,
                seconds=limit,
                progress=lambda milestone: progress(int(milestone.share * 100), 100),
            ),
            seconds=seconds,
            first=_day(first),
            last=_day(last),
        )
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


def plan_facts(plan: Plan) -> dict[str, object]:
    """Return a plan's proof as data, both tiers apart."""
    return {
        "status": plan.status,
        "tier1": {"value": plan.tier1.value, "bound": plan.tier1.bound, "gap": plan.tier1.gap},
        "tier2": {"value": plan.tier2.value, "bound": plan.tier2.bound, "gap": plan.tier2.gap},
        "terms": dict(plan.points),
        "seconds": dict(plan.seconds_by_phase),
        "peak_memory_mb": plan.peak_memory_mb,
        "columns": plan.columns,
    }


def plan_words(plan: Plan) -> str:
    """Return a plan's proof in a line."""
    seconds = sum(plan.seconds_by_phase.values())
    tiers = "; ".join(
        f"tier {number}: {tier.value}, bound {tier.bound}, gap {tier.gap:.2%}"
        for number, tier in ((1, plan.tier1), (2, plan.tier2))
    )
    return f"{plan.status}; {tiers}; {seconds:.1f} s, {plan.peak_memory_mb:.0f} MB"


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
