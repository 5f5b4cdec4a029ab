"""The word reader: what it shows is what the equations say, in Python and in JavaScript."""

import json
import subprocess

import numpy as np
import pytest

from src.equations import GRU, LSTM, RNN
from src.equations.readout import Linear
from src.figures import word_reader
from src.figures.explorer import front_end
from src.figures.word_reader import WordReader, read_word, rounded
from src.models.reader import load_reader
from src.tasks.stress import LETTERS, load_stress

WORDS = ("a", "photographer", "strengthlessness")
# Read words as the page does, with weights as the page gets them.
ASK = """
import { readFileSync } from "node:fs";
const { kind, weights, asked } = JSON.parse(readFileSync(0));
const layer = Object.fromEntries(Object.entries(weights).map(([name, w]) => [name, decode(w)]));
const network = { step: CELLS[kind].step, layer, readout: layer };
const answer = asked.map(([word, held, from]) => readWord(network, word, held, from));
console.log(JSON.stringify(answer));
"""


def random_reader(kind, seed):
    """A layer of 7 units with weights as large as a trained one's, and a readout of 12 classes."""
    rng = np.random.default_rng(seed)
    if kind == "lstm":
        layer = LSTM.initialize(len(LETTERS), 7, rng=rng)
    else:
        layer = GRU.initialize(len(LETTERS), 7, rng=rng, reset_after=True)
    for array in layer.parameters.values():
        array[:] = rng.normal(scale=2, size=array.shape)
    return layer, Linear.initialize(7, 12, rng=rng, bound=3.0)


def as_shown(layer, readout):
    """The two with the weights that the page has."""
    same = {"reset_after": True} if isinstance(layer, GRU) else {}
    layer = type(layer)(rounded(layer.parameters), **same)
    return layer, Linear(rounded(readout.parameters))


def in_javascript(figure, asked):
    module = front_end("word_sheet.js", "word_reader.js") + ASK
    given = {"kind": figure.kind, "weights": figure.weights, "asked": asked}
    command = ["node", "--input-type=module", "-e", module]
    run = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def held_open(layer, gate, value):
    """The layer with one gate held: by a bias that no sum of its weights comes near."""
    order = ("input_gate", "forget_gate", "candidate", "output_gate")
    if isinstance(layer, GRU):
        order = ("reset_gate", "update_gate", "candidate")
    parameters = {name: array.copy() for name, array in layer.parameters.items()}
    H, k = layer.hidden_size, order.index(gate)
    parameters["bias"][k * H : (k + 1) * H] = 1e4 if value else -1e4
    return type(layer)(parameters, **({"reset_after": True} if isinstance(layer, GRU) else {}))


@pytest.fixture(params=[*((k, s) for k in ("lstm", "gru") for s in range(3)), "lstm", "gru"])
def reader(request):
    """Random weights of each kind, and each trained network."""
    stored = isinstance(request.param, str)
    return load_reader(request.param) if stored else random_reader(*request.param)


def test_it_reads_as_the_layer_does(reader):
    layer, readout = reader
    for word in WORDS:
        x = np.eye(len(LETTERS))[[LETTERS.index(letter) for letter in word]][None]
        reading = read_word(layer, readout, word)
        outputs, *_ = layer.forward(x)
        states = np.concatenate([step.hidden_state for step in reading.steps])
        np.testing.assert_allclose(states, outputs[0], atol=1e-12)
        logits = readout.forward(outputs[0])
        np.testing.assert_allclose(reading.probabilities.sum(1), 1)
        np.testing.assert_array_equal(reading.probabilities.argmax(1), logits.argmax(1))


def test_the_page_computes_what_python_computes(reader):
    figure = WordReader(*reader, load_stress().patterns)
    shown = as_shown(*reader)
    answers = in_javascript(figure, [[word, {}, 0] for word in WORDS])
    for word, steps in zip(WORDS, answers, strict=True):
        reading = read_word(*shown, word)
        for ours, theirs, probabilities in zip(
            reading.steps, steps, reading.probabilities, strict=True
        ):
            np.testing.assert_allclose(theirs["probabilities"], probabilities, rtol=1e-6)
            for name in word_reader.SHOWN[figure.kind]:
                value = getattr(ours, name)[0]
                np.testing.assert_allclose(theirs[name], value, rtol=1e-6, atol=1e-12)


