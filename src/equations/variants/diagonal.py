"""What the cells share whose gates see only the input: they are linear recurrences."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer
from src.equations.states import first_state
from src.equations.variants.scan import Recurrence, parallel_scan, recurrence_backward


class DiagonalStep(NamedTuple):
    """One time step, each (B, H).

    Attributes:
        keep: a_t, what the state is multiplied by.
        write: b_t, what is added.
        hidden_state: h_t.
        state: what the next step takes, h_t.
    """

    keep: np.ndarray
    write: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> np.ndarray:
        return self.hidden_state


class ScanTape(NamedTuple):
    """What `DiagonalLayer.forward` keeps for `backward`.

    Attributes:
        x: (B, T, D), the inputs, 0 where no step is read.
        keep: a, (B, T, H), 1 where no step is read.
        states: h_0 to h_T, (B, T + 1, H).
        running: bool (B, T), the steps that lie before the end of their sequence.
        layer: the layer in words, so that no other takes this tape.
    """

    x: np.ndarray
    keep: np.ndarray
    states: np.ndarray
    running: np.ndarray
    layer: str


class DiagonalLayer(RecurrentLayer):
    r"""A cell whose step is linear in its state, each unit by itself.

        h_t = a_t ⊙ h_(t−1) + b_t,      a_t and b_t functions of x_t alone

    A subclass says how a and b come from x, and back. `step` and `step_backward` are one step of
    it. `forward` and `backward` find all a and b in one product, then all states by `recurrence`, a
    parallel scan unless it is set to `linear_recurrence`. The loops over `step` and `step_backward`
    are `RecurrentLayer.forward(layer, ...)` and `RecurrentLayer.backward(layer, ...)`.
    """

    recurrence: Recurrence = staticmethod(parallel_scan)

    def coefficients(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """a and b, each (..., H), for inputs x (..., D)."""
        raise NotImplementedError

    def coefficients_backward(
        self, x: np.ndarray, d_keep: np.ndarray, d_write: np.ndarray
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """∂L/∂x (N, D) and those of the parameters, from ∂L/∂a and ∂L/∂b (N, H), x (N, D)."""
        raise NotImplementedError

    def step(self, x: np.ndarray, state: np.ndarray) -> DiagonalStep:
        """One time step.

        Args:
            x: (B, D).
            state: h_(t−1), (B, H).

        Returns:
            DiagonalStep: a, b and the new state.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h = self.check_step(x, state)
        a, b = self.coefficients(x)
        return DiagonalStep(a, b, a * h + b)

    def step_backward(
        self, x: np.ndarray, state: np.ndarray, step: DiagonalStep, d_state: np.ndarray
    ) -> Gradients:
        """The way back through one step: ā_t = h̄_t ⊙ h_(t−1), b̄_t = h̄_t, h̄_(t−1) = h̄_t ⊙ a_t.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: h̄_t, (B, H).

        Returns:
            Gradients(x, state, parameters).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h_before, d_h = self.check_step_backward(x, state, step, DiagonalStep, d_state)
        d_x, parameters = self.coefficients_backward(x, d_h * h_before, d_h)
        return Gradients(d_x, d_h * step.keep, parameters)

    def forward(
        self,
        x: np.ndarray,
        state: np.ndarray | None = None,
        lengths: npt.ArrayLike | None = None,
    ) -> tuple[np.ndarray, np.ndarray, ScanTape]:
        """Read whole sequences, all steps at once if the recurrence is a scan.

        Where a sequence has ended a = 1 and b = 0: its state is frozen.

        Args, Returns, Raises: as `RecurrentLayer.forward`.
        """
        x, running = self.inputs(x, lengths)
        h_0 = first_state("state", state, self.state_size, len(x), self.dtype)
        a, b = self.coefficients(x)
        a[~running], b[~running] = 1, 0
        states = np.concatenate([h_0[:, None], self.recurrence(a, b, h_0)], axis=1)
        outputs = states[:, 1:] * running[:, :, None]
        return outputs, states[:, -1].copy(), ScanTape(x, a, states, running, repr(self))

    def backward(
        self, tape: ScanTape, d_outputs: np.ndarray, d_state: np.ndarray | None = None
    ) -> Gradients:
        """The way back through all steps: the same recurrence, from the end.

        Args, Returns, Raises: as `RecurrentLayer.backward`.
        """
        x, a, states, running, _ = self.check_tape(tape, ScanTape)
        d_outputs = self.upstream(d_outputs, running)
        d_last = first_state("d_state", d_state, self.state_size, len(x), self.dtype)
        d_h = recurrence_backward(a, d_outputs, d_last, self.recurrence)
        d_x = np.zeros_like(x)
        read = d_h[running]  # a step that was not read has no a and no b of its own
        d_x[running], parameters = self.coefficients_backward(
            x[running], read * states[:, :-1][running], read
        )
        return Gradients(d_x, a[:, 0] * d_h[:, 0], parameters)
