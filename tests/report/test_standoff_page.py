"""The page of a run: self-contained, escaped, short when folded, and one with its tables."""

import html
import json
import re
import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.payoffs import tariff_game
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.process.solve import solve_process
from negotiation.report.standoff_page.drawing import svg_of
from negotiation.report.standoff_page.forecast_parts import what_followed
from negotiation.report.standoff_page.markup import percent, table
from negotiation.report.standoff_page.page import standoff_page
from tests.report.standoff_runs import small_run

#: Pixels of a page as it opens.
LONGEST = {1280: 3200, 390: 4200}
MEAN = """<script>alert("x")</script> & 'quotes'"""


@pytest.fixture(scope="module")
def run():
    return small_run()


@pytest.fixture(scope="module")
def text(run):
    return standoff_page(run)


def grid_of(text):
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', text)
    return json.loads(found[1])


def cells(text, anchor):
    """Rows of a table, headings first."""
    body = re.search(rf'<table id="{anchor}">(.*?)</table>', text, flags=re.DOTALL)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, flags=re.DOTALL)
    return [
        [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def number(shown):
    return float(shown.replace("\u2212", "-"))


def test_nothing_is_fetched_and_every_part_is_there(text):
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", text)
    assert not re.search(
        r"https?://(?!www\.w3\.org/)", re.sub(r'"https?://[^"]*w3[^"]*"', "", text)
    )
    for anchor in re.findall(r'<a href="#(\w+)">', text):
        assert f'id="{anchor}"' in text
    assert text.count("<svg") == 3
    assert len(text) < 500_000


def test_one_date_conditions_the_page(run, text):
    assert "conditional on 2 May 2025" in text
    answer = re.search(r'<ul class="answer">(.*?)</ul>', text, flags=re.DOTALL)[1]
    assert answer.count("<li>") == 5
    assert "12 May 2025" not in answer


def test_first_numbers_agree_with_the_tables(run, text):
    answer = html.unescape(re.search(r'<ul class="answer">(.*?)</ul>', text, flags=re.DOTALL)[1])
    day = run.forecast.dates[0]
    chance = f"{100 * run.forecast.cut_by(day):.0f} %"
    assert f"By 31 May 2025 with probability {chance}" in answer
    rows = cells(text, "forecast-table")
    everything = next(row for row in rows if row[0] == "all")
    assert everything[2] == chance
    sides = re.search(r"United States with probability (\d+ %), China with (\d+ %)", answer)
    assert list(sides.groups()) == everything[-2:]
    models = [row[2] for row in rows[1:-3]]
    least, most = re.search(r"The payoff model first: (\d+) % to (\d+) % by", answer).groups()
    numbers = [int(cell.removesuffix(" %")) for cell in models]
    assert (min(numbers), max(numbers)) == (int(least), int(most))
    without = cells(text, "bargain-table")[1]
    costs = re.search(r"no deal cost\? United States (\S+) %, China (\S+) %", answer).groups()
    assert [number(x) for x in costs] == pytest.approx([number(x) for x in without[2:]], abs=0.0051)


def test_what_followed_is_the_first_agreement_and_the_first_cut(run, text):
    first, second = what_followed(run.standoff, run.as_of)
    assert (first[0], second[0]) == (date(2025, 5, 12), date(2025, 5, 14))
    assert second[1] == "fewer points added by United States and China"
    assert "What followed on 12 May 2025: agreement" in text
    assert what_followed(run.standoff, date(2030, 1, 1)) == ()


def test_a_toy_and_a_part_say_so_in_the_first_line(run, text):
    assert re.search(r'<main>\s*<p class="first">A partial run: 2 draws', text)
    placeholder = replace(run.standoff.changes[0], source="placeholder")
    facts = replace(run.standoff, changes=(placeholder, *run.standoff.changes[1:]))
    toy = standoff_page(replace(run, standoff=facts))
    assert re.search(r'<main>\s*<p class="first">A toy: 1 of the \d+ dated facts', toy)


def test_words_of_a_file_are_escaped(run):
    event = replace(run.standoff.events[-1], event=MEAN, source=MEAN, date=run.as_of)
    facts = replace(
        run.standoff,
        title=MEAN,
        events=(*run.standoff.events, replace(event, known_on=run.as_of)),
    )
    noted = {name: replace(item, notes=(MEAN,)) for name, item in run.built.items()}
    page = standoff_page(replace(run, standoff=facts, built=noted))
    assert page.count("<script") == 2
    assert f"<title>{html.escape(MEAN)}</title>" in page
    assert page.count(html.escape(MEAN)) >= 5


def test_a_stage_without_stakes_is_said_in_the_answer(run):
    note = "cut: a concession changes nothing"
    first, *rest = run.built
    some = {first: replace(run.built[first], nothing_at_stake=note, notes=(note,))}
    partly = standoff_page(replace(run, built=run.built | some))
    said = f"{note} (payoffs: {first})."
    assert said in re.search(r'<ul class="answer">(.*?)</ul>', partly, flags=re.DOTALL)[1]
    everywhere = {
        name: replace(item, nothing_at_stake=note, notes=(note,))
        for name, item in run.built.items()
    }
    whole = replace(run, built=everywhere)
    assert rest
    assert whole.notes == (note,)
    assert f" {note}.</li>" in standoff_page(whole)


def test_no_deal_is_an_answer(run):
    solution = replace(run.bargains[0], support=(len(run.bargaining_problem.points),))
    nothing = replace(solution, probabilities=(1.0,), parameters=())
    page = standoff_page(replace(run, bargains=(nothing, *run.bargains[1:])))
    assert "What would they agree on? Nash bargain: no deal." in page


@pytest.mark.parametrize("digits", [0, 1])
def test_what_may_happen_is_neither_certain_nor_impossible(digits):
    step = 10.0**-digits
    for value in (1e-6, 0.003 / 10**digits, 0.0049 / 10**digits):
        assert percent(value, digits) == f"below {step:.{digits}f} %"
        assert percent(1.0 - value / 1.01, digits) == f"above {100 - step:.{digits}f} %"
    assert percent(0.0, digits) == f"{0:.{digits}f} %"
    assert percent(1.0 - 1e-13, digits) == f"{100:.{digits}f} %"
    assert percent(0.5, digits) == f"{50:.{digits}f} %"
    rows = [[percent(value, digits)] for value in (0.001 / 10**digits, 0.2, 1.0)]
    assert "<td class=number>" in table(["chance"], rows)


def test_the_same_run_gives_the_same_page(run, text):
    assert standoff_page(run) == text


def test_the_explorers_grid_is_what_the_library_computes(run, text):
    grid = grid_of(text)
    rates = run.standoff.rates(run.as_of)
    objectives = run.standoff.objectives(run.as_of)
    game = tariff_game(
        run.standoff.economy, rates, horizon="short_run", exporter_incidence=0.25,
        objectives=objectives, as_of=run.as_of,
    )  # fmt: skip
    assert np.allclose(grid["payoffs"]["export_dependence"][0][1], game.payoffs, atol=5.1e-5)
    values = {f"audience_cost_{s.lower()}": grid["audience"][s][4] for s in grid["sides"]}
    values |= {f"discount_rate_{s.lower()}": grid["patience"][s][0] for s in grid["sides"]}
    model = PayoffModel("one", "general_equilibrium", ("long_run",))
    solved = solve_process(run.standoff.process(run.as_of, model=model, values=values))
    found = grid["cut"]["general_equilibrium"][2][0][4][0]
    assert found == pytest.approx(solved.cut_by(np.array(grid["days"])), abs=1e-4)


def test_the_finer_grid_is_what_a_side_would_choose_against_the_equilibrium(run, text):
    (equilibrium,) = run.equilibria.equilibria
    row = int(np.argmax(equilibrium.probabilities[0]))
    rates = np.linspace(0.0, max(run.game.added_rates[1]), 31)
    replies = tariff_game(
        run.standoff.economy,
        {"USA": [run.standoff.rates(run.as_of)["USA"][row]], "CHN": rates.round(4).tolist()},
        model="general_equilibrium", horizon="short_run", as_of=run.as_of,
        objectives=run.standoff.objectives(run.as_of),
    )  # fmt: skip
    gain = replies.payoffs[1, 0].max() - equilibrium.payoffs[1]
    label = replies.actions[1][int(replies.payoffs[1, 0].argmax())]
    said = html.unescape(text)
    assert gain > 1e-3
    assert f"China would rather choose {label} and gain {gain:.3f} % of GDP a year" in said
    assert "not the same on a finer grid" in said


def test_a_picture_is_the_same_text_twice_and_keeps_words():
    def draw(axes):
        axes[0].plot([0, 1], [0, 1], label="a < b & $c$")
        axes[0].legend()

    first = svg_of(draw, name="one")
    assert first == svg_of(draw, name="one")
    assert first.startswith("<svg viewBox=")
    assert "a &lt; b &amp; $c$" in first


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    selenium = pytest.importorskip("selenium.webdriver")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("chromium and chromium-driver are not installed")
    options = selenium.ChromeOptions()
    options.binary_location = binary
    profile = tmp_path_factory.mktemp("profile")
    for flag in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--force-device-scale-factor=1", f"--user-data-dir={profile}"),
    ):
        options.add_argument(flag)
    service = selenium.ChromeService(executable_path=driver)
    with selenium.Chrome(options=options, service=service) as chrome:
        yield chrome


@pytest.fixture(scope="module")
def page(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(text, encoding="utf-8")
    return path


def opened(browser, page, width):
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get("about:blank")
    browser.get(page.as_uri())
    assert browser.execute_script("return document.body.dataset.ready") == "yes"
    return browser


def unfold(browser):
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
    )


def text_of(browser, name):
    return browser.find_element("id", name).text


def put(browser, name, value):
    browser.execute_script(
        "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('input'));",
        name,
        str(value),
    )


@pytest.mark.oracle
@pytest.mark.parametrize("width", LONGEST)
def test_a_page_fits_its_window_and_is_short_when_folded(browser, page, width):
    opened(browser, page, width)
    high = browser.execute_script("return document.documentElement.scrollHeight")
    assert high < LONGEST[width]
    unfold(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    outside = browser.execute_script(
        "return [...document.querySelectorAll('.scroll, svg, p, li, summary, label')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).length"
    )
    assert outside == 0
    sizes = browser.execute_script(
        "return [...document.querySelectorAll('figure svg')].map((svg) => "
        "svg.getBoundingClientRect().width / svg.viewBox.baseVal.width "
        "* Math.min(...[...svg.querySelectorAll('text')]"
        ".map((t) => parseFloat(getComputedStyle(t).fontSize))))"
    )
    assert min(sizes) > 8.0
    assert browser.get_log("browser") == []
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert [name for name in loaded if not name.startswith("data:")] == []


@pytest.mark.oracle
@pytest.mark.parametrize("width", LONGEST)
def test_contents_stay_and_unfold_what_they_name(browser, page, width):
    opened(browser, page, width)
    link = browser.find_element("css selector", 'nav a[href="#sources"]')
    part = browser.find_element("id", "sources")
    assert part.get_attribute("open") is None
    browser.execute_script("arguments[0].click()", link)
    assert part.get_attribute("open") is not None
    top = browser.execute_script("return document.querySelector('nav').getBoundingClientRect().top")
    assert top == 0
    assert browser.execute_script("return scrollY") > 0


def dates(browser):
    found = browser.find_elements("css selector", "#dates .date")
    return [float(item.get_attribute("data-value")) for item in found]


@pytest.mark.oracle
def test_sliders_move_dates_and_payoffs(browser, page):
    from selenium.webdriver import Keys

    opened(browser, page, 1280)
    unfold(browser)
    put(browser, "model", "export_dependence")
    for name in ("horizon", "incidence", "audience", "patience"):
        before, curve = dates(browser), browser.execute_script("return curve.innerHTML")
        slider = browser.find_element("id", name)
        shown = text_of(browser, f"{name}-out")
        slider.send_keys(Keys.ARROW_RIGHT)
        assert dates(browser) != before
        assert browser.execute_script("return curve.innerHTML") != curve
        assert text_of(browser, f"{name}-out") != shown
        assert slider.get_attribute("aria-valuetext") == text_of(browser, f"{name}-out")
        assert slider.accessible_name
    before = text_of(browser, "payoff")
    browser.find_element("css selector", 'td[data-i="0"][data-j="0"]').click()
    assert text_of(browser, "payoff") != before


@pytest.mark.oracle
def test_the_explorer_agrees_with_the_tables(browser, page, run, text):
    opened(browser, page, 1280)
    unfold(browser)
    shown = browser.find_elements("css selector", "#matrix td")
    listed = [cell for row in cells(text, "payoffs-table")[1:] for cell in row[1:]]
    assert [item.text.replace("\n", " / ") for item in shown] == listed
    places = {"partial_0": 0.0, "partial_25": 0.25, "partial_50": 0.5}
    for m, name in enumerate(run.forecast.models):
        world = name not in places
        put(browser, "model", "general_equilibrium" if world else "export_dependence")
        put(browser, "horizon", 0 if name == "equilibrium_one_year" else 1)
        put(browser, "incidence", places.get(name, 0.0))
        assert dates(browser) == pytest.approx(run.forecast.cut[0, m], abs=1e-4)
        central = cells(text, "models-table")[1 + m][2]
        assert f": {central}" in text_of(browser, "dates")
