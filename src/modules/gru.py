"""The gated recurrent unit (Cho et al. 2014), in PyTorch's convention, as a module."""

import torch
import torch.nn.functional as F
from torch import Tensor

from src.modules.checks import Lengths
from src.modules.stack import RecurrentStack


def gru_step(
    input_product: Tensor, state: tuple[Tensor, ...], weight_hh: Tensor, bias_hh: Tensor | None
) -> tuple[Tensor, ...]:
    """One time step of the GRU; a is a row block of W_ih x_t + b_ih, u of W_hh h_{t-1} + b_hh.

        r_t = σ(a_r + u_r)                    reset gate
        z_t = σ(a_z + u_z)                    update gate
        n_t = tanh(a_n + r_t ⊙ u_n)           candidate, h̃_t in the literature
        h_t = (1 - z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    Two conventions are PyTorch's and cuDNN's. The reset gate acts after the matrix product, where
    Cho et al. 2014 have it before. And z = 1 keeps the old state, where Chung et al. 2014 have
    z = 1 take the candidate.

    Args:
        input_product: W_ih x_t + b_ih, (B, 3H), blocks in PyTorch's order r, z, n.
        state: the tuple (h_{t-1},), (B, H).
        weight_hh: (3H, H).
        bias_hh: (3H,) or None. Its last block lies inside the reset: it cannot join b_ih.

    Returns:
        The tuple (h_t,), (B, H).
    """
    (h,) = state
    a_r, a_z, a_n = input_product.chunk(3, dim=-1)
    u_r, u_z, u_n = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r = torch.sigmoid(a_r + u_r)
    z = torch.sigmoid(a_z + u_z)
    n = torch.tanh(a_n + r * u_n)
    h = (1 - z) * n + z * h
    return (h,)


class GRU(RecurrentStack):
    """A stack of GRU layers; parameters and results are those of `nn.GRU`.

    The arguments are those of `RecurrentStack`. `batch_first` is True by default, unlike torch's.
    """

    step = staticmethod(gru_step)
    gates = 3
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
