"""A small run of the case, for tests of its page."""

from datetime import date

import negotiation as ng
from negotiation.report.standoff_run import computed_run

DAY = date(2025, 5, 2)
DATES = ("2025-05-31", "2025-06-30", "2025-12-31")


def small_run(draws=2):
    standoff = ng.load_standoff("us-china-2025-spring")
    return computed_run(standoff, DAY, ng.forecast(standoff, as_of=DAY, dates=DATES, draws=draws))
