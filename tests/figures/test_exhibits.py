"""Figures are scripts: drawn from stored results, alone or as a task, to the same bytes."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import zlib

import pytest
from _pytask.task_utils import COLLECTED_TASKS

from negotiation.errors import InvalidInputError
from negotiation.study.exhibit import draw, exhibit_scripts
from negotiation.study.run import run_study_file
from negotiation.study.spec import load_study
from negotiation.study.tasks import figure_tasks
from tests.reference import ROOT

SCRIPTS = exhibit_scripts(ROOT / "figures")
#: Of the paper: A4 less both margins, inches.
TEXT_WIDTH = (21.0 - 2 * 2.7) / 2.54


def width_and_types(pdf):
    """Width of a page in inches, and the sizes of its type in points, from the file."""
    content = pdf.read_bytes()
    left, _, right, _ = map(float, re.search(rb"/MediaBox ?\[([^\]]*)\]", content)[1].split())
    sizes = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, flags=re.DOTALL):
        with contextlib.suppress(zlib.error):
            text = zlib.decompressobj().decompress(stream)
            sizes |= {float(size) for size in re.findall(rb"/F\S+ ([\d.]+) Tf", text)}
    return (right - left) / 72.0, sizes


@pytest.fixture
def project(tmp_path):
    run_study_file(
        ROOT / "experiments" / "export_dependence.toml", tmp_path / "experiments" / "results"
    )
    (tmp_path / "figures").mkdir()
    for name in ("export_dependence.py", "style.mplstyle"):
        shutil.copy(ROOT / "figures" / name, tmp_path / "figures")
    return tmp_path


def test_same_bytes_alone_and_as_a_task(project, monkeypatch):
    script = project / "figures" / "export_dependence.py"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, str(script)], check=True, cwd="/", env=environment)
    out = project / "figures" / "out"
    alone = {path.name: path.read_bytes() for path in out.iterdir()}
    shutil.rmtree(out)
    import matplotlib as mpl

    monkeypatch.setitem(mpl.rcParams, "lines.linewidth", 9.0)
    draw(script)
    assert mpl.rcParams["lines.linewidth"] == 9.0
    assert alone == {path.name: path.read_bytes() for path in out.iterdir()}
    assert sorted(alone) == ["export_dependence.pdf", "export_dependence.png"]


def test_figures_are_printed_at_the_size_at_which_they_are_made():
    paper = (ROOT / "paper" / "paper.tex").read_text(encoding="utf-8")
    assert "a4paper" in paper
    assert "margin=2.7cm" in paper
    for path in (ROOT / "paper" / "sections").glob("*.tex"):
        for options in re.findall(r"\\includegraphics(.*?)\{", path.read_text(encoding="utf-8")):
            assert options == "[scale=1]", path.name


def test_type_of_a_drawn_figure(project):
    draw(project / "figures" / "export_dependence.py")
    width, sizes = width_and_types(project / "figures" / "out" / "export_dependence.pdf")
    assert width <= TEXT_WIDTH
    assert min(sizes) >= 7.0


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_type_is_under_seven_points_in_print(name):
    pdf = ROOT / "figures" / "out" / f"{name}.pdf"
    if not pdf.is_file():
        pytest.skip("not drawn here: make reproduce")
    width, sizes = width_and_types(pdf)
    assert width <= TEXT_WIDTH
    assert min(sizes) >= 7.0


def test_every_exhibit_reads_a_study_of_the_project():
    studies = {load_study(path).name for path in (ROOT / "experiments").glob("*.toml")}
    assert {path.stem for path in (ROOT / "figures").glob("*.py")} == set(SCRIPTS)
    for name, script in SCRIPTS.items():
        assert script.results, name
        assert {place.name for place in script.folders} <= studies, name
        assert script.caption.endswith("."), name


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exhibit.load(name)", "written out"),
        ("exhibit.load()", "written out"),
        ('exhibit.load("../experiments/results/moon/x")', "no study"),
    ],
)
def test_what_a_figure_loads_is_written_out(project, line, message):
    source = '"""A caption."""\nexhibit = ng.Exhibit(__file__)\n' + line
    (project / "figures" / "mine.py").write_text(source)
    folders = (project / "figures", project / "experiments", project / "experiments" / "results")
    shutil.copy(ROOT / "experiments" / "export_dependence.toml", folders[1])
    shutil.copy(ROOT / "experiments" / "export_dependence.py", folders[1])
    with pytest.raises(InvalidInputError, match=message):
        figure_tasks(*folders)
    assert not COLLECTED_TASKS


def test_a_figure_has_a_caption_and_a_helper_is_none(project):
    (project / "figures" / "shared.py").write_text("def panels():\n    return 2\n")
    assert set(exhibit_scripts(project / "figures")) == {"export_dependence"}
    (project / "figures" / "mine.py").write_text("exhibit = Exhibit(__file__)\n")
    with pytest.raises(InvalidInputError, match=r"mine\.py: no caption"):
        exhibit_scripts(project / "figures")


def sources():
    files = (ROOT / "negotiation").rglob("*")
    kept = [path for path in files if path.suffix in (".py", ".toml", ".html", ".js")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in kept}


def test_the_library_knows_neither_captions_nor_the_project():
    captions = [script.caption.rstrip(".") for script in SCRIPTS.values()]
    folders = re.compile(r"""/ "(?:experiments|figures|paper)"|"(?:experiments|figures|paper)/""")
    knows = set()
    for name, text in sources().items():
        flat = " ".join(text.split())
        assert [line for line in captions if line in flat] == [], name
        assert not re.search(r"(?i)\b(?:figure|exhibit) \d", flat), name
        if name.endswith(".py") and folders.search(text):
            knows.add(name)
    # One runs a project, one begins one, one writes pictures of its own beside its tables.
    assert knows == {
        "negotiation/cli/reproduce.py",
        "negotiation/study/new_project.py",
        "negotiation/report/run.py",
    }
