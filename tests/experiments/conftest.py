"""What the tests of all experiments need: the thread that the results were made with."""

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)
