"""A trained network reads a word letter by letter under the reader's hand.

The browser computes the cell itself (word_reader.js with the steps of live/cells.js), so that the
figure answers on a static page, without Python. `read_word` is the same computation in NumPy.
"""

import base64
from collections.abc import Sequence
from typing import NamedTuple

import anywidget
import numpy as np
import traitlets

from src.equations import GRU, LSTM, GRUStep, LSTMStep
from src.equations.readout import Linear
from src.figures.explorer import HERE, front_end
from src.tasks.stress import LETTERS

LONGEST = 16  # letters that the figure has room for
GATES = {
    "lstm": ("forget_gate", "input_gate", "output_gate"),
    "gru": ("update_gate", "reset_gate"),
}
SHOWN = {
    "lstm": (*GATES["lstm"], "candidate", "cell_state", "hidden_state"),
    "gru": (*GATES["gru"], "candidate", "hidden_state"),
}


class Reading(NamedTuple):
    """What a network computed while it read one word of T letters.

    Attributes:
        steps: the T steps of its cell.
        probabilities: of the K classes after each letter, (T, K).
    """

    steps: list[LSTMStep | GRUStep]
    probabilities: np.ndarray


def half_precision(array: np.ndarray) -> dict[str, object]:
    """An array as 16-bit floats in base64, with its shape: what live/weights.js decodes."""
    data = base64.b64encode(array.astype("<f2").tobytes()).decode()
    return {"shape": list(array.shape), "data": data}


def rounded(parameters: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Parameters rounded to the 16-bit floats that the figure carries, as float64."""
    return {name: array.astype("<f2").astype(np.float64) for name, array in parameters.items()}


def read_word(layer: LSTM | GRU, readout: Linear, word: str) -> Reading:
    """Let a network read the letters of a word, and answer after each.

    Args:
        layer: its cell, with D = 26 one-hot letters.
        readout: from its hidden state to the logits of K classes.
        word: letters from a to z.

    Returns:
        Reading.

    Raises:
        ValueError: the word is empty or has another sign, or a size does not fit.
    """
    check_word("word", word)
    if not word:
        raise ValueError("word must have at least one letter, got ''")
    check_sizes(layer, readout)
    state: np.ndarray | tuple[np.ndarray, np.ndarray]
    zeros = np.zeros((1, layer.hidden_size))
    state = (zeros, zeros) if isinstance(layer, LSTM) else zeros
    steps: list[LSTMStep | GRUStep] = []
    probabilities = []
    for letter in np.eye(len(LETTERS))[[LETTERS.index(letter) for letter in word]]:
        now = layer.step(letter[None], state)  # type: ignore[arg-type]
        state = now.state
        logits = now.hidden_state @ readout.parameters["weight_out"].T
        powers = np.exp(logits + readout.parameters["bias_out"] - logits.max())
        steps.append(now)
        probabilities.append(powers[0] / powers.sum())
    return Reading(steps, np.array(probabilities))


def check_word(name: str, word: str) -> str:
    """The word; ValueError where it has another sign than the letters from a to z."""
    if any(letter not in LETTERS for letter in word):
        raise ValueError(f"{name} must have the letters a to z only, got {word!r}")
    return word


def check_sizes(layer: LSTM | GRU, readout: Linear) -> None:
    """Raise ValueError unless the layer reads 26 letters and the readout reads the layer."""
    if layer.input_size != len(LETTERS):
        raise ValueError(f"layer must read {len(LETTERS)} letters, got D = {layer.input_size}")
    if readout.input_size != layer.hidden_size:
        raise ValueError(
            f"readout must read H = {layer.hidden_size} units, got {readout.input_size}"
        )


class WordReader(anywidget.AnyWidget):
    """The figure as a widget. What it shows are its traits.

    Args:
        layer: `src.equations.LSTM`, or a GRU with the reset after the product, that reads one-hot
            letters; `LSTM.from_torch(module)` makes one of your own weights.
        readout: from hidden state to the logits of K stress patterns.
        patterns: K strings with a digit a syllable: 1 main stress, 2 secondary, 0 none.
        word, other: what it reads, and another word beside it ("" for none).
        show: which values the squares show, such as "forget_gate".
        letter, unit: where it looks, both from 1.
        held, held_at, held_from: the gate that is held ("" for none), at what, from which letter.

    Raises:
        TypeError: the layer is another one.
        ValueError: a size, pattern, word or name is not as stated.
    """

    _esm = front_end("word_sheet.js", "word_reader.js")
    _css = HERE / "word_reader.css"

    kind = traitlets.Unicode().tag(sync=True)
    weights = traitlets.Dict().tag(sync=True)
    patterns = traitlets.List().tag(sync=True)
    word = traitlets.Unicode("photographic").tag(sync=True)
    other = traitlets.Unicode("").tag(sync=True)
    show = traitlets.Unicode().tag(sync=True)
    letter = traitlets.Int(1, min=1).tag(sync=True)
    unit = traitlets.Int(1, min=1).tag(sync=True)
    held = traitlets.Unicode("").tag(sync=True)
    held_at = traitlets.Float(0.0).tag(sync=True)
    held_from = traitlets.Int(1, min=1).tag(sync=True)

    def __init__(
        self, layer: LSTM | GRU, readout: Linear, patterns: Sequence[str], **traits: object
    ) -> None:
        after = isinstance(layer, GRU) and layer.reset_after
        if not (isinstance(layer, LSTM) or after):
            raise TypeError(f"layer must be an LSTM, or a GRU with reset_after, got {layer!r}")
        kind = "gru" if after else "lstm"
        check_sizes(layer, readout)
        if len(patterns) != readout.output_size:
            raise ValueError(f"patterns must be {readout.output_size}, got {len(patterns)}")
        for pattern in patterns:
            if set(pattern) - set("012") or "1" not in pattern:
                raise ValueError(f"a pattern must be of 0, 1, 2, with a 1, got {pattern!r}")
        weights = layer.parameters | readout.parameters
        super().__init__(
            kind=kind,
            weights={name: half_precision(array) for name, array in weights.items()},
            patterns=list(patterns),
            **{"show": SHOWN[kind][0]} | traits,
        )

    @traitlets.validate("word", "other")
    def _valid_word(self, proposal: dict) -> str:
        return check_word(proposal["trait"].name, proposal["value"][:LONGEST])

    @traitlets.validate("show", "held")
    def _valid_name(self, proposal: dict) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        known = SHOWN[self.kind] if name == "show" else ("", *GATES[self.kind])
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")
        return value

    def __repr__(self) -> str:
        return "WordReader()"  # the same in every run, where the default is an address
