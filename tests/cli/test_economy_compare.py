"""The map of models on the command line."""

import json

from tests.cli.test_commands import call


def test_compare(capsys):
    code, out, _ = call(capsys, "economy", "compare", "--elasticities", "flat_4", "--json")
    assert code == 0
    content = json.loads(out)
    first = content["settings"][0]
    assert first["setting"] == "flat 4"
    assert first["145/125"]["worse_off"] in ("USA", "CHN")
    assert sum(content["worse_off_counts"]["Nash"].values()) == len(content["settings"])
    code, out, _ = call(capsys, "economy", "compare", "--elasticities", "flat_4")
    assert code == 0
    assert "USA is worse off in" in out
    assert "gross sales" in out
    at = content["settings"][0]["145/125"]
    usa, china = (f"{at[side]:+.2f}{'*' * (at['worse_off'] == side)}" for side in ("USA", "CHN"))
    assert usa in out
    assert china in out
    code, out, _ = call(capsys, "economy", "--help")
    assert "who loses more, model by model." in out
    code, _, err = call(capsys, "economy", "compare", "--elasticities", "guess")
    assert code != 0
    assert "guess" in err
