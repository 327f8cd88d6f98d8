"""A new standoff's file: commented, and running as it is."""

from __future__ import annotations

from collections.abc import Mapping

from negotiation.data.embedded import economy_names, load_economy
from negotiation.data.standoffs.records import STAGE_KINDS
from negotiation.errors import InvalidInputError

__all__ = ["standoff_template"]

_TEXT = """\
# A standoff of two sides. Every row says from where it is known (source) and since when
# (known_on); with an information date, later rows are left out. Rates are fractions: 0.25 is 25
# points. The numbers below are placeholders: put your own in their place, delete what you do not
# need, and check the file with
#     negotiation standoff check {file}
title = "{first} and {second}: what the dispute is about"
sides = ["{first}", "{second}"]
# An embedded economy ({economies}), or your own trade data:
# [economy]
# flows = "trade.csv"        # sector, exporter, importer, value; sales at home on the diagonal
# unit = "million USD"
# tariffs = "tariffs.csv"    # importer, exporter, sector, rate
# tariffs_unit = "percent"
# gdp = {{ {first} = 1000.0, {second} = 800.0 }}   # billion USD, one for each region
economy = {economy}
start = 2026-01-01
time_unit = "year"           # clock of the process: day, week, month or year
remarks = ["All numbers are placeholders."]

[tariffs]
# Day of the embedded baseline tariffs, over which points are added.
baseline = 2025-01-20
# file = "steps.csv"         # the same columns as below, one step a row

# Points in force from a day on, in place of earlier ones; sectors = ["C29"] limits a step, and
# total = 0.15 in place of added gives the tariff in all, the baseline included.
[[tariffs.steps]]
date = 2026-01-01
imposer = "{first}"
target = "{second}"
added = 0.10
measure = "placeholder"
known_on = 2026-01-01
source = "placeholder"

[[tariffs.threatened]]
imposer = "{first}"
target = "{second}"
added = 0.30
deadline = 2026-06-30
known_on = 2026-02-01
source = "placeholder"

# [[tariffs.exemptions]]
# date = 2026-01-01
# importer = "{first}"
# exporter = "{second}"
# sectors = ["C21"]
# share = 0.5                # of the sectors' trade, or of_imports = 0.2 of all goods bought
# residual = 0.0             # points that stay on the exempt goods
# known_on = 2026-01-01
# source = "placeholder"

# Sectors that a side could exempt besides, which the process takes as an act of its own.
# [[tariffs.exemptible]]
# side = "{second}"
# sectors = ["C21"]
# known_on = 2026-01-01
# source = "placeholder"

# [[instruments]]
# name = "licences"
# side = "{second}"
# instrument = "export_control"   # or export_tax, export_ban, trade_cost, quota
# size = 1.0
# sectors = ["C24B"]
# lifted_in = "cut"               # where the other side asks for its end there
# start = 2026-01-01
# known_on = 2026-01-01
# source = "placeholder"

# Acts that a side takes only once the other has exempted something: call, concede.
# [waits_for_exemptions]
# {second} = ["concede"]

# Steps of the talks: {stages}.
[[stages]]
name = "cut"
kind = "cut"

# What a side asks for: points of both sides, each a number or the name of a parameter of this file,
# or "ideal" (what is best for it by the economy).
[stages.demands.{first}]
rates = {{ {first} = 0.10, {second} = 0.0 }}
known_on = 2026-02-01
source = "placeholder"

[stages.demands.{second}]
rates = "ideal"
known_on = 2026-02-01
source = "assumption"

[[deadlines]]
name = "rates of the threat"
date = 2026-06-30
follows = "rates imposed"    # or truce lapses, talks end
rates = {{ {first} = 0.30, {second} = 0.0 }}
known_on = 2026-02-01
source = "placeholder"

# An end that neither side decides, with its hazard a year and the points that it leaves; stages =
# ["cut"] says when it may come, goes_to = "cut" which stage is open then.
[[endings]]
name = "a court voids the duties"
kind = "court"               # or election, legal limit, own
hazard = 0.2
low = 0.0
high = 1.0
rates = {{ {first} = 0.0, {second} = 0.0 }}
known_on = 2026-01-01
source = "assumption"

[[events]]
date = 2026-02-01
actor = "{first}"              # a side, or BOTH
kind = "threat"
event = "placeholder"
likelihood_ratio = [0.5, 2.0]   # tough side against normal side, lowest and highest
known_on = 2026-02-01
source = "placeholder"

# With opens = "cut" that stage is open from the day on which the moment became known, and rates =
# {{ {first} = 0.1, {second} = 0.0 }} are the points agreed on then.
[[moments]]
name = "terms agreed"
date = 2026-02-01
happened = false
known_on = 2026-02-01
source = "placeholder"

# Parameters that differ from the embedded ones (negotiation data show parameters); where sides
# differ, one table a side.
[parameters.discount_rate.{second}]
value = 0.05
low = 0.02
high = 0.3
known_on = 2026-01-01
source = "assumption"
"""


def standoff_template(
    first: str,
    second: str,
    *,
    file: str,
    economy: str = "world-2022",
    gdp: Mapping[str, float] | None = None,
    tariffs: str | None = None,
) -> str:
    """Return the text of a new standoff's file.

    Parameters
    ----------
    first, second
        Two regions of the economy.
    file
        Name of the file, for its comments.
    economy
        Name of an embedded economy; with ``gdp``, name of a csv file of trade in billion USD that
        stands beside the new file.
    gdp
        Billion USD by region of the csv file; None for an embedded economy.
    tariffs
        Name of a csv file of baseline tariffs in percent, beside that of trade; None: no tariffs.

    Raises
    ------
    InvalidInputError
        If the sides are the same or no regions of the economy.

    Examples
    --------
    >>> standoff_template("KOR", "JPN", file="own.toml").splitlines()[6]
    'sides = ["KOR", "JPN"]'
    """
    regions = tuple(gdp) if gdp else load_economy(economy).regions
    unknown = [side for side in (first, second) if side not in regions]
    if unknown or first == second:
        raise InvalidInputError(
            "two different regions of the economy",
            where="sides",
            seen=f"{first}, {second}",
            allowed=", ".join(regions),
        )
    named = f'"{economy}"'
    if gdp:
        incomes = ", ".join(f"{region} = {float(value)!r}" for region, value in gdp.items())
        taxed = f'tariffs = "{tariffs}", tariffs_unit = "percent", ' if tariffs else ""
        named = f'{{ flows = {named}, unit = "billion USD", {taxed}gdp = {{ {incomes} }} }}'
    return _TEXT.format(
        first=first,
        second=second,
        file=file,
        economy=named,
        economies=", ".join(economy_names()),
        stages=", ".join(STAGE_KINDS),
    )
