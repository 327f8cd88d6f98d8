"""Study files: every mistake is reported at once; the project's own files are right."""

import pytest

from negotiation.errors import InvalidInputError
from negotiation.study.spec import load_study
from tests.reference import ROOT

THREE_MISTAKES = """
name = "Bad Name"
title = "x"
analysis = "tariff_game"
as_of = 2025-05-02

[settings]
regret_bound = "small"
colour = "red"
"""


def test_three_mistakes_at_once(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(THREE_MISTAKES)
    with pytest.raises(InvalidInputError) as caught:
        load_study(path)
    message = str(caught.value)
    assert message.startswith("bad.toml: 3 mistakes")
    for part in ("name", "settings.regret_bound", "settings.colour: no such key"):
        assert part in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not a TOML file"),
        ('name = "a"\n', "title"),
        ('name="a"\ntitle="b"\nanalysis="magic"\nas_of=2025-05-02\n', "tariff_game"),
        (
            'name="a"\ntitle="b"\nanalysis="data"\nas_of=2025-05-02\n[profile.slow]\n',
            "profile.slow",
        ),
        (
            'name="a"\ntitle="b"\nanalysis="data"\nas_of=2025-05-02\n[profile.full]\nx=1\n',
            "profile.full.x: no such key",
        ),
    ],
)
def test_bad_files(tmp_path, text, message):
    path = tmp_path / "study.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=message):
        load_study(path)


def test_missing_file(tmp_path):
    with pytest.raises(InvalidInputError, match="no such study file"):
        load_study(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "experiments").glob("*.toml")), ids=lambda p: p.stem
)
def test_own_studies(path):
    study = load_study(path)
    assert study.name == path.stem
    for profile in ("fast", "full", "tiny"):
        study.settings_for(profile)
