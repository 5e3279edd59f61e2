"""The checkout's own benchmarks, whatever else is installed."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def _checkout_on_path(repository):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository))
        yield
