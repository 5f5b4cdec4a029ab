"""The gated recurrent unit: one step, and the way back through it."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from src.equations.activations import sigmoid
from src.equations.checks import Shape, check_flag
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.layer import RecurrentLayer
from src.equations.torch_weights import one_gru_layer


class GRUStep(NamedTuple):
    """One time step with everything that it computed, each (B, H).

    Attributes:
        reset_gate: r_t.
        update_gate: z_t; 1 takes the candidate, 0 keeps the old state.
        candidate: h̃_t.
        hidden_state: h_t.
        state: what the next step takes, h_t.
    """

    reset_gate: np.ndarray
    update_gate: np.ndarray
    candidate: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> np.ndarray:
        return self.hidden_state


class GRU(RecurrentLayer):
    r"""A layer of gated recurrent units, with the reset before or after the product.

        r_t = σ(W_r [h_(t−1), x_t] + b_r)
        z_t = σ(W_z [h_(t−1), x_t] + b_z)
        h̃_t = tanh(W_xn x_t + b_n + W_hn (r_t ⊙ h_(t−1)))             reset_after=False
        h̃_t = tanh(W_xn x_t + b_n + r_t ⊙ (W_hn h_(t−1) + b_hn))      reset_after=True
        h_t = (1 − z_t) ⊙ h_(t−1) + z_t ⊙ h̃_t

    The reset before the product is that of the papers; after it is PyTorch's and cuDNN's,
    where one product serves all three blocks. No weights turn the one into the other: before,
    entry k of W_hn (r ⊙ h) mixes all of r; after, entry k of r ⊙ (W_hn h) is scaled by r_k
    alone. PyTorch's z is 1 − z_t of these equations; `flip_update_gate` converts.

    `forward` and `backward`, the loops over `step` and `step_backward`, are those of every
    `RecurrentLayer`. `src.equations.fast.FastGRU` is the same layer, arranged for speed.

    Args:
        parameters: dict of weight_ih (3H, D), weight_hh (3H, H) and bias (3H,), all float32 or
            all float64; H rows each for r, z, h̃. With reset_after also bias_reset (H,), b_hn:
            it is multiplied by r_t, so it cannot be folded into b_n. The layer keeps these very
            arrays.
        reset_after: which of the two candidates.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Cho et al. 2014 (reset before); direction of z: Chung et al. 2014.
    """

    shapes: Mapping[str, Shape] = {
        "weight_ih": ("3H", "D"),
        "weight_hh": ("3H", "H"),
        "bias": ("3H",),
    }

    def __init__(self, parameters: dict[str, np.ndarray], *, reset_after: bool = False) -> None:
        self.reset_after = check_flag("reset_after", reset_after)
        if reset_after:
            self.shapes = {**self.shapes, "bias_reset": ("H",)}
        super().__init__(parameters)

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        reset_after: bool = False,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            reset_after: which of the two candidates.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        parameters = uniform_parameters(cls.shapes, input_size, hidden_size, rng, dtype)
        if check_flag("reset_after", reset_after):
            parameters["bias_reset"] = np.zeros(hidden_size, dtype)
        return cls(parameters, reset_after=reset_after)

    @classmethod
    def from_torch(cls, module: object) -> Self:
        """The layer with the weights of a `torch.nn.GRU` (one layer, one direction).

        PyTorch resets after the product, and its update gate points the other way.

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(flip_update_gate(one_gru_layer(module)), reset_after=True)

    def step(self, x: np.ndarray, state: np.ndarray) -> GRUStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: h_(t−1), (B, H).

        Returns:
            GRUStep: the gates, the candidate and the new state by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h = self.check_step(x, state)
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        W_hr, W_hz, W_hn = np.split(W_h, 3)
        x_r, x_z, x_n = np.split(x @ W_x.T + b, 3, axis=1)

        r = sigmoid(x_r + h @ W_hr.T)
        z = sigmoid(x_z + h @ W_hz.T)
        if self.reset_after:
            h_tilde = np.tanh(x_n + r * (h @ W_hn.T + self.parameters["bias_reset"]))
        else:
            h_tilde = np.tanh(x_n + (r * h) @ W_hn.T)
        h = (1 - z) * h + z * h_tilde
        return GRUStep(r, z, h_tilde, h)

    def step_backward(
        self, x: np.ndarray, state: np.ndarray, step: GRUStep, d_state: np.ndarray
    ) -> Gradients:
        r"""The way back through one step.

        With h̄_t = ∂L/∂h_t and δ = ∂L/∂a, a what goes into a gate's σ or tanh:

            δ_n = h̄_t ⊙ z_t ⊙ (1 − h̃_t²)
            δ_z = h̄_t ⊙ (h̃_t − h_(t−1)) ⊙ z_t (1 − z_t)
            before:  q = W_hnᵀ δ_n         δ_r = q ⊙ h_(t−1) ⊙ r_t (1 − r_t)
            after:   q = δ_n ⊙ r_t         δ_r = δ_n ⊙ (W_hn h_(t−1) + b_hn) ⊙ r_t (1 − r_t)

        q is the gradient of what the reset gate acts upon. Four paths lead to h_(t−1): past the
        candidate, through z, through r, and through the candidate:

            h̄_(t−1) = h̄_t ⊙ (1 − z_t) + W_hzᵀ δ_z + W_hrᵀ δ_r + (q ⊙ r_t  or  W_hnᵀ q)

        and with δ_r, δ_z, δ_n stacked in one δ_t:

            ∂L/∂x_t = W_xᵀ δ_t,   ∂L/∂W_x = δ_t x_tᵀ,   ∂L/∂b = δ_t,   ∂L/∂b_hn = q
            ∂L/∂[W_hr; W_hz] = [δ_r; δ_z] h_(t−1)ᵀ
            ∂L/∂W_hn = δ_n (r_t ⊙ h_(t−1))ᵀ  or  q h_(t−1)ᵀ

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: h̄_t, (B, H): all that arrives at h_t, from its output and from step t+1.

        Returns:
            Gradients(x, state, parameters).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h_before, d_h = self.check_step_backward(x, state, step, GRUStep, d_state)
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        W_hr, W_hz, W_hn = np.split(W_h, 3)
        r, z, h_tilde, _ = step

        delta_n = d_h * z * (1 - h_tilde**2)
        delta_z = d_h * (h_tilde - h_before) * z * (1 - z)
        if self.reset_after:
            q = delta_n * r
            delta_r = delta_n * (h_before @ W_hn.T + self.parameters["bias_reset"]) * r * (1 - r)
            through_candidate = q @ W_hn
            d_W_hn = q.T @ h_before
        else:
            q = delta_n @ W_hn
            delta_r = q * h_before * r * (1 - r)
            through_candidate = q * r
            d_W_hn = delta_n.T @ (r * h_before)

        delta = np.concatenate([delta_r, delta_z, delta_n], axis=1)
        parameters = {
            "weight_ih": delta.T @ x,
            "weight_hh": np.concatenate([delta_r.T @ h_before, delta_z.T @ h_before, d_W_hn]),
            "bias": delta.sum(axis=0),
        }
        if self.reset_after:
            parameters["bias_reset"] = q.sum(axis=0)
        return Gradients(
            x=delta @ W_x,
            state=d_h * (1 - z) + delta_z @ W_hz + delta_r @ W_hr + through_candidate,
            parameters=parameters,
        )


def flip_update_gate(parameters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The parameters that mean the same with the update gate pointing the other way.

    1 − σ(a) = σ(−a): changing the sign of the update gate's rows turns
    h = (1 − z) ⊙ h_prev + z ⊙ h̃ (Chung et al. 2014, this book) into
    h = z ⊙ h_prev + (1 − z) ⊙ h̃ (Cho et al. 2014, PyTorch). It is its own inverse, and it maps
    gradients as it maps parameters.

    Args:
        parameters: dict with weight_ih (3H, D), weight_hh (3H, H), bias (3H,), rows r, z, h̃;
            other entries are copied as they are.

    Returns:
        A dict of new arrays.
    """
    flipped = {name: value.copy() for name, value in parameters.items()}
    for name in ("weight_ih", "weight_hh", "bias"):
        H = len(flipped[name]) // 3
        flipped[name][H : 2 * H] *= -1
    return flipped
