"""Codes of the kinds of a stage's equilibrium and of a side's behaviour in it.

Kinds: ATTRITION both sides concede with some hazard; AT_ONCE play ends at the opening unless a
tough type is met; IMPASSE nobody ever concedes; PASSED the stage does not open; WAITS nobody
concedes before the deadline.

Behaviours: MIXES; CONCEDES at the opening; NEVER; CONCEDES_FIRST at the opening, before the other
side does; CONCEDES_LAST at the deadline alone.
"""

from __future__ import annotations

ATTRITION, AT_ONCE, IMPASSE, PASSED, WAITS = 0, 1, 2, 3, 4

MIXES, CONCEDES, NEVER, CONCEDES_FIRST, CONCEDES_LAST = 0, 1, 2, 3, 4
