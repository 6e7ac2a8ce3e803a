"""One scheduler with two workers for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.rig import Site, site


@pytest.fixture(scope="session")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A scheduler with two workers; a file "other" beside the scheduler file gives them another network."""
    folder = tmp_path_factory.mktemp("cluster")
    with site(folder) as made:
        made.workers(2, OTHER_NETWORK=str(folder / "other"), TRIED=str(folder / "tried"))
        made.ready(2)
        yield made
