"""The plain recurrent network (Elman 1990) as a PyTorch module."""

import torch
import torch.nn.functional as F
from torch import Tensor

from src.modules.checks import Lengths
from src.modules.stack import RecurrentStack


def rnn_step(
    input_product: Tensor, state: tuple[Tensor, ...], weight_hh: Tensor, bias_hh: Tensor | None
) -> tuple[Tensor, ...]:
    """One time step of the plain RNN.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Args:
        input_product: W_ih x_t + b_ih, (B, H).
        state: the tuple (h_{t-1},), (B, H).
        weight_hh: (H, H).
        bias_hh: (H,) or None.

    Returns:
        The tuple (h_t,), (B, H).
    """
    (h,) = state
    return (torch.tanh(input_product + F.linear(h, weight_hh, bias_hh)),)


class RNN(RecurrentStack):
    """A stack of plain recurrent layers; parameters and results are those of `nn.RNN` with tanh.

    The arguments are those of `RecurrentStack`. `batch_first` is True by default, unlike torch's.
    """

    step = staticmethod(rnn_step)
    gates = 1
    state_names = ("state",)

    def forward(
        self, x: Tensor, state: Tensor | None = None, lengths: Lengths | None = None
    ) -> tuple[Tensor, Tensor]:
        """Read a batch of sequences.

        Args:
            x: inputs, (B, T, D); (T, B, D) with `batch_first=False`.
            state: initial h, (L·directions, B, H); zeros if None.
            lengths: (B,) ints in 1..T, any order; all T if None. After its length a sequence's
                outputs are zero and its state is frozen, as in a packed sequence.

        Returns:
            outputs, (B, T, H·directions), laid out as x; and h_n, (L·directions, B, H).

        Raises:
            TypeError, ValueError: for a wrong kind, shape, dtype or range; the message names it.
        """
        outputs, (h_n,) = self.run(x, None if state is None else (state,), lengths)
        return outputs, h_n
