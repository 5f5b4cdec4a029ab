"""Keras, which runs on JAX here: a third implementation of the same layers."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

from benchmarks.peers.cases import Case
from src.equations import LSTM, flip_update_gate

NAME = f"Keras {keras.__version__} (JAX)"


def layer_of(case: Case) -> keras.layers.Layer:
    """A Keras layer with our weights; with a mask its outputs are 0, as ours are."""
    p, H, D = case.layer.parameters, case.layer.hidden_size, case.layer.input_size
    settings = {"return_sequences": True, "return_state": True, "zero_output_for_mask": True}
    if isinstance(case.layer, LSTM):  # i, f, c, o: Keras has our order
        layer = keras.layers.LSTM(H, **settings)
        order, bias = [0, 1, 2, 3], p["bias"]
    elif hasattr(case.layer, "reset_after"):  # Keras keeps the old state with z, and has z, r, h
        layer = keras.layers.GRU(H, reset_after=case.layer.reset_after, **settings)
        p, order = flip_update_gate(p), [1, 0, 2]
        bias = p["bias"]
    else:
        layer, order, bias = keras.layers.SimpleRNN(H, **settings), [0], p["bias"]
    layer.build((None, None, D))
    arrays = [arranged(p["weight_ih"], order).T, arranged(p["weight_hh"], order).T]
    if "bias_reset" in p:
        inside = np.zeros_like(bias)
        inside[-H:] = p["bias_reset"]
        arrays.append(np.stack([arranged(bias, order), arranged(inside, order)]))
    elif getattr(case.layer, "reset_after", False):
        arrays.append(np.stack([arranged(bias, order), np.zeros_like(bias)]))
    else:
        arrays.append(arranged(bias, order))
    layer.set_weights(arrays)
    return layer


def arranged(weight: np.ndarray, order: list[int]) -> np.ndarray:
    """The row blocks of a weight (or bias) in another order."""
    return np.concatenate([np.split(weight, len(order))[k] for k in order])


def answer(case: Case) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Outputs (B, T, H) and the last states (B, H), as Keras computes them."""
    mask = np.arange(case.x.shape[1]) < case.lengths[:, None]
    outputs, *last = layer_of(case)(case.x, mask=mask, initial_state=list(case.state))
    return np.asarray(outputs), tuple(map(np.asarray, last))
