"""The coordinator's queue: which proposals can go out as they are, and which need a person.

Every proposal is judged anew against what is booked now. A score is never shown: how well a
person fits is said in steps, and people who would do equally well are counted.
"""

from __future__ import annotations
