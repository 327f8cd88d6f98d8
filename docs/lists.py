"""Write the README's generated parts, docs/sources.md, docs/codebook.md, negotiation/__init__.pyi.

Usage: python docs/lists.py [--check]
"""

import re
import sys
from pathlib import Path

import negotiation
from negotiation.data.catalog import show_codebook
from negotiation.data.parameters import parameters
from negotiation.data.sources import described_tables, sources
from negotiation.data.tables import load_table, table_names
from negotiation.study.exhibit import exhibit_scripts
from negotiation.study.provenance import VERSIONED
from negotiation.study.spec import load_study
from negotiation.study.store.study_results import SUMMARY, read_summary

ROOT = Path(__file__).resolve().parents[1]


def table_of(columns: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def paper_text() -> str:
    """The paper with its sections in their places."""
    paper = (ROOT / "paper" / "paper.tex").read_text(encoding="utf-8")

    def section(found: re.Match[str]) -> str:
        path = ROOT / "paper" / f"{found[1]}.tex"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    return re.sub(r"\\input\{([^}]*)\}", section, paper)


def tables_of_paper() -> list[list[str]]:
    """One line a table of the paper, by its number there: the study that writes it."""
    studies = {
        study.name: (study, path)
        for path in sorted((ROOT / "experiments").glob("*.toml"))
        for study in [load_study(path)]
    }
    rows = []
    # Tables may share a float: each is its label and what follows up to the next.
    _, *blocks = paper_text().split(r"\label{tab:")
    for k, block in enumerate(blocks, start=1):
        mark, _, body = block.partition("}")
        found = re.search(r"\\(?:exhibittable\{|input\{generated/table_)([^}]*)\}", body)
        name = found[1] if found else ""
        owner = max((item for item in studies if name.startswith(f"{item}_")), key=len, default="")
        what = mark.replace("_", " ")
        program, given = "`paper/task_paper.py`", "all" if name else "its text"
        if owner:
            study, path = studies[owner]
            what = f"{what}: {study.title}"
            program = f"`experiments/{study.analysis.partition(':')[0]}.py`"
            given = f"`{path.relative_to(ROOT)}`"
        out = f"`paper/generated/table_{name}.tex`" if name else "`paper/sections`"
        rows.append([f"Table {k}", what, program, given, out])
    return rows


def exhibits() -> str:
    """One line a figure, a table and a study."""
    rows = []
    scripts = exhibit_scripts(ROOT / "figures")
    shown = re.findall(r"\\includegraphics\[[^\]]*\]\{([^}]*)\}", paper_text())
    for k, name in enumerate(shown, start=1):
        studies = ", ".join(f"`experiments/{item.name}.toml`" for item in scripts[name].folders)
        out = f"`figures/out/{name}.pdf`"
        rows.append([f"Figure {k}", scripts[name].caption, f"`figures/{name}.py`", studies, out])
    rows += tables_of_paper()
    for path in sorted((ROOT / "experiments").glob("*.toml")):
        study = load_study(path)
        program = f"`experiments/{study.analysis.partition(':')[0]}.py`"
        out = f"`experiments/results/{study.name}/summary.json`"
        row = ["Numbers", study.title, program, f"`{path.relative_to(ROOT)}`", out]
        rows.append(row)
    return table_of(["exhibit", "what", "program", "study", "output file"], rows)


def public_types() -> str:
    """The stub of the package: each public name, from the module that defines it."""
    lines = ["# Written by docs/lists.py from the table of public names.", "__version__: str"]
    lines.append("_MODULE_OF: dict[str, str]")
    rooms: dict[str, list[str]] = {}
    for name, module in negotiation._MODULE_OF.items():
        rooms.setdefault(module, []).append(name)
    for module, names in sorted(rooms.items()):
        lines.append(f"from {module} import {', '.join(f'{n} as {n}' for n in sorted(names))}")
    return "\n".join(lines) + "\n"


def data_sets() -> str:
    """One line a table, and one a set of files that others may not pass on."""
    rows = []
    for name, item in described_tables().items():
        rows.append(
            [
                f"`{name}`",
                item["title"],
                f"`negotiation/data/tables/{name}.csv`",
                str(item["rows"]),
                f"{item['publisher']} ({item['year']})",
                "yes",
                item["terms"],
            ]
        )
    file = "`negotiation/data/parameters.toml`"
    about = "Parameters of the models with unit, range, source and status"
    count = str(len(parameters()))
    rows.append(["`parameters`", about, file, count, "several: each names its source", "yes", "-"])
    for name, source in (
        ("Ignatenko et al. (2025)", "the authors' replication files"),
        ("Ossa (2014)", "the author's replication files"),
    ):
        about = "Inputs of the published tables that the library is validated against"
        stored = "results in `paper/validation`"
        rows.append([name, about, stored, "-", source, "no", "not ours to pass on"])
    columns = ["data set", "contents", "file", "rows", "source", "provided", "terms"]
    return table_of(columns, rows)


def software() -> str:
    """Versions of the packages that results depend on; where they differ by Python, each."""
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w-]+)==([\w.]+)", locked, flags=re.MULTILINE):
        found.setdefault(name, []).append(version)
    return ", ".join(f"{name} {' or '.join(found[name])}" for name in (*VERSIONED, "pytask"))


