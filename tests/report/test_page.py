"""The HTML report: self-contained, and its explorer agrees with the library."""

import re
import shutil

import numpy as np
import pytest

from negotiation.data import load_economy
from negotiation.equilibrium.nash import nash_equilibria
from negotiation.errors import InvalidInputError
from negotiation.payoffs import tariff_game
from negotiation.report.page import write_report
from negotiation.study.run import run_study_file
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


@pytest.mark.oracle
@pytest.mark.parametrize("phi", [0.0, 0.3])
def test_explorer_agrees_with_the_library(browser, page, phi):
    browser.get(page.as_uri())
    assert browser.execute_script("return document.body.dataset.ready") == "yes"
    put(browser, "phi", phi)
    put(browser, "weight", 1)
    rates = {
        "USA": [0, 0.1, 0.3, 0.54, 0.8, 1.04, 1.45, 2],
        "CHN": [0, 0.1, 0.34, 0.6, 0.84, 1.25, 2],
    }
    game = tariff_game(
        load_economy(),
        rates,
        elasticities="boehm_short_run",
        exporter_incidence=phi,
        as_of="2025-05-02",
    )
    expected = {
        "{:.0f} % / {:.0f} %".format(
            *(
                100 * rates[side][int(np.argmax(p))]
                for side, p in zip(rates, item.probabilities, strict=True)
            )
        )
        for item in nash_equilibria(game).equilibria
    }
    assert set(text_of(browser, "equilibria").split(", ")) == expected
    war = game.payoffs[:, 6, 5]
    shown = text_of(browser, "payoff").replace("\u2212", "-")
    assert [float(x) for x in re.findall(r"[+-]\d\.\d\d", shown)] == pytest.approx(war, abs=0.006)


@pytest.mark.oracle
def test_clicks_and_phones(browser, page):
    browser.get(page.as_uri())
    browser.execute_script(
        'document.querySelector(\'td[data-i="0"][data-j="0"]\')'
        ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    assert text_of(browser, "usa-out") == "0 %"
    assert "USA 0.00 %, China 0.00 %" in text_of(browser, "payoff")
    assert "Nash: " in text_of(browser, "bargains")
    before = text_of(browser, "payoff")
    put(browser, "usa", 6)
    assert text_of(browser, "payoff") != before
    browser.set_window_size(500, 900)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True},
    )
    browser.get(page.as_uri())
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= 390
