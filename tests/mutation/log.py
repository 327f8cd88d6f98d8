"""What became of mutants, one line of JSON each, so that a run can be taken up again."""

import json


def known(path):
    """Last verdict by mutant; none where there is no log yet."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {line["key"]: line["verdict"] for line in lines}


def note(path, mutant, verdict, test, seconds):
    """Add a verdict, the test that noticed, and how long it took to a log."""
    line = {"key": mutant.key, "verdict": verdict, "test": test, "seconds": round(seconds, 1)}
    line |= {"file": mutant.file, "line": mutant.line, "kind": mutant.kind}
    line |= {"before": mutant.before, "after": mutant.after}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
