"""Find the smallest changes that would fill a request, each applied to a copy and judged there.

A change is to the request (another lesson, by video) or to one speaker (a rule bent as far as
this visit needs). One change is looked for first, then two. What is returned fills the request
by the plain rules, on top of all that stands in the problem; what is not returned was tried on
everybody and every start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from scheduler.domain.assignments import Demand
from scheduler.matching.cures import Cure, Step, Variant, fills
from scheduler.matching.leeway import Leeway
from scheduler.matching.lifting import LIFTABLE_RULES
from scheduler.matching.trials import Trial

MOST_PAIRS = 4


def single_cures(
    leeway: Leeway, demand: Demand, *, variants: Iterable[Variant] = ()
) -> tuple[Cure, ...]:
    """Return the single changes that fill the request, at most two of a kind.

    Changes of the request come first, then those of speakers, in the order of the rules that
    are the easiest to ask about. A request that needs no change has one cure without steps.
    """
    trial = Trial(leeway, demand)
    if trial.is_open:
        return tuple(trial.by_request(Variant((), demand)))
    found = [cure for each in variants for cure in trial.by_request(each)]
    found += [cure for rule in LIFTABLE_RULES for cure in trial.by_rule(rule)]
    return tuple(cure for cure in found if fills(leeway.problem, cure))


def paired_cures(
    leeway: Leeway,
    demand: Demand,
    *,
    variants: Sequence[Variant] = (),
    pairs: Iterable[Variant] = (),
) -> tuple[Cure, ...]:
    """Return a few pairs of changes, of different kinds each, where no single change helps.

    ``variants`` are the request's single changes, ``pairs`` two of them at once.
    """
    trial = Trial(leeway, demand)
    ways: tuple[Callable[[], Iterator[Cure]], ...] = (
        lambda: (cure for each in pairs for cure in trial.by_request(each)),
        lambda: (cure for each in variants for cure in _both(leeway, each)),
        trial.by_two_people,
        trial.by_two_rules,
    )
    found: dict[tuple[str, ...], Cure] = {}
    for way in ways:
        for cure in way():
            kinds = tuple(step.kind for step in cure.steps)
            if kinds not in found and fills(leeway.problem, cure):
                found[kinds] = cure
        if len(found) >= MOST_PAIRS:
            break
    return tuple(found.values())[:MOST_PAIRS]


def _both(leeway: Leeway, variant: Variant) -> Iterator[Cure]:
    """The request changed and, besides, one rule bent: the first person of each rule."""
    (kind,) = variant.kinds
    trial = Trial(leeway, variant.demand, step=Step(kind))
    for rule in LIFTABLE_RULES:
        yield from islice(trial.by_rule(rule), 1)
