"""Changes to try out in the small district, and the deeds of the coordinator who does."""

from __future__ import annotations

from typing import Any

from scheduler.domain.batches import Batch, Side, WhatIf, WhatIfKind
from scheduler.domain.proposals import ProposedSpeaker
from scheduler.domain.requests import parse_window
from scheduler.domain.volunteers import Format
from scheduler.services import batches
from scheduler.services.repairs import try_out
from tests.builders import (
    DAY,
    TEACHER,
    VOLUNTEER,
    a_proposal,
    a_volunteer,
    period,
)
from tests.services.world import (
    BRUNO,
    CHLOE,
    World,
    elsewhere,
    solve_quickly,
)

HOUR = "2026-12-08 10:40-11:30"
LATER = "2026-12-10 10:40-11:30"
AWAY = WhatIf(WhatIfKind.AWAY, DAY, DAY, email=VOLUNTEER)
SNOW = WhatIf(WhatIfKind.CLOSED, DAY, DAY, schools=("maple",), name="Snow day")
ILL = WhatIf(WhatIfKind.ILL, DAY, DAY, email=TEACHER)


def tried(world: World, what_if: WhatIf, **changes: Any) -> Batch:
    return try_out(
        world.store,
        what_if,
        now=world.now,
        gazetteer=world.gazetteer,
        **{"actor": world.coordinator, "solve": solve_quickly, "seconds": 2, **changes},
    )


def approved(world: World, batch: Batch) -> Batch:
    return batches.approve(
        world.store,
        batch.key,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def side(hour: str, *people: str) -> Side:
    return Side((period(hour),), people)


def a_chain(world: World) -> None:
    """Besides Chloé only Amara speaks French; Bruno can take Amara's own class."""
    both = ("en", "fr")
    amara = a_volunteer(languages=both)
    chloe = a_volunteer(email=CHLOE, name="Chloé Roy", languages=both)
    world.put_volunteers(amara, a_volunteer(email=BRUNO, name="Bruno Silva"), chloe)
    world.put_requests(elsewhere(language="fr", windows=(parse_window("2026-12-10 P3"),)))
    world.put_proposals(
        a_proposal(),
        a_proposal(
            request="bridges",
            speakers=(ProposedSpeaker(CHLOE, Format.IN_PERSON),),
            sessions=(period(LATER),),
        ),
    )
    world.approve("robots", "bridges")
    world.release()
