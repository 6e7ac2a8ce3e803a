"""Every network of these tests is tiny."""

import pytest


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    """See ``one_thread``."""
