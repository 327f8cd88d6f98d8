"""Small worlds made at random, and the published ones read from the reference folder."""

import csv
from dataclasses import replace

import numpy as np

from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.model import TradeModel
from tests.reference import reference_path


def random_world(seed=0, regions=3, sectors=1, tariffs=0.2, **changes):
    rng = np.random.default_rng(seed)
    names = tuple(f"R{i}" for i in range(regions))
    goods = tuple(f"S{s}" for s in range(sectors))
    flows = rng.uniform(0.1, 1.0, (sectors, regions, regions))
    rates = rng.uniform(0.0, tariffs, (sectors, regions, regions)) if tariffs else 0.0 * flows
    index = np.arange(regions)
    flows[:, index, index] += 2.0 * regions
    rates[:, index, index] = 0.0
    given = {
        "name": "random",
        "regions": names,
        "sectors": goods,
        "flows": flows,
        "tariffs": TariffSchedule(names, goods, rates),
        "value_added_share": rng.uniform(0.4, 0.7, regions),
        "elasticities": {"drawn": rng.uniform(2.0, 6.0, sectors)},
    }
    return Economy(**{**given, **changes})


def balanced_world(seed=0, regions=3, sectors=1):
    """Free trade between regions that buy from each other what they sell."""
    economy = random_world(seed, regions, sectors, tariffs=0.0)
    return replace(economy, flows=(economy.flows + economy.flows.transpose(0, 2, 1)) / 2.0)


def ignatenko():
    """The 194-country economy and the tariffs of 2 April 2025 on each origin."""
    folder = reference_path("ignatenko2025")

    def column(name):
        return np.genfromtxt(folder / name, skip_header=1)

    with (folder / "country_labels.csv").open(newline="") as file:
        regions = tuple(row["iso3"] for row in csv.DictReader(file))
    flows = np.nan_to_num(np.genfromtxt(folder / "trade_cepii.csv", delimiter=",", skip_header=1))
    np.fill_diagonal(flows, 0.0)
    share = TradeModel.ignatenko2025().by_region("destination_share", regions)
    gdp = column("gdp.csv") / 1e3
    imports = flows.sum(axis=0)
    spent = gdp + (1.0 - share) * (imports - flows @ (1.0 - share))
    np.fill_diagonal(flows, np.maximum(0.0, spent - imports))
    free = TariffSchedule(regions, ("all",), np.zeros((1, len(regions), len(regions))))
    economy = Economy(
        name="ignatenko2025",
        regions=regions,
        sectors=("all",),
        flows=flows[None] / 1e6,
        tariffs=free,
        gdp=gdp / 1e6,
    )
    return economy, np.maximum(0.1, column("tariffs.csv"))


EUROPE = (10, 13, 17, 45, 47, 50, 56, 57, 59, 61, 71, 78, 80, 83, 88)
EUROPE += (107, 108, 109, 119, 133, 144, 145, 149, 164, 165)


def ignatenko_groups(regions):
    europe = [regions[k - 1] for k in EUROPE]
    foreign = [region for region in regions if region != "USA"]
    rest = [region for region in foreign if region not in europe and region != "CHN"]
    return {"non-US (average)": foreign, "EU": europe, "RoW": rest}


def ossa():
    """The 7 x 33 economy of Ossa (2014), with both sets of political weights."""
    from scipy.io import loadmat

    data = loadmat(str(reference_path("ossa2014", "DATA.mat")))
    regions = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
    sectors = tuple(f"I{k:02d}" for k in range(1, 34))
    shape = (33, 7, 7)
    economy = Economy(
        name="ossa2014",
        regions=regions,
        sectors=sectors,
        flows=data["TRADE"].reshape(shape) / 1e3,
        tariffs=TariffSchedule(regions, sectors, data["TARIFF"].reshape(shape)),
        elasticities={"ossa2014": data["SIGMA"].ravel() - 1.0},
    )
    return economy, {"none": data["LAMBDABAS"].astype(float), "lobby": data["LAMBDAPOL"]}


def published(name):
    with reference_path("published", name).open(newline="") as file:
        return list(csv.DictReader(file))


def agrees(value, printed):
    """Whether a number rounds to the printed one, digit for digit."""
    digits = len(printed.partition(".")[2])
    return abs(round(value, digits) - float(printed)) < 1e-9


def numeric_gradient(problem, rates, weights=None, step=1e-5):
    """Central differences of payoffs by log of one plus a rate: of its owner's, or weighted."""
    found = np.empty(len(rates))
    for k, owner in enumerate(problem.instruments.team):
        ends = []
        for sign in (1.0, -1.0):
            moved = rates.copy()
            moved[k] = (1.0 + rates[k]) * np.exp(sign * step) - 1.0
            values = problem.evaluate(moved).values
            ends.append(values[owner] if weights is None else values @ weights)
        found[k] = (ends[0] - ends[1]) / (2 * step)
    return found
