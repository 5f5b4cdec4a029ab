"""Numbers that others published long before this book: they owe nothing to PyTorch or to us.

CS231n: the expected values in the notebooks RNN_Captioning and LSTM_Captioning, assignment 3 of
Stanford's course CS231n, as several students' copies on GitHub show them. All weights are
np.linspace, so that no two are equal and a swapped gate or a transposed matrix is seen. There W_x
is (D, 4H), the LSTM's blocks are in the order i, f, o, g, and C_0 is zero.

Keras: the values in keras/src/layers/rnn/{simple_rnn,lstm,gru}_test.py of keras-team/keras (commits
4e66d1b, 12ada9a, 03313da). All weights of a kind are equal (kernel 0.01, recurrent 0.02, bias
0.03), so that these see the biases, the lengths and the place of the reset, but no swapped gates.
"""

import numpy as np
import pytest

from src.equations import GRU, LSTM, RNN, flip_update_gate
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.fast import FastGRU, FastLSTM
from src.equations.readout import Linear


def spread(low, high, *shape):
    return np.linspace(low, high, num=int(np.prod(shape))).reshape(shape)


def blocks_ifog_to_ifgo(columns):
    """(n, 4H) in CS231n's order to our rows (4H, n); a bias (4H,) to ours."""
    i, f, o, g = np.split(columns, 4, axis=-1)
    return np.concatenate([i, f, g, o], axis=-1).T.copy()


def layer_of_cs231n(layer_class, W_x, W_h, b):
    turn = np.transpose if layer_class is RNN else blocks_ifog_to_ifgo
    return layer_class(
        {"weight_ih": turn(W_x).copy(), "weight_hh": turn(W_h).copy(), "bias": turn(b).copy()}
    )


both_lstms = pytest.mark.parametrize("layer_class", [LSTM, FastLSTM])


