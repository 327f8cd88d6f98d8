"""Write the generated parts of the README: headline numbers, data sets, exhibits.

Usage: python docs/lists.py [--check]
"""

import json
import re
import sys
from pathlib import Path

from negotiation.data.catalog import list_data
from negotiation.exhibits import EXHIBITS
from negotiation.study.spec import load_study

ROOT = Path(__file__).resolve().parents[1]


def exhibits() -> str:
    """One line a figure and a study."""
    lines = ["| exhibit | file | study | what |", "|---|---|---|---|"]
    for name, item in EXHIBITS.items():
        studies = ", ".join(f"`experiments/{study}.toml`" for study in item.studies)
        lines.append(f"| Figure | `figures/out/{name}.pdf` | {studies} | {item.caption} |")
    for path in sorted((ROOT / "experiments").glob("*.toml")):
        study = load_study(path)
        out = f"`experiments/results/{study.name}/summary.json`"
        lines.append(f"| Tables, numbers | {out} | `{path.relative_to(ROOT)}` | {study.title} |")
    return "\n".join(lines)


def data_sets() -> str:
    """One line a table."""
    listing = list_data()
    columns = [name for name in ("name", "title", "rows", "known_on") if name in listing.columns]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in listing.as_dict()["rows"]:
        lines.append("| " + " | ".join(str(row[name]) for name in columns) + " |")
    return "\n".join(lines)


def renewed(text: str) -> str:
    """Return the README with its generated blocks renewed."""
    for mark, block in (("data", data_sets()), ("exhibits", exhibits())):
        pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
        text = re.sub(pattern, lambda m, b=block: f"{m[1]}\n{b}\n\n{m[2]}", text, flags=re.DOTALL)
    headline = ROOT / "experiments" / "results" / "headline" / "summary.json"
    if headline.exists():
        table = json.loads(headline.read_text(encoding="utf-8"))["tables"]["headline"]
        width = max(len(row[0]) for row in table["rows"])
        lines = [f"{what:<{width}}  {answer}" for what, answer in table["rows"]]
        block = "```\n" + "\n".join(lines) + "\n```"
        pattern = r"(<!-- headline -->\n).*?(<!-- /headline -->)"
        text = re.sub(pattern, lambda m: f"{m[1]}\n{block}\n\n{m[2]}", text, flags=re.DOTALL)
    return text


def main() -> int:
    """Write the lists, or say that they are stale."""
    path = ROOT / "README.md"
    old = path.read_text(encoding="utf-8")
    new = renewed(old)
    if "--check" in sys.argv[1:]:
        return int(new != old)
    path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
