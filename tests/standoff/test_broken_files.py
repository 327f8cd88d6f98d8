"""Files with mistakes: one message each, with every mistake in it."""

import pytest

import negotiation as ng
from negotiation.errors import DataError
from tests.standoff.files import FILE, write

#: What is put in place of what, and the mistakes that must stand in the message, all of them.
BROKEN = {
    "no title, no start": (
        [('title = "AAA and BBB"\n', ""), ("start = 2030-01-01\n", "")],
        ["title: missing; allowed: a text", "start: missing; allowed: a date such as 2025-05-02"],
    ),
    "empty title": ([('"AAA and BBB"', '" "')], ["title: not a text; seen ' '"]),
    "one side": ([('["AAA", "BBB"]', '["AAA"]')], ["sides: not two different regions"]),
    "the same side twice": (
        [('["AAA", "BBB"]', '["AAA", "AAA"]')],
        ["sides: not two different regions; seen ['AAA', 'AAA']"],
    ),
    "a side that is no region": (
        [('["AAA", "BBB"]', '["AAA", "XXX"]')],
        ["sides: not a region of the economy; seen 'XXX'; allowed: AAA, BBB, CCC"],
    ),
    "sides that differ by capitals": (
        [('["AAA", "BBB"]', '["AAA", "aaa"]')],
        ["sides: not two different regions; seen ['AAA', 'aaa']"],
    ),
    "no sides": ([('sides = ["AAA", "BBB"]\n', "")], ["sides: missing"]),
    "quoted date, number as text": (
        [("start = 2030-01-01", 'start = "2030-01-01"'), ("added = 0.2", 'added = "20 %"')],
        [
            "start: not a date; seen '2030-01-01'; allowed: a date such as 2025-05-02, without",
            "tariffs.steps[1].added: not a number nor the name of a parameter; seen '20 %'",
        ],
    ),
    "percent for a fraction": (
        [("added = 0.2", "added = 20")],
        ["tariffs.steps[1].added: out of range; seen 20; allowed: a number from -1 to 10"],
    ),
    "infinite rate": ([("added = 0.2", "added = inf")], ["tariffs.steps[1].added: out of range"]),
    "true for a number": (
        [("added = 0.2", "added = true")],
        ["[1].added: not a number; seen True"],
    ),
    "added and total": (
        [("added = 0.2", "added = 0.2\ntotal = 0.3")],
        ["tariffs.steps[1].total: given beside added; allowed: one of the two"],
    ),
    "a region on itself": (
        [('target = "CCC"', 'target = "AAA"')],
        ["tariffs.steps[3].target: the same as imposer; seen 'AAA'"],
    ),
    "unknown imposer": (
        [('imposer = "BBB"', 'imposer = "BBC"')],
        ["[2].imposer: unknown; seen 'BBC'; allowed: AAA, BBB, CCC. Did you mean BBB?"],
    ),
    "a rate that is no parameter": (
        [("rates = { AAA = 0.1, BBB = 0.0 }", 'rates = { AAA = "mood", BBB = 0.0 }')],
        ["stages[1].demands.AAA.rates.AAA: not a number nor the name of a parameter; seen 'mood'"],
    ),
    "a moment that opens no stage": (
        [("happened = false", 'happened = false\nopens = "peace"')],
        ["moments[1].opens: unknown; seen 'peace'; allowed: cut"],
    ),
    "an ending in no stage": (
        [('kind = "court"', 'kind = "court"\nstages = ["peace"]\ngoes_to = "war"')],
        ["endings[1].stages: not names of stages", "endings[1].goes_to: unknown; seen 'war'"],
    ),
    "an exempt share given twice": (
        [("share = 0.25", "share = 0.25\nof_imports = 0.1")],
        ["tariffs.exemptions[1].of_imports: given beside share; allowed: one of the two"],
    ),
    "what nobody waits for": (
        [("[economy]", '[waits_for_exemptions]\nAAA = ["sing"]\nCCC = ["call"]\n\n[economy]')],
        [
            "waits_for_exemptions.AAA: not a list of acts; seen ['sing']; allowed: call, concede",
            "waits_for_exemptions.CCC: unknown key",
        ],
    ),
    "the same step twice": (
        [
            ("date = 2030-02-01\nimposer = \"AAA\"\ntarget = \"CCC\"\nadded = 0.1",
             "date = 2030-01-01\nimposer = \"AAA\"\ntarget = \"BBB\"\nadded = 0.1"),
        ],
        ["tariffs.steps[3].date: a second step of this day, pair and sectors"],
    ),
    "unknown keys": (
        [("added = 0.5", "added = 0.5\nadedd = 1"), ('kind = "cut"', 'kind = "cut"\ncolour = 3')],
        [
            "tariffs.threatened[1].adedd: unknown key; allowed: added, deadline",
            "stages[1].colour: unknown key",
        ],
    ),
    "unknown table": (
        [("[[moments]]", "[[momentz]]")],
        ["momentz: unknown key; allowed: deadlines, economy"],
    ),
    "no source, no known_on": (
        [('known_on = 2030-02-10\nsource = "speech"\n\n[[tariffs.exemptions]]',
          "\n[[tariffs.exemptions]]")],
        [
            "tariffs.threatened[1].known_on: missing",
            "tariffs.threatened[1].source: missing; allowed: a text",
        ],
    ),
    "unknown sector, share above one": (
        [("sectors = [\"goods\"]\nshare = 0.25", "sectors = [\"godds\"]\nshare = 25")],
        [
            "tariffs.exemptions[1].sectors: unknown; seen 'godds'; allowed: goods, services",
            "tariffs.exemptions[1].share: out of range; seen 25; allowed: a number from 0 to 1",
        ],
    ),
    "sectors as a text": (
        [("sectors = [\"goods\"]\nshare", "sectors = \"goods\"\nshare")],
        ["tariffs.exemptions[1].sectors: not a list of sectors; seen 'goods'"],
    ),
    "a sector twice": (
        [("sectors = [\"goods\"]\nshare", "sectors = [\"goods\", \"goods\"]\nshare")],
        ["tariffs.exemptions[1].sectors: a sector stands twice"],
    ),
    "unknown instrument that ends before it starts": (
        [("export_control", "export_kontrol"), ("end = 2030-06-01", "end = 2030-01-01")],
        [
            "instruments[1].instrument: unknown; seen 'export_kontrol'; allowed: export_control",
            "instruments[1].end: not after start; seen 2030-01-01; allowed: after 2030-02-01",
        ],
    ),
    "an instrument lifted in no stage, and one twice": (
        [("[[stages]]", """[[instruments]]
name = "licences"
side = "BBB"
instrument = "export_ban"
sectors = ["goods"]
lifted_in = "cuts"
start = 2030-02-01
known_on = 2030-01-20
source = "gazette"

[[stages]]""")],
        [
            "instruments[2].name: a second instrument of this name; seen 'licences'",
            "instruments[2].lifted_in: unknown; seen 'cuts'; allowed: cut. Did you mean",
        ],
    ),
    "third region acts": (
        [('side = "BBB"', 'side = "CCC"'), ('actor = "AAA"', 'actor = "CCC"')],
        [
            "instruments[1].side: unknown; seen 'CCC'; allowed: AAA, BBB",
            "events[1].actor: unknown; seen 'CCC'; allowed: AAA, BBB, BOTH",
        ],
    ),
    "unknown stage and deadline": (
        [('kind = "cut"', 'kind = "cutt"'), ('follows = "rates imposed"', 'follows = "war"')],
        [
            "stages[1].kind: unknown; seen 'cutt'; allowed: contact, cut, cut_below_threshold",
            "deadlines[1].follows: unknown; seen 'war'; allowed: rates imposed, truce lapses",
        ],
    ),
    "a stage twice": (
        [("[[deadlines]]", '[[stages]]\nname = "cut"\nkind = "own"\n\n[[deadlines]]')],
        ["stages[2].name: a second stage of this name; seen 'cut'"],
    ),
    "demand of one side only": (
        [("rates = { AAA = 0.1, BBB = 0.0 }", "rates = { AAA = 0.1 }")],
        ["stages[1].demands.AAA.rates.BBB: missing"],
    ),
    "demand of a third region, none at all": (
        [("[stages.demands.BBB]\nrates = \"ideal\"", "[stages.demands.CCC]\nrates = \"ideal\""),
         ("rates = { AAA = 0.1, BBB = 0.0 }\n", "")],
        [
            "stages[1].demands.CCC: unknown key",
            "stages[1].demands.AAA.rates: missing; allowed: added points of both sides",
        ],
    ),
    "a threat that ends before it is known": (
        [("deadline = 2030-03-01", "deadline = 2030-03-01\nended_on = 2030-01-01")],
        ["tariffs.threatened[1].ended_on: before known_on; seen 2030-01-01; allowed: 2030-02-10"],
    ),
    "hazard outside its range": (
        [("hazard = 0.5", "hazard = 5")],
        ["endings[1].hazard: outside its range; seen 5.0; allowed: 0.1 to 2.0"],
    ),
    "bad likelihood ratios": (
        [("[0.5, 2]", "[2, 0.5]")],
        ["events[1].likelihood_ratio: not a range; seen [2, 0.5]; allowed: [low, high], 0 < low"],
    ),
    "unknown kind of event, a flag as a text": (
        [('kind = "threat"', 'kind = "rumour"'), ("happened = false", 'happened = "no"')],
        [
            "events[1].kind: unknown; seen 'rumour'; allowed: threat, escalation",
            "moments[1].happened: neither true nor false; seen 'no'",
        ],
    ),
    "parameter out of its range, and one without meaning": (
        [("low = 0.5\nhigh = 2.0", "low = 1.5\nhigh = 2.0"),
         ("[parameters.discount_rate.AAA]", "[parameters.mood]")],
        [
            "parameters.terms_duration.value: outside its range; seen 1.0; allowed: 1.5 to 2",
            "parameters.mood.unit: missing",
            "parameters.mood.symbol: missing",
            "parameters.mood.meaning: missing",
        ],
    ),
    "no economy of that name": (
        [("[economy]", "[other]")],
        ["economy: missing; allowed: us-china-2022, world-2022, or a table with flows",
         "other: unknown key"],
    ),
    "no trade file": (
        [('flows = "trade.csv"', 'flows = "trad.csv"')],
        ["economy.flows: trad.csv: cannot be read"],
    ),
    "unit and tariffs that are not there": (
        [('unit = "billion USD"', 'unit = "euro"'), ('"tariffs.csv"', '"t.csv"')],
        ["economy.unit: unknown; seen 'euro'", "economy.tariffs: t.csv: cannot be read"],
    ),
    "income of a region missing": (
        [("CCC = 1400.0", "DDD = 1400.0")],
        ["economy.gdp: one figure for each region"],
    ),
    "rows that are no tables": (
        [("[[moments]]", "[ignored]"), ("remarks", "remarks"),
         ('title = "AAA and BBB"', 'title = "AAA and BBB"\nmoments = 3\nremarks = "none"')],
        [
            "moments: not a list of tables; seen 3; allowed: [[moments]]",
            "remarks: not a list of texts; seen 'none'",
            "ignored: unknown key",
        ],
    ),
}  # fmt: skip


