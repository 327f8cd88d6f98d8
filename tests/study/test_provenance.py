"""What a result depends on is read from the sources."""

from negotiation.study.provenance import module_closure, source_hash


def test_closure_follows_imports_inside_functions():
    closure = module_closure(["negotiation.trade.economy"])
    assert "negotiation.trade.aggregation" in closure
    assert "negotiation.errors" in closure
    assert "negotiation.cli" not in closure


def test_hash_depends_on_the_modules():
    one = source_hash(["negotiation.errors"])
    assert one == source_hash(["negotiation.errors"])
    assert one != source_hash(["negotiation.values"])