def source_page() -> str:
    """Every source, with the tables and parameters that name it."""
    users: dict[str, set[str]] = {}
    for name in table_names():
        for key in load_table(name).column("source"):
            users.setdefault(str(key), set()).add(name)
    for item in parameters().values():
        users.setdefault(item.source, set()).add("parameters")
    rows = [
        [
            f"`{key}`",
            f"{item.publisher} ({item.year}). {item.title}.",
            item.place,
            item.known_on.isoformat(),
            ", ".join(f"`{name}`" for name in sorted(users.get(key, ()))),
            item.terms,
        ]
        for key, item in sources().items()
    ]
    table = table_of(["key", "reference", "place", "known on", "used by", "terms of use"], rows)
    head = "References of the embedded data, from `negotiation/data/sources.toml`."
    return f"# Sources of the data\n\n{head}\n\n{table}\n"


def codebook() -> str:
    """Every column of every embedded table: type, unit, meaning, labels, terms of the sources."""
    head = (
        "Columns of the embedded tables, from `negotiation/data/schema.toml`. `known_on` is the "
        "day from which a row may be used, `source` its entry in [sources.md](sources.md)."
    )
    parts = ["# Codebook", head]
    for name, item in described_tables().items():
        table = load_table(name)
        terms = {sources()[str(key)].terms for key in table.column("source")}
        listing = show_codebook(name)
        about = [
            f"{item['title']}.",
            f"{len(table)} rows, identified by {', '.join(f'`{key}`' for key in table.key)}; "
            f"`known_on`: {item['known_on_rule']}.",
            f"Terms of use: {'; '.join(sorted(terms))}.",
        ]
        rows = [[f"`{row[0]}`", *row[1:]] for row in listing.as_text()]
        parts += [f"## {name}", "\n".join(about), table_of(list(listing.columns), rows)]
    return "\n\n".join(parts) + "\n"


def renewed(text: str) -> str:
    """Return the README with its generated blocks renewed."""
    blocks = {"data": data_sets(), "software": software(), "exhibits": exhibits()}
    for mark, block in blocks.items():
        pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
        text = re.sub(pattern, lambda m, b=block: f"{m[1]}\n{b}\n\n{m[2]}", text, flags=re.DOTALL)
    headline = ROOT / "experiments" / "results" / "headline"
    found = read_summary(headline) if (headline / SUMMARY).exists() else {}
    if found.get("profile") == "fast":  # the README has what `make reproduce` prints
        table = found["tables"]["headline"]
        width = max(len(row[0]) for row in table["rows"])
        lines = [f"{what:<{width}}  {answer}" for what, answer in table["rows"]]
        block = "```\n" + "\n".join(lines) + "\n```"
        pattern = r"(<!-- headline -->\n).*?(<!-- /headline -->)"
        text = re.sub(pattern, lambda m: f"{m[1]}\n{block}\n\n{m[2]}", text, flags=re.DOTALL)
    return text


def main() -> int:
    """Write the lists, or say that they are stale."""
    readme, page, columns = ROOT / "README.md", ROOT / "docs/sources.md", ROOT / "docs/codebook.md"
    old = readme.read_text(encoding="utf-8")
    stub = ROOT / "negotiation" / "__init__.pyi"
    wanted = {
        readme: renewed(old),
        page: source_page(),
        columns: codebook(),
        stub: public_types(),
    }
    if "--check" in sys.argv[1:]:
        return int(
            any(not p.exists() or p.read_text(encoding="utf-8") != t for p, t in wanted.items())
        )
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
