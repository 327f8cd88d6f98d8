"""Names of parameters, episodes and sectors as readers see them."""

from __future__ import annotations

from negotiation.data.tables import load_table

__all__ = ["sector_names", "spelled"]

_CODES = frozenset({"usa", "chn", "us", "eu", "ntb", "ip", "ipr"})
_NAMES = frozenset(
    {
        *("bagwell", "boehm", "caliendo", "china", "fontagne", "giri", "japan", "lashkaripour"),
        *("lugovskyy", "mexico", "parro", "shapiro", "staiger", "yi", "yilmazkuday", "yurukoglu"),
    }
)


def spelled(name: str) -> str:
    """Return a key in words: codes in capitals, proper names with one.

    Examples
    --------
    >>> spelled("discount_rate_usa"), spelled("us_mexico_2019")
    ('discount rate USA', 'US Mexico 2019')
    """
    words = name.split("_")
    return " ".join(
        word.upper() if word in _CODES else word.title() if word in _NAMES else word
        for word in words
    )


def sector_names() -> dict[str, str]:
    """Return the names of the embedded economy's sectors by code.

    Examples
    --------
    >>> sector_names()["C26"]
    'Computers, electronics, optical'
    """
    return {str(row["sector"]): str(row["label"]) for row in load_table("sectors_icio_2022")}
