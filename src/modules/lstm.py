"""The long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000) as a module."""

import torch
import torch.nn.functional as F
from torch import Tensor

from src.modules.checks import Lengths
from src.modules.stack import RecurrentStack


def lstm_step(
    input_product: Tensor, state: tuple[Tensor, ...], weight_hh: Tensor, bias_hh: Tensor | None
) -> tuple[Tensor, ...]:
    """One time step of the LSTM; every pre-activation a is a row block of W_ih x_t + W_hh h_{t-1}.

        i_t = σ(a_i)                      input gate
        f_t = σ(a_f)                      forget gate
        g_t = tanh(a_g)                   candidate, C̃_t in the literature
        o_t = σ(a_o)                      output gate
        c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t   cell state
        h_t = o_t ⊙ tanh(c_t)             hidden state

    Args:
        input_product: W_ih x_t + b_ih, (B, 4H), blocks in PyTorch's order i, f, g, o.
        state: (h_{t-1}, c_{t-1}), each (B, H).
        weight_hh: (4H, H).
        bias_hh: (4H,) or None.

    Returns:
        (h_t, c_t), each (B, H).
    """
    h, c = state
    a_i, a_f, a_g, a_o = (input_product + F.linear(h, weight_hh, bias_hh)).chunk(4, dim=-1)
    i = torch.sigmoid(a_i)
    f = torch.sigmoid(a_f)
    g = torch.tanh(a_g)
    o = torch.sigmoid(a_o)
    c = f * c + i * g
    h = o * torch.tanh(c)
    return h, c


class LSTM(RecurrentStack):
    """A stack of LSTM layers; parameters and results are those of `nn.LSTM`.

    The arguments are those of `RecurrentStack`. `batch_first` is True by default, unlike torch's.
    """

    step = staticmethod(lstm_step)
    gates = 4
    state_names = ("state[0] (h)", "state[1] (c)")

    def forward(
        self,
        x: Tensor,
        state: tuple[Tensor, Tensor] | None = None,
        lengths: Lengths | None = None,
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Read a batch of sequences.

        Args:
            x: inputs, (B, T, D); (T, B, D) with `batch_first=False`.
            state: initial (h, c), each (L·directions, B, H); zeros if None.
            lengths: (B,) ints in 1..T, any order; all T if None. After its length a sequence's
                outputs are zero and its state is frozen, as in a packed sequence.

        Returns:
            outputs, (B, T, H·directions), laid out as x; and (h_n, c_n), each
            (L·directions, B, H).

        Raises:
            TypeError, ValueError: for a wrong kind, shape, dtype or range; the message names it.
        """
        return self.run(x, state, lengths)
