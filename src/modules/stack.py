"""From one step to a layer, from layers to a stack: what RNN, LSTM and GRU have in common.

A *step* is a function of one time step (`rnn_step`, `lstm_step`, `gru_step`). `run_layer` repeats
it over time, in one direction. `RecurrentStack` owns the parameters and piles up layers.
"""

import warnings
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from src.modules.checks import (
    Lengths,
    check_finite,
    check_flags,
    check_input,
    check_lengths,
    check_sizes,
    check_state,
)
from src.modules.initialization import draw_uniform
from src.modules.layer import run_layer


class RecurrentStack(nn.Module):
    """Layers of one kind of cell, one or two directions each.

    A subclass gives `step`, `gates` (G, the row blocks of each weight) and `state_names`.
    Parameters are named and shaped as in `torch.nn`, so that state dicts load both ways: for layer
    k, `weight_ih_lk` (G·H, D), `weight_hh_lk` (G·H, H), `bias_ih_lk` and `bias_hh_lk` (G·H,), and
    the same with `_reverse`; D is `input_size` in layer 0 and H·directions above.

    What differs from `torch.nn`: `batch_first` is True unless you say otherwise, and sequences of
    unequal length come padded, with `lengths`, instead of packed. Not supported are `proj_size`,
    `nonlinearity`, the arguments `device` and `dtype` (use `.to`), a sequence without a batch, an
    empty batch, and `flatten_parameters`. Autocast, `torch.compile` and `torch.export` work; a
    compiled graph does not check values.

    Args:
        input_size: D.
        hidden_size: H.
        num_layers: L.
        bias: whether there are biases.
        batch_first: True (here the default) for x of shape (B, T, D), False for (T, B, D). States
            are (L·directions, B, H) either way, layer by layer, forward before backward.
        dropout: probability of zeroing an output of a layer on its way to the next, in training.
            It never acts after the last layer: with one layer it does nothing, and a warning says
            so.
        bidirectional: whether each layer also reads backwards; outputs are then concatenated.

    Raises:
        TypeError, ValueError: for a size that is not a positive int, a flag that is neither True
            nor False, or dropout that is no number in [0, 1].
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ):
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        check_flags(bias=bias, batch_first=batch_first, bidirectional=bidirectional)
        if not isinstance(dropout, (int, float)) or isinstance(dropout, bool):
            raise TypeError(f"dropout must be a number, got {dropout!r}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout must lie in [0, 1], got {dropout}")
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"dropout acts between layers only: dropout={dropout} does nothing with "
                "num_layers=1",
                stacklevel=2,
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.directions = 2 if bidirectional else 1

        rows = self.gates * hidden_size
        for layer in range(num_layers):
            columns = input_size if layer == 0 else hidden_size * self.directions
            for suffix in self.suffixes(layer):
                self.register_parameter(f"weight_ih{suffix}", empty_parameter(rows, columns))
                self.register_parameter(f"weight_hh{suffix}", empty_parameter(rows, hidden_size))
                for name in ("bias_ih", "bias_hh"):
                    self.register_parameter(name + suffix, empty_parameter(rows) if bias else None)
        self.reset_parameters()

    step: Callable[..., tuple[Tensor, ...]]
    gates: int
    weight_ih_l0: nn.Parameter
    state_names: tuple[str, ...]

    def suffixes(self, layer: int) -> list[str]:
        """What the parameter names of each direction of `layer` end in."""
        return [f"_l{layer}", f"_l{layer}_reverse"][: self.directions]

    def layer_parameters(self, suffix: str) -> list[Tensor]:
        """weight_ih, weight_hh, bias_ih, bias_hh of one layer and direction."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self, name + suffix) for name in names]

    def reset_parameters(self, rng: np.random.Generator | None = None) -> None:
        """Draw every parameter from U(-1/√H, 1/√H), as `torch.nn` does.

        Args:
            rng: `numpy.random.Generator`, whose draws are the same on every CPU; if None, torch's
                global generator, and after the same `torch.manual_seed` the draws are
                `torch.nn`'s.
        """
        bound = self.hidden_size**-0.5
        for parameter in self.parameters():
            if rng is None:
                nn.init.uniform_(parameter, -bound, bound)
            else:
                draw_uniform(parameter, bound, rng)

    def run(
        self, x: Tensor, state: tuple[Tensor, ...] | None, lengths: Lengths | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The forward pass of every kind of cell; `state` is None or a tuple of tensors."""
        check_input(x, self.input_size, self.batch_first, like=self.weight_ih_l0)
        if not self.batch_first:
            x = x.transpose(0, 1)
        B, T, _ = x.shape

        alive = None
        if lengths is not None:
            lengths = check_lengths(lengths, B, T).to(x.device)
            alive = torch.arange(T, device=x.device) < lengths[:, None]  # (B, T)
            x = x.masked_fill(~alive[:, :, None], 0)  # what stands in the padding is never read
        check_finite("x", x)

        shape = (self.num_layers * self.directions, B, self.hidden_size)
        if state is None:
            state = (x.new_zeros(shape, dtype=self.weight_ih_l0.dtype),) * len(self.state_names)
        check_state(state, self.state_names, shape, like=x)
        initial_states = zip(*state, strict=True)  # for each layer and direction, a tuple of (B, H)

        final_states = []
        for layer in range(self.num_layers):
            if layer > 0:
                x = F.dropout(x, self.dropout, self.training)
            outputs = []
            for suffix in self.suffixes(layer):
                output, final_state = run_layer(
                    self.step,
                    x,
                    next(initial_states),
                    self.layer_parameters(suffix),
                    alive,
                    reverse=suffix.endswith("_reverse"),
                )
                outputs.append(output)
                final_states.append(final_state)
            x = torch.cat(outputs, dim=-1)  # (B, T, H·directions)

        last = tuple(torch.stack(parts) for parts in zip(*final_states, strict=True))
        return x if self.batch_first else x.transpose(0, 1), last

    def extra_repr(self) -> str:
        return ", ".join(
            f"{name}={getattr(self, name)}"
            for name in ("input_size", "hidden_size", "num_layers", "bidirectional", "dropout")
        )


def empty_parameter(*shape: int) -> nn.Parameter:
    """A parameter whose numbers are still to be drawn."""
    return nn.Parameter(torch.empty(shape))
