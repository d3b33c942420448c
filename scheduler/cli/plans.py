"""Tell what a search proved, for people and for programs. Both tiers always stand apart."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.matching.proposal import Plan


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


def first_plan_words(plan: Plan) -> Iterator[str]:
    """Yield when the first plan was there, and the first with 99 % of the first tier."""
    known = [each for each in plan.milestones if each.tier1 is not None]
    for words, share in (("first plan", 0.0), ("99 % of tier 1", 0.99)):
        good = (m for m in known if m.tier1 and m.tier1.value >= share * plan.tier1.bound)
        found = next(good, None)
        if found is not None and found.tier1 is not None:
            yield f"{words}: {found.tier1.value} after {found.seconds:.1f} s."
