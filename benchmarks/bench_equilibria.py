"""Equilibria against Nashpy, QuantEcon, Gambit and lrsnash: the same games, one core.

Construction and validation of objects count on both sides. Batches hold 100,000 games; peers,
which solve one game at a time, are timed on the first of the same games.
"""

import shutil
import warnings
from collections.abc import Callable

import nashpy
import numpy as np
import pygambit
import quantecon.game_theory as qe

from benchmarks.report import Line, least_seconds
from negotiation.equilibrium.interop import to_pygambit
from negotiation.equilibrium.normal_form.batch import nash_equilibria_batch
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.equilibrium.normal_form.other_solvers import lrsnash
from negotiation.equilibrium.quantal.quantal_response import quantal_response
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.strategies import to_normal_form
from negotiation.games.tree import decision, terminal

BATCH = 100_000
KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "generic": lambda rng, shape: rng.integers(0, 1000, shape).astype(float),
    "generic floats": lambda rng, shape: rng.random(shape),
    "tied": lambda rng, shape: rng.integers(0, 3, shape).astype(float),
}
# Targets by size: nashpy's support enumeration, QuantEcon's fastest.
TARGETS = {2: (3000.0, 80.0), 3: (500.0, 5.0), 4: (None, 4.0), 5: (None, None), 6: (None, None)}


def by_nashpy(A: np.ndarray, B: np.ndarray) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sum(
            len(list(nashpy.Game(a, b).support_enumeration())) for a, b in zip(A, B, strict=True)
        )


def quantecon_game(a: np.ndarray, b: np.ndarray) -> qe.NormalFormGame:
    return qe.NormalFormGame((qe.Player(a), qe.Player(np.ascontiguousarray(b.T))))


def by_quantecon(solver: Callable, A: np.ndarray, B: np.ndarray) -> int:
    return sum(len(solver(quantecon_game(a, b))) for a, b in zip(A, B, strict=True))


def batch_lines(kind: str, size: int) -> list[Line]:
    rng = np.random.default_rng(size)
    # No target beyond 4x4: a tenth of the games will do.
    batch = BATCH if size <= 4 else BATCH // 10
    A, B = (KINDS[kind](rng, (batch, size, size)) for _ in range(2))
    ours = nash_equilibria_batch(A, B, threads=1)
    seconds = least_seconds(lambda: nash_equilibria_batch(A, B, threads=1)) / batch
    task = f"{size}x{size} {kind}, batch of {batch:,}"
    nashpy_target, quantecon_target = TARGETS[size]

    def against(peer: str, solve: Callable, games: int, target: float | None, repeats: int) -> Line:
        a, b = A[:games], B[:games]
        found = solve(a, b)
        theirs = least_seconds(lambda: solve(a, b), repeats) / games
        known = int(ours.counts[:games].sum())
        return Line(
            task,
            seconds,
            peer,
            theirs,
            theirs / seconds,
            "at least",
            target,
            f"regret {ours.max_regret:.0e}; on {games} games ours {known}, peer {found} equilibria",
        )

    lines = []
    if size <= 3:
        games = 400 if size == 2 else 150
        lines.append(against("nashpy support enumeration", by_nashpy, games, nashpy_target, 3))
    solvers = {
        "quantecon support enumeration": qe.support_enumeration,
        "quantecon vertex enumeration": qe.vertex_enumeration,
    }
    games = 3000 if size < 5 else 500
    candidates = [
        against(name, lambda a, b, s=solver: by_quantecon(s, a, b), games, quantecon_target, 7)
        for name, solver in solvers.items()
    ]
    # The target is against the faster of the two.
    lines.append(min(candidates, key=lambda line: line.peer_seconds))
    return lines


def nothing_lost() -> list[Line]:
    """The batch against whole numbers of any size in plain Python, game by game."""
    lines = []
    for kind, draw in KINDS.items():
        rng = np.random.default_rng(99)
        A, B = (draw(rng, (300, 4, 4)) for _ in range(2))
        counts = nash_equilibria_batch(A, B, threads=1).counts
        games = [NormalFormGame.from_bimatrix(a, b) for a, b in zip(A, B, strict=True)]
        exact = [len(nash_equilibria(g, "vertex_enumeration").equilibria) for g in games]
        seconds = least_seconds(lambda a=A, b=B: nash_equilibria_batch(a, b, threads=1)) / 300
        lost = int(np.abs(counts - np.array(exact)).sum())
        lines.append(
            Line(
                f"4x4 {kind}: equilibria lost or added in 300 games",
                seconds,
                "exact enumeration",
                None,
                float(lost),
                "at most",
                0.0,
                f"{sum(exact)} equilibria",
            )
        )
    return lines


