"""Train a layer of `src.equations` on the continual Reber task, and read long streams with it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from src.equations import Adam, clip_by_global_norm
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.layer import RecurrentLayer
from src.equations.readout import Linear
from src.equations.states import State
from src.tasks.continual import StreamWindow, predicts_legal, stream_windows

LONGEST_STRING = 40  # steps; of a longer string, less than one in 500, the rest is cut off


class StreamNetwork:
    """A recurrent layer, and outputs that read its cells and the input itself.

    Attributes:
        layer: any layer of `src.equations` with D = 7 and a pair for its state.
        readout: Linear, from input and cells (7 + H) to logits (7).
    """

    def __init__(
        self, layer: RecurrentLayer, *, rng: np.random.Generator, bound: float = 0.2
    ) -> None:
        self.layer = layer
        self.readout = Linear.initialize(7 + layer.hidden_size, 7, rng=rng, bound=bound)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The layer's and the readout's arrays, in one dict."""
        return self.layer.parameters | self.readout.parameters

    def read(
        self, inputs: np.ndarray, state: State | None = None
    ) -> tuple[np.ndarray, State, tuple]:
        """Read T steps: logits (B, T, 7), the last state, and what `gradients` needs."""
        outputs, state, tape = self.layer.forward(inputs, state)
        seen = np.concatenate([inputs, outputs], axis=2)
        return self.readout.forward(seen), state, (seen, tape)

    def gradients(self, record: tuple, d_logits: np.ndarray) -> dict[str, np.ndarray]:
        """The gradient of every parameter, from that of the logits."""
        seen, tape = record
        d_seen, d_readout = self.readout.backward(seen, d_logits)
        return self.layer.backward(tape, d_seen[:, :, 7:]).parameters | d_readout


class StreamCurve(NamedTuple):
    """What was measured while a network trained, a list entry for each check.

    Attributes:
        updates: made so far.
        loss: mean cross-entropy of the last window.
        legal: share of its steps that were predicted (`predicts_legal`).
        memory: the same, of the steps before a string's last letter but one.
        state: mean |C| at the window's end.
    """

    updates: list[int]
    loss: list[float]
    legal: list[float]
    memory: list[float]
    state: list[float]


def train_on_streams(
    network: StreamNetwork,
    *,
    rng: np.random.Generator,
    updates: int,
    batch_size: int = 16,
    window: int = 25,
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    validate_every: int = 250,
    frozen_rows: slice | None = None,
) -> StreamCurve:
    """Train a network, in place, on endless streams; its state is carried from window to window.

    The gradient stops at a window's start (truncated back-propagation through time). The learning
    rate falls linearly to zero.

    Args:
        network: StreamNetwork; its parameters are changed.
        rng: numpy.random.Generator that the streams are drawn from.
        updates: how many.
        batch_size: B, streams side by side.
        window: T, steps between two updates.
        learning_rate: Adam's, at the start.
        max_norm: the gradient's global norm is clipped to it.
        validate_every: updates between two entries of the curve.
        frozen_rows: slice of the layer's rows (weights and bias) that stay as they are; None: none.

    Returns:
        StreamCurve.
    """
    windows, state = stream_windows(rng, batch_size, window), None
    all_steps = np.full(batch_size, window)

    def batch() -> tuple[StreamWindow, np.ndarray]:
        return next(windows), all_steps

    def read(inputs: np.ndarray) -> tuple[np.ndarray, State, tuple]:
        nonlocal state
        logits, state, record = network.read(inputs, state)
        return logits, state, record

    return _train(
        network, batch, read, updates, learning_rate, max_norm, validate_every, frozen_rows
    )


def train_with_resets(
    network: StreamNetwork,
    *,
    rng: np.random.Generator,
    updates: int,
    batch_size: int = 32,
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    validate_every: int = 250,
) -> StreamCurve:
    """The same for a network whose state is zero at the start of every string.

    Then a stream is nothing but separate strings, and that is what a batch holds.

    Args:
        as in `train_on_streams`; batch_size: strings in a batch.

    Returns:
        StreamCurve.
    """
    return _train(
        network,
        lambda: separate_strings(rng, batch_size),
        network.read,
        updates,
        learning_rate,
        max_norm,
        validate_every,
        None,
    )


def separate_strings(rng: np.random.Generator, batch_size: int) -> tuple[StreamWindow, np.ndarray]:
    """A window with one string in each row, from its first letter, and their lengths (B,)."""
    batch = next(stream_windows(rng, batch_size, LONGEST_STRING))
    starts_again = batch.starts[:, 1:]
    lengths = np.where(starts_again.any(axis=1), 1 + starts_again.argmax(axis=1), LONGEST_STRING)
    return batch, lengths


def _train(
    network: StreamNetwork,
    batch: Callable[[], tuple[StreamWindow, np.ndarray]],
    read: Callable[[np.ndarray], tuple],
    updates: int,
    learning_rate: float,
    max_norm: float,
    validate_every: int,
    frozen_rows: slice | None,
) -> StreamCurve:
    optimizer = Adam(network.parameters, learning_rate)
    curve = StreamCurve([], [], [], [], [])
    for update in range(1, updates + 1):
        w, lengths = batch()
        logits, state, record = read(w.inputs)
        loss, d_logits = sequence_cross_entropy(logits, w.targets, lengths)
        gradients = network.gradients(record, d_logits)
        if frozen_rows is not None:
            for name in ("weight_ih", "weight_hh", "bias"):
                gradients[name][frozen_rows] = 0
        optimizer.learning_rate = learning_rate * (1 - (update - 1) / updates)
        optimizer.step(clip_by_global_norm(gradients, max_norm)[0])

        if update % validate_every == 0:
            real = np.arange(logits.shape[1]) < lengths[:, None]
            right = predicts_legal(logits, w.legal)
            curve.updates.append(update)
            curve.loss.append(loss)
            curve.legal.append(float(right[real].mean()))
            curve.memory.append(float(right[real & w.needs_memory].mean()))
            curve.state.append(float(np.abs(state[1]).mean()))
    return curve


class StreamReading(NamedTuple):
    """What a network did on long streams.

    Attributes:
        right: (B, T) bool, the steps that it predicted (`predicts_legal`).
        needs_memory: (B, T) bool, the steps before a string's last letter but one.
        states: (B, T // every, H), the cell state C after every so many steps.
    """

    right: np.ndarray
    needs_memory: np.ndarray
    states: np.ndarray


def read_streams(
    network: StreamNetwork,
    *,
    rng: np.random.Generator,
    batch_size: int,
    steps: int,
    every: int = 25,
) -> StreamReading:
    """Read B streams of T steps, from a state of zero and without a reset.

    Args:
        network: StreamNetwork.
        rng: numpy.random.Generator that the streams are drawn from.
        batch_size: B.
        steps: T, a multiple of `every`.
        every: how often the cell state is kept.

    Returns:
        StreamReading.

    Raises:
        ValueError: steps is no multiple of every.
    """
    if steps % every:
        raise ValueError(f"steps must be a multiple of every = {every}, got {steps}")
    windows, state = stream_windows(rng, batch_size, every), None
    right, needs_memory, states = [], [], []
    for _ in range(steps // every):
        w = next(windows)
        logits, state, _ = network.read(w.inputs, state)
        right.append(predicts_legal(logits, w.legal))
        needs_memory.append(w.needs_memory)
        states.append(state[1])
    return StreamReading(
        np.concatenate(right, axis=1),
        np.concatenate(needs_memory, axis=1),
        np.stack(states, axis=1),
    )