def broken(edits):
    text = FILE
    for old, new in edits:
        text = text.replace(old, new, 1)
    assert text != FILE
    return text


def message(tmp_path, text):
    with pytest.raises(DataError) as caught:
        ng.load_standoff(write(tmp_path, text))
    return str(caught.value)


def test_a_missing_economy_is_not_blamed_on_regions(tmp_path):
    text = message(tmp_path, broken([('flows = "trade.csv"', 'flows = "trad.csv"')]))
    assert text.startswith("own.toml: 1 mistake:\n- economy.flows: trad.csv: cannot be read")
    text = message(tmp_path, broken([("[economy]", 'economy = "wrld-2022"\n[other]')]))
    assert "2 mistakes" in text
    assert "economy: unknown; seen 'wrld-2022'" in text
    assert "Did you mean world-2022?" in text
    text = message(
        tmp_path,
        'title = "t"\nsides = ["USA", "CHN"]\nstart = 2017-01-01\neconomy = "world-2022"\n'
        "[tariffs]\nbaseline = 2010-01-01\n",
    )
    assert "1 mistake:\n- tariffs.baseline: tariffs of USA on CHN: no average" in text


def test_there_are_thirty_broken_files():
    assert len(BROKEN) >= 30


@pytest.mark.parametrize("name", BROKEN)
def test_one_message_holds_every_mistake(tmp_path, name):
    edits, mistakes = BROKEN[name]
    text = message(tmp_path, broken(edits))
    assert text.startswith("own.toml: ")
    for mistake in mistakes:
        assert mistake in text
    lines = text.splitlines()[1:]
    assert text.startswith(f"own.toml: {len(lines)} mistake")
    assert len(lines) == len(mistakes), "no mistake is told that is none"


def test_mistakes_of_all_sections_are_told_at_once(tmp_path):
    chosen = ["percent for a fraction", "unknown instrument that ends before it starts",
             "unknown stage and deadline", "hazard outside its range", "bad likelihood ratios",
             "a sector twice", "parameter out of its range, and one without meaning"]  # fmt: skip
    text = message(tmp_path, broken([edit for name in chosen for edit in BROKEN[name][0]]))
    for name in chosen:
        for mistake in BROKEN[name][1]:
            assert mistake in text


def test_the_file_without_edits_loads(tmp_path):
    assert ng.load_standoff(write(tmp_path)).sides == ("AAA", "BBB")
