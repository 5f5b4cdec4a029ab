"""What all cells share: their parameters, and the two loops over time.

A cell writes down one step and one step back. What makes a layer of it is the same for all, also
what padding is: every step behind a sequence's length. `RecurrentLayer.inputs` decides it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from src.equations.checks import (
    Shape,
    check_array,
    check_parameters,
    check_shape,
    only_read,
    steps_read,
)
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.states import (
    Size,
    State,
    add_output,
    check_state,
    choose,
    copy_of,
    first_state,
    only,
)


class Tape(NamedTuple):
    """What `forward` keeps for `backward`.

    Attributes:
        x: (B, T, D), the inputs, 0 where no step is read.
        states: list of T + 1 states: the one before the first step, and the one after each.
        steps: list of T steps, what `step` returned: every gate by name. Behind a sequence's end
            they are computed and not used.
        running: bool (B, T), the steps that lie before the end of their sequence.
        layer: the layer in words, so that no other takes this tape.
    """

    x: np.ndarray
    states: list[State]
    steps: list[Any]
    running: np.ndarray
    layer: str


class RecurrentLayer:
    """A cell that is run over time.

    A subclass says the shapes of its parameters, under names of its own, in which D and H occur
    (a bias's name begins with "bias"), and has `step` and `step_backward`; if its state
    is not one array (B, H), also `state_size`. It gets lengths, initial weights, checks, tapes,
    `forward` and `backward` from here.

    Args:
        parameters: dict of arrays, all float32 or all float64, with the keys and shapes that the
            cell states. The layer keeps these very arrays.

    Attributes:
        parameters: that dict.
        input_size: D.
        hidden_size: H.
        dtype: float32 or float64.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.
    """

    shapes: Mapping[str, Shape]  # of each parameter, such as ("4H", "D")

    def __init__(self, parameters: dict[str, np.ndarray]) -> None:
        self.parameters, sizes = check_parameters(parameters, self.shapes)
        self.input_size, self.hidden_size = sizes["D"], sizes["H"]
        self.dtype = next(iter(self.parameters.values())).dtype

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        return cls(uniform_parameters(cls.shapes, input_size, hidden_size, rng, dtype))

    def __repr__(self) -> str:
        shapes = ", ".join(f"{key} {p.shape}" for key, p in self.parameters.items())
        return f"{type(self).__name__} of {self.dtype} with {shapes}"

    @property
    def state_size(self) -> Size:
        """H if the state is an array (B, H); a tuple of sizes if it is a tuple of arrays."""
        return self.hidden_size

    def initial_state(self, batch_size: int) -> State:
        """The state before the first step: zeros."""
        return first_state("state", None, self.state_size, batch_size, self.dtype)

    def step(self, x: np.ndarray, state: State) -> Any:
        """One time step, each cell's own.

        Args:
            x: (B, D).
            state: the state before the step.

        Returns:
            A named tuple with every gate, `hidden_state` (B, H), which is the output, and
            `state`, which the next step takes.
        """
        raise NotImplementedError

    def step_backward(self, x: np.ndarray, state: State, step: Any, d_state: State) -> Gradients:
        """The way back through one step, each cell's own.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: ∂L/∂(state after the step).

        Returns:
            Gradients(x, state, parameters), with respect to what `step` was given and to the
            parameters.
        """
        raise NotImplementedError

    def forward(
        self, x: np.ndarray, state: State = None, lengths: npt.ArrayLike | None = None
    ) -> tuple[np.ndarray, State, Any]:
        """Read whole sequences, one `step` after the other.

        Args:
            x: (B, T, D). What lies behind a sequence's end may be anything.
            state: the state before the first step; zero if None.
            lengths: (B,) integers from 1 to T, how many steps each sequence has; all T if None.
                Behind its end a sequence's state is frozen and its outputs are zero.

        Returns:
            outputs (B, T, H); the last state; and the `Tape` for `backward`.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, not finite, or a
                length lies outside 1 to T.
        """
        x, running = self.inputs(x, lengths)
        B, T, _ = x.shape
        states = [first_state("state", state, self.state_size, B, self.dtype)]
        steps = []
        for t in range(T):
            step = self.step(x[:, t], states[t])
            steps.append(step)
            states.append(choose(running[:, t], step.state, states[t]))
        outputs = np.stack([step.hidden_state for step in steps], axis=1)
        outputs[~running] = 0
        return outputs, copy_of(states[T]), Tape(x, states, steps, running, repr(self))

    def backward(self, tape: Any, d_outputs: np.ndarray, d_state: State = None) -> Gradients:
        """Back-propagation through time, one `step_backward` before the other.

        What arrives at a state is the sum of what comes from its output and from the next step.
        Where a sequence has ended no step was made, and what arrives is handed on.

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H). What lies behind a sequence's end may be anything.
            d_state: ∂L/∂(last state); zero if None.

        Returns:
            Gradients(x, state, parameters); x is zero behind the end of a sequence.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite, or the
                tape is not this layer's.
        """
        x, states, steps, running, _ = self.check_tape(tape, Tape)
        d_outputs = self.upstream(d_outputs, running)
        d_state = first_state("d_state", d_state, self.state_size, len(x), self.dtype)
        d_x = np.empty_like(x)
        d_parameters = {key: np.zeros_like(p) for key, p in self.parameters.items()}
        for t in reversed(range(len(steps))):
            arriving = add_output(d_state, d_outputs[:, t])
            d_x[:, t], d_state, gradients = self.step_backward(
                x[:, t], states[t], steps[t], only(running[:, t], arriving)
            )
            d_state = choose(running[:, t], d_state, arriving)
            for key, gradient in gradients.items():
                d_parameters[key] += gradient
        return Gradients(d_x, d_state, d_parameters)

    def inputs(self, x: np.ndarray, lengths: npt.ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
        """A copy of x with 0 where no step is running, and which steps are: bool (B, T).

        Raises:
            TypeError, ValueError: x or lengths are not as `forward` wants them.
        """
        B, T, _ = check_shape("x", x, ("B", "T", self.input_size), self.dtype).shape
        running = steps_read(lengths, B, T)
        return only_read("x", x, running), running

    def upstream(self, d_outputs: np.ndarray, running: np.ndarray) -> np.ndarray:
        """A copy of d_outputs with 0 where no step is read: an output there is the constant 0.

        Raises:
            TypeError, ValueError: d_outputs is not as `backward` wants it.
        """
        check_shape("d_outputs", d_outputs, (*running.shape, self.hidden_size), self.dtype)
        return only_read("d_outputs", d_outputs, running)

    def check_tape(self, tape: Any, kind: Any) -> Any:
        """Return the tape if this layer made it.

        Raises:
            TypeError: it is no tape of that kind.
            ValueError: a layer with other parameters made it.
        """
        if not isinstance(tape, kind):
            raise TypeError(
                f"tape must be what {type(self).__name__}.forward returned, "
                f"got {type(tape).__name__}"
            )
        if tape.layer != repr(self):
            raise ValueError(f"tape must be from this layer, {self!r}, got one from {tape.layer}")
        return tape

    def check_step(self, x: np.ndarray, state: State) -> State:
        """Return the state after checking what `step` is given.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        check_array("x", x, ("B", self.input_size), self.dtype)
        return check_state("state", state, self.state_size, len(x), self.dtype)

    def check_step_backward(
        self, x: np.ndarray, state: State, step: Any, kind: Any, d_state: State
    ) -> tuple[State, State]:
        """Return state and d_state after checking what `step_backward` is given.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite, or the
                step is not this layer's.
        """
        state = self.check_step(x, state)
        if not isinstance(step, kind):
            raise TypeError(
                f"step must be what {type(self).__name__}.step returned, got {type(step).__name__}"
            )
        check_shape("step.hidden_state", step.hidden_state, (len(x), self.hidden_size), self.dtype)
        return state, check_state("d_state", d_state, self.state_size, len(x), self.dtype)
