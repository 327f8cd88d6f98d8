"""Import layers, and what importing the package may pull in."""

import subprocess
import sys

import negotiation


def test_import_is_light():
    code = (
        "import sys, negotiation; "
        "heavy = {'matplotlib', 'pandas', 'numba', 'nashpy', 'scipy'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_import_layers():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_name_loads():
    for name in negotiation.__all__:
        assert getattr(negotiation, name) is not None
