"""Random problems that leave no part of a layer unused."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from src.equations import GRU, LSTM, RNN
from src.equations.fast import FastGRU, FastLSTM


@dataclass(frozen=True)
class Kind:
    """A layer's class and the options that make it one of the kinds under test.

    Attributes:
        layer_class: RNN, LSTM or GRU, or a mutant of one.
        gates: how many blocks of H rows its matrices stack.
        states: the names of its states.
        options: what its constructor takes besides the parameters.
        extra_bias: names of further parameters, each (H,).
    """

    layer_class: type
    gates: int
    states: tuple = ("h",)
    options: dict = field(default_factory=dict)
    extra_bias: tuple = ()

    def __call__(self, parameters):
        return self.layer_class(parameters, **self.options)

    def initialize(self, input_size, hidden_size, **options):
        return self.layer_class.initialize(input_size, hidden_size, **self.options, **options)


KINDS = {
    "RNN": Kind(RNN, gates=1),
    "LSTM": Kind(LSTM, gates=4, states=("h", "c")),
    "GRU before": Kind(GRU, gates=3, options={"reset_after": False}),
    "GRU after": Kind(GRU, gates=3, options={"reset_after": True}, extra_bias=("bias_reset",)),
    "fast LSTM": Kind(FastLSTM, gates=4, states=("h", "c")),
    "fast GRU before": Kind(FastGRU, gates=3, options={"reset_after": False}),
    "fast GRU after": Kind(
        FastGRU, gates=3, options={"reset_after": True}, extra_bias=("bias_reset",)
    ),
}


@pytest.fixture(scope="session", params=KINDS)
def kind(request):
    """Every kind of layer in turn; a test may name some of them with `indirect`."""
    return KINDS[request.param]


@dataclass
class Problem:
    """A layer, what it reads, and the loss Σ outputs ⊙ d_outputs + Σ last state ⊙ d_state.

    The state is a dict here, {"h": ...} or {"h": ..., "c": ...}, so that one test serves all
    layers; `pack` and `unpack` turn it into what a layer takes and back.
    """

    kind: Kind
    layer: object
    x: np.ndarray
    state: dict
    lengths: np.ndarray | None
    d_outputs: np.ndarray
    d_state: dict

    def pack(self, state):
        return tuple(state.values()) if len(self.state) > 1 else state["h"]

    def unpack(self, state):
        return dict(zip(self.state, state if len(self.state) > 1 else (state,), strict=True))

    @property
    def point(self):
        """Everything that the loss depends on, by name."""
        return {"x": self.x, **self.layer.parameters, **self.state}

    def forward(self, point):
        layer = self.kind({key: point[key] for key in self.layer.parameters})
        state = self.pack({name: point[name] for name in self.state})
        outputs, state, _ = layer.forward(point["x"], state, self.lengths)
        return outputs, self.unpack(state)

    def loss(self, point):
        outputs, state = self.forward(point)
        into_state = sum(np.sum(state[name] * self.d_state[name]) for name in state)
        return np.sum(outputs * self.d_outputs) + into_state

    def gradient(self):
        """The gradient made by hand, with the keys of `point`."""
        *_, tape = self.layer.forward(self.x, self.pack(self.state), self.lengths)
        gradients = self.layer.backward(tape, self.d_outputs, self.pack(self.d_state))
        return {"x": gradients.x, **gradients.parameters, **self.unpack(gradients.state)}

    def loop_over_step(self):
        """What `forward` must return, by the layer's `step` alone, one sequence at a time."""
        outputs = np.zeros_like(self.d_outputs)
        last = {name: np.empty_like(value) for name, value in self.state.items()}
        B, T, _ = self.x.shape
        for b in range(B):
            state = self.pack({name: value[b : b + 1] for name, value in self.state.items()})
            for t in range(T if self.lengths is None else self.lengths[b]):
                step = self.layer.step(self.x[b : b + 1, t], state)
                state = step.state
                outputs[b, t] = step.hidden_state[0]
            for name, value in self.unpack(state).items():
                last[name][b] = value[0]
        return outputs, last

    def transcribed(self):
        """What `forward` must return, by the equations of the notation page.

        One sequence at a time, column vectors, one matrix for [h; x] for each gate: nothing of
        the layer's own code.
        """
        p, H = self.layer.parameters, self.layer.hidden_size
        W = np.split(np.concatenate([p["weight_hh"], p["weight_ih"]], axis=1), self.kind.gates)
        bias = np.split(p["bias"], self.kind.gates)
        outputs = np.zeros_like(self.d_outputs)
        last = {name: np.empty_like(value) for name, value in self.state.items()}
        B, T, _ = self.x.shape
        for b in range(B):
            h, C = self.state["h"][b], self.state.get("c", self.state["h"])[b]
            for t in range(T if self.lengths is None else self.lengths[b]):
                read = np.concatenate([h, self.x[b, t]])
                a = [W_k @ read + b_k for W_k, b_k in zip(W, bias, strict=True)]
                if self.kind.gates == 1:
                    h = np.tanh(a[0])
                elif self.kind.gates == 4:
                    C = logistic(a[1]) * C + logistic(a[0]) * np.tanh(a[2])
                    h = logistic(a[3]) * np.tanh(C)
                else:
                    r, z, U = logistic(a[0]), logistic(a[1]), W[2][:, :H]
                    reset = r * (U @ h + p["bias_reset"]) if self.kind.extra_bias else U @ (r * h)
                    h = (1 - z) * h + z * np.tanh(a[2] - U @ h + reset)
                outputs[b, t] = h
            for name, value in zip(self.state, (h, C), strict=False):
                last[name][b] = value
        return outputs, last


def logistic(a):
    return 1 / (1 + np.exp(-a))


@pytest.fixture(scope="session")
def draw_problem():
    """Function that draws a problem: all numbers random and unequal, none of them zero."""

    def draw(kind, B=3, T=4, D=2, H=3, lengths=None, seed=0, dtype=np.float64):
        rng = np.random.default_rng(seed)

        def normal(*shape):
            return rng.standard_normal(shape).astype(dtype)

        rows = kind.gates * H
        parameters = {
            "weight_ih": normal(rows, D),
            "weight_hh": normal(rows, H),
            "bias": normal(rows),
            **{name: normal(H) for name in kind.extra_bias},
        }
        return Problem(
            kind=kind,
            layer=kind(parameters),
            x=normal(B, T, D),
            state={name: normal(B, H) for name in kind.states},
            lengths=None if lengths is None else np.array(lengths),
            d_outputs=normal(B, T, H),
            d_state={name: normal(B, H) for name in kind.states},
        )

    return draw
