"""Compiled kernels: share kernels of tariffs, and equilibria of economies without inputs.

Without inputs, profits or scale economies by sector, the equilibrium is a system in the log unit
costs ``u_i`` alone. Given them, with ``a_is = exp(-theta_s u_i)``::

    S_js = sum_i a_is A_ijs,   n_js = sum_i a_is A_ijs/(1+t_ijs),   m_j = sum_s mu_js n_js/S_js
    E_j h_j m_j = w_j L_j Y_j + T_j G                       budget, net of tariff revenue
    log L_j = kappa log(after-tax wage_j / P_j)             one unknown a region
    log w_j = u_j + psi log L_j

and what remains is that each region's labour earns what its sales pay. Chord steps use the
inverse Jacobian of that reduced system at the baseline, with Anderson acceleration.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from negotiation.values import FloatArray, IntArray

__all__ = ["fill_kernels", "solve_unit_costs"]

_MEMORY = 6
_LARGEST_STEP = 1.0
_PATIENCE = 8
_LOCAL_STEPS = 4
_LOCAL_TARGET = 1e-15


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
    """``sums_j = sum_i a_i A_ij``."""
    sums[:] = 0.0
    count = len(supply)
    for i in range(count):
        a = supply[i]
        for j in range(count):
            sums[j] += a * kernel[i, j]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _add_sales(
    supply: FloatArray, kernel: FloatArray, demand: FloatArray, sales: FloatArray
) -> None:
    """Add ``a_i sum_j A_ij v_j`` to ``sales_i``."""
    count = len(supply)
    for i in range(count):
        total = 0.0
        for j in range(count):
            total += kernel[i, j] * demand[j]
        sales[i] += supply[i] * total


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
    inverse
        Inverse reduced Jacobian ``[N, N]``, single precision.
    states
        ``[B, 2N or 3N]``: where each starts, and where it ends. A scenario that is lost ends with
        zeros, the baseline.
    """
    batch, size = states.shape
    sectors, count = final_shares.shape
    elastic = size > 2 * count
    own = kernel.shape[0] == batch and len(places) == 0
    depth = max(1, min(_MEMORY, count - 1))
    few = len(taxed) > 0
    supply, demand = np.empty((sectors, count)), np.empty((sectors, count))
    sums, nets = np.empty((sectors, count)), np.empty((sectors, count))
    cost, labor, wage = np.empty(count), np.empty(count), np.empty(count)
    spent, income, price = np.empty(count), np.empty(count), np.empty(count)
    paid, imports = np.empty(count), np.empty(count)
    residual = np.empty(count, dtype=np.float32)
    step, move = np.empty(count), np.empty(count)
    last_cost, last_step = np.empty(count), np.empty(count)
    moves, changes = np.zeros((_MEMORY, count)), np.zeros((_MEMORY, count))
    gram, aim, weights = np.zeros((_MEMORY, _MEMORY)), np.zeros(_MEMORY), np.zeros(_MEMORY)
    for b in range(batch):
        at = b if own else 0
        if not own:
            flat, flat_net = kernel[0].reshape(-1), net[0].reshape(-1)
            for p in range(len(places)):
                flat[places[p]] = new[b, p]
                if not few:
                    flat_net[places[p]] = new_net[b, p]
        gdp = 0.0
        for i in range(count):
            labor[i] = states[b, 2 * count + i] if elastic else 0.0
            cost[i] = states[b, i] - psi * labor[i]
            gdp += wage_bill[i] * math.exp(states[b, i] + labor[i])
        scale = gdp / world_gdp if scale_rule == 0 else 1.0
        best, stalled, taken, lost = np.inf, 0, 0, False
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
                    nets[s, j] -= wedges[b, p] * supply[s, i] * kernel[at, s, i, j]
            worst, mean_wage, mean_price, gdp = 0.0, 0.0, 0.0, 0.0
            for j in range(count):
                kept_share, log_sums = 0.0, 0.0
                for s in range(sectors):
                    kept_share += final_shares[s, j] * nets[s, j] / sums[s, j]
                    log_sums -= final_shares[s, j] * math.log(sums[s, j]) / theta[s]
                given = transfers[j] * scale
                for local in range(_LOCAL_STEPS):
                    log_wage = cost[j] + psi * labor[j]
                    earned = wage_bill[j] * math.exp(log_wage + labor[j])
                    spending = (earned + given) / kept_share
                    if not spending > 0.0:
                        lost = True
                        break
                    wage[j], income[j], spent[j], price[j] = log_wage, earned, spending, log_sums
                    if not elastic and markup[j] == 0.0:
                        break
                    log_spent = math.log(spending / expenditure[j])
                    price[j] += markup[j] * (log_spent - log_wage)
                    if not elastic:
                        break
                    slope = (1.0 + psi) * earned / (spending * kept_share)
                    real = log_wage - price[j]
                    real_slope = psi - markup[j] * (slope - psi)
                    if relief:
                        burden = spending * (1.0 - kept_share) / earned
                        if not burden < 1.0:
                            lost = True
                            break
                        real -= math.log((1.0 - burden) / tax_room[j])
                        real_slope += burden * (slope - 1.0 - psi) / (1.0 - burden)
                    gap = labor[j] - kappa * real
                    if abs(gap) <= _LOCAL_TARGET or local == _LOCAL_STEPS - 1:
                        worst = max(worst, abs(gap))
                        break
                    labor[j] -= gap / (1.0 - kappa * real_slope)
                if lost:
                    break
                imports[j] = spent[j] * kept_share
                mean_wage += wage_weight[j] * math.exp(wage[j])
                if scale_rule == 2:
                    mean_price += price_weight[j] * math.exp(price[j])
                gdp += income[j]
            if lost:
                break
            paid[:] = 0.0
            for s in range(sectors):
                for j in range(count):
                    demand[s, j] = kept[j] * final_shares[s, j] * spent[j] / sums[s, j]
                table = kernel[at, s] if few else net[at, s]
                _add_sales(supply[s], table, demand[s], paid)
            if few:
                for p in range(len(taxed)):
                    s, i, j = taxed[p, 0], taxed[p, 1], taxed[p, 2]
                    paid[i] -= wedges[b, p] * supply[s, i] * kernel[at, s, i, j] * demand[s, j]
            for i in range(count):
                gap = (paid[i] + (1.0 - kept[i]) * imports[i]) / income[i] - 1.0
                if i == anchor:
                    gap = mean_wage - 1.0
                residual[i] = gap
                worst = max(worst, abs(gap))
            implied = gdp / world_gdp
            if scale_rule == 1:
                implied = mean_wage
            elif scale_rule == 2:
                implied = mean_price
            for j in range(count):
                worst = max(worst, abs(transfers[j] * (implied - scale)) / spent[j])
            scale = implied
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
            _chord_step(inverse, residual, step)
            if taken > 0:
                place = (taken - 1) % depth
                for i in range(count):
                    moves[place, i] = cost[i] - last_cost[i]
                    changes[place, i] = step[i] - last_step[i]
                used = min(taken, depth)
                for k in range(used):
                    gram[place, k] = _dot(changes[place], changes[k])
                    gram[k, place] = gram[place, k]
                    aim[k] = _dot(changes[k], step)
                _secant_weights(gram, aim, used, weights)
                for i in range(count):
                    move[i] = step[i]
                for k in range(used):
                    for i in range(count):
                        move[i] -= weights[k] * (moves[k, i] + changes[k, i])
            else:
                move[:] = step
            for i in range(count):
                last_cost[i] = cost[i]
                last_step[i] = step[i]
                cost[i] += min(max(move[i], -_LARGEST_STEP), _LARGEST_STEP)
            taken += 1
        counts[b] = taken
        if lost:
            states[b] = 0.0
            continue
        for i in range(count):
            states[b, i] = wage[i]
            states[b, count + i] = math.log(spent[i] / expenditure[i])
            if elastic:
                states[b, 2 * count + i] = labor[i]
