"""The map of models: who loses more from the same tariffs, setting by setting.

The order of losses is not an input: it depends on trade elasticities and their horizon, on
whether inputs count (real income is a share of GDP then, of gross sales without them), on what
tariff revenue pays for, on scale economies and on the published model that is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.data.schema import REGIONS
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured
from negotiation.study.comparisons.model_settings import ModelSetting
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.tariff_scenarios import baseline_averages
from negotiation.values import FloatArray, decoding

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PLAYERS", "MapRow", "ModelMap", "model_map"]

#: The first two regions of the embedded economy.
PLAYERS = REGIONS[:2]

_STEP = 0.003
_LARGEST_STEP = 0.6
_HIGHEST = 10.0
_START = 0.1
_COARSE = np.array([0.0, 0.03, 0.06, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0, 1.6])
_REGRET = 1e-4


@dataclass(frozen=True)
class MapRow:
    """Changes of real income of both sides, in percent, under one setting.

    Attributes
    ----------
    name, family, horizon, denominator
        As in `ModelSetting`.
    losses
        By point of the map, the changes of (USA, CHN).
    nash_added
        Points that each side adds at the Nash point, fractions.
    nash
        Changes there.
    nash_regret
        Largest gain that either side found by deviating alone, percent.
    converged
        Whether both first-order conditions hold at the Nash point; see the regret as well.
    """

    name: str
    family: str
    horizon: str
    denominator: str
    losses: tuple[tuple[float, float], ...]
    nash_added: tuple[float, float]
    nash: tuple[float, float]
    nash_regret: float
    converged: bool

    def worse_off(self, point: int | None) -> str:
        """Return who is worse off at a point, or at the Nash point for None."""
        first, second = self.nash if point is None else self.losses[point]
        return PLAYERS[0] if first < second else PLAYERS[1]


@dataclass(frozen=True, eq=False)
class ModelMap(Pictured):
    """All settings at all points.

    Attributes
    ----------
    points
        Points added by each of the players, fractions.
    rows
        One a setting.
    elapsed_seconds
        Wall time.
    """

    points: tuple[tuple[float, float], ...]
    rows: tuple[MapRow, ...]
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_model_map"

    @property
    def labels(self) -> tuple[str, ...]:
        """Points as text, in percent, the Nash point last."""
        return (*(f"{100 * a:.0f}/{100 * b:.0f}" for a, b in self.points), "Nash")

    def counts(self, player: str) -> tuple[int, ...]:
        """Return in how many settings a side is worse off, by point, the Nash point last."""
        at = [*range(len(self.points)), None]
        return tuple(sum(row.worse_off(k) == player for row in self.rows) for k in at)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a setting: both sides' changes at every point, and who is worse off."""
        import pandas as pd

        records = []
        for row in self.rows:
            record: dict[str, object] = {
                "setting": row.name,
                "family": row.family,
                "horizon": row.horizon,
                "percent_of": row.denominator,
            }
            values = (*row.losses, row.nash)
            for k, label in enumerate(self.labels):
                for player, value in zip(PLAYERS, values[k], strict=True):
                    record[f"{label} {player}"] = value
                at = k if k < len(self.points) else None
                record[f"{label} worse off"] = row.worse_off(at)
            for player, rate in zip(PLAYERS, row.nash_added, strict=True):
                record[f"Nash added {player}"] = rate
            records.append(record)
        return pd.DataFrame(records).set_index("setting")


