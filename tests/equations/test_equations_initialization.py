"""Initial weights, how many there are, and what importing the package brings along."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from src.equations import LSTM


@pytest.mark.parametrize(("D", "H"), [(1, 1), (3, 7), (64, 128)])
def test_number_of_parameters(kind, D, H):
    layer = kind.initialize(D, H, rng=np.random.default_rng(0))
    count = sum(p.size for p in layer.parameters.values())
    extra = H * len(kind.extra_bias)
    assert count == kind.gates * H * (D + H + 1) + extra
    assert (layer.input_size, layer.hidden_size) == (D, H)
    torch_class = getattr(torch.nn, kind.layer_class.__name__.removeprefix("Fast"))
    in_torch = sum(p.numel() for p in torch_class(D, H).parameters())
    assert in_torch - count == kind.gates * H - extra, "PyTorch has a second bias"


def test_only_the_forget_gate_has_a_bias():
    for forget_bias in (0, 1.0, np.float32(-2.5)):
        lstm = LSTM.initialize(2, 3, rng=np.random.default_rng(0), forget_bias=forget_bias)
        i, f, c, o = lstm.parameters["bias"].reshape(4, 3)
        assert (f == forget_bias).all()
        assert not np.any([i, c, o])
    assert LSTM.initialize(2, 3, rng=np.random.default_rng(0)).parameters["bias"][3] == 1


def test_weights_are_uniform_and_the_same_in_both_dtypes(kind):
    double, single = (
        kind.initialize(30, 100, rng=np.random.default_rng(3), dtype=dtype).parameters
        for dtype in (np.float64, np.float32)
    )
    for name in ("weight_ih", "weight_hh"):
        weights = double[name]
        assert np.abs(weights).max() <= 0.1
        assert np.abs(weights).max() > 0.0999
        assert abs(weights.mean()) < 0.003
        assert weights.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.02)
        assert single[name].dtype == np.float32
        np.testing.assert_array_equal(single[name], weights.astype(np.float32))


def test_importing_the_equations_imports_neither_torch_nor_matplotlib():
    program = """if True:
        import sys
        import src.equations
        print([name for name in ("torch", "matplotlib", "scipy") if name in sys.modules])
    """
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"
