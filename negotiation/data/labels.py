"""Names of parameters, episodes, regions and sectors as readers see them."""

from __future__ import annotations

from negotiation.data.tables import load_table

__all__ = ["region_names", "sector_names", "spelled"]

_CODES = frozenset({"us", "eu", "ntb", "ip", "ipr"})
_AUTHORS = frozenset(
    {
        *("bagwell", "boehm", "caliendo", "fontagne", "giri", "lashkaripour", "lugovskyy"),
        *("parro", "shapiro", "staiger", "yi", "yilmazkuday", "yurukoglu"),
    }
)


def spelled(name: str) -> str:
    """Return a key in words: codes in capitals, proper names with one.

    Examples
    --------
    >>> spelled("discount_rate_usa"), spelled("us_mexico_2019")
    ('discount rate USA', 'US Mexico 2019')
    """
    codes = _CODES | {code.lower() for code in region_names()}
    names = _AUTHORS | {region.lower() for region in region_names().values()}
    return " ".join(
        word.upper() if word in codes else word.title() if word in names else word
        for word in name.split("_")
    )


def region_names() -> dict[str, str]:
    """Return the names of the embedded economies' regions by code.

    Examples
    --------
    >>> region_names()["CHE"]
    'Switzerland'
    """
    tables = (load_table("value_added_2022"), load_table("value_added_2022_split"))
    return {str(row["region"]): str(row["label"]) for table in tables for row in table}


def sector_names() -> dict[str, str]:
    """Return the names of the embedded economy's sectors by code.

    Examples
    --------
    >>> sector_names()["C26"]
    'Computers, electronics, optical'
    """
    return {str(row["sector"]): str(row["label"]) for row in load_table("sectors_icio_2022")}
