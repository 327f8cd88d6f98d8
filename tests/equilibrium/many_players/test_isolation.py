"""Isolation of all equilibria against algebra and Newton's method from many starts."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from negotiation import (
    ConvergenceError,
    InvalidInputError,
    NormalFormGame,
    nash_equilibria,
    one_equilibrium,
)
from negotiation.equilibrium.certificate import exact_regret, regret
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from tests.equilibrium.many_players.elimination import equilibria_by_elimination

# McKelvey and McLennan (1997): nine equilibria, two of them totally mixed; cells in the order
# in which the first player's action moves fastest.
NINE = [(9, 8, 12), (0, 0, 0), (0, 0, 0), (9, 8, 2), (0, 0, 0), (3, 4, 6), (3, 4, 6), (0, 0, 0)]
ONE_ONLY = [
    [[[20, 614], [256, 669]], [[501, 395], [211, 352]]],
    [[[645, 43], [491, 858]], [[756, 803], [575, 459]]],
    [[[477, 285], [846, 21]], [[282, 429], [712, 339]]],
]


def nine():
    out = np.zeros((3, 2, 2, 2))
    for k, cell in enumerate(NINE):
        out[:, k % 2, k // 2 % 2, k // 4] = cell
    return out


def gains(u):
    """For each player: coefficients [c, y of the next, y of the one after, product]."""
    out = []
    for i in range(3):
        own = np.moveaxis(u[i], i, 0)
        gap = (own[0] - own[1]).astype(object)
        # y is the weight of the first action; the others keep their order.
        out.append(
            (gap[1, 1], gap[0, 1] - gap[1, 1], gap[1, 0] - gap[1, 1],
             gap[0, 0] - gap[0, 1] - gap[1, 0] + gap[1, 1])
        )  # fmt: skip
    return out


def by_algebra(u):
    """All equilibria of a generic 2x2x2 game as (y1, y2, y3), by a quadratic and closed forms."""
    a, b, c = gains(u)

    def gain(i, y):
        k = (a, b, c)[i]
        p, q = [y[j] for j in range(3) if j != i]
        return k[0] + k[1] * p + k[2] * q + k[3] * p * q

    candidates = [tuple(map(float, y)) for y in itertools.product((0, 1), repeat=3)]
    for still in range(3):
        i, j = [k for k in range(3) if k != still]
        for w in (0.0, 1.0):
            # i is made indifferent by j and the reverse.
            def weight(player, opponent, still=still, w=w):
                at = []
                for v in (0.0, 1.0):
                    y = [0.0, 0.0, 0.0]
                    y[still], y[opponent] = w, v
                    at.append(gain(player, y))
                return at[0] / (at[0] - at[1])

            y = [0.0, 0.0, 0.0]
            y[still], y[j], y[i] = w, weight(i, j), weight(j, i)
            candidates.append(tuple(y))
    # y2 = -(a0 + a2 y3) / (a1 + a3 y3), y1 = -(b0 + b2 y3) / (b1 + b3 y3), both into the third.
    top2, low2 = np.poly1d([-a[2], -a[0]]), np.poly1d([a[3], a[1]])
    top1, low1 = np.poly1d([-b[2], -b[0]]), np.poly1d([b[3], b[1]])
    last = low1 * low2 * c[0] + top1 * low2 * c[1] + low1 * top2 * c[2] + top1 * top2 * c[3]
    for root in last.roots:
        if abs(root.imag) < 1e-9:
            y3 = root.real
            candidates.append((top1(y3) / low1(y3), top2(y3) / low2(y3), y3))
    out = []
    for y in candidates:
        good = all(-1e-12 <= v <= 1 + 1e-12 for v in y)
        for i in range(3):
            g = gain(i, y)
            scale = np.abs(u[i]).max()
            good &= (y[i] > 1e-12 or g <= 1e-9 * scale) and (y[i] < 1 - 1e-12 or g >= -1e-9 * scale)
        if good:
            out.append(y)
    return np.array(out).reshape(-1, 3)


def check_two_by_two_by_two(games):
    for u in games:
        found = nash_equilibria(NormalFormGame(u))
        ours = np.array([[p[0] for p in e.probabilities] for e in found.equilibria])
        true = by_algebra(u)
        assert found.complete
        assert len(ours) == len(true)
        assert len(ours) % 2 == 1
        assert sum(e.index for e in found.equilibria) == 1
        distance = np.abs(ours[:, None] - true[None]).max(axis=-1)
        assert distance.min(axis=0).max() < 1e-7
        assert distance.min(axis=1).max() < 1e-7
        assert all(e.radius <= 1e-6 and e.regret <= 1e-9 for e in found.equilibria)


def random_games(count, shape, seed):
    rng = np.random.default_rng(seed)
    for k in range(count):
        if k % 2:
            yield rng.random((len(shape), *shape))
        else:
            yield rng.integers(0, 10**6, (len(shape), *shape)).astype(float)


@pytest.mark.kernel
def test_nine_equilibria_and_ties_in_either_mode():
    found = isolate_equilibria(nine(), limit=TimeLimit(None))
    assert found.complete
    assert len(found.indices) == 9
    flat = nine()
    flat[0] = 0.0
    assert isolate_equilibria(flat, limit=TimeLimit(None), max_count=3).undecided > 0


def test_two_by_two_by_two_against_algebra():
    check_two_by_two_by_two(random_games(300, (2, 2, 2), 0))


@pytest.mark.slow
def test_many_two_by_two_by_two_against_algebra():
    check_two_by_two_by_two(random_games(5_000, (2, 2, 2), 1))


def check_by_elimination(games):
    for u in games:
        found = nash_equilibria(NormalFormGame(u))
        ours = np.array([np.concatenate(e.probabilities) for e in found.equilibria])
        true = equilibria_by_elimination(u)
        assert found.complete
        assert len(ours) == len(true)
        assert len(ours) % 2 == 1
        distance = np.abs(ours[:, None] - true[None]).max(axis=-1)
        assert distance.min(axis=0).max() < 1e-7
        assert distance.min(axis=1).max() < 1e-7


def test_three_by_three_by_three_against_elimination():
    check_by_elimination(random_games(8, (3, 3, 3), 9))


@pytest.mark.slow
def test_many_three_by_three_by_three_against_elimination():
    check_by_elimination(random_games(1_000, (3, 3, 3), 10))


def newton_from_many_starts(u, masks, rng, starts=60):
    """Equilibria on one support by Newton's method, for all starts at once."""
    n = len(masks)
    sizes = [len(m) for m in masks]
    first = np.cumsum([0, *(k - 1 for k in sizes)])
    y = np.concatenate(
        [rng.dirichlet(np.ones(k), starts)[:, 1:] for k in sizes], axis=1
    )  # fmt: skip
    letters = "abcdef"[:n]

    def spread(y):
        out = []
        for i in range(n):
            inner = y[:, first[i] : first[i + 1]]
            out.append(np.concatenate([1 - inner.sum(axis=1, keepdims=True), inner], axis=1))
        return out

    tables = [u[i][np.ix_(*masks)] for i in range(n)]

    def values(y):
        x = spread(y)
        f, jac = [], []
        for i in range(n):
            others = [j for j in range(n) if j != i]
            rule = letters + "," + ",".join("z" + letters[j] for j in others)
            pay = np.einsum(rule + "->z" + letters[i], tables[i], *(x[j] for j in others))
            f.append(pay[:, 1:] - pay[:, :1])
            blocks = []
            for j in range(n):
                if j == i:
                    blocks.append(np.zeros((len(y), sizes[i] - 1, sizes[i] - 1)))
                    continue
                rest = [k for k in others if k != j]
                rule = letters + "," + ",".join("z" + letters[k] for k in rest)
                cross = np.einsum(
                    rule + "->z" + letters[i] + letters[j], tables[i], *(x[k] for k in rest)
                )
                d = cross[:, :, 1:] - cross[:, :, :1]
                blocks.append(d[:, 1:] - d[:, :1])
            jac.append(np.concatenate(blocks, axis=2))
        return np.concatenate(f, axis=1), np.concatenate(jac, axis=1)

    with np.errstate(all="ignore"):
        for _ in range(40):
            f, jac = values(y)
            jac = jac + 1e-300 * np.eye(jac.shape[1])
            good = np.isfinite(jac).all(axis=(1, 2)) & (np.abs(np.linalg.det(jac)) > 1e-200)
            y, f, jac = y[good], f[good], jac[good]
            if not len(y):
                return []
            y = y - np.linalg.solve(jac, f[..., None])[..., 0]
            y = y[np.abs(y).max(axis=1) < 1e3]
        f, _ = values(y)
    out = []
    for row, x in zip(f, zip(*spread(y), strict=True), strict=True):
        if np.abs(row).max() < 1e-10 and all(w.min() > 1e-9 for w in x):
            profile = [np.zeros(s) for s in u.shape[1:]]
            for p, m, w in zip(profile, masks, x, strict=True):
                p[list(m)] = w
            out.append(profile)
    return out


