"""The HTML report: self-contained, and its explorer agrees with the library."""

import re
import shutil

import numpy as np
import pytest

from negotiation.bargaining.problem import BargainingProblem
from negotiation.bargaining.solutions import egalitarian, kalai_smorodinsky, nash_bargaining
from negotiation.data import load_economy
from negotiation.equilibrium.nash import nash_equilibria
from negotiation.errors import InvalidInputError
from negotiation.payoffs import tariff_game
from negotiation.report.page import report_html, write_report
from negotiation.study.run import run_study_file
from negotiation.trade.objective import Objective
from tests.reference import ROOT


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    results = folder / "experiments" / "results"
    for study in ("explorer", "export_dependence"):
        run_study_file(ROOT / "experiments" / f"{study}.toml", results)
    return write_report(folder, folder / "report.html", {})


def test_nothing_is_fetched(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", text)
    assert "http" not in text.replace("http-equiv", "")
    assert "Export dependence by sector" in text
    assert len(text) < 5_000_000


def test_claims_stand_in_the_page():
    row = {
        "as_of": "2025-05-02",
        "conditional": "a < b",
        "holds": 3,
        "flips": 1,
        "origin": "stored",
    }
    text = report_html({}, {}, {}, {"some_claim": row})
    assert '<h2 id="claims">' in text
    assert "some claim" in text
    assert "a &lt; b" in text


def test_without_results(tmp_path):
    with pytest.raises(InvalidInputError, match="negotiation reproduce"):
        write_report(tmp_path, tmp_path / "report.html", {})


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
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-device-scale-factor=1",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    service = selenium.ChromeService(executable_path=driver)
    with selenium.Chrome(options=options, service=service) as chrome:
        yield chrome


def text_of(browser, name):
    return browser.find_element("id", name).text


def put(browser, name, value):
    script = (
        "const e = document.getElementById(arguments[0]); e.value = arguments[1];"
        "e.dispatchEvent(new Event('input'));"
    )
    browser.execute_script(script, name, str(value))


RATES = {
    "USA": [0, 0.1, 0.3, 0.54, 0.8, 1.04, 1.45, 2],
    "CHN": [0, 0.1, 0.34, 0.6, 0.84, 1.25, 2],
}
SETS = [
    "boehm_short_run",
    "boehm_long_run",
    "fontagne_2022",
    "caliendo_parro_2015",
    "flat_4",
]
SOLUTIONS = [nash_bargaining, kalai_smorodinsky, egalitarian]


def number(text):
    return float(text.replace("\u2212", "-").replace("+", ""))


@pytest.fixture
def opened(browser, page):
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.set_window_size(1200, 1000)
    browser.get(page.as_uri())
    assert browser.execute_script("return document.body.dataset.ready") == "yes"
    return browser


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("phi", "weight", "elasticities"),
    [(0.0, 1, 0), (0.3, 1, 0), (0.5, 0, 3), (0.2, 3, 2), (0.4, 2, 4), (0.1, 1, 1)],
)
def test_explorer_agrees_with_the_library(opened, phi, weight, elasticities):
    put(opened, "phi", phi)
    put(opened, "weight", weight)
    put(opened, "elasticity", elasticities)
    game = tariff_game(
        load_economy(),
        RATES,
        elasticities=SETS[elasticities],
        exporter_incidence=phi,
        as_of="2025-05-02",
        objectives=Objective(jobs=weight),
    )
    expected = {
        "{:.0f} % / {:.0f} %".format(
            *(
                100 * RATES[side][int(np.argmax(p))]
                for side, p in zip(RATES, item.probabilities, strict=True)
            )
        )
        for item in nash_equilibria(game).equilibria
    }
    assert set(text_of(opened, "equilibria").split(", ")) == expected
    assert "only one" in text_of(opened, "equilibria-note")

    shown = re.findall(r"[+\u2212]?\d\.\d\d", text_of(opened, "payoff"))
    assert [number(x) for x in shown] == pytest.approx(game.payoffs[:, 6, 5], abs=0.0051)
    cells = opened.find_elements("css selector", "#matrix td")
    numbers = [[number(line) for line in cell.text.split()] for cell in cells]
    assert np.array(numbers) == pytest.approx(game.payoffs.reshape(2, -1).T, abs=0.0051)

    problem = BargainingProblem.from_game(game, disagreement=(6, 5))
    values = opened.find_elements("css selector", "#bargains td[data-value]")
    found = np.array([float(cell.get_attribute("data-value")) for cell in values])
    wanted = [solve(problem).payoffs for solve in SOLUTIONS]
    assert found.reshape(3, 2) == pytest.approx(np.array(wanted), abs=2e-5)


@pytest.mark.oracle
def test_every_control_answers_to_the_mouse_and_the_keyboard(opened):
    from selenium.webdriver import ActionChains, Keys

    names = ("payoff", "equilibria", "bargains", "matrix")
    for name in ("usa", "chn", "phi", "weight"):
        slider = opened.find_element("id", name)
        before = [text_of(opened, item) for item in names]
        value = slider.get_attribute("value")
        # from the middle, where the press itself moves the handle, to a quarter of the track
        ActionChains(opened).move_to_element(slider).click_and_hold().move_by_offset(
            -slider.size["width"] // 4, 0
        ).release().perform()
        assert slider.get_attribute("value") != value
        assert [text_of(opened, item) for item in names] != before
        assert slider.get_attribute("aria-valuetext") == text_of(opened, f"{name}-out")
        assert slider.accessible_name
        shown = text_of(opened, f"{name}-out")
        slider.send_keys(Keys.ARROW_RIGHT)
        assert text_of(opened, f"{name}-out") != shown
    chooser = opened.find_element("id", "elasticity")
    before = text_of(opened, "matrix")
    chooser.send_keys(Keys.ARROW_DOWN)
    assert text_of(opened, "matrix") != before
    opened.find_element("css selector", 'td[data-i="0"][data-j="0"]').click()
    assert text_of(opened, "usa-out") == "0 %"
    assert "USA 0.00 %, China 0.00 %" in text_of(opened, "payoff")


@pytest.mark.oracle
def test_a_page_alone_and_a_phone(opened, page):
    loaded = opened.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert [name for name in loaded if not name.startswith("data:")] == []
    assert opened.get_log("browser") == []
    opened.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
    )
    opened.get(page.as_uri())
    assert opened.execute_script("return document.documentElement.scrollWidth") <= 390
    table = opened.find_element("css selector", "#matrix")
    assert table.size["width"] > 0
    wide = opened.execute_script(
        "return [...document.querySelectorAll('.scroll')]"
        ".every((box) => box.getBoundingClientRect().right <= 390)"
    )
    assert wide
