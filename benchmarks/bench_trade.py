"""Trade equilibria and tariff problems against named peers, on one core and the same arrays.

``python -m benchmarks trade`` prints one line a task. Data are the published economies where the
reference folder is present, made-up ones of the same size elsewhere; the line says which.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy import optimize

from benchmarks.report import Line, bounded, least_seconds
from negotiation.data.embedded import load_economy
from negotiation.data.published import (
    read_ignatenko2025,
    read_ignatenko2025_tariffs,
    read_ossa2014,
)
from negotiation.payoffs.sustainable import sustainable_cooperation
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.problem.setting import setting, starting_rates
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.jacobian import jacobian_at
from negotiation.trade.solver.solve import system_of

TOLERANCE = 1e-9


def once(run: Callable[[], object]) -> tuple[float, object]:
    began = perf_counter()
    out = run()
    return perf_counter() - began, out


def made_up(regions: int, sectors: int, seed: int = 0, inputs: bool = False) -> Economy:
    rng = np.random.default_rng(seed)
    names = tuple(f"R{k:03d}" for k in range(regions))
    names = ("USA", "CHN", *names[2:])
    goods = tuple(f"S{k:02d}" for k in range(sectors))
    size = rng.lognormal(0.0, 1.5, regions)
    flows = rng.lognormal(0.0, 1.0, (sectors, regions, regions)) * size[:, None] * size
    flows /= size.sum()
    index = np.arange(regions)
    flows[:, index, index] = 4.0 * flows.sum(axis=1)
    rates = rng.uniform(0.0, 0.2, flows.shape)
    rates[:, index, index] = 0.0
    return Economy(
        name=f"made up, {regions} x {sectors}",
        regions=names,
        sectors=goods,
        flows=flows,
        tariffs=TariffSchedule(names, goods, rates),
        gdp=flows.sum(axis=(0, 2)),
        value_added_share=np.full(regions, 0.5) if inputs else None,
        elasticities={"drawn": rng.uniform(2.0, 8.0, sectors)},
    )


def reference_folder(*parts: str) -> Path | None:
    """Path of other authors' files, or None where it is absent."""
    shared = Path(__file__).resolve().parents[2] / "shared" / "reference"
    path = Path(os.environ.get("NEGOTIATION_REFERENCE") or shared).joinpath(*parts)
    return path if path.exists() else None


def countries() -> tuple[Economy, TariffSchedule, str]:
    folder = reference_folder("ignatenko2025")
    if folder is not None:
        return read_ignatenko2025(folder), read_ignatenko2025_tariffs(folder), "published"
    economy = made_up(194, 1)
    return economy, economy.tariffs.add(importer="USA", rate=0.2), "made up"


def industries() -> tuple[Economy, str]:
    path = reference_folder("ossa2014", "DATA.mat")
    return (made_up(7, 33), "made up") if path is None else (read_ossa2014(path), "published")


def one_counterfactual() -> list[Line]:
    """194 countries, one schedule: ours warm, and SciPy's root on the same residual."""
    economy, schedule, data = countries()
    model = TradeModel.ignatenko2025()
    ours = counterfactual(economy, schedule, model)
    seconds = least_seconds(lambda: counterfactual(economy, schedule, model))
    system = system_of(calibrate(economy, model))
    shares = system.shares(schedule.rates[None])
    start = np.zeros(system.size)

    def residual(state: np.ndarray) -> np.ndarray:
        return system.outcome(state[None], shares).residual[0]

    def jacobian(state: np.ndarray) -> np.ndarray:
        return jacobian_at(system, system.outcome(state[None], shares), shares)

    lines = []
    for peer, options, target, repeats in (
        ("scipy.optimize.root(hybr), its own differences", {}, 300.0, 1),
        ("scipy.optimize.root(hybr), analytic Jacobian", {"jac": jacobian}, 20.0, 3),
    ):
        found = optimize.root(residual, start, tol=TOLERANCE, **options)
        peer_seconds = least_seconds(
            lambda options=options: optimize.root(residual, start, tol=TOLERANCE, **options),
            repeats,
        )
        lines.append(
            Line(
                f"194 countries, one counterfactual, warm [{data}]",
                seconds,
                peer,
                peer_seconds,
                peer_seconds / seconds,
                "at least",
                target,
                f"ours {ours.residual:.1e}, peer {np.abs(found.fun).max():.1e}",
            )
        )
    return lines


