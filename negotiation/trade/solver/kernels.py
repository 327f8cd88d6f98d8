"""Compiled kernels: share kernels of tariffs, and equilibria of economies without inputs.

Without inputs or scale economies by sector, the equilibrium is a system in the log unit costs
``u_i`` alone. Given them, with ``a_is = exp(-theta_s u_i)``::

    S_js = sum_i a_is A_ijs,   n_js = sum_i a_is A_ijs/(1+t_ijs),   m_j = sum_s mu_js n_js/S_js
    E_j h_j m_j = w_j L_j Y_j + T_j G                       budget, net of tariff revenue
    log L_j = kappa log(after-tax wage_j / P_j)             one unknown a region
    log w_j = u_j + psi log L_j

and what remains is that each region's labour earns what its sales pay. Where firms keep profits,
spending ``h_j`` stays an unknown beside ``u_j`` and the budget a condition, since profits depend
on the sales to everybody. Chord steps use the inverse Jacobian of that reduced system at the
baseline, with Anderson acceleration.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from negotiation.compilation import njit
from negotiation.values import FloatArray, IntArray

__all__ = ["fill_kernels", "solve_unit_costs"]

_MEMORY = 6
_LARGEST_STEP = 1.0
_RESCALED = 3
_LARGEST_SCALE = 5.0
_PATIENCE = 8
_LOCAL_STEPS = 4
_LOCAL_STEP = 1e-2


@njit(cache=True, nogil=True)
def fill_kernels(
    rates: FloatArray,
    base: FloatArray,
    log_base: FloatArray,
    exponent: FloatArray,
    share: FloatArray,
    net_share: FloatArray,
    kernel: FloatArray,
    net: FloatArray,
) -> None:
    """Write ``share [(1+t)/(1+t0)]^exponent`` and the same over ``1+t``; arrays ``[B, place]``."""
    for b in range(rates.shape[0]):
        for p in range(rates.shape[1]):
            rate = rates[b, p]
            if rate == base[p] or share[p] == 0.0:
                kernel[b, p], net[b, p] = share[p], net_share[p]
                continue
            level = 1.0 + rate
            kernel[b, p] = share[p] * math.exp(exponent[p] * (math.log(level) - log_base[p]))
            net[b, p] = kernel[b, p] / level


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _to_importers(supply: FloatArray, kernel: FloatArray, sums: FloatArray) -> None:
    """``sums_j = sum_i a_i A_ij``, four exporters at a time: sums are loaded and stored less."""
    sums[:] = 0.0
    count = len(supply)
    fours = count - count % 4
    for i in range(0, fours, 4):
        for j in range(count):
            sums[j] += (
                supply[i] * kernel[i, j]
                + supply[i + 1] * kernel[i + 1, j]
                + supply[i + 2] * kernel[i + 2, j]
                + supply[i + 3] * kernel[i + 3, j]
            )
    for i in range(fours, count):
        for j in range(count):
            sums[j] += supply[i] * kernel[i, j]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _add_sales(
    supply: FloatArray,
    kernel: FloatArray,
    demand: FloatArray,
    profit: float,
    to_labor: FloatArray,
    to_firms: FloatArray,
) -> None:
    """Share sales ``a_i sum_j A_ij v_j`` out between labour and firms."""
    count = len(supply)
    for i in range(count):
        total = 0.0
        for j in range(count):
            total += kernel[i, j] * demand[j]
        total *= supply[i]
        to_labor[i] += (1.0 - profit) * total
        to_firms[i] += profit * total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _add_own_slope(
    supply: FloatArray,
    kernel: FloatArray,
    table: FloatArray,
    demand: FloatArray,
    sums: FloatArray,
    weight: float,
    own: FloatArray,
) -> None:
    """Add ``weight a_i sum_j B_ij v_j (1 - a_i A_ij/S_j)``: sales lost to a rise of own costs."""
    count = len(supply)
    for i in range(count):
        total = 0.0
        for j in range(count):
            total += table[i, j] * demand[j] * (1.0 - supply[i] * kernel[i, j] / sums[j])
        own[i] += weight * supply[i] * total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _chord_step(
    inverse: NDArray[np.float32], residual: NDArray[np.float32], step: FloatArray
) -> None:
    """``-inverse @ residual`` in the precision of ``residual``."""
    count = len(step)
    for i in range(count):
        total = residual[0] * np.float32(0.0)
        for j in range(count):
            total += inverse[i, j] * residual[j]
        step[i] = -total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _dot(one: FloatArray, two: FloatArray) -> float:
    total = 0.0
    for i in range(len(one)):
        total += one[i] * two[i]
    return total


@njit(cache=True, nogil=True)
def _exp_near_zero(x: float) -> float:
    """``exp(x)`` to third order."""
    return 1.0 + x * (1.0 + x * (0.5 + x / 6.0))


@njit(cache=True, nogil=True)
def _secant_weights(gram: FloatArray, target: FloatArray, used: int, weights: FloatArray) -> None:
    """Solve ``(gram + ridge) weights = target`` by elimination; ``gram`` is positive definite."""
    work = gram[:used, :used].copy()
    largest = 0.0
    for k in range(used):
        largest = max(largest, work[k, k])
        weights[k] = target[k]
    for k in range(used):
        work[k, k] += 1e-14 * largest + 1e-250
    for k in range(used):
        for row in range(k + 1, used):
            factor = work[row, k] / work[k, k]
            for column in range(k, used):
                work[row, column] -= factor * work[k, column]
            weights[row] -= factor * weights[k]
    for k in range(used - 1, -1, -1):
        for column in range(k + 1, used):
            weights[k] -= work[k, column] * weights[column]
        weights[k] /= work[k, k]


@njit(cache=True, nogil=True)
def solve_unit_costs(
    kernel: FloatArray,
    net: FloatArray,
    places: IntArray,
    new: FloatArray,
    new_net: FloatArray,
    taxed: IntArray,
    wedges: FloatArray,
    theta: FloatArray,
    psi: float,
    kappa: float,
    profit: FloatArray,
    relief: bool,
    kept: FloatArray,
    markup: FloatArray,
    final_shares: FloatArray,
    expenditure: FloatArray,
    wage_bill: FloatArray,
    wage_weight: FloatArray,
    price_weight: FloatArray,
    tax_room: FloatArray,
    transfers: FloatArray,
    world_gdp: float,
    scale_rule: int,
    anchor: int,
    inverse: NDArray[np.float32],
    diagonal: FloatArray,
    target: float,
    max_iter: int,
    states: FloatArray,
    counts: IntArray,
) -> None:
    """Solve scenarios one after the other; writes ``log w, log h, log L`` and the steps taken.

    Parameters
    ----------
    kernel, net
        Share kernels ``[1 or B, S, N, N]``; with one for all, ``new [B, place]`` is put at flat
        ``places`` of it for each scenario in turn. ``net`` is not read where ``taxed`` is given.
    taxed, wedges
        Places ``[place, (sector, exporter, importer)]`` with a tariff, and ``t/(1+t)`` there,
        ``[B, place]``; empty where most places have one.
    scale_rule
        What transfers move with: 0 world GDP, 1 the mean wage, 2 the mean price.
    profit
        Share of sales that firms keep, ``[S]``.
    inverse
        Inverse reduced Jacobian, single precision: ``[N, N]``, ``[2N, 2N]`` with profits.
    states
        ``[B, 2N or 3N]``: where each starts, and where it ends. A scenario that is lost ends with
        zeros, the baseline.
    """
    batch, size = states.shape
    sectors, count = final_shares.shape
    elastic = size > 2 * count
    own = kernel.shape[0] == batch and len(places) == 0
    unknowns = len(inverse)
    pays = unknowns > count
    priced = elastic or scale_rule == 2 or np.any(markup != 0.0)
    depth = max(1, min(_MEMORY, unknowns - 1))
    few = len(taxed) > 0
    supply, demand = np.empty((sectors, count)), np.empty((sectors, count))
    sums, nets = np.empty((sectors, count)), np.empty((sectors, count))
    unknown, labor, wage = np.empty(unknowns), np.empty(count), np.empty(count)
    cost, log_spent = unknown[:count], unknown[count:]
    spent, income, price = np.empty(count), np.empty(count), np.empty(count)
    paid, profits, imports = np.empty(count), np.empty(count), np.empty(count)
    residual, rows = np.empty(unknowns, dtype=np.float32), np.ones(unknowns)
    last_residual = np.empty(unknowns, dtype=np.float32)
    own_slope, wedge = np.empty(count), np.empty(len(taxed))
    step, move = np.empty(unknowns), np.empty(unknowns)
    last, last_step = np.empty(unknowns), np.empty(unknowns)
    moves, changes = np.zeros((_MEMORY, unknowns)), np.zeros((_MEMORY, unknowns))
    gram, aim, weights = np.zeros((_MEMORY, _MEMORY)), np.zeros(_MEMORY), np.zeros(_MEMORY)
    for b in range(batch):
        at = b if own else 0
        if not own:
            flat, flat_net = kernel[0].reshape(-1), net[0].reshape(-1)
            for p in range(len(places)):
                flat[places[p]] = new[b, p]
                if not few:
                    flat_net[places[p]] = new_net[b, p]
        for p in range(len(taxed)):
            wedge[p] = wedges[b, p] * kernel[at, taxed[p, 0], taxed[p, 1], taxed[p, 2]]
        gdp = 0.0
        for i in range(count):
            labor[i] = states[b, 2 * count + i] if elastic else 0.0
            cost[i] = states[b, i] - psi * labor[i]
            if pays:
                log_spent[i] = states[b, count + i]
            gdp += wage_bill[i] * math.exp(states[b, i] + labor[i])
        scale = gdp / world_gdp if scale_rule == 0 else 1.0
        best, stalled, taken, lost = np.inf, 0, 0, False
        rows[:], secants = 1.0, 0
        for iteration in range(max_iter + 1):
            for s in range(sectors):
                for i in range(count):
                    supply[s, i] = math.exp(-theta[s] * cost[i])
                _to_importers(supply[s], kernel[at, s], sums[s])
                if not few:
                    _to_importers(supply[s], net[at, s], nets[s])
            if few:
                nets[:] = sums
                for p in range(len(taxed)):
                    s, i, j = taxed[p, 0], taxed[p, 1], taxed[p, 2]
                    nets[s, j] -= wedge[p] * supply[s, i]
            worst, mean_wage, mean_price, gdp = 0.0, 0.0, 0.0, 0.0
            for j in range(count):
                kept_share, log_sums = 0.0, 0.0
                for s in range(sectors):
                    kept_share += final_shares[s, j] * nets[s, j] / sums[s, j]
                    if priced:
                        log_sums -= final_shares[s, j] * math.log(sums[s, j]) / theta[s]
                given = transfers[j] * scale
                outlay = expenditure[j] * math.exp(log_spent[j]) if pays else 0.0
                for left in range(_LOCAL_STEPS - 1, -1, -1):
                    wage[j] = cost[j] + psi * labor[j]
                    level = math.exp(wage[j])
                    earned = wage_bill[j] * level
                    if elastic:
                        earned *= math.exp(labor[j])
                    spending = outlay if pays else (earned + given) / kept_share
                    if not spending > 0.0:
                        lost = True
                        break
                    price[j] = log_sums
                    if not elastic and markup[j] == 0.0:
                        break
                    price[j] += markup[j] * (math.log(spending / expenditure[j]) - wage[j])
                    if not elastic:
                        break
                    slope = 0.0 if pays else (1.0 + psi) * earned / (spending * kept_share)
                    real = wage[j] - price[j]
                    real_slope = psi - markup[j] * (slope - psi)
                    if relief:
                        burden = spending * (1.0 - kept_share) / earned
                        if not burden < 1.0:
                            lost = True
                            break
                        real -= math.log((1.0 - burden) / tax_room[j])
                        real_slope += burden * (slope - 1.0 - psi) / (1.0 - burden)
                    change = (kappa * real - labor[j]) / (1.0 - kappa * real_slope)
                    labor[j] += change
                    if abs(change) > _LOCAL_STEP and left > 0:
                        continue
                    # the rest moves along to second order: no further evaluation
                    worst = max(worst, change * change)
                    wage[j] += psi * change
                    level *= _exp_near_zero(psi * change)
                    earned *= _exp_near_zero((1.0 + psi) * change)
                    price[j] += markup[j] * (slope - psi) * change
                    spending = outlay if pays else (earned + given) / kept_share
                    break
                if lost:
                    break
                income[j], spent[j] = earned, spending
                imports[j] = spent[j] * kept_share
                gdp += earned
                mean_wage += wage_weight[j] * level
                if scale_rule == 2:
                    mean_price += price_weight[j] * math.exp(price[j])
            if lost:
                break
            implied = gdp / world_gdp
            if scale_rule == 1:
                implied = mean_wage
            elif scale_rule == 2:
                implied = mean_price
            if not pays:
                for j in range(count):
                    gap = transfers[j] * (implied - scale)
                    worst = max(worst, kappa * abs(gap) / spent[j])
                    spent[j] *= 1.0 + gap / imports[j]
                    imports[j] += gap
                scale = implied
            paid[:], profits[:] = 0.0, 0.0
            for s in range(sectors):
                for j in range(count):
                    demand[s, j] = kept[j] * final_shares[s, j] * spent[j] / sums[s, j]
                table = kernel[at, s] if few else net[at, s]
                _add_sales(supply[s], table, demand[s], profit[s], paid, profits)
            if few:
                for p in range(len(taxed)):
                    s, i, j = taxed[p, 0], taxed[p, 1], taxed[p, 2]
                    cut = wedge[p] * supply[s, i] * demand[s, j]
                    paid[i] -= (1.0 - profit[s]) * cut
                    profits[i] -= profit[s] * cut
            for i in range(count):
                gap = (paid[i] + (1.0 - kept[i]) * imports[i]) / income[i] - 1.0
                if i == anchor:
                    gap = mean_wage - 1.0
                residual[i] = gap
                worst = max(worst, abs(gap))
                gdp += profits[i]
            if pays:
                if scale_rule == 0:
                    implied = gdp / world_gdp
                for j in range(count):
                    gap = income[j] + profits[j] + transfers[j] * implied - imports[j]
                    residual[count + j] = gap / spent[j]
                    worst = max(worst, abs(gap) / spent[j])
            if not worst < np.inf:
                lost = True
                break
            if worst < 0.9 * best:
                stalled = 0
            else:
                stalled += 1
            best = min(best, worst)
            if worst <= target or stalled >= _PATIENCE or iteration == max_iter:
                break
            if taken == _RESCALED:
                secants = 1
                own_slope[:] = 0.0
                for k in range(sectors):
                    weight = theta[k] * (1.0 - profit[k])
                    table = kernel[at, k] if few else net[at, k]
                    _add_own_slope(
                        supply[k], kernel[at, k], table, demand[k], sums[k], weight, own_slope
                    )
                for i in range(count):
                    if i == anchor:
                        continue
                    kept_share, share, home = 0.0, 0.0, 0.0
                    for k in range(sectors):
                        at_home = supply[k, i] * kernel[at, k, i, i]
                        share += final_shares[k, i] * at_home / sums[k, i]
                        home += (1.0 - profit[k]) * at_home * demand[k, i]
                    from_wages = 0.0 if pays else income[i] / imports[i]
                    response = 0.0
                    if elastic:
                        slope = from_wages * (1.0 + psi)
                        real = 1.0 - share - markup[i] * (from_wages - 1.0)
                        real_slope = psi - markup[i] * (slope - psi)
                        if relief:
                            burden = (spent[i] - imports[i]) / income[i]
                            real += burden * (from_wages - 1.0) / (1.0 - burden)
                            real_slope += burden * (slope - 1.0 - psi) / (1.0 - burden)
                        response = kappa * real / (1.0 - kappa * real_slope)
                    earned = 1.0 + (1.0 + psi) * response
                    home += (1.0 - kept[i]) * imports[i]
                    slope = earned * (1.0 - from_wages * home / income[i])
                    rows[i] = diagonal[i] / (-own_slope[i] / income[i] - slope)
                    rows[i] = min(max(rows[i], 1.0 / _LARGEST_SCALE), _LARGEST_SCALE)
                for i in range(unknowns):
                    last_residual[i] *= rows[i]
                _chord_step(inverse, last_residual, last_step)
            for i in range(unknowns):
                last_residual[i] = residual[i]
                residual[i] *= rows[i]
            _chord_step(inverse, residual, step)
            if secants > 0:
                place = (secants - 1) % depth
                for i in range(unknowns):
                    moves[place, i] = unknown[i] - last[i]
                    changes[place, i] = step[i] - last_step[i]
                used = min(secants, depth)
                for k in range(used):
                    gram[place, k] = _dot(changes[place], changes[k])
                    gram[k, place] = gram[place, k]
                    aim[k] = _dot(changes[k], step)
                _secant_weights(gram, aim, used, weights)
                for i in range(unknowns):
                    move[i] = step[i]
                for k in range(used):
                    for i in range(unknowns):
                        move[i] -= weights[k] * (moves[k, i] + changes[k, i])
            else:
                move[:] = step
            for i in range(unknowns):
                last[i] = unknown[i]
                last_step[i] = step[i]
                unknown[i] += min(max(move[i], -_LARGEST_STEP), _LARGEST_STEP)
            taken += 1
            secants += 1
        counts[b] = taken
        if lost:
            states[b] = 0.0
            continue
        for i in range(count):
            states[b, i] = wage[i]
            states[b, count + i] = math.log(spent[i] / expenditure[i])
            if elastic:
                states[b, 2 * count + i] = labor[i]