class _Bilateral:
    """Changes of real income of both sides at points that each adds on the other's goods."""

    def __init__(self, setting: ModelSetting) -> None:
        economy = setting.economy
        self.setting = setting
        goods = tuple(sector for sector in economy.sectors if sector != "SERV")
        self.sectors = [economy.sector_index(sector) for sector in goods]
        self.columns = [economy.region_index(player) for player in PLAYERS]
        self.base = np.array(baseline_averages(economy, PLAYERS, goods))

    def changes(self, added: FloatArray) -> FloatArray:
        """Percent changes ``[scenario, player]`` at added points ``[scenario, player]``."""
        one, two = self.columns
        rates = np.repeat(self.setting.economy.tariffs.rates[None], len(added), axis=0)
        for player, exporter, importer in ((0, two, one), (1, one, two)):
            rates[:, self.sectors, exporter, importer] += added[:, player, None]
        worlds = counterfactuals(self.setting.economy, rates, self.setting.model)
        welfare: FloatArray = worlds.welfare[:, self.columns]
        return welfare

    def _slopes(self, added: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Each side's own slope, and the slopes' derivatives ``[player, by player]``."""
        offsets = np.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]) * _STEP
        v = self.changes(added + offsets).reshape(3, 3, 2)
        slope = np.array([v[2, 1, 0] - v[0, 1, 0], v[1, 2, 1] - v[1, 0, 1]]) / (2 * _STEP)
        cross = (v[2, 2] - v[2, 0] - v[0, 2] + v[0, 0]) / (4 * _STEP**2)
        bend = np.array(
            [
                [v[2, 1, 0] - 2 * v[1, 1, 0] + v[0, 1, 0], 0.0],
                [0.0, v[1, 2, 1] - 2 * v[1, 1, 1] + v[1, 0, 1]],
            ]
        )
        return slope, bend / _STEP**2 + np.array([[0.0, cross[0]], [cross[1], 0.0]])

    def coarse_nash(self) -> FloatArray:
        """Repeated best replies on a grid of total tariffs."""
        totals = np.full(2, _START)
        for _ in range(4):
            replies = np.empty(2)
            for player in range(2):
                tried = np.repeat(totals[None], len(_COARSE), axis=0)
                tried[:, player] = _COARSE
                replies[player] = _COARSE[self.changes(tried - self.base)[:, player].argmax()]
            if np.array_equal(replies, totals):
                break
            totals = replies
        out: FloatArray = totals - self.base
        return out

    def nash(self, start: FloatArray, tol: float, max_iter: int) -> tuple[FloatArray, bool]:
        """Newton steps on both first-order conditions, within total tariffs of 0 and 1000 %."""
        low, high = -self.base, _HIGHEST - self.base
        point = np.clip(start, low, high)
        for _ in range(max_iter):
            slope, bend = self._slopes(point)
            own = np.minimum(np.diag(bend), -1e-6)
            concave = np.array([[own[0], bend[0, 1]], [bend[1, 0], own[1]]])
            if np.linalg.det(concave) <= 0.0:
                concave = np.diag(own)
            step = np.clip(-np.linalg.solve(concave, slope), -_LARGEST_STEP, _LARGEST_STEP)
            moved = np.clip(point + step, low, high)
            done = bool(np.abs(moved - point).max() < tol)
            point = moved
            if done:
                return point, True
        return point, False

    def regret(self, point: FloatArray, payoffs: FloatArray) -> float:
        """Largest gain of either side over replies from nothing to three times the rate."""
        factors = np.array([0.0, 0.5, 0.9, 1.1, 1.5, 2.0, 3.0])
        moves = []
        for player in range(2):
            for total in factors * max(point[player] + self.base[player], 0.05):
                moved = point.copy()
                moved[player] = total - self.base[player]
                moves.append(moved)
        found = self.changes(np.array(moves)).reshape(2, len(factors), 2)
        gains = [found[k, :, k].max() - payoffs[k] for k in range(2)]
        return float(max(0.0, *gains))


def _row(
    setting: ModelSetting, points: Sequence[tuple[float, float]], tol: float, max_iter: int
) -> MapRow:
    problem = _Bilateral(setting)
    at_points = problem.changes(np.array(points))
    point, converged = problem.nash(_START - problem.base, tol, max_iter)
    payoffs = problem.changes(point[None])[0]
    regret = problem.regret(point, payoffs)
    if not converged or regret > _REGRET:
        point, converged = problem.nash(problem.coarse_nash(), tol, max_iter)
        payoffs = problem.changes(point[None])[0]
        regret = problem.regret(point, payoffs)
    return MapRow(
        name=setting.name,
        family=setting.family,
        horizon=setting.horizon,
        denominator=setting.denominator,
        losses=tuple((float(a), float(b)) for a, b in at_points),
        nash_added=(float(point[0]), float(point[1])),
        nash=(float(payoffs[0]), float(payoffs[1])),
        nash_regret=regret,
        converged=converged,
    )


@takes
def model_map(
    settings: Sequence[ModelSetting],
    *,
    points: Sequence[tuple[float, float]] = ((1.45, 1.25), (0.30, 0.10)),
    tol: float = 1e-5,
    max_iter: int = 20,
) -> ModelMap:
    """Return what tariffs between the United States and China cost each side in every setting.

    Players: both governments, each with one number of points added to its tariffs on all of the
    other's goods; everybody else's tariffs stay. At the Nash point each number is the best reply
    to the other for real income.

    Parameters
    ----------
    settings
        From `model_settings`, or one's own.
    points
        Points added by (USA, CHN), fractions.
    tol
        Largest move of a rate that ends the search for the Nash point.
    max_iter
        Steps of the search.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> from negotiation.study.comparisons.model_settings import model_settings
    >>> settings = [s for s in model_settings(load_economy()) if s.family == "one sector"]
    >>> found = model_map(settings[:1])
    >>> found.rows[0].worse_off(0), found.rows[0].converged
    ('USA', True)
    """
    began = perf_counter()
    if not settings:
        raise InvalidInputError("no setting", where="settings", allowed="1 or more")
    with decoding("points"):
        pairs = tuple((float(a), float(b)) for a, b in points)
    rows = tuple(_row(setting, pairs, tol, max_iter) for setting in settings)
    return ModelMap(points=pairs, rows=rows, elapsed_seconds=perf_counter() - began)
