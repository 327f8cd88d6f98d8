"""Studies as data: one TOML file says what is computed, from what and with which settings."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from negotiation.errors import InvalidInputError
from negotiation.study import analyses
from negotiation.values import closest

__all__ = [
    "Settings",
    "Study",
    "analysis_module",
    "analysis_names",
    "load_study",
    "study_from_dict",
]

PROFILES = ("fast", "full", "tiny")


class Settings(BaseModel):
    """Base of an analysis's settings: unknown keys are refused, nothing can be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)


class Study(BaseModel):
    """What one TOML file of ``experiments/`` says.

    Attributes
    ----------
    name
        Short name; also the folder of the results.
    title
        One line for people.
    analysis
        Module of ``negotiation.study.analyses`` that runs it.
    as_of
        Information date: nothing published later is read.
    economy
        Name of an embedded economy.
    seed
        Seed of every random number of the study.
    needs
        Names of studies whose results this one reads.
    settings
        Settings of the analysis, checked by the analysis's own ``AnalysisSettings``.
    profile
        Settings that replace those above under a profile, for instance ``[profile.full]``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    analysis: str
    as_of: dt.date
    economy: str = "us-china-2022"
    seed: int = Field(default=20250502, ge=0)
    needs: tuple[str, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    profile: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def settings_for(self, profile: str) -> Any:
        """Return the checked settings of the analysis under a profile."""
        module = analysis_module(self.analysis)
        merged = {**self.settings, **self.profile.get(profile, {})}
        return module.AnalysisSettings.model_validate(merged)


def analysis_names() -> tuple[str, ...]:
    """Return the names that a study's ``analysis`` may have."""
    return tuple(sorted(info.name for info in iter_modules(analyses.__path__)))


def analysis_module(name: str) -> ModuleType:
    """Return the module that runs an analysis."""
    if name not in analysis_names():
        raise InvalidInputError(
            "unknown analysis",
            where="analysis",
            seen=repr(name),
            allowed=", ".join(analysis_names()),
        )
    return import_module(f"negotiation.study.analyses.{name}")


def _lines(error: ValidationError, model: type[BaseModel], prefix: str = "") -> list[str]:
    lines = []
    for item in error.errors():
        key = ".".join([prefix, *map(str, item["loc"])] if prefix else map(str, item["loc"]))
        allowed = item["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        seen = "" if item["type"] == "missing" else f"; seen {item['input']!r}"
        if item["type"] == "extra_forbidden":
            allowed = " ".join(
                filter(None, ("no such key.", closest(item["loc"][-1], model.model_fields)))
            )
        lines.append(f"{key}: {allowed}{seen}")
    return lines


def study_from_dict(content: Mapping[str, Any], *, where: str) -> Study:
    """Return a checked study; every mistake is reported at once.

    Raises
    ------
    InvalidInputError
        Listing each wrong key with what was seen and what is allowed.
    """
    mistakes: list[str] = []
    study: Study | None = None
    try:
        study = Study.model_validate(dict(content))
    except ValidationError as error:
        mistakes += _lines(error, Study)
    analysis = content.get("analysis")
    if isinstance(analysis, str) and analysis not in analysis_names():
        hint = closest(analysis, analysis_names())
        mistakes.append(
            f"analysis: one of {', '.join(analysis_names())}; seen {analysis!r}. {hint}".rstrip()
        )
    elif isinstance(analysis, str):
        model = analysis_module(analysis).AnalysisSettings
        base = content.get("settings", {})
        profiles = content.get("profile", {})
        if isinstance(base, dict) and isinstance(profiles, dict):
            unknown = sorted(set(profiles) - set(PROFILES))
            mistakes += [f"profile.{key}: one of {', '.join(PROFILES)}" for key in unknown]
            for profile in ("", *sorted(set(profiles) - set(unknown))):
                changes = profiles.get(profile, {})
                prefix = f"profile.{profile}" if profile else "settings"
                try:
                    model.model_validate({**base, **changes})
                except ValidationError as error:
                    mistakes += [
                        line for line in _lines(error, model, prefix) if line not in mistakes
                    ]
                    break
    if mistakes or study is None:
        listed = "".join(f"\n  {k}. {line}" for k, line in enumerate(mistakes, start=1))
        raise InvalidInputError(
            f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''} in the study:{listed}",
            where=where,
        )
    return study


def load_study(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    InvalidInputError
        If the file is missing, is not TOML, or says something that is not allowed; all mistakes
        are listed at once.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidInputError("no such study file", where=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"not a TOML file: {error}", where=str(path)) from error
    return study_from_dict(content, where=path.name)