class TestCS231n:
    def test_a_step_of_the_rnn(self):
        N, D, H = 3, 10, 4
        rnn = layer_of_cs231n(
            RNN, spread(-0.1, 0.9, D, H), spread(-0.3, 0.7, H, H), spread(-0.2, 0.4, H)
        )
        step = rnn.step(spread(-0.4, 0.7, N, D), spread(-0.2, 0.5, N, H))
        expected = [
            [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
            [0.66854692, 0.79562378, 0.87755553, 0.92795967],
            [0.97934501, 0.99144213, 0.99646691, 0.99854353],
        ]
        np.testing.assert_allclose(step.hidden_state, expected, rtol=0, atol=6e-9)

    def test_a_sequence_of_the_rnn(self):
        N, T, D, H = 2, 3, 4, 5
        rnn = layer_of_cs231n(
            RNN, spread(-0.2, 0.4, D, H), spread(-0.4, 0.1, H, H), spread(-0.7, 0.1, H)
        )
        outputs, *_ = rnn.forward(spread(-0.1, 0.3, N, T, D), spread(-0.3, 0.1, N, H))
        expected = [
            [
                [-0.42070749, -0.27279261, -0.11074945, 0.05740409, 0.22236251],
                [-0.39525808, -0.22554661, -0.0409454, 0.14649412, 0.32397316],
                [-0.42305111, -0.24223728, -0.04287027, 0.15997045, 0.35014525],
            ],
            [
                [-0.55857474, -0.39065825, -0.19198182, 0.02378408, 0.23735671],
                [-0.27150199, -0.07088804, 0.13562939, 0.33099728, 0.50158768],
                [-0.51014825, -0.30524429, -0.06755202, 0.17806392, 0.40333043],
            ],
        ]
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=6e-9)

    @both_lstms
    def test_a_step_of_the_lstm(self, layer_class):
        N, D, H = 3, 4, 5
        lstm = layer_of_cs231n(
            layer_class,
            spread(-2.1, 1.3, D, 4 * H),
            spread(-0.7, 2.2, H, 4 * H),
            spread(0.3, 0.7, 4 * H),
        )
        x, h = spread(-0.4, 1.2, N, D), spread(-0.3, 0.7, N, H)
        C = spread(-0.4, 0.9, N, H)
        expected_h = [
            [0.24635157, 0.28610883, 0.32240467, 0.35525807, 0.38474904],
            [0.49223563, 0.55611431, 0.61507696, 0.66844003, 0.7159181],
            [0.56735664, 0.66310127, 0.74419266, 0.80889665, 0.858299],
        ]
        expected_C = [
            [0.32986176, 0.39145139, 0.451556, 0.51014116, 0.56717407],
            [0.66382255, 0.76674007, 0.87195994, 0.97902709, 1.08751345],
            [0.74192008, 0.90592151, 1.07717006, 1.25120233, 1.42395676],
        ]
        step = lstm.step(x, (h, C))
        _, last, _ = lstm.forward(x[:, None], (h, C))
        for ours in (step.state, last):
            np.testing.assert_allclose(ours[0], expected_h, rtol=0, atol=6e-9)
            np.testing.assert_allclose(ours[1], expected_C, rtol=0, atol=6e-9)

    @both_lstms
    def test_a_sequence_of_the_lstm(self, layer_class):
        N, D, H, T = 2, 5, 4, 3
        lstm = layer_of_cs231n(
            layer_class,
            spread(-0.2, 0.9, D, 4 * H),
            spread(-0.3, 0.6, H, 4 * H),
            spread(0.2, 0.7, 4 * H),
        )
        outputs, *_ = lstm.forward(spread(-0.4, 0.6, N, T, D), (spread(-0.4, 0.8, N, H), None))
        expected = [
            [
                [0.01764008, 0.01823233, 0.01882671, 0.0194232],
                [0.11287491, 0.12146228, 0.13018446, 0.13902939],
                [0.31358768, 0.33338627, 0.35304453, 0.37250975],
            ],
            [
                [0.45767879, 0.4761092, 0.4936887, 0.51041945],
                [0.6704845, 0.69350089, 0.71486014, 0.7346449],
                [0.81733511, 0.83677871, 0.85403753, 0.86935314],
            ],
        ]
        np.testing.assert_allclose(outputs, expected, rtol=0, atol=6e-9)

    @pytest.mark.parametrize(
        ("layer_class", "features", "expected"),
        [
            (RNN, (-1.5, 0.3), 9.83235591003),
            (LSTM, (-0.5, 1.7), 9.82445935443),
            (FastLSTM, (-0.5, 1.7), 9.82445935443),
        ],
    )
    def test_the_loss_of_a_captioning_network(self, layer_class, features, expected):
        """Image features to h_0, words embedded, a layer, a readout, the loss of each next word.

        The loss sums over the steps whose target is not the word 0, and divides by the sequences.
        """
        N, D, W, H, V, T = 10, 20, 30, 40, 3, 13
        gates = 1 if layer_class is RNN else 4
        weights = {
            "embed": (V, W),
            "project": (D, H),
            "b_project": (H,),
            "x": (W, gates * H),
            "h": (H, gates * H),
            "b": (gates * H,),
            "out": (H, V),
            "b_out": (V,),
        }
        p = {name: spread(-1.4, 1.3, *shape) for name, shape in weights.items()}
        words = (np.arange(N * T) % V).reshape(N, T)
        h_0 = spread(*features, N, D) @ p["project"] + p["b_project"]

        layer = layer_of_cs231n(layer_class, p["x"], p["h"], p["b"])
        state = h_0 if layer_class is RNN else (h_0, None)
        outputs, *_ = layer.forward(p["embed"][words[:, :-1]], state)
        readout = Linear({"weight_out": p["out"].T.copy(), "bias_out": p["b_out"]})
        asked = words[:, 1:] != 0
        logits = readout.forward(outputs)[asked][:, None]  # every step a sequence of its own
        targets = np.eye(V)[words[:, 1:][asked]][:, None]
        mean, _ = sequence_cross_entropy(logits, targets)
        assert mean * asked.sum() / N == pytest.approx(expected, abs=1e-11)


def numbers(*shape):
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


