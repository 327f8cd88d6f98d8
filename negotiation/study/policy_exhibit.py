"""Results of the policy study that figures are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from negotiation.values import FloatArray, quantity

__all__ = ["SectorTariffs", "WarGains"]


@dataclass(frozen=True, eq=False)
class WarGains:
    """Change of every region's real income under tariffs that one or several regions choose.

    Attributes
    ----------
    wars
        Names of the rows.
    regions
        Columns.
    welfare
        Percent ``[war, region]``.
    title
        Model and elasticities.
    """

    wars: tuple[str, ...]
    regions: tuple[str, ...]
    welfare: FloatArray = quantity("W", "percent", "change of real income [war, region]")
    title: str = ""


@dataclass(frozen=True, eq=False)
class SectorTariffs:
    """Optimal tariffs by sector and importer, against the sector's trade elasticity.

    Attributes
    ----------
    importers, sectors
        Labels; an importer's may name the model.
    rates
        Fractions ``[importer, sector]``.
    elasticities
        By sector.
    title
        Model and elasticities.
    """

    importers: tuple[str, ...]
    sectors: tuple[str, ...]
    rates: FloatArray = quantity("", "fraction", "optimal tariff [importer, sector]")
    elasticities: FloatArray = quantity("theta_s", "1", "trade elasticity [sector]")
    title: str = ""
