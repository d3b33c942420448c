"""Signing in by a one-time link, and the browsers that are signed in.

The answer to "send me a link" is the same whether or not an account exists. Links last
fifteen minutes and work once; sessions end after thirty days without a visit, or after ninety
in all, and can be ended everywhere at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.domain.accounts import with_role
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.people import Person, Role, RoleName, normal_email
from scheduler.services.announcements import SIGN_IN
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, SignInLink, WebSession
from scheduler.services.single_mail import mail_to
from scheduler.services.tokens import new_token, token_hash

LINK_LASTS = timedelta(minutes=15)
IDLE_LIMIT = timedelta(days=30)
WHOLE_LIMIT = timedelta(days=90)
TOUCH_EVERY = timedelta(minutes=10)
LINKS_AN_HOUR = 5


def ask_for_link(store: Store, email: str, *, now: datetime, following: str = "") -> None:
    """Have a link sent to an account's address; an unknown address gets nothing, silently.

    ``following`` is the path of this site that the person was on the way to.
    """
    email = normal_email(email)
    with store.write() as work:
        person = work.people.get(email)
        recent = work.sign_ins.recent_links(email, since=now - timedelta(hours=1))
        if person is None or not person.is_active or recent >= LINKS_AN_HOUR:
            return
        link = mail_to(
            email,
            "sign-in",
            purpose=SIGN_IN,
            at=now,
            revision=int(now.timestamp() // 60),
            facts={"following": following},
        )
        work.outbox.add((link,))


def make_link(work: Work, email: str, *, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
    """Return a fresh one-time token for an address and keep its hash."""
    token = new_token()
    work.sign_ins.add_link(SignInLink(token_hash(token), email, now, now + lasts))
    return token


def link_for(
    store: Store,
    email: str,
    *,
    now: datetime,
    create: str = "",
    lasts: timedelta = LINK_LASTS,
) -> str:
    """Return a one-time token for the operator to hand over.

    With ``create``, an account with that staff role is made if the address has none.

    Raises:
        Unknown: if there is no such account and none is to be made.
        IllegalTransition: if it was deactivated.
    """
    email = normal_email(email)
    with store.write() as work:
        person = work.people.get(email)
        if create:
            person = _created(work, email, role=RoleName(create), person=person, now=now)
        if person is None:
            raise Unknown("account", email)
        if not person.is_active:
            raise IllegalTransition(subject="account", state="deactivated", step="signed in")
        return make_link(work, email, now=now, lasts=lasts)


def redeem(store: Store, token: str, *, now: datetime) -> str | None:
    """Use up a link and return a fresh session token, or None if the link has ended."""
    with store.write() as work:
        email = work.sign_ins.use_link(token_hash(token), now=now)
        person = work.people.get(email) if email else None
        if person is None or not person.is_active:
            return None
        session = new_token()
        work.sign_ins.add_session(
            WebSession(token_hash(session), person.email, now, now, now + WHOLE_LIMIT)
        )
        work.activities.add((Activity(now, person.email, "signed in", "session"),))
        return session


def signed_in(store: Store, session_token: str, *, now: datetime) -> Person | None:
    """Return who this browser belongs to, or None when its session has ended."""
    key = token_hash(session_token)
    with store.read() as work:
        found = work.sign_ins.signed_in(key)
    if found is None:
        return None
    session, person = found
    if not person.is_active or now >= min(session.expires_at, session.seen_at + IDLE_LIMIT):
        return None
    if now - session.seen_at >= TOUCH_EVERY:
        with store.write() as work:
            work.sign_ins.touch_session(key, seen_at=now)
    return person


def sign_out(store: Store, session_token: str, *, everywhere: bool = False) -> None:
    """End this browser's session, or every session of its account."""
    key = token_hash(session_token)
    with store.write() as work:
        session = work.sign_ins.session(key)
        if everywhere and session:
            work.sign_ins.end_sessions(email=session.email)
        else:
            work.sign_ins.end_sessions(token_sha256=key)


def _created(
    work: Work, email: str, *, role: RoleName, person: Person | None, now: datetime
) -> Person:
    if person and person.has_role(role):
        return person
    made = with_role(person or Person(email=email, name=email.partition("@")[0]), Role(role))
    work.people.put((made,))
    work.activities.add((Activity(now, "command line", "created account", email),))
    return made
