"""Two accounts that turn out to be one person become one: everything of the first moves."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from scheduler.domain.accounts import merged_person, merged_volunteer
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.people import Person
from scheduler.domain.proposals import ProposalState
from scheduler.domain.visits import TEACHER_PREFIX, VOLUNTEER_PREFIX
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.accounts import account_of, subject_of
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Feed, Store, Work
from scheduler.services.records import Activity
from scheduler.services.tokens import feed_token, token_hash


def merge(
    store: Store,
    gone: str,
    *,
    into: str,
    actor: Actor,
    now: datetime,
    settings: FeedSettings,
) -> str:
    """Make one account of two: everything of the first moves; return the name of who stays.

    Visits keep their UIDs. The first one's sessions end and its calendar addresses answer as
    replaced ones do.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if a reference stands for nobody.
        IllegalTransition: if both are the same.
        DoubleBooked: if both have a visit at the same time.
    """
    require_coordinator(actor, deed="merge accounts")
    with store.write() as work:
        emails = tuple(account_of(work, each).email for each in (gone, into))
        if len(set(emails)) == 1:
            raise IllegalTransition(subject="account", state="the same", step="merged")
        work.visits.lock(p + e for p in (VOLUNTEER_PREFIX, TEACHER_PREFIX) for e in emails)
        old, kept = account_of(work, gone), account_of(work, into)
        _drop_doubled_proposals(work, *emails)
        _put_as_one(work, old, kept)
        _provide_feeds(work, old.email, into=kept.email, settings=settings)
        work.accounts.merge(old.email, into=kept.email, at=now)
        facts = {"old": old.email, "new": kept.email}
        subject = subject_of(kept.email)
        work.activities.add((Activity(now, actor.email, "merged accounts", subject, facts),))
    return kept.name or kept.email


def _drop_doubled_proposals(work: Work, *emails: str) -> None:
    """A team of two that turns out to be one person is looked at anew."""
    doubled = (
        replace(proposal, state=ProposalState.STALE)
        for proposal in work.proposals.all().values()
        if proposal.state is ProposalState.PENDING
        and set(emails) <= {speaker.email for speaker in proposal.speakers}
    )
    work.proposals.put(doubled)


def _put_as_one(work: Work, old: Person, kept: Person) -> None:
    volunteers = work.volunteers.many((old.email, kept.email))
    if old.email in volunteers:
        offered = volunteers[old.email]
        renamed = replace(offered, email=kept.email, name=kept.name, locale=kept.locale)
        work.volunteers.put((merged_volunteer(volunteers.get(kept.email, renamed), offered),))
    work.people.put((merged_person(kept, old),))


def _provide_feeds(work: Work, gone: str, *, into: str, settings: FeedSettings) -> None:
    """Give the one who stays a calendar for each that the other had: theirs lead there."""
    for feed in work.feeds.of_holder(gone):
        owner = into if feed.owner == gone else feed.owner
        if work.feeds.of_owner(feed.kind, owner, holder=into) is None:
            made = Feed(str(uuid.uuid4()), feed.kind, owner, holder=into)
            work.feeds.add(made, token_sha256=token_hash(feed_token(made, key=settings.key)))
