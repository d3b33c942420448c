"""What a page says while the database does not answer: a page of its own that asks it nothing.

Neither who is looking nor what the district is called can be known then, and the layout asks
for both.
"""

from __future__ import annotations

from flask import Response, current_app, request
from flask_babel import force_locale

from scheduler.domain.errors import OutOfReach
from scheduler.web.languages import SOURCE, shipped

SECONDS_TO_WAIT = 30
PAGE = "out_of_reach.html"


def out_of_reach_page(_error: OutOfReach) -> Response:
    """Answer a database that is away with 503, in the browser's own language."""
    language = request.accept_languages.best_match((SOURCE, *shipped())) or SOURCE
    with force_locale(language):
        # Not render_template, which would gather what every page shows.
        page = current_app.jinja_env.get_template(PAGE).render(language=language)
    response = Response(page, status=503)
    response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    response.headers["Cache-Control"] = "no-store"
    return response
