"""Gradient descent in place on a dict of parameters."""

from collections.abc import Mapping

import numpy as np


class SGD:
    r"""Stochastic gradient descent with momentum.

        v ← μ v + g,   p ← p − η v

    Args:
        parameters: dict of float arrays, changed in place by `step`.
        learning_rate: η > 0.
        momentum: μ in [0, 1); 0 is plain gradient descent.

    Raises:
        ValueError: learning_rate or momentum is out of range.
    """

    def __init__(
        self, parameters: dict[str, np.ndarray], learning_rate: float, momentum: float = 0.0
    ) -> None:
        _check_learning_rate(learning_rate)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be in [0, 1), got {momentum}")
        self.parameters = parameters
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity = {name: np.zeros_like(p) for name, p in parameters.items()}

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Take one step.

        Args:
            gradients: dict with the keys and shapes of parameters.

        Raises:
            ValueError: keys or shapes differ.
        """
        _check_gradients(self.parameters, gradients)
        for name, p in self.parameters.items():
            v = self.velocity[name]
            v *= self.momentum
            v += gradients[name]
            p -= self.learning_rate * v


class Adam:
    r"""Adam (Kingma and Ba 2015, algorithm 1).

        m ← β₁ m + (1 − β₁) g,      m̂ = m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²,     v̂ = v / (1 − β₂ᵗ)
        p ← p − η m̂ / (√v̂ + ε)

    Args:
        parameters: dict of float arrays, changed in place by `step`.
        learning_rate: η > 0.
        betas: (β₁, β₂), each in [0, 1).
        epsilon: ε > 0.

    Raises:
        ValueError: an option is out of range.
    """

    def __init__(
        self,
        parameters: dict[str, np.ndarray],
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        _check_learning_rate(learning_rate)
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be two numbers in [0, 1), got {betas}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be positive, got {epsilon}")
        self.parameters = parameters
        self.learning_rate = learning_rate
        self.betas = betas
        self.epsilon = epsilon
        self.time = 0
        self.mean = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.square = {name: np.zeros_like(p) for name, p in parameters.items()}

    def step(self, gradients: Mapping[str, np.ndarray]) -> None:
        """Take one step.

        Args:
            gradients: dict with the keys and shapes of parameters.

        Raises:
            ValueError: keys or shapes differ.
        """
        _check_gradients(self.parameters, gradients)
        self.time += 1
        beta_1, beta_2 = self.betas
        for name, p in self.parameters.items():
            g, m, v = gradients[name], self.mean[name], self.square[name]
            m += (1 - beta_1) * (g - m)
            v += (1 - beta_2) * (g * g - v)
            m_hat = m / (1 - beta_1**self.time)
            v_hat = v / (1 - beta_2**self.time)
            p -= self.learning_rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


def _check_learning_rate(learning_rate: float) -> None:
    if not learning_rate > 0:
        raise ValueError(f"learning_rate must be positive, got {learning_rate}")


def _check_gradients(
    parameters: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]
) -> None:
    if gradients.keys() != parameters.keys():
        raise ValueError(
            f"gradients must have the keys {sorted(parameters)}, got {sorted(gradients)}"
        )
    for name, p in parameters.items():
        if gradients[name].shape != p.shape:
            raise ValueError(
                f"gradients[{name!r}] must have shape {p.shape}, got {gradients[name].shape}"
            )