def check_against_newton(games):
    rng = np.random.default_rng(7)
    for u in games:
        game = NormalFormGame(u)
        found = nash_equilibria(game)
        assert found.complete
        assert len(found.equilibria) % 2 == 1
        ours = np.array([np.concatenate(e.probabilities) for e in found.equilibria])
        supports = [
            [c for k in range(1, s + 1) for c in itertools.combinations(range(s), k)]
            for s in game.shape
        ]
        for masks in itertools.product(*supports):
            sizes = [len(m) - 1 for m in masks]
            if any(2 * k > sum(sizes) for k in sizes) or sum(sizes) == 0:
                continue
            for profile in newton_from_many_starts(u, masks, rng):
                if regret(game, profile) <= 1e-9:
                    assert np.abs(ours - np.concatenate(profile)).max(axis=1).min() < 1e-6


def test_three_by_three_by_three_loses_nothing_that_newton_finds():
    check_against_newton(np.random.default_rng(2).random((3, 3, 3, 3, 3)))


@pytest.mark.slow
def test_many_three_by_three_by_three_are_odd_and_lose_nothing():
    check_against_newton(np.random.default_rng(3).random((100, 3, 3, 3, 3)))
    for u in random_games(5_000, (3, 3, 3), 4):
        found = isolate_equilibria(u, limit=TimeLimit(None))
        assert found.complete
        assert len(found.indices) % 2 == 1