def twelve() -> list[Line]:
    """All equilibria of 12x12 games: exactly, and with floats whose labels are proven."""
    rng = np.random.default_rng(12)
    lines = []
    games = []
    for k in range(6):
        A, B = (KINDS["generic" if k % 2 else "generic floats"](rng, (12, 12)) for _ in range(2))
        # Gambit's cousins read 63-bit fractions: floats in [1, 2) fit.
        games.append((A, B) if k % 2 else (1 + A, 1 + B))

    def solve(method: str) -> list:
        return [nash_equilibria(NormalFormGame.from_bimatrix(a, b), method) for a, b in games]

    exact, floating = solve("auto"), solve("floating_point")
    assert all(r.complete for r in (*exact, *floating))
    number = sum(len(r.equilibria) for r in exact)
    if shutil.which("lrsnash"):
        ours = least_seconds(lambda: solve("auto")) / len(games)
        theirs = least_seconds(
            lambda: [lrsnash(NormalFormGame.from_bimatrix(a, b)) for a, b in games], 3
        ) / len(games)
        found = sum(len(lrsnash(NormalFormGame.from_bimatrix(a, b)).profiles) for a, b in games)
        lines.append(
            Line(
                "12x12, all equilibria, exact",
                ours,
                "lrsnash",
                theirs,
                theirs / ours,
                "at least",
                1.0,
                f"ours {number}, peer {found} equilibria",
            )
        )
    ours = least_seconds(lambda: solve("floating_point")) / len(games)
    theirs = least_seconds(
        lambda: [qe.vertex_enumeration(quantecon_game(a, b)) for a, b in games]
    ) / len(games)
    found = sum(len(qe.vertex_enumeration(quantecon_game(a, b))) for a, b in games)
    lines.append(
        Line(
            "12x12, all equilibria, certified floating point",
            ours,
            "quantecon vertex enumeration",
            theirs,
            theirs / ours,
            "at least",
            2.0,
            f"regret {max(r.max_regret for r in floating):.0e}; "
            f"ours {sum(len(r.equilibria) for r in floating)}, peer {found} equilibria",
        )
    )
    return lines


def large(size: int) -> Line:
    rng = np.random.default_rng(size)
    games = [rng.normal(size=(2, size, size)) for _ in range(9)]
    results = [one_equilibrium(NormalFormGame.from_bimatrix(*g)) for g in games]
    ours = least_seconds(
        lambda: [one_equilibrium(NormalFormGame.from_bimatrix(*g)) for g in games]
    ) / len(games)
    theirs = least_seconds(
        lambda: [qe.lemke_howson(quantecon_game(*g), capping=10) for g in games]
    ) / len(games)
    return Line(
        f"{size}x{size}, one equilibrium",
        ours,
        "quantecon Lemke-Howson, capping 10",
        theirs,
        ours / theirs,
        "at most",
        1.2,
        f"regret {max(r.max_regret for r in results):.0e}",
    )


def threads() -> Line:
    rng = np.random.default_rng(2)
    A, B = (KINDS["generic"](rng, (1_000_000, 3, 3)) for _ in range(2))
    one, two = (nash_equilibria_batch(A, B, threads=k) for k in (1, 2))
    same = one.strategies.tobytes() == two.strategies.tobytes()
    alone = least_seconds(lambda: nash_equilibria_batch(A, B, threads=1), 5)
    together = least_seconds(lambda: nash_equilibria_batch(A, B, threads=2), 5)
    return Line(
        "a million 3x3 games, two threads",
        together,
        "one thread",
        alone,
        alone / together,
        "at least",
        1.7,
        "the same bytes" if same else "DIFFERENT RESULTS",
    )


def signal_tree(rng: np.random.Generator, signals: int, values: int) -> NormalFormGame:
    """One side sends a signal, the other answers each: 2 ** signals plans with many ties."""
    moves = {
        f"m{k}": decision(
            1, f"after {k}", {a: terminal(*rng.integers(0, values, 2).tolist()) for a in "xy"}
        )
        for k in range(signals)
    }
    tree = ExtensiveFormGame.from_tree(decision(0, "signal", moves), ["1", "2"])
    return to_normal_form(tree).game


def wide() -> list[Line]:
    """All equilibria of tied games with few rows and many columns."""
    if not shutil.which("lrsnash"):
        return []
    tied = [
        NormalFormGame.from_bimatrix(*np.random.default_rng(k).integers(0, 3, (2, 4, 62)))
        for k in (0, 2, 4)
    ]
    trees = [signal_tree(np.random.default_rng(3), 6, 6)]
    lines = []
    for task, games in (("4x62, ties of 0, 1, 2", tied), ("6x64 from a tree of signals", trees)):
        found = [nash_equilibria(g) for g in games]
        assert all(r.complete for r in found)
        ours = least_seconds(lambda games=games: [nash_equilibria(g) for g in games], 3)
        theirs = least_seconds(lambda games=games: [lrsnash(g) for g in games], 3)
        number = sum(len(r.equilibria) for r in found)
        peer = sum(len(lrsnash(g).profiles) for g in games)
        lines.append(
            Line(
                f"{task}, all equilibria, exact",
                ours / len(games),
                "lrsnash",
                theirs / len(games),
                ours / theirs,
                "at most",
                2.0,
                f"ours {number}, peer {peer} equilibria",
            )
        )
    return lines


def logit(shape: tuple[int, ...]) -> Line:
    """One logit response at a precision of ten payoff ranges a unit."""
    rng = np.random.default_rng(1)
    games = [NormalFormGame(rng.integers(0, 1000, (len(shape), *shape)) / 100) for _ in range(5)]
    ours = least_seconds(lambda: [quantal_response(g, 10.0) for g in games])

    def peer() -> list:
        return [pygambit.qre.logit_solve_lambda(to_pygambit(g), lam=[10.0]) for g in games]

    theirs = least_seconds(peer)
    residual = max(quantal_response(g, 10.0).points[0].residual for g in games)
    return Line(
        f"{'x'.join(map(str, shape))}, logit response",
        ours / len(games),
        "pygambit",
        theirs / len(games),
        ours / theirs,
        "at most",
        3.0,
        f"residual {residual:.0e}",
    )


def run() -> list[Line]:
    lines: list[Line] = []

    def add(*new: Line) -> None:
        for line in new:
            print(line.describe(), flush=True)
        lines.extend(new)

    for kind in KINDS:
        for size in TARGETS:
            add(*batch_lines(kind, size))
    add(*nothing_lost())
    add(*twelve())
    add(*wide())
    for shape in ((3, 3), (10, 10), (2, 2, 2), (3, 3, 3)):
        add(logit(shape))
    add(large(200), large(500))
    add(threads())
    return lines
