"""What a web process does before the first question: it gets to know the district.

What is known then lives as long as the process. It is set aside from the garbage collector,
which would otherwise look at all of it again and again while somebody waits for a page.
"""

from __future__ import annotations

import gc

from flask import Flask

from scheduler.domain.errors import Unknown
from scheduler.web.desk import EXTENSION, Desk


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
