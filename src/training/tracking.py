"""Train a recurrent layer of `src.equations` to answer after every symbol, in NumPy."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from tqdm import tqdm

from src.equations import Adam, clip_by_global_norm
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.gradients import Gradients
from src.equations.readout import Linear


class Layer(Protocol):
    """A recurrent layer, or several on top of each other."""

    parameters: dict[str, np.ndarray]
    hidden_size: int
    dtype: np.dtype

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, Any, Any]: ...

    def backward(self, tape: Any, d_outputs: np.ndarray) -> Gradients: ...


class TrackingRun(NamedTuple):
    """What happened.

    Attributes:
        readout: the trained readout of the states.
        updates: list of ints, the updates after which the layer was asked.
        accuracies: list of floats, the share of right answers on the held-out sequences then.
        losses: list of floats, the mean cross-entropy on them, in nats.
        solved_at: the first of these updates with an accuracy above the threshold; None if none.
    """

    readout: Linear
    updates: list[int]
    accuracies: list[float]
    losses: list[float]
    solved_at: int | None


def answers(layer: Layer, readout: Linear, inputs: np.ndarray) -> np.ndarray:
    """Logits (B, T, K) after every symbol of inputs (B, T, D)."""
    outputs, _, _ = layer.forward(inputs.astype(layer.dtype))
    return readout.forward(outputs)


def mean_loss(logits: np.ndarray, targets: np.ndarray) -> float:
    """The mean cross-entropy in nats of logits (B, T, K) for classes (B, T), as ints."""
    one_hot = np.eye(logits.shape[-1], dtype=logits.dtype)
    return sequence_cross_entropy(logits, one_hot[targets])[0]


def train_to_track(
    layer: Layer,
    draw: Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]],
    classes: int,
    *,
    rng: np.random.Generator,
    updates: int,
    batch_size: int = 32,
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    validate_every: int = 100,
    solved_above: float = 0.999,
    progress: bool = False,
) -> TrackingRun:
    """Train a layer, in place, to say a class after every symbol; stop as soon as it can.

    Args:
        layer: any RecurrentLayer or `Stacked` ones; its parameters are changed.
        draw: function of (rng, batch_size) that draws inputs (B, T, D) and targets (B, T), the
            classes as ints. Every batch is drawn anew.
        classes: K, how many classes there are.
        rng: numpy.random.Generator; draws 256 held-out sequences, the readout, and the batches.
        updates: the most that are made.
        batch_size: B.
        learning_rate: Adam's.
        max_norm: the gradient's global norm is clipped to it.
        validate_every: updates between two measurements on the held-out sequences.
        solved_above: the threshold of the accuracy over all their steps.
        progress: show a bar on standard error if that is a terminal.

    Returns:
        TrackingRun(readout, updates, accuracies, losses, solved_at).

    Raises:
        ValueError: a gradient became NaN or infinite, or a setting is out of its range.
    """
    one_hot = np.eye(classes, dtype=layer.dtype)
    held_out, held_targets = draw(rng, 256)
    readout = Linear.initialize(layer.hidden_size, classes, rng=rng, dtype=layer.dtype)
    optimizer = Adam(layer.parameters | readout.parameters, learning_rate)
    run = TrackingRun(readout, [], [], [], None)
    for update in tqdm(range(1, updates + 1), unit="update", disable=None if progress else True):
        x, targets = draw(rng, batch_size)
        outputs, _, tape = layer.forward(x.astype(layer.dtype))
        _, d_logits = sequence_cross_entropy(readout.forward(outputs), one_hot[targets])
        d_outputs, d_readout = readout.backward(outputs, d_logits)
        gradients = layer.backward(tape, d_outputs).parameters | d_readout
        optimizer.step(clip_by_global_norm(gradients, max_norm)[0])

        if update % validate_every == 0 or update == updates:
            logits = answers(layer, readout, held_out)
            run.updates.append(update)
            run.accuracies.append(float(np.mean(logits.argmax(axis=2) == held_targets)))
            run.losses.append(mean_loss(logits, held_targets))
            if run.accuracies[-1] > solved_above:
                return run._replace(solved_at=update)
    return run
