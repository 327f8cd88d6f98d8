"""Equilibria by other people's solvers, as plain profiles still to be certified.

What is known of them: Nashpy's support enumeration drops equilibria through rounding, its
vertex enumeration and QuantEcon's lose points under ties, Gambit's rational enumeration returns
nothing once payoffs are large. Only lrsnash is trusted to be complete here.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.interop import load_package, to_nashpy, to_pygambit, to_quantecon
from negotiation.errors import InvalidInputError, MissingDependencyError, NegotiationError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray

__all__ = ["PEERS", "PeerAnswer", "lrsnash"]


@dataclass(frozen=True, eq=False)
class PeerAnswer:
    """Profiles from another solver.

    Attributes
    ----------
    profiles
        One tuple of probability vectors a profile.
    exact
        The same as fractions where the solver is exact, otherwise None.
    complete
        Whether the solver is trusted to have found every extreme equilibrium.
    notes
        What it warned about.
    """

    profiles: tuple[tuple[FloatArray, ...], ...]
    exact: tuple[tuple[tuple[Fraction, ...], ...], ...] | None = None
    complete: bool = False
    notes: tuple[str, ...] = ()


def _two_players(game: NormalFormGame, solver: str) -> None:
    if len(game.shape) != 2:
        raise InvalidInputError(
            "this solver is for two players",
            where=f"method={solver!r}",
            seen=f"{len(game.shape)} players",
            hint='With more players use method="pygambit" or method="pure".',
        )


def _vectors(profile: Any) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(x, dtype=np.float64) for x in profile)


def _nashpy(algorithm: str) -> Callable[[NormalFormGame], PeerAnswer]:
    def solve(game: NormalFormGame) -> PeerAnswer:
        _two_players(game, f"nashpy_{algorithm}")
        other = to_nashpy(game)
        found: list[tuple[FloatArray, ...]] = []
        notes: list[str] = []
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            if algorithm == "lemke_howson":
                # Each label may fail on its own: a path can end in a singular tableau.
                for label in range(sum(game.shape)):
                    try:
                        found.append(_vectors(other.lemke_howson(initial_dropped_label=label)))
                    except (ValueError, IndexError, ZeroDivisionError) as error:
                        notes.append(f"label {label}: {error}")
            elif algorithm == "support":
                found.extend(_vectors(p) for p in other.support_enumeration())
            else:
                found.extend(_vectors(p) for p in other.vertex_enumeration())
        notes.extend(sorted({str(w.message).strip() for w in caught}))
        return PeerAnswer(tuple(found), notes=tuple(notes))

    return solve


def _quantecon(game: NormalFormGame) -> PeerAnswer:
    _two_players(game, "quantecon")
    other = to_quantecon(game)
    theory = load_package("quantecon.game_theory", 'method="quantecon"')
    if min(game.shape) < 2:
        # Its hull needs two dimensions.
        return PeerAnswer(tuple(_vectors(p) for p in theory.support_enumeration(other)))
    return PeerAnswer(tuple(_vectors(p) for p in theory.vertex_enumeration(other)))


def _pygambit(game: NormalFormGame) -> PeerAnswer:
    other = to_pygambit(game)
    nash = load_package("pygambit", 'method="pygambit"').nash
    if len(game.shape) == 2:
        result = nash.enummixed_solve(other, rational=True)
    else:
        result = nash.enumpoly_solve(other, use_strategic=True)
    players = list(other.players)
    profiles, exact = [], []
    for profile in result.equilibria:
        values = [[profile[p][s] for s in other.get_strategies(p)] for p in players]
        profiles.append(_vectors([[float(v) for v in row] for row in values]))
        if len(game.shape) == 2:
            exact.append(
                tuple(
                    tuple(Fraction(int(v.numerator), int(v.denominator)) for v in row)
                    for row in values
                )
            )
    return PeerAnswer(tuple(profiles), tuple(exact) if len(game.shape) == 2 else None)


def _fractions(line: str) -> tuple[Fraction, ...]:
    # "1  p1 p2 ... payoff of the other player"
    return tuple(Fraction(word) for word in line.split()[1:-1])


def _fraction_lines(table: NDArray[Any]) -> str:
    # The program reads numerators and denominators as 64-bit integers and wraps longer ones.
    exact = [[Fraction(value) for value in row] for row in table.tolist()]
    longest = max(max(abs(v.numerator), v.denominator) for row in exact for v in row)
    if longest >= 2**63:
        raise InvalidInputError(
            "payoffs are too long for lrsnash",
            where='method="lrsnash"',
            seen=f"a numerator or denominator of {longest.bit_length()} bits",
            allowed="63 bits",
            hint='Use method="auto", which reads every float.',
        )
    return "\n".join(" ".join(map(str, row)) for row in exact)


@takes
def lrsnash(game: NormalFormGame, *, timeout: float | None = None) -> PeerAnswer:
    """Return all extreme equilibria by the program lrsnash (lrslib), in exact arithmetic.

    Parameters
    ----------
    game
        A two-player game.
    timeout
        Seconds until the program is stopped.

    Raises
    ------
    InvalidInputError
        If a payoff as a fraction is longer than the program reads.
    MissingDependencyError
        If the program is not on the path.
    NegotiationError
        If it fails or takes too long.
    """
    _two_players(game, "lrsnash")
    program = shutil.which("lrsnash")
    if program is None:
        raise MissingDependencyError("lrslib", extra="interop", purpose='method="lrsnash"')
    blocks = [_fraction_lines(table) for table in game.exact_payoffs]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game"
        path.write_text(f"{game.shape[0]} {game.shape[1]}\n\n" + "\n\n".join(blocks) + "\n")
        try:
            done = subprocess.run(
                [program, str(path)], capture_output=True, text=True, check=True, timeout=timeout
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise NegotiationError(f"lrsnash did not finish: {error}") from error
    exact: list[tuple[tuple[Fraction, ...], ...]] = []
    columns: list[tuple[Fraction, ...]] = []
    rows_follow = False
    for line in done.stdout.splitlines():
        if line.startswith("2 "):
            # A block lists column strategies, then the row strategies that go with each.
            if rows_follow:
                columns, rows_follow = [], False
            columns.append(_fractions(line))
        elif line.startswith("1 "):
            rows_follow = True
            exact.extend((_fractions(line), y) for y in columns)
    return PeerAnswer(
        tuple(_vectors([[float(v) for v in x] for x in pair]) for pair in exact),
        tuple(exact),
        complete=True,
    )


PEERS: dict[str, Callable[[NormalFormGame], PeerAnswer]] = {
    "nashpy_support": _nashpy("support"),
    "nashpy_vertex": _nashpy("vertex"),
    "nashpy_lemke_howson": _nashpy("lemke_howson"),
    "pygambit": _pygambit,
    "quantecon": _quantecon,
    "lrsnash": lrsnash,
}