def test_one_equilibrium_of_the_example():
    found = nash_equilibria(NormalFormGame(ONE_ONLY))
    assert found.complete
    assert len(found.equilibria) == 1
    first = [p[0] for p in found.equilibria[0].probabilities]
    assert first == pytest.approx([0.3682747, 0.96055149, 0.32624904], abs=1e-8)


def relabelled(u, rng):
    """The same game: payoffs rescaled, actions and players in another order."""
    n = len(u)
    out = u * rng.uniform(0.01, 100, n).reshape(-1, *[1] * n)
    out = out + rng.uniform(-9, 9, n).reshape(-1, *[1] * n)
    for axis in range(1, n + 1):
        out = np.take(out, rng.permutation(out.shape[axis]), axis=axis)
    order = rng.permutation(n)
    return np.transpose(out[order], (0, *(1 + order)))


@pytest.mark.parametrize("count", [40, pytest.param(1_000, marks=pytest.mark.slow)])
def test_nine_of_nine_whatever_the_scale_and_the_labels(count):
    rng = np.random.default_rng(5)
    assert len(nash_equilibria(NormalFormGame(nine())).equilibria) == 9
    for _ in range(count):
        found = nash_equilibria(NormalFormGame(relabelled(nine(), rng)))
        assert len(found.equilibria) == 9
        assert found.complete
        assert sum(e.index for e in found.equilibria) == 1
        assert sum(all(min(p) > 0 for p in e.probabilities) for e in found.equilibria) == 2


