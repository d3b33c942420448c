"""Who is looking: the browser's session, and the doors that only some may pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.domain.people import Person
from scheduler.services.access import Actor
from scheduler.services.sign_in import signed_in
from scheduler.web.desk import desk

Arguments = ParamSpec("Arguments")
View = Callable[Arguments, ResponseReturnValue]


def cookie_name() -> str:
    """Return the session cookie's name: bound to this host where https allows it."""
    return "__Host-visitbell" if desk().base_url.startswith("https://") else "visitbell"


def session_token() -> str:
    """Return the browser's session token, empty when it has none."""
    return request.cookies.get(cookie_name(), "")


def person() -> Person | None:
    """Return who is signed in, looked up once per request."""
    if "person" not in g:
        token = session_token()
        g.person = signed_in(desk().store, token, now=desk().now) if token else None
    found = g.person
    assert found is None or isinstance(found, Person)
    return found


def actor() -> Actor:
    """Return who acts; a view that asks this is behind :func:`signed_in_only`."""
    present = person()
    if present is None:
        abort(401)
    return Actor.of(present)


def signed_in_only(view: View[Arguments]) -> View[Arguments]:
    """Send whoever is not signed in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
        if person() is None:
            following = request.full_path.rstrip("?") if request.method == "GET" else ""
            return redirect(url_for("sign_in.ask", next=following or None), 303)
        return view(*args, **kwargs)

    return guarded


def for_role(allows: Callable[[Actor], bool]) -> Callable[[View[Arguments]], View[Arguments]]:
    """Let a view be seen only by actors it is meant for; to others it does not exist."""

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            if not allows(actor()):
                abort(404)
            return view(*args, **kwargs)

        return signed_in_only(guarded)

    return guard


coordinators_only = for_role(lambda who: who.is_coordinator)
overseers_only = for_role(lambda who: who.oversees)
teachers_only = for_role(lambda who: who.is_teacher)
volunteers_only = for_role(lambda who: who.is_volunteer)
