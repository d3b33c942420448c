"""What is done before the first question, so that nobody waits for it on a page.

The parent of all web processes reads what is shipped: templates and languages. Each process
gets to know the district. What is known then lives as long as the process. It is set aside from
the garbage collector, which would otherwise look at all of it again and again while somebody
waits for a page.
"""

from __future__ import annotations

import gc

from flask import Flask
from flask_babel import gettext

from scheduler.domain.errors import Unknown
from scheduler.web.desk import EXTENSION, Desk
from scheduler.web.languages import shipped, speaking

# Other rooms' templates, which no page shows.
LETTERS = "mail/"
# A page makes some ten thousand things and drops them all: looking at them midway finds nothing.
MADE_BY_A_PAGE = 20_000


def get_ready(app: Flask) -> None:
    """Read every template of a page, and every language that is shipped.

    Cost: a second or two, once for all processes that are born of this one.
    """
    pages = (name for name in app.jinja_env.list_templates(["html"]) if LETTERS not in name)
    for name in pages:
        app.jinja_env.get_template(name)
    with app.app_context():
        languages = shipped()
    for tag in languages:
        with speaking(tag, within=app):
            gettext("Sign in")


def warm_up(app: Flask) -> None:
    """Let this process know the district, if there is one yet.

    Cost: a second or two for thousands of volunteers.
    """
    desk = app.extensions[EXTENSION]
    assert isinstance(desk, Desk)
    with desk.store.read() as work:
        try:
            with desk.warm.at(work, now=desk.now, gazetteer=desk.gazetteer):
                pass
        except Unknown:
            return
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE_BY_A_PAGE, *gc.get_threshold()[1:])
