import json

import pytest

from tests.reference import reference_path
from tests.vectors_process import VECTORS, largest_gap


@pytest.mark.kernel
@pytest.mark.parametrize("name", sorted(VECTORS))
def test_vector(name):
    entries = json.loads(reference_path("vectors", "bargaining.json").read_text())
    found = [entry for entry in entries if entry["id"].startswith(f"{name}_")]
    if not found:
        pytest.skip(f"vector {name} is not among the reference vectors")
    vector = found[0]
    seen = VECTORS[name](vector["inputs"])
    assert set(seen) == set(vector["outputs_hp"])
    assert largest_gap(seen, vector["outputs_hp"]) <= 1.0
