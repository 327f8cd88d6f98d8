"""Trade equilibria and tariff problems against named peers, on one core and the same arrays.

``python -m benchmarks.bench_trade`` prints one line a task: our median of 7 runs or of half a
second of them, the peer's time, the ratio with its target, and both residuals. Data are the
published economies where the reference folder is present, made-up ones of the same size
elsewhere; the line says which.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy import optimize

from negotiation.data.published import (
    read_ignatenko2025,
    read_ignatenko2025_tariffs,
    read_ossa2014,
)
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.problem.setting import setting, starting_rates
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.jacobian import jacobian_at
from negotiation.trade.solver.solve import system_of

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
REPEATS = 7
LEAST_SECONDS = 0.5
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Line:
    """One line of the report; ratios are the peer's time over ours unless ``rule`` is a rate.

    ``met`` compares ``value`` with ``target`` in the direction of ``rule``.
    """

    task: str
    data: str
    ours_seconds: float
    peer: str
    peer_seconds: float | None
    value: float
    rule: str
    target: float
    met: bool
    residuals: str


def median_seconds(run: Callable[[], object], repeats: int = REPEATS) -> float:
    times: list[float] = []
    while len(times) < repeats or sum(times) < LEAST_SECONDS:
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return float(np.median(times))


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
    seconds = median_seconds(lambda: counterfactual(economy, schedule, model))
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
        peer_seconds = median_seconds(
            lambda options=options: optimize.root(residual, start, tol=TOLERANCE, **options),
            repeats,
        )
        ratio = peer_seconds / seconds
        lines.append(
            Line(
                "194 countries, one counterfactual, warm",
                data,
                seconds,
                peer,
                peer_seconds,
                ratio,
                "ratio at least",
                target,
                ratio >= target,
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
    seconds = median_seconds(lambda: counterfactuals(economy, rates, model))
    value = count / seconds
    return Line(
        f"{task}, {count} scenarios batched",
        economy.name,
        seconds,
        "",
        None,
        value,
        "a second, at least",
        target,
        value >= target,
        f"ours {worlds.residual.max():.1e}",
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
            median_seconds(lambda economy=economy, war=war: counterfactual(economy, war, model))
        )
    steps = [after / before for before, after in pairwise(seconds)]
    times = ", ".join(
        f"{count}: {1e3 * each:.3g} ms" for count, each in zip(counts, seconds, strict=True)
    )
    return [
        Line(
            "one counterfactual by number of regions, warm",
            f"made up, 1 sector; {times}",
            seconds[-1],
            "our own with 12 regions",
            seconds[0],
            min(steps),
            "least growth from size to size, at least",
            1.0,
            min(steps) >= 1.0,
            f"ours {max(residuals):.1e}",
        )
    ]


def export_tax() -> list[Line]:
    """The optimal uniform export tax of one country, the interval scanned and certified."""
    economy, _, data = countries()
    model = TradeModel.ignatenko2025()

    def ours() -> object:
        return optimal_tariffs(economy, "USA", model=model, instrument="export_tax")

    result = optimal_tariffs(economy, "USA", model=model, instrument="export_tax")
    seconds = median_seconds(ours)
    return [
        Line(
            "194 countries, optimal export tax of one",
            data,
            seconds,
            "",
            None,
            seconds,
            "seconds, at most",
            1.0,
            seconds <= 1.0,
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
    seconds = median_seconds(ours)
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
        ratio = peer_seconds / seconds
        exact = not options
        lines.append(
            Line(
                "7 x 33, one best response, 198 tariffs",
                data,
                seconds,
                peer,
                peer_seconds,
                ratio,
                "ratio at least" if exact else "ratio, for information",
                100.0 if exact else 0.0,
                ratio >= 100.0 or not exact,
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
    single = median_seconds(
        lambda: [
            optimal_tariffs(economy, region, "discriminatory", model=model, check_starts=0)
            for region in economy.regions
        ],
        3,
    ) / len(economy.regions)
    result = nash_tariffs(economy, None, "discriminatory", model=model, check_starts=0)
    seconds = median_seconds(
        lambda: nash_tariffs(economy, None, "discriminatory", model=model, check_starts=0)
    )
    ratio = seconds / single
    return [
        Line(
            "7 x 33, Nash, 1386 tariffs, untested",
            data,
            seconds,
            "our own single best response, mean of 7 regions",
            single,
            ratio,
            "ours over peer, at most",
            15.0,
            ratio <= 15.0,
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
    seconds = median_seconds(lambda: counterfactual(large, war, model))
    counterfactual(small, skirmish, profits)
    reference = median_seconds(lambda: counterfactual(small, skirmish, profits))
    ratio = seconds / reference
    return [
        Line(
            "31 x 40 with inputs, one counterfactual, warm",
            f"made up; the 7 x 33 one {data}",
            seconds,
            "our own 7 x 33 counterfactual",
            reference,
            ratio,
            "ours over peer, at most",
            100.0,
            ratio <= 100.0,
            f"ours {result.residual:.1e}",
        )
    ]


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
            "194 x 1, 10,000 scenarios from a generator, peak memory",
            countries()[2],
            seconds,
            "",
            None,
            gigabytes,
            "GB, at most",
            2.0,
            gigabytes <= 2.0,
            f"ours {residual:.1e}; {before / 1024**2:.2f} GB before",
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
        memory,
    ):
        for line in part():
            lines.append(line)
            print(describe(line), flush=True)
    return lines


def describe(line: Line) -> str:
    peer = f"; peer {line.peer}" if line.peer else ""
    if line.peer_seconds is not None:
        peer += f" {1e3 * line.peer_seconds:.3g} ms"
    verdict = "met" if line.met else "MISSED"
    return (
        f"{line.task} [{line.data}]: ours {1e3 * line.ours_seconds:.3g} ms{peer}; "
        f"{line.value:.3g} ({line.rule} {line.target:g}: {verdict}); {line.residuals}"
    )


def main() -> None:
    if not ONE_THREAD.items() <= os.environ.items():
        # thread pools read their size when NumPy is first imported
        arguments = [sys.executable, "-m", "benchmarks.bench_trade", *sys.argv[1:]]
        os.execve(sys.executable, arguments, os.environ | ONE_THREAD)
    packages = {name: version(name) for name in ("negotiation", "numpy", "scipy")}
    print(f"python {platform.python_version()}, {packages}, one BLAS thread")
    lines = run()
    if "--json" in sys.argv:
        print(json.dumps([asdict(line) for line in lines], indent=1))


if __name__ == "__main__":
    main()
