"""Share kernels of a batch of policies: how much of its spending a buyer gives to each seller.

A batch of policies is a table of import tariffs ``[B, S, N, N]``, or of the rates of all
instruments ``[B, instrument, S, N, N]`` in the order of
:data:`~negotiation.trade.instruments.policy.INSTRUMENTS`.
With ``1 + tau = (1+t)(1+e)`` and ``1 + c = (1 + control) d``::

    A = share [(1+tau')/(1+t0)]^(-theta phi) (1+c)^-theta,   net of taxes A/(1+tau')

and of each net flow the exporter's government earns ``e``, the importer's ``tau' - e``.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from negotiation.trade.calibration import Calibration
from negotiation.values import FloatArray, IntArray

__all__ = ["Shares", "places_of"]

_SPARSE = 0.25
_FEW = 2
_COMPILED = 20_000


class BaselineKernels(Protocol):
    """Kernels of the baseline, flow by flow; see `System`."""

    calibration: Calibration
    regions: int
    kernel: FloatArray
    net: FloatArray
    flat_kernel: FloatArray
    flat_net: FloatArray
    flat_tariffs: FloatArray
    flat_log_tariffs: FloatArray
    flat_exponent: FloatArray
    flat_minus_theta: FloatArray

    def changed_places(self, tables: FloatArray) -> IntArray:
        """Return the flows whose rates differ from the baseline's somewhere in a batch."""

    def is_dense(self, changed: IntArray) -> bool:
        """Whether so many flows change that kernels of their own are cheaper."""