def two_tariffs(economy: Economy, count: int) -> np.ndarray:
    """Scenarios that each change two tariffs of the baseline."""
    rng = np.random.default_rng(1)
    rates = np.repeat(economy.tariffs.rates[None], count, axis=0)
    usa, china = economy.region_index("USA"), economy.region_index("CHN")
    rates[:, :, china, usa] += rng.uniform(0.0, 1.5, (count, 1))
    rates[:, :, usa, china] += rng.uniform(0.0, 1.5, (count, 1))
    return rates


def every_tariff(economy: Economy, count: int) -> np.ndarray:
    """Scenarios that each raise every tariff of the baseline by up to 30 points."""
    rng = np.random.default_rng(1)
    rates = economy.tariffs.rates + rng.uniform(0.0, 0.3, (count, *economy.flows.shape))
    index = np.arange(len(economy.regions))
    rates[:, :, index, index] = 0.0
    return rates


def _rate(
    task: str,
    economy: Economy,
    model: TradeModel,
    count: int,
    target: float,
    scenarios: Callable[[Economy, int], np.ndarray] = two_tariffs,
) -> Line:
    """Scenarios from the baseline: a second, validation and results included."""
    rates = scenarios(economy, count)
    worlds = counterfactuals(economy, rates, model)
    seconds = least_seconds(lambda: counterfactuals(economy, rates, model))
    return Line(
        f"{task}, {count} scenarios batched [{economy.name}], a second",
        seconds,
        "",
        None,
        count / seconds,
        "at least",
        target,
        f"residual {worlds.residual.max():.1e}",
    )


def batches() -> list[Line]:
    """Counterfactuals a second at three sizes."""
    world, _, _ = countries()
    industries_economy, _ = industries()
    return [
        _rate("194 x 1, two tariffs", world, TradeModel.ignatenko2025(), 256, 1000.0),
        _rate(
            "194 x 1, every tariff",
            world,
            TradeModel.ignatenko2025(),
            256,
            1000.0,
            every_tariff,
        ),
        _rate(
            "12 x 1, two tariffs",
            made_up(12, 1),
            TradeModel(value_added_share=1.0),
            20_000,
            50_000.0,
        ),
        _rate("7 x 33, two tariffs", industries_economy, TradeModel.ossa2014(), 2_000, 5_000.0),
    ]


def sizes() -> list[Line]:
    """One warm counterfactual of one sector at growing sizes: cost grows with size."""
    model = TradeModel.ignatenko2025()
    seconds, residuals = [], []
    counts = (12, 25, 50, 100, 194)
    for count in counts:
        economy = made_up(count, 1)
        war = economy.tariffs.add(importer="USA", rate=0.2)
        residuals.append(counterfactual(economy, war, model).residual)
        seconds.append(
            least_seconds(lambda economy=economy, war=war: counterfactual(economy, war, model))
        )
    steps = [after / before for before, after in pairwise(seconds)]
    times = ", ".join(
        f"{count}: {1e3 * each:.3g} ms" for count, each in zip(counts, seconds, strict=True)
    )
    return [
        Line(
            "one warm counterfactual [made up, 1 sector], least growth from size to size",
            seconds[-1],
            "our own with 12 regions",
            seconds[0],
            min(steps),
            "at least",
            1.0,
            f"{times}; residual {max(residuals):.1e}",
        )
    ]


def export_tax() -> list[Line]:
    """The optimal uniform export tax of one country, the interval scanned and certified."""
    economy, _, data = countries()
    model = TradeModel.ignatenko2025()

    def ours() -> object:
        return optimal_tariffs(economy, "USA", model=model, instrument="export_tax")

    result = optimal_tariffs(economy, "USA", model=model, instrument="export_tax")
    seconds = least_seconds(ours)
    return [
        bounded(
            f"194 countries, optimal export tax of one [{data}]",
            seconds,
            1.0,
            f"gradient {result.certificate.relative_gradient:.1e}, "
            f"equilibrium {result.certificate.equilibrium_residual:.1e}",
        )
    ]


