"""A trade model in levels with every instrument, solved by least squares: an oracle.

It shares nothing with the package: technologies, tastes and endowments are drawn, prices and
quantities are levels, and both the world before and the world after are solved from them.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import root


@dataclass(frozen=True)
class Levels:
    """Primitives of a world; arrays ``[sector, exporter, importer]`` or as said.

    ``appeal``: technology and taste; ``endowment [region]``: labour at a real wage of 1;
    ``taste [sector, region]``: final expenditure shares; ``labor [sector, region]`` and
    ``inputs [region, input, using]``: cost shares; ``given [region]``: transfers, as shares of
    world GDP or in units of the mean wage.
    """

    appeal: np.ndarray
    endowment: np.ndarray
    taste: np.ndarray
    labor: np.ndarray
    inputs: np.ndarray
    theta: np.ndarray
    given: np.ndarray
    tariff: np.ndarray
    export_tax: np.ndarray
    iceberg: np.ndarray
    profit: np.ndarray
    exponent: np.ndarray
    abroad: np.ndarray
    kappa: float = 0.0
    relief: bool = True
    in_wages: bool = False
    wage_weight: np.ndarray | None = None

    def at(self, x):
        """Everything that log wages, prices, spending and labour imply, with the residuals."""
        sectors, count = self.taste.shape
        parts = np.split(np.exp(x), [count, count + sectors * count, count + 2 * sectors * count])
        wage, price, spent, work = parts
        price, spent = price.reshape(sectors, count), spent.reshape(sectors, count)
        cost = np.empty((sectors, count))
        for s in range(sectors):
            for i in range(count):
                cost[s, i] = wage[i] ** self.labor[s, i] * np.prod(
                    price[:, i] ** self.inputs[i, :, s]
                )
        wedge = (1 + self.tariff) * (1 + self.export_tax)
        delivered = cost[:, :, None] * self.iceberg * wedge**self.exponent
        pull = self.appeal * delivered ** -self.theta[:, None, None]
        total = pull.sum(axis=1)
        paid = pull / total[:, None, :] * spent[:, None, :]
        border = paid / (1 + self.tariff)
        sales = border / (1 + self.export_tax)
        kept = (sales * (1 - self.abroad)).sum(axis=2)
        profits = (self.profit[:, None] * kept).sum(axis=0)
        costs = (1 - self.profit)[:, None] * kept
        bill = (self.labor * costs).sum(axis=0) + (sales * self.abroad).sum(axis=(0, 1))
        revenue = (paid - border).sum(axis=(0, 1)) + (border - sales).sum(axis=(0, 2))
        world = (wage * work).sum() + profits.sum()
        unit = wage @ self.wage_weight if self.in_wages else world
        income = wage * work + profits + revenue + self.given * unit
        index = np.prod(price**self.taste, axis=0)
        needed = self.taste * income + np.einsum("iks,si->ki", self.inputs, costs)
        implied = (spent / wage) ** (1 - self.exponent) * total ** (-1 / self.theta[:, None])
        bonus = 1 - revenue / (wage * work) if self.relief else 1.0
        supplied = self.endowment * (wage / index / bonus) ** self.kappa
        market = bill / (wage * work) - 1
        market[0] = np.log(wage[0])
        residual = np.concatenate(
            [
                market,
                (implied / price - 1).ravel(),
                (needed / spent - 1).ravel(),
                supplied / work - 1,
            ]
        )
        return residual, {
            "wage": wage, "price": price, "index": index, "work": work, "sales": sales,
            "income": income, "cost": cost, "spent": spent, "revenue": revenue, "bill": bill,
            "profits": profits, "quantity": sales / cost[:, :, None] / self.iceberg,
        }  # fmt: skip

    def solve(self, start=None):
        """The world, and the logs at which it was found."""
        sectors, count = self.taste.shape
        if start is None:
            start = np.zeros(2 * count + 2 * sectors * count)
            start[-count:] = np.log(self.endowment)
        found = root(lambda x: self.at(x)[0], start, method="hybr", tol=1e-14)
        residual, world = self.at(found.x)
        for _ in range(4):
            slope = _slopes(lambda x: self.at(x)[0], found.x)
            found.x = found.x - np.linalg.solve(slope, residual)
            residual, world = self.at(found.x)
        assert np.abs(residual).max() < 1e-11, np.abs(residual).max()
        return world, found.x

    def changed(self, **changes):
        return replace(self, **changes)


def _slopes(function, x, step=1e-6):
    columns = []
    for k in range(len(x)):
        move = np.zeros(len(x))
        move[k] = step
        columns.append((function(x + move) - function(x - move)) / (2 * step))
    return np.stack(columns, axis=1)


def random_levels(
    seed,
    regions=3,
    sectors=2,
    *,
    inputs=True,
    kappa=0.0,
    relief=True,
    transfers=0.02,
    in_wages=False,
    profit=0.0,
    exponent=1.0,
    abroad=0.0,
):
    """A world at random; transfers add to 0."""
    rng = np.random.default_rng(seed)
    shape = (sectors, regions, regions)
    appeal = rng.uniform(0.1, 1.0, shape)
    index = np.arange(regions)
    appeal[:, index, index] *= 6.0
    tariff = rng.uniform(0.0, 0.3, shape)
    tariff[:, index, index] = 0.0
    taste = rng.uniform(0.3, 1.0, (sectors, regions))
    labor = rng.uniform(0.4, 0.8, (sectors, regions)) if inputs else np.ones((sectors, regions))
    basket = rng.uniform(0.2, 1.0, (regions, sectors, sectors))
    basket /= basket.sum(axis=1, keepdims=True)
    given = transfers * rng.uniform(-1.0, 1.0, regions)
    exponents = np.full(regions, 1.0) if exponent == 1.0 else rng.uniform(1.0, exponent, regions)
    endowment = rng.uniform(0.5, 2.0, regions)
    return Levels(
        appeal=appeal,
        endowment=endowment,
        taste=taste / taste.sum(axis=0),
        labor=labor,
        inputs=basket * (1.0 - labor).T[:, None, :],
        theta=rng.uniform(2.0, 6.0, sectors),
        given=given - given.mean(),
        tariff=tariff,
        export_tax=np.zeros(shape),
        iceberg=rng.uniform(1.0, 1.5, shape),
        profit=np.full(sectors, profit),
        exponent=exponents,
        abroad=np.full(regions, abroad),
        kappa=kappa,
        relief=relief,
        in_wages=in_wages,
        wage_weight=endowment / endowment.sum() if in_wages else None,
    )
