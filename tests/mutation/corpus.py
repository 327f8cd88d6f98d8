"""A fixed corpus of results: what the examples of docstrings compute, as a digest a module.

``python -m tests.mutation.corpus MODULE ...`` prints them. Numbers count to eight digits, so that
another order of a sum is no other result.
"""

import contextlib
import dataclasses
import doctest
import hashlib
import inspect
import io
import json
import sys
import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from pkgutil import walk_packages

import numpy as np

#: Fields that say how long something took.
_CLOCKS = ("seconds", "elapsed", "started")


def _computed(value):
    """Numbers of what a result computes when it is asked."""
    for name in sorted(dir(type(value))):
        kind = inspect.getattr_static(type(value), name)
        if name.startswith("_") or not isinstance(kind, property | cached_property):
            continue
        try:
            asked = getattr(value, name)
        except Exception as error:
            yield type(error).__name__
        else:
            yield name
            yield from _numbers(asked, 1)


def _numbers(value, depth=0):
    """All numbers in a value, in order, as text."""
    if depth > 6:
        return
    if isinstance(value, bool | np.bool_ | int | np.integer | Fraction):
        yield str(value)
    elif isinstance(value, float | np.floating | complex):
        yield f"{value:.8g}"
    elif isinstance(value, np.ndarray):
        if value.dtype.kind in "fc":
            yield from (f"{x + 0.0:.8g}" for x in value.ravel())
        elif value.dtype.kind in "iub":
            yield from map(str, value.ravel())
        elif value.dtype.kind == "O":
            for item in value.ravel():
                yield from _numbers(item, depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if not any(word in field.name for word in _CLOCKS):
                yield from _numbers(getattr(value, field.name, None), depth + 1)
        if depth == 0:
            yield from _computed(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _numbers(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item, depth + 1)
    elif hasattr(value, "to_numpy"):
        yield from _numbers(value.to_numpy(), depth + 1)


def modules_of(package):
    """Names of the modules of a package."""
    top = import_module(f"negotiation.{package}")
    return sorted(info.name for info in walk_packages(top.__path__, f"{top.__name__}."))


def digest(name):
    """Digest of everything that the examples of a module leave behind."""
    total = hashlib.sha256()
    module = import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        space = dict(vars(module))
        known = set(space)
        for example in test.examples:
            out = io.StringIO()
            try:
                with contextlib.redirect_stdout(out):
                    exec(compile(example.source, name, "single"), space)
            except Exception as error:
                out.write(type(error).__name__)
            total.update(out.getvalue().encode())
        for key in sorted(set(space) - known - {"__builtins__", "_"}):
            total.update(key.encode())
            total.update("\n".join(_numbers(space[key])).encode())
    return total.hexdigest()


def digests(names):
    """Module and digest in turn."""
    for name in names:
        yield name, digest(name)


def executed(package):
    """Digests, and the lines that run by file: when all is imported, then for each module.

    Kernels are not seen from inside.
    """
    from coverage import Coverage

    names = modules_of(package)
    watch = Coverage(data_file=None, source=["negotiation"], config_file=False)
    watch.start()
    watch.switch_context("import")
    for name in names:
        import_module(name)
    found = {}
    for name in names:
        watch.switch_context(name)
        found[name] = digest(name)
    watch.stop()
    data = watch.get_data()
    lines = {name: {} for name in ("import", *names)}
    for file in data.measured_files():
        for line, contexts in data.contexts_by_lineno(file).items():
            for context in set(contexts) & set(lines):
                lines[context].setdefault(file, []).append(line)
    return found, lines


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "--executed":
        print(json.dumps(executed(sys.argv[2])))
    else:
        for line in digests(sys.argv[1:]):
            print(*line, flush=True)
