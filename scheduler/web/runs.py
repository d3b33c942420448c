"""Runs of the proposals: begin one, watch it, stop it, look back at the last twenty."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.runs import Run
from scheduler.domain.zones import local
from scheduler.services.runs import Sight, ask, history, latest, look, stop
from scheduler.web.askers import asker
from scheduler.web.desk import desk
from scheduler.web.lists import Cell, Column, csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.run_words import (
    changes_of,
    filled_so_far,
    proofs,
    run_phase,
    run_state,
)
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("runs", __name__)

for phrase in (changes_of, filled_so_far, proofs, run_phase, run_state):
    bp.app_template_filter(phrase.__name__)(phrase)


@bp.get("/runs")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the latest runs."""
    return render_template(
        "runs/every.html", past=history(desk().store, actor=actor()), may_act=actor().is_coordinator
    )


@bp.get("/runs.csv")
@overseers_only
def every_file() -> ResponseReturnValue:
    """Hand out the latest runs."""
    past = history(desk().store, actor=actor())
    columns: tuple[Column[Run], ...] = (
        Column(_("Asked"), lambda run: local(run.asked_at, past.timezone)),
        Column(_("By"), lambda run: asker(run, past.name_by_email)),
        Column(_("State"), lambda run: run_state(run)["words"]),
        Column(_("Requests"), lambda run: run.headway.requests),
        Column(_("Found"), lambda run: run.headway.filled),
        Column(_("Seconds"), _seconds),
    )
    return csv_answer("searches", columns, past.runs)


@bp.post("/runs")
@coordinators_only
def propose_now() -> ResponseReturnValue:
    """Ask for proposals; while somebody else's run is open, show that one."""
    now, who = desk().now, actor()
    run = ask(desk().store, actor=who, now=now, lease_now=desk().lease_clock())
    if run.asked_at != now or run.asked_by != who.email:
        tell_done(_("Somebody asked before you. This is how far it is."))
    return redirect(url_for("runs.one", key=run.key), 303)


@bp.get("/runs/<key>")
@overseers_only
def one(key: str) -> ResponseReturnValue:
    """Show how far a run is, and what came of it."""
    sight = look(desk().store, key, actor=actor(), lease_now=desk().lease_clock())
    return render_template(
        "runs/one.html",
        sight=sight,
        run=sight.run,
        lease_now=desk().lease_clock(),
        may_act=actor().is_coordinator,
    )


@bp.post("/runs/<key>/stop")
@coordinators_only
def stop_it(key: str) -> ResponseReturnValue:
    """Stop a run; what it found so far is kept."""
    stop(desk().store, key, actor=actor(), now=desk().now, lease_now=desk().lease_clock())
    return redirect(url_for("runs.one", key=key), 303)


@bp.app_template_global()
def latest_run() -> Sight | None:
    """Return the run that is open, else the last one, for whoever oversees."""
    return latest(desk().store, actor=actor(), lease_now=desk().lease_clock())


def _seconds(run: Run) -> Cell:
    if run.begun_at is None or run.ended_at is None:
        return None
    return round((run.ended_at - run.begun_at).total_seconds())