@pytest.mark.parametrize(
    ("shape", "count"), [((2, 2, 2, 2), 40), ((3, 3, 2), 40), ((2,) * 5, 6), ((4, 3, 3), 5)]
)
def test_random_games_of_several_shapes(shape, count):
    for u in random_games(count, shape, 6):
        found = nash_equilibria(NormalFormGame(u))
        assert found.complete
        assert len(found.equilibria) % 2 == 1
        assert found.max_regret <= 1e-9


def test_a_game_that_is_not_generic_says_so():
    same = NormalFormGame(np.zeros((3, 2, 2, 2)))
    found = nash_equilibria(same)
    assert not found.complete
    assert len(found.equilibria) >= 8
    assert "ties" in found.notes[0]
    weak = nine()
    weak[0, 1, 0, 0] = weak[0, 0, 0, 0]
    found = nash_equilibria(NormalFormGame(weak))
    assert not found.complete
    assert any(e.index is None for e in found.equilibria)


def test_dominance_leaves_two_players_who_are_solved_exactly():
    rng = np.random.default_rng(8)
    u = np.zeros((3, 3, 3, 2))
    u[:2] = rng.integers(0, 3, (2, 3, 3, 1))
    u[2, ..., 0] = 1
    found = nash_equilibria(NormalFormGame(u))
    pair = nash_equilibria(NormalFormGame(u[:2, :, :, 0]))
    assert found.complete
    assert {e.exact for e in found.equilibria} == {
        (*e.exact, (Fraction(1), Fraction(0))) for e in pair.equilibria
    }
    assert all(e.exact_regret == 0 for e in found.equilibria)
    assert [c.index for c in found.components] == [c.index for c in pair.components]


def test_pure_equilibria_are_exact_and_fractions_count():
    tenth = np.array([Fraction(int(v), 10) for v in nine().ravel()]).reshape(3, 2, 2, 2)
    found = nash_equilibria(NormalFormGame(tenth))
    assert found.complete
    pure = [e for e in found.equilibria if e.is_pure]
    assert len(pure) == 4
    assert all(exact_regret(found.game, e.exact) == 0 and e.radius == 0.0 for e in pure)
    assert all(e.exact is None for e in found.equilibria if not e.is_pure)


def test_extreme_scales():
    for scale in (1e-300, 1e300, 1.5e308):
        found = nash_equilibria(NormalFormGame(nine() / 12 * scale))
        assert len(found.equilibria) == 9


def test_limits_give_a_partial_result():
    u = np.random.default_rng(9).random((4, 5, 5, 5, 5))
    game = NormalFormGame(u)
    found = nash_equilibria(game, max_seconds=0.0)
    assert not found.complete
    assert not found.converged
    assert "max_seconds" in found.notes[0]
    two = nash_equilibria(NormalFormGame(nine()), max_count=2)
    assert len(two.equilibria) == 2
    assert not two.complete
    with pytest.raises(InvalidInputError, match="too large"):
        nash_equilibria(NormalFormGame(np.random.default_rng(0).random((3, 12, 12, 12))))


@pytest.mark.parametrize("shape", [(3, 3, 3), (2,) * 6, (10, 10, 10), (5, 5, 5, 5), (4,) * 5])
def test_one_equilibrium_of_random_games_is_certified(shape):
    for u in random_games(2, shape, 10):
        found = one_equilibrium(NormalFormGame(u))
        assert found.converged
        assert found.max_regret <= 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(21, 21, 21), (10,) * 4, (6,) * 5, (4,) * 6, (100, 10, 10)])
def test_one_equilibrium_up_to_ten_thousand_cells(shape):
    for u in random_games(10, shape, 11):
        assert one_equilibrium(NormalFormGame(u)).max_regret <= 1e-9


def test_one_equilibrium_fails_loudly():
    u = np.random.default_rng(1).random((3, 8, 8, 8))
    with pytest.raises(ConvergenceError) as caught:
        one_equilibrium(NormalFormGame(u), tolerance=0.0)
    assert not caught.value.partial.converged