def best_response() -> list[Line]:
    """One region's 198 tariffs: ours against SLSQP on the same problem, start and bounds."""
    economy, data = industries()
    model = TradeModel.ossa2014()
    region = economy.regions[0]

    def ours() -> object:
        return optimal_tariffs(economy, region, "discriminatory", model=model, check_starts=0)

    result = optimal_tariffs(economy, region, "discriminatory", model=model, check_starts=0)
    seconds = least_seconds(ours)
    place = setting(economy, (region,), "discriminatory", None, model, None, None, (0.0, 10.0))
    problem = place.problem
    start = starting_rates(problem, 1)[0]

    def value(rates: np.ndarray) -> float:
        return -float(problem.evaluate(rates).values[0])

    def gradient(rates: np.ndarray) -> np.ndarray:
        return -problem.evaluate(rates).gradient / (1.0 + rates)

    lines = []
    for peer, options in (
        ("scipy SLSQP, its own differences", {}),
        ("scipy SLSQP, our adjoint gradient", {"jac": gradient}),
    ):
        peer_seconds, found = once(
            lambda options=options: optimize.minimize(
                value,
                start,
                method="SLSQP",
                bounds=[(0.0, 10.0)] * len(start),
                options={"maxiter": 300, "ftol": 1e-10},
                **options,
            )
        )
        lines.append(
            Line(
                f"7 x 33, one best response, 198 tariffs [{data}]",
                seconds,
                peer,
                peer_seconds,
                peer_seconds / seconds,
                "at least",
                None if options else 100.0,
                f"gain ours {float(result.objective.gain_pct):.8f}, "
                f"peer {-found.fun - value_at_base(problem, place):.8f}, "
                f"our gradient {result.certificate.relative_gradient:.1e}",
            )
        )
    return lines


def value_at_base(problem, place) -> float:
    owned = problem.instruments
    return float(problem.evaluate(owned.mean(place.base)).values[0])


def nash() -> list[Line]:
    """All regions' tariffs at once against one region's best response."""
    economy, data = industries()
    model = TradeModel.ossa2014()
    single = least_seconds(
        lambda: [
            optimal_tariffs(economy, region, "discriminatory", model=model, check_starts=0)
            for region in economy.regions
        ],
        3,
    ) / len(economy.regions)
    result = nash_tariffs(economy, None, "discriminatory", model=model, check_starts=0)
    seconds = least_seconds(
        lambda: nash_tariffs(economy, None, "discriminatory", model=model, check_starts=0)
    )
    return [
        Line(
            f"7 x 33, Nash, 1386 tariffs, untested [{data}]",
            seconds,
            "our own single best response, mean of 7 regions",
            single,
            seconds / single,
            "at most",
            15.0,
            f"gradient {result.certificate.relative_gradient:.1e}",
        )
    ]


def input_output() -> list[Line]:
    """A problem of the size of Caliendo and Parro (2015) against the 7 x 33 one."""
    large = made_up(31, 40, inputs=True)
    small, data = industries()
    war, skirmish = (
        economy.tariffs.add(importer=economy.regions[0], rate=0.3) for economy in (large, small)
    )
    profits = TradeModel.ossa2014()
    model = TradeModel.caliendo_parro2015()
    result = counterfactual(large, war, model)
    seconds = least_seconds(lambda: counterfactual(large, war, model))
    counterfactual(small, skirmish, profits)
    reference = least_seconds(lambda: counterfactual(small, skirmish, profits))
    return [
        Line(
            f"31 x 40 with inputs, one counterfactual, warm [made up; the 7 x 33 one {data}]",
            seconds,
            "our own 7 x 33 counterfactual",
            reference,
            seconds / reference,
            "at most",
            100.0,
            f"ours {result.residual:.1e}",
        )
    ]


def cooperation() -> list[Line]:
    """Critical discount factors of every region for all lengths of punishment, once."""
    seconds, found = once(lambda: sustainable_cooperation(load_economy("us-china-2022")))
    note = f"largest gradient {found.war.certificate.relative_gradient:.1e}"
    return [bounded("12 x 28, sustainable cooperation of all regions", seconds, 60.0, note)]


MEMORY = """
import resource
from benchmarks.bench_trade import countries
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.model import TradeModel
economy, _, _ = countries()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tariffs = economy.tariffs
worlds = counterfactuals(
    economy,
    (tariffs.set(importer="USA", exporter="CHN", rate=k / 5000) for k in range(10_000)),
    TradeModel.ignatenko2025(),
)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, worlds.residual.max())
"""


def memory() -> list[Line]:
    """10,000 scenarios at 194 countries in a process of their own; they stream."""
    seconds, done = once(
        lambda: subprocess.run(
            [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
        )
    )
    before, after, residual = (float(word) for word in done.stdout.split())
    gigabytes = after / 1024**2
    return [
        Line(
            f"194 x 1, 10,000 scenarios from a generator [{countries()[2]}], peak memory in GB",
            seconds,
            "",
            None,
            gigabytes,
            "at most",
            2.0,
            f"residual {residual:.1e}; {before / 1024**2:.2f} GB before",
        )
    ]


def run() -> list[Line]:
    """All lines, in order."""
    lines: list[Line] = []
    for part in (
        one_counterfactual,
        batches,
        sizes,
        export_tax,
        best_response,
        nash,
        input_output,
        cooperation,
        memory,
    ):
        for line in part():
            lines.append(line)
            print(line.describe(), flush=True)
    return lines
