"""What the LSTM's variants share: blocks of rows, a pair for a state, and the way through W."""

from typing import ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from src.equations.checks import check_finite_number
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.layer import RecurrentLayer

Pair = tuple[np.ndarray, np.ndarray]  # h and C, each (B, H)


class VariantStep(NamedTuple):
    """One time step of a variant, each (B, H).

    Attributes:
        gates: the gates that the cell has and the candidate, in the order of its rows.
        cell_state: C_t.
        hidden_state: h_t.
        state: what the next step takes, the pair h_t, C_t.
    """

    gates: tuple[np.ndarray, ...]
    cell_state: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> Pair:
        return self.hidden_state, self.cell_state


class LSTMVariant(RecurrentLayer):
    """An LSTM of which a part is left out: fewer blocks of rows than four, the state h and C.

    A subclass names its blocks, of i, f, c and o, and its `shapes` accordingly.
    """

    blocks: ClassVar[tuple[str, ...]]

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        forget_bias: float | None = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero but for one.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            forget_bias: b_f, the same for all units; 1 if None and there is a forget gate.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated, or there is no forget gate and yet
                a bias for it.
        """
        if "f" not in cls.blocks and forget_bias is not None:
            raise ValueError(f"forget_bias must be None: {cls.__name__} has no forget gate")
        value = 1.0 if forget_bias is None else forget_bias
        check_finite_number("forget_bias", value)
        parameters = uniform_parameters(cls.shapes, input_size, hidden_size, rng, dtype)
        if "f" in cls.blocks:
            k = cls.blocks.index("f")
            parameters["bias"][k * hidden_size : (k + 1) * hidden_size] = value
        return cls(parameters)

    @property
    def state_size(self) -> tuple[int, int]:
        """The sizes of h and C, both H."""
        return self.hidden_size, self.hidden_size

    def pre_activations(self, x: np.ndarray, h: np.ndarray) -> list[np.ndarray]:
        """What goes into each gate and the candidate, each (B, H), in the order of the blocks."""
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        return np.split(x @ W_x.T + h @ W_h.T + b, len(self.blocks), axis=1)

    def through_weights(
        self, x: np.ndarray, h: np.ndarray, deltas: list[np.ndarray], d_C: np.ndarray
    ) -> Gradients:
        """The gradients of a step, from those of its pre-activations and that of C_(t−1).

        ∂L/∂x_t = W_xᵀ δ_t,   h̄_(t−1) = W_hᵀ δ_t
        ∂L/∂W_x = δ_t x_tᵀ,   ∂L/∂W_h = δ_t h_(t−1)ᵀ,   ∂L/∂b = δ_t
        """
        delta = np.concatenate(deltas, axis=1)
        return Gradients(
            x=delta @ self.parameters["weight_ih"],
            state=(delta @ self.parameters["weight_hh"], d_C),
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ h,
                "bias": delta.sum(axis=0),
            },
        )