def test_a_held_gate_is_held_from_its_letter_on(reader):
    layer, readout = as_shown(*reader)
    figure = WordReader(layer, readout, load_stress().patterns)
    asked = [
        [WORDS[1], {gate: v}, k]
        for gate in word_reader.GATES[figure.kind]
        for v, k in ((0, 0), (1, 5))
    ]
    free = read_word(layer, readout, WORDS[1])
    for (word, held, start), steps in zip(asked, in_javascript(figure, asked), strict=True):
        ((gate, value),) = held.items()
        forced = held_open(layer, gate, value)
        state = free.steps[start - 1].state if start else None
        for t, letter in enumerate(word):
            if t < start:
                np.testing.assert_allclose(
                    steps[t]["hidden_state"], free.steps[t].hidden_state[0], rtol=1e-6, atol=1e-12
                )
                continue
            x = np.eye(len(LETTERS))[[LETTERS.index(letter)]]
            zeros = np.zeros((1, layer.hidden_size))
            state = (
                state if state is not None else (zeros, zeros) if figure.kind == "lstm" else zeros
            )
            now = forced.step(x, state)
            state = now.state
            assert set(steps[t][gate]) == {value}
            np.testing.assert_allclose(
                steps[t]["hidden_state"], now.hidden_state[0], rtol=1e-6, atol=1e-9
            )


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_half_precision_hardly_changes_an_answer(kind):
    data = load_stress()
    layer, readout = load_reader(kind)
    shown = as_shown(layer, readout)
    words = data.test.texts[:1000]
    same = [
        read_word(layer, readout, word).probabilities[-1].argmax()
        == read_word(*shown, word).probabilities[-1].argmax()
        for word in words
    ]
    assert np.mean(same) >= 0.995


def test_what_the_chapters_say_of_photographic():
    """Shut from the ninth letter on, the LSTM's forget gates leave a word of one syllable."""
    data = load_stress()
    figure = WordReader(*load_reader("lstm"), data.patterns)
    asked = [["photographic", {}, 0], ["photographic", {"forget_gate": 0}, 8]]
    free, shut = in_javascript(figure, asked)
    answers = [data.patterns[np.argmax(steps[-1]["probabilities"])] for steps in (free, shut)]
    assert answers == ["2010", "1"]


def test_bad_input_is_refused():
    layer, readout = random_reader("lstm", 0)
    patterns = load_stress().patterns
    with pytest.raises(ValueError, match="word must have the letters a to z only, got 'Café'"):
        read_word(layer, readout, "Café")
    with pytest.raises(ValueError, match="at least one letter"):
        read_word(layer, readout, "")
    with pytest.raises(TypeError, match="layer must be an LSTM, or a GRU with reset_after"):
        WordReader(RNN.initialize(26, 7, rng=np.random.default_rng(0)), readout, patterns)
    with pytest.raises(TypeError, match="reset_after"):
        WordReader(GRU.initialize(26, 7, rng=np.random.default_rng(0)), readout, patterns)
    with pytest.raises(ValueError, match="patterns must be 12, got 11"):
        WordReader(layer, readout, patterns[1:])
    with pytest.raises(ValueError, match="a pattern must be of 0, 1, 2, with a 1, got '00'"):
        WordReader(layer, readout, ["00", *patterns[1:]])
    with pytest.raises(ValueError, match="must read 26 letters, got D = 3"):
        WordReader(LSTM.initialize(3, 7, rng=np.random.default_rng(0)), readout, patterns)
    with pytest.raises(ValueError, match="must read H = 5 units, got 7"):
        read_word(LSTM.initialize(26, 5, rng=np.random.default_rng(0)), readout, "word")
    with pytest.raises(ValueError, match="show must be one of 'forget_gate'"):
        WordReader(layer, readout, patterns, show="reset_gate")
    figure = WordReader(layer, readout, patterns)
    with pytest.raises(ValueError, match="word must have the letters a to z"):
        figure.word = "a b"
    with pytest.raises(ValueError, match="held must be one of"):
        figure.held = "candidate"
