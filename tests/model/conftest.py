"""Networks of these tests are tiny: a second thread only waits, and on a busy machine it waits for minutes."""

import pytest


@pytest.fixture(autouse=True)
def one_thread():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
