"""The fast layers equal the readable ones, for every shape, length, dtype and state."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.equations import GRU, LSTM
from src.equations.fast import FastGRU, FastLSTM
from src.equations.fast.layout import CHUNK

TWINS = {
    "LSTM": (LSTM, FastLSTM, {}),
    "GRU before": (GRU, FastGRU, {"reset_after": False}),
    "GRU after": (GRU, FastGRU, {"reset_after": True}),
}


@st.composite
def batches(draw):
    """Sizes, lengths, a dtype, which states are given, and a seed for all numbers."""
    B, T = draw(st.integers(1, 5)), draw(st.sampled_from([1, 2, 7, CHUNK, CHUNK + 1, 2 * CHUNK]))
    length = st.integers(1, T)
    return {
        "B": B,
        "T": T,
        "D": draw(st.integers(1, 5)),
        "H": draw(st.integers(1, 6)),
        "lengths": draw(st.none() | st.lists(length, min_size=B, max_size=B)),
        "dtype": draw(st.sampled_from([np.float32, np.float64])),
        "given": draw(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())),
        "seed": draw(st.integers(0, 2**32 - 1)),
    }


def results_of(layer, x, state, lengths, d_outputs, d_state):
    """Everything that the two passes return, by name."""
    outputs, last, tape = layer.forward(x, state, lengths)
    gradients = layer.backward(tape, d_outputs, d_state)
    states = [last, gradients.state] if isinstance(last, np.ndarray) else [*last, *gradients.state]
    named = {f"state {k}": half for k, half in enumerate(states)}
    return {"outputs": outputs, "x": gradients.x, **named, **gradients.parameters}


@pytest.mark.parametrize("name", TWINS)
@given(batch=batches())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_all_results_are_equal(name, batch):
    readable, fast, options = TWINS[name]
    rng, dtype = np.random.default_rng(batch["seed"]), batch["dtype"]
    B, T, D, H = (batch[size] for size in "BTDH")

    def normal(*shape):
        return rng.standard_normal(shape).astype(dtype)

    def state(first, second):
        """None, an array or a pair; a half that is not given is None."""
        halves = [normal(B, H) if is_given else None for is_given in (first, second)]
        if readable is GRU:
            return halves[0]
        return tuple(halves) if first or second else None

    parameters = readable.initialize(D, H, rng=rng, dtype=dtype, **options).parameters
    parameters = {key: normal(*p.shape) for key, p in parameters.items()}
    given_states = batch["given"]
    arguments = (
        normal(B, T, D),
        state(*given_states[:2]),
        batch["lengths"],
        normal(B, T, H),
        state(*given_states[2:]),
    )
    expected = results_of(readable(parameters, **options), *arguments)
    ours = results_of(fast(parameters, **options), *arguments)
    assert ours.keys() == expected.keys()
    for key, value in ours.items():
        assert value.dtype == dtype
        tolerance = 2e-4 if dtype == np.float32 else 1e-11
        scale = max(1, np.abs(expected[key]).max())
        np.testing.assert_allclose(
            value, expected[key], rtol=0, atol=tolerance * scale, err_msg=key
        )


@pytest.mark.parametrize("name", TWINS)
def test_made_from_torch_or_anew_it_is_the_fast_class(name):
    readable, fast, options = TWINS[name]
    rng = np.random.default_rng(0)
    layer = fast.initialize(2, 3, rng=rng, **options)
    assert type(layer) is fast
    assert isinstance(layer, readable)
    same = readable.initialize(2, 3, rng=np.random.default_rng(0), **options)
    for key, value in same.parameters.items():
        np.testing.assert_array_equal(layer.parameters[key], value)
