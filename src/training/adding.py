"""Train a recurrent layer of `src.equations` on the adding problem, in NumPy."""

from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from src.equations import Adam, clip_by_global_norm
from src.equations.layer import RecurrentLayer
from src.equations.readout import Linear
from src.tasks.adding import adding_modern


class AddingRun(NamedTuple):
    """What happened.

    Attributes:
        updates: list of ints, the updates after which the error was measured.
        errors: list of floats, the mean squared error on the held-out sequences then.
        solved_at: the first of these updates with an error below the threshold; None if none has.
    """

    updates: list[int]
    errors: list[float]
    solved_at: int | None


def train_to_add(
    layer: RecurrentLayer,
    length: int,
    *,
    rng: np.random.Generator,
    updates: int,
    batch_size: int = 32,
    learning_rate: float = 1e-2,
    max_norm: float = 1.0,
    validate_every: int = 100,
    solved_below: float = 0.01,
    progress: bool = False,
) -> AddingRun:
    r"""Train a layer, in place, to add the two marked numbers; stop as soon as it can.

    The answer is read from the last output, y = w · h_T + v, and the loss is the mean of ½ (y − s)²
    over the batch. Every batch is drawn anew, so nothing can be learned by heart.

    Args:
        layer: any RecurrentLayer with D = 2; its parameters are changed.
        length: T.
        rng: numpy.random.Generator; draws held-out sequences, w, and then the batches.
        updates: the most that are made.
        batch_size: B.
        learning_rate: Adam's.
        max_norm: the gradient's global norm is clipped to it.
        validate_every: updates between two measurements of the error on 256 held-out sequences.
        solved_below: the threshold. (Always to say 1 gives 1/6.)
        progress: show a bar on standard error if that is a terminal.

    Returns:
        AddingRun(updates, errors, solved_at).

    Raises:
        ValueError: a gradient became NaN or infinite, or a setting is out of its range.
    """
    dtype = layer.dtype

    def draw(batch_size: int) -> tuple[np.ndarray, np.ndarray]:
        batch = adding_modern(rng, batch_size, length)
        return batch.inputs.astype(dtype), batch.targets.astype(dtype)[:, None]

    held_out, sums = draw(256)
    readout = Linear.initialize(layer.hidden_size, 1, rng=rng, dtype=dtype)
    optimizer = Adam(layer.parameters | readout.parameters, learning_rate)

    def read(x: np.ndarray) -> tuple:
        outputs, _, tape = layer.forward(x)
        return readout.forward(outputs[:, -1]), outputs, tape

    run = AddingRun([], [], None)
    for update in tqdm(range(1, updates + 1), unit="update", disable=None if progress else True):
        x, targets = draw(batch_size)
        answers, outputs, tape = read(x)
        d_answers = (answers - targets) / dtype.type(batch_size)
        d_outputs = np.zeros_like(outputs)
        d_outputs[:, -1], d_readout = readout.backward(outputs[:, -1], d_answers)
        gradients = layer.backward(tape, d_outputs).parameters | d_readout
        optimizer.step(clip_by_global_norm(gradients, max_norm)[0])

        if update % validate_every == 0 or update == updates:
            run.updates.append(update)
            run.errors.append(float(np.mean((read(held_out)[0] - sums) ** 2)))
            if run.errors[-1] < solved_below:
                return run._replace(solved_at=update)
    return run
