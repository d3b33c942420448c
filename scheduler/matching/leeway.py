"""Ask who would fit a request if some rules were bent for everybody.

The same screen is asked each time, of a copy of the problem in which those rules are lifted: so
whoever newly fits is kept away by these rules and by no other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from scheduler.domain.assignments import Demand, Speaker
from scheduler.matching.lifting import freed
from scheduler.matching.problem import Problem
from scheduler.matching.screening import Screen
from scheduler.matching.shapes import OptionShape


class Leeway:
    """A problem, cut to those who could matter to some requests, and its bent copies.

    Each set of rules costs one screening table, made when it is first asked for.
    """

    def __init__(self, problem: Problem, demands: Iterable[Demand]) -> None:
        asked = tuple(demands)
        topics = {demand.topic for demand in asked}
        people = tuple(each for each in problem.speakers if topics & each.level_by_topic.keys())
        names = {each.id for each in people}
        self.problem = replace(
            problem,
            speakers=people,
            pair_minutes={pair: n for pair, n in problem.pair_minutes.items() if pair[1] in names},
            pair_scores={pair: n for pair, n in problem.pair_scores.items() if pair[1] in names},
        )
        self._grades = frozenset(each.grade for each in asked if each.grade is not None)
        self._screen_by_rules: dict[tuple[str, ...], Screen] = {}
        self._can_bend: dict[str, bool] = {}

    def fitting(self, demand: Demand, rules: tuple[str, ...] = ()) -> tuple[tuple[str, ...], ...]:
        """Return the speakers who fit at each option, with these rules bent for everybody.

        About as costly as one screening of everybody who knows one of the topics.
        """
        if not demand.options:
            return ()
        shapes = [OptionShape.of(option) for option in demand.options]
        found = self._screen(rules).ask(demand, shapes=shapes)
        ids = [self.problem.speakers[int(row)].id for row in found.rows]
        return tuple(
            tuple(ids[place] for place in np.flatnonzero(found.alive[:, option]))
            for option in range(len(demand.options))
        )

    def can_bend(self, rules: Iterable[str]) -> bool:
        """Say whether each of these rules holds anybody back at all."""
        return all(self._holds_somebody(rule) for rule in rules)

    def _holds_somebody(self, rule: str) -> bool:
        if rule not in self._can_bend:
            self._can_bend[rule] = any(
                self._freed(each, (rule,)) != each for each in self.problem.speakers
            )
        return self._can_bend[rule]

    def _screen(self, rules: tuple[str, ...]) -> Screen:
        if rules not in self._screen_by_rules:
            people = tuple(self._freed(each, rules) for each in self.problem.speakers)
            bent = replace(self.problem, speakers=people) if rules else self.problem
            self._screen_by_rules[rules] = Screen(bent)
        return self._screen_by_rules[rules]

    def _freed(self, speaker: Speaker, rules: Iterable[str]) -> Speaker:
        for rule in rules:
            speaker = freed(speaker, rule, grades=self._grades)
        return speaker
