"""Examples of properties are the same in every run, unless another profile is asked for.

``HYPOTHESIS_PROFILE=explore`` looks for new ones.
"""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

from negotiation.study.sweeps.workers import THREAD_VARIABLES

settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", derandomize=False, deadline=None, max_examples=300)
os.environ.setdefault("NEGOTIATION_QUIET", "1")
# Pictures are drawn without a screen; matplotlib reads this when it is loaded.
os.environ["MPLBACKEND"] = "agg"
# Processes of the suite share the cores; linear algebra reads this when it is loaded.
os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Measured deviations travel between processes as plain floats."""
    report = yield
    report.user_properties = [
        (name, value.item() if hasattr(value, "item") else value)
        for name, value in report.user_properties
    ]
    return report


def pytest_runtest_teardown():
    """No figure outlives its test: too many open ones warn in whichever test comes next."""
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
