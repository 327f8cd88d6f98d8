"""Studies as data: one TOML file says what is computed, from what and with which settings."""

from __future__ import annotations

import datetime as dt
import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.study.functions import function_named
from negotiation.values import closest, one_of, user_path

__all__ = ["Settings", "Study", "load_study"]

PROFILES = ("fast", "full", "tiny")
#: Arguments that a study itself gives to its function, where the function has them.
GIVEN = ("study", "inputs", "rng", "as_of")


class Settings(BaseModel):
    """Base of a study's settings: unknown keys are refused, nothing can be changed."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=False
    )


class Study(BaseModel):
    """What the TOML file of a study says.

    Attributes
    ----------
    name
        Short name; also the folder of the results.
    title
        One line for people.
    analysis
        Function that computes it: ``<file>:<function>`` of a Python file beside the TOML file, or
        ``negotiation.<module>:<function>``. It gets those of ``study``, ``inputs`` (results of
        other studies), ``rng`` and ``as_of`` that it has as arguments.
    as_of
        Information date: nothing published later is read.
    economy
        Name of an embedded economy.
    seed
        Seed of every random number of the study.
    needs
        Names of studies whose results this one reads.
    files
        Files of the project that it reads, paths from the folder of the TOML file: a change of one
        of them makes the results stale. The function finds them with :meth:`file`.
    settings
        Of the function: where it has an argument ``settings``, the fields of that argument's
        annotation, a subclass of `Settings`; its keyword arguments otherwise.
    profile
        Settings that replace those above under a profile, for instance ``[profile.full]``.
    folder
        Where the TOML file stands; no key of it.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    analysis: str
    as_of: dt.date
    economy: str = "us-china-2022"
    seed: int = Field(default=20250502, ge=0)
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    profile: dict[str, dict[str, Any]] = Field(default_factory=dict)
    folder: Path | None = None

    def __init__(self, /, **content: Any) -> None:
        try:
            super().__init__(**content)
        except ValidationError as error:
            raise _listed(_lines(error, type(self)), "Study") from error

    @property
    def function(self) -> Callable[..., Any]:
        """The function that computes the study."""
        return function_named(self.analysis, self.folder, where="analysis")

    @property
    def file_paths(self) -> dict[str, Path]:
        """Paths of the project's files that it reads, by what the TOML file calls them."""
        return {name: (self.folder or Path()) / name for name in self.files}

    def file(self, name: str) -> Path:
        """Return the path of a file of the project by its last name.

        Raises
        ------
        InvalidInputError
            If ``files`` does not list it, so that a change of it would go unseen.
        """
        found = {Path(listed).name: path for listed, path in self.file_paths.items()}
        return found[one_of(name, found, name="files")]

    def settings_for(self, profile: str) -> Any:
        """Return the settings under a profile: checked, or keyword arguments."""
        model = _settings_model(self.function)
        merged = {**self.settings, **self.profile.get(profile, {})}
        return merged if model is None else model.model_validate(merged)


def _settings_model(function: Callable[..., Any]) -> type[Settings] | None:
    """Annotation of the argument ``settings``; None where there is no such argument."""
    if "settings" not in inspect.signature(function).parameters:
        return None
    model = inspect.get_annotations(function).get("settings")
    if isinstance(model, str):
        name, *rest = model.split(".")
        model = getattr(function, "__globals__", {}).get(name)
        for part in rest:
            model = getattr(model, part, None)
    if not (isinstance(model, type) and issubclass(model, Settings)):
        raise InvalidInputError(
            "the argument settings needs a type that says which settings there are",
            where=f"{function.__module__}:{function.__name__}",
            allowed="a subclass of negotiation.Settings",
        )
    return model


def _keyword_mistakes(
    function: Callable[..., Any], settings: Mapping[str, Any], prefix: str
) -> list[str]:
    """Keys that are no arguments of a function, and arguments that it lacks."""
    arguments = inspect.signature(function).parameters
    named = {k: v for k, v in arguments.items() if k not in GIVEN and v.kind != v.VAR_KEYWORD}
    anything = any(item.kind == item.VAR_KEYWORD for item in arguments.values())
    mistakes = [
        f"{prefix}.{key}: no such key. {closest(key, named)}".rstrip()
        for key in settings
        if key not in named and (not anything or key in GIVEN)
    ]
    return mistakes + [
        f"{prefix}.{key}: missing"
        for key, item in named.items()
        if item.default is item.empty and item.kind != item.VAR_POSITIONAL and key not in settings
    ]


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


def _settings_mistakes(function: Callable[..., Any], content: Mapping[str, Any]) -> list[str]:
    """Everything wrong with the settings of a study and of its profiles."""
    base, profiles = content.get("settings", {}), content.get("profile", {})
    if not (isinstance(base, dict) and isinstance(profiles, dict)):
        return []
    mistakes = [
        f"profile.{key}: one of {', '.join(PROFILES)}"
        for key in sorted(set(profiles) - {*PROFILES})
    ]
    model = _settings_model(function)
    for profile in ("", *sorted(set(profiles) & {*PROFILES})):
        if not isinstance(profiles.get(profile, {}), dict):
            return [*mistakes, f"profile.{profile}: seen {profiles[profile]!r}; allowed: a table"]
        merged = {**base, **profiles.get(profile, {})}
        prefix = f"profile.{profile}" if profile else "settings"
        if model is None:
            found = _keyword_mistakes(function, merged, prefix)
        else:
            try:
                model.model_validate(merged)
                found = []
            except ValidationError as error:
                found = _lines(error, model, prefix)
        mistakes += found
        if found:
            break
    return mistakes


def _listed(mistakes: list[str], where: str) -> InvalidInputError:
    listed = "".join(f"\n  {k}. {line}" for k, line in enumerate(mistakes, start=1))
    many = "s" if len(mistakes) != 1 else ""
    return InvalidInputError(f"{len(mistakes)} mistake{many} in the study:{listed}", where=where)


def _study(content: Mapping[str, Any], path: Path) -> Study:
    """Return a checked study; every mistake is reported at once."""
    mistakes: list[str] = []
    study: Study | None = None
    if "folder" in content:
        mistakes.append("folder: no such key.")
    try:
        study = Study(**{**content, "folder": path.resolve().parent})
    except InvalidInputError as error:
        cause = error.__cause__
        mistakes += _lines(cause, Study) if isinstance(cause, ValidationError) else [str(error)]
    if study is not None:
        absent = [name for name, file in study.file_paths.items() if not file.is_file()]
        mistakes += [f"files: no such file: {name}" for name in absent]
    analysis = content.get("analysis")
    if isinstance(analysis, str):
        try:
            function = function_named(analysis, path.resolve().parent, where="analysis")
        except InvalidInputError as error:
            mistakes.append(str(error))
        else:
            mistakes += _settings_mistakes(function, content)
    if mistakes or study is None:
        raise _listed(mistakes, path.name)
    return study


@takes
def load_study(path: str | Path) -> Study:
    """Read a study file.

    Raises
    ------
    InvalidInputError
        If the file is missing, is not TOML, or says something that is not allowed; all mistakes
        are listed at once.
    """
    path = user_path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            "no such study file, or none that can be read",
            where=str(path),
            seen=str(error.strerror),
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInputError(f"not a TOML file: {error}", where=str(path)) from error
    return _study(content, path)
