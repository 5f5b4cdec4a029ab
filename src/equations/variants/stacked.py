"""Layers of one kind on top of each other, with the contract of one layer but for lengths."""

from typing import Any

import numpy as np

from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer


class Stacked:
    """Each layer reads the outputs of the one below.

    Args:
        layers: list of recurrent layers, the lowest first; each reads as many numbers as the one
            below it has units.

    Attributes:
        parameters: dict of all their arrays, "weight_ih" of layer 1 as "weight_ih_1".
        input_size, hidden_size, dtype: D of the lowest, H of the highest, and their dtype.

    Raises:
        ValueError: no layer, or two that do not fit.
    """

    def __init__(self, layers: list[RecurrentLayer]) -> None:
        if not layers:
            raise ValueError("layers must hold at least one layer")
        for k in range(1, len(layers)):
            if layers[k].input_size != layers[k - 1].hidden_size:
                raise ValueError(
                    f"layers[{k}] must read {layers[k - 1].hidden_size} numbers, the units below "
                    f"it, but it reads {layers[k].input_size}"
                )
        self.layers = layers
        self.parameters = {
            f"{key}_{k}": p for k, layer in enumerate(layers) for key, p in layer.parameters.items()
        }
        self.input_size, self.hidden_size = layers[0].input_size, layers[-1].hidden_size
        self.dtype = layers[0].dtype

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, list[Any], list[Any]]:
        """Read whole sequences from states of zeros.

        Args:
            x: (B, T, D).

        Returns:
            outputs (B, T, H) of the highest layer; the last states and the tapes, one for each.
        """
        states, tapes = [], []
        for layer in self.layers:
            x, state, tape = layer.forward(x)
            states.append(state)
            tapes.append(tape)
        return x, states, tapes

    def backward(self, tapes: list[Any], d_outputs: np.ndarray) -> Gradients:
        """Back through all layers, the highest first.

        Args:
            tapes: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H).

        Returns:
            Gradients(x, state, parameters), state a list with one for each layer.
        """
        states, parameters = [], {}
        for k in reversed(range(len(self.layers))):
            d_outputs, state, gradients = self.layers[k].backward(tapes[k], d_outputs)
            states.insert(0, state)
            parameters |= {f"{key}_{k}": gradient for key, gradient in gradients.items()}
        return Gradients(d_outputs, states, {key: parameters[key] for key in self.parameters})