def layer_of_keras(layer_class, D, H, *, bias=0.03, forget_bias=None, reset_after=False):
    """All of one kind equal; a GRU's z points as in PyTorch, and its two biases are equal."""
    gates = {RNN: 1, LSTM: 4, FastLSTM: 4, GRU: 3, FastGRU: 3}[layer_class]
    parameters = {
        "weight_ih": np.full((gates * H, D), 0.01),
        "weight_hh": np.full((gates * H, H), 0.02),
        "bias": np.full(gates * H, bias),
    }
    if forget_bias is not None:
        parameters["bias"][H : 2 * H] = forget_bias
    if gates != 3:
        return layer_class(parameters)
    if reset_after:
        parameters["bias"][: 2 * H] += bias  # both biases of a gate
        parameters["bias_reset"] = np.full(H, bias)
    return layer_class(flip_update_gate(parameters), reset_after=reset_after)


def close(ours, theirs):
    """Keras computes in float32 and prints 8 digits."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)


both_grus = pytest.mark.parametrize("layer_class", [GRU, FastGRU])


class TestKeras:
    def test_the_rnn(self):
        rnn, x = layer_of_keras(RNN, 4, 4), numbers(2, 3, 4)
        first, h, _ = rnn.forward(x)
        second, *_ = rnn.forward(x, h)  # their "stateful" layer, called twice
        for outputs, expected in [
            (first, [0.405432, 0.73605347]),
            (second, [0.40559256, 0.7361247]),
            (rnn.forward(x[:, ::-1].copy())[0], [0.11144729, 0.5528889]),
        ]:
            close(outputs[:, -1], np.repeat(np.array(expected)[:, None], 4, axis=1))

    def test_the_rnn_from_a_state(self):
        rnn = layer_of_keras(RNN, 3, 4)
        outputs, *_ = rnn.forward(numbers(2, 4, 3), numbers(2, 4))
        close(outputs[:, -1], np.repeat([[0.33621645], [0.6262637]], 4, axis=1))

    @both_lstms
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"forget_bias": 1.0}, [0.6288687, 0.86899155, 0.9460773]),
            ({}, [0.57019705, 0.8661914, 0.9459622]),
            ({"bias": 0.0}, [0.54986924, 0.86226785, 0.9443936]),
        ],
    )
    def test_the_lstm_with_three_kinds_of_bias(self, layer_class, options, expected):
        outputs, *_ = layer_of_keras(layer_class, 4, 3, **options).forward(numbers(3, 6, 4))
        close(outputs[:, -1], np.repeat(np.array(expected)[:, None], 3, axis=1))

    @both_lstms
    def test_the_lstm_from_a_state(self, layer_class):
        lstm = layer_of_keras(layer_class, 3, 2, forget_bias=1.0)
        outputs, *_ = lstm.forward(numbers(2, 4, 3), (numbers(2, 2), numbers(2, 2)))
        close(outputs[:, -1], [[0.20574439, 0.3558822], [0.64930826, 0.66276]])

    @both_lstms
    def test_the_lstm_with_lengths(self, layer_class):
        """Their zero_output_for_mask; without it Keras repeats the last output past the end."""
        lstm = layer_of_keras(layer_class, 3, 2, forget_bias=1.0)
        outputs, (h, _), _ = lstm.forward(numbers(2, 4, 3), lengths=[3, 2])
        expected = [[0.0158891, 0.05552048, 0.11755939, 0], [0.14185596, 0.28556206, 0, 0]]
        close(outputs, np.repeat(np.array(expected)[:, :, None], 2, axis=2))
        close(h, [[0.11755939, 0.11755939], [0.28556206, 0.28556206]])

    @both_grus
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"reset_after": True}, [0.5217289, 0.6371659, 0.39384964]),
            ({"reset_after": False}, [0.51447755, 0.6426879, 0.40208298]),
            ({"reset_after": True, "bias": 0.0}, [0.49988455, 0.64701194, 0.4103359]),
        ],
    )
    def test_the_gru_with_both_places_of_the_reset(self, layer_class, options, expected):
        outputs, *_ = layer_of_keras(layer_class, 4, 3, **options).forward(numbers(3, 6, 4))
        close(outputs[:, -1], np.repeat(np.array(expected)[:, None], 3, axis=1))

    @both_grus
    def test_the_gru_from_a_state(self, layer_class):
        gru = layer_of_keras(layer_class, 3, 2, reset_after=True)
        outputs, *_ = gru.forward(numbers(2, 4, 3), numbers(2, 2))
        close(outputs[:, -1], [[0.23774096, 0.33508456], [0.83659905, 1.0227708]])