class Shares:
    """Share kernels ``A = share [(1+t')/(1+t0)]^(-theta phi)`` and ``A/(1+t')`` of a batch.

    Where few tariffs change, the unchanged kernels (zero where something changes) are shared by
    the batch, so that its products are one matrix product, and the new ones are added apart.
    One or two scenarios are cheaper with kernels of their own.
    """

    count: int
    changed: IntArray
    dense: bool
    taxed_exports: IntArray
    export_rates: FloatArray
    kernel: FloatArray
    net: FloatArray
    new: FloatArray
    new_net: FloatArray
    at_exporter: IntArray
    at_importer: IntArray
    by_importer: _Groups
    by_exporter: _Groups
    rents: FloatArray
    rent_seller: IntArray
    rent_buyer: IntArray
    by_seller: _Groups
    by_buyer: _Groups

    def __init__(self, system: BaselineKernels, tables: FloatArray) -> None:
        self.count = len(tables)
        self.system = system
        changed = self.changed = system.changed_places(tables)
        many = system.is_dense(changed)
        self.dense = self.count <= _FEW or many
        self.taxed_exports = np.zeros(0, dtype=np.int64)
        costs: FloatArray | None = None
        if tables.ndim == 4:
            flat = tables.reshape(self.count, -1)
        else:
            tariffs, taxes, controls, barriers = np.moveaxis(
                tables.reshape(self.count, tables.shape[1], -1), 1, 0
            )
            self.taxed_exports = places_of(taxes != 0.0)
            self.export_rates = taxes[:, self.taxed_exports]
            flat = tariffs + taxes + tariffs * taxes
            costs = np.log1p(controls[:, changed]) + np.log1p(barriers[:, changed])
        self.rates = flat
        if many and flat.size > _COMPILED:
            self._own_kernels(flat)
            if costs is not None:
                factor = np.exp(system.flat_minus_theta[changed] * costs)
                self.kernel.reshape(self.count, -1)[:, changed] *= factor
                self.net.reshape(self.count, -1)[:, changed] *= factor
        else:
            self._put_changes(flat[:, changed], costs)
        if len(self.taxed_exports):
            self._place_rents()

    def _put_changes(self, rates: FloatArray, costs: FloatArray | None) -> None:
        """Kernels that differ from the baseline's at the changed places, ``[B, place]``."""
        system, changed = self.system, self.changed
        response = system.flat_exponent[changed] * (
            np.log1p(rates) - system.flat_log_tariffs[changed]
        )
        if costs is not None:
            response = response + system.flat_minus_theta[changed] * costs
        new = system.flat_kernel[changed] * np.exp(response)
        new_net = new / (1.0 + rates)
        if self.dense:
            shape = (self.count, *system.calibration.shares.shape)
            self.kernel = np.repeat(system.flat_kernel[None], self.count, axis=0)
            self.net = np.repeat(system.flat_net[None], self.count, axis=0)
            self.kernel[:, changed] = new
            self.net[:, changed] = new_net
            self.kernel = self.kernel.reshape(shape)
            self.net = self.net.reshape(shape)
            return
        self.new, self.new_net = new, new_net
        self.kernel = _without(system.kernel, changed)
        self.net = _without(system.net, changed)
        self.at_exporter, self.at_importer = self._cells_of(changed)
        self.by_importer = _Groups(self.at_importer)
        self.by_exporter = _Groups(self.at_exporter)

    def _cells_of(self, places: IntArray) -> tuple[IntArray, IntArray]:
        """Flat cells ``[sector, region]`` of the exporter and the importer at some flat places."""
        count = self.system.regions
        sector, place = np.divmod(places, count * count)
        exporter, importer = np.divmod(place, count)
        return sector * count + exporter, sector * count + importer

    def _place_rents(self) -> None:
        """What export taxes earn for each unit of supply times demand, ``[B, place]``."""
        places, count = self.taxed_exports, self.system.regions
        if self.dense:
            net = self.net.reshape(self.count, -1)[:, places]
        else:
            net = self.new_net[:, np.searchsorted(self.changed, places)]
        self.rents = self.export_rates * net
        self.rent_seller, self.rent_buyer = self._cells_of(places)
        self.by_seller = _Groups(self.rent_seller % count)
        self.by_buyer = _Groups(self.rent_buyer % count)

    def export_revenue(
        self, supply: FloatArray, demand: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Export taxes ``[B, N]`` by the exporter that earns them and the importer that pays."""
        cells = (self.count, -1)
        paid = (
            self.rents
            * supply.reshape(cells)[:, self.rent_seller]
            * demand.reshape(cells)[:, self.rent_buyer]
        )
        earned = np.zeros((self.count, self.system.regions))
        charged = np.zeros_like(earned)
        self.by_seller.add(earned, paid)
        self.by_buyer.add(charged, paid)
        return earned, charged

    def export_taxes(self, scenario: int) -> FloatArray | None:
        """Export taxes ``[S, N, N]`` of one scenario, None where no scenario has any."""
        if len(self.taxed_exports) == 0:
            return None
        table = np.zeros(self.system.flat_kernel.size)
        table[self.taxed_exports] = self.export_rates[scenario]
        taxes: FloatArray = table.reshape(self.system.kernel.shape)
        return taxes

    def _own_kernels(self, rates: FloatArray) -> None:
        """Kernels of every scenario from all its rates ``[B, place]``."""
        from negotiation.trade.solver.kernels import fill_kernels

        system = self.system
        kernel, net = np.empty(rates.shape), np.empty(rates.shape)
        fill_kernels(
            # read-only arrays are another type to the compiler
            rates if rates.flags.writeable else rates.copy(),
            system.flat_tariffs,
            system.flat_log_tariffs,
            system.flat_exponent,
            system.flat_kernel,
            system.flat_net,
            kernel,
            net,
        )
        shape = (self.count, *system.calibration.shares.shape)
        self.kernel, self.net = kernel.reshape(shape), net.reshape(shape)

    def _to_importers(self, values: FloatArray, kernel: str) -> FloatArray:
        """``sum_i values_is K_ijs``."""
        if self.dense:
            dense: FloatArray = getattr(self, kernel)
            product: FloatArray = np.matmul(values[:, :, None, :], dense)[:, :, 0, :]
            return product
        base = self.kernel if kernel == "kernel" else self.net
        out: FloatArray = np.matmul(values.transpose(1, 0, 2), base).transpose(1, 0, 2)
        if len(self.changed):
            new = self.new if kernel == "kernel" else self.new_net
            out = np.ascontiguousarray(out)
            self.by_importer.add(
                out.reshape(self.count, -1),
                new * values.reshape(self.count, -1)[:, self.at_exporter],
            )
        return out

    def share_sums(self, supply: FloatArray) -> FloatArray:
        """``S_js = sum_i a_is A_ijs``."""
        return self._to_importers(supply, "kernel")

    def net_sums(self, supply: FloatArray) -> FloatArray:
        """``sum_i a_is A_ijs/(1+t_ijs)``."""
        return self._to_importers(supply, "net")

    def to_exporters(self, demand: FloatArray) -> FloatArray:
        """``sum_j A_ijs/(1+t_ijs) v_js``."""
        if self.dense:
            product: FloatArray = np.matmul(self.net, demand[..., None])[..., 0]
            return product
        out: FloatArray = np.matmul(
            demand.transpose(1, 0, 2), self.net.transpose(0, 2, 1)
        ).transpose(1, 0, 2)
        if len(self.changed):
            out = np.ascontiguousarray(out)
            self.by_exporter.add(
                out.reshape(self.count, -1),
                self.new_net * demand.reshape(self.count, -1)[:, self.at_importer],
            )
        return out

    def kernels(self, scenario: int) -> tuple[FloatArray, FloatArray]:
        """Dense ``A`` and ``A/(1+t)`` of one scenario, ``[S, N, N]``."""
        if self.dense:
            return self.kernel[scenario], self.net[scenario]
        kernel, net = self.kernel.copy(), self.net.copy()
        kernel.reshape(-1)[self.changed] = self.new[scenario]
        net.reshape(-1)[self.changed] = self.new_net[scenario]
        return kernel, net


def _without(kernel: FloatArray, places: IntArray) -> FloatArray:
    """Copy with zeros at some flat places: the new values are never differences of large ones."""
    out = kernel.copy()
    out.reshape(-1)[places] = 0.0
    return out


def places_of(marks: NDArray[np.bool_]) -> IntArray:
    """Places marked in some row of ``[B, place]``."""
    return np.flatnonzero(marks[0] if len(marks) == 1 else marks.any(axis=0))


class _Groups:
    """Adds values up by target, in the order of a sorted copy."""

    order: IntArray
    starts: IntArray
    targets: IntArray

    def __init__(self, targets: IntArray) -> None:
        self.order = np.argsort(targets, kind="stable")
        ordered = targets[self.order]
        first = np.ones(len(ordered), dtype=bool)
        first[1:] = ordered[1:] != ordered[:-1]
        self.starts = np.flatnonzero(first)
        self.targets = ordered[self.starts]

    def add(self, out: FloatArray, values: FloatArray) -> None:
        """Add ``values [B, item]`` to ``out [B, target]`` in place."""
        out[:, self.targets] += np.add.reduceat(values[:, self.order], self.starts, axis=1)
