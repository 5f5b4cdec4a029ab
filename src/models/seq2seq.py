"""Encode a sequence into the last state of an LSTM, then decode another sequence from it.

    h, C = encoder(src)                          the hand-over: (1, B, H) each
    inputs = 0, tgt_1, ..., tgt_{T-1}            teacher forcing: the true values, one step late
    tgt^_t = W_y h_t + b_y                       from the decoder's states, started at (h, C)

Sequences are vectors: real values for a forecast; for symbols one-hot vectors in, logits out.
After Sutskever, Vinyals and Le (2014), with one layer.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from src.models.decoding import State
from src.models.sequences import run_recurrent
from src.modules.checks import Lengths, check_input, check_sizes


class Seq2SeqLSTM(nn.Module):
    """An encoder and a decoder LSTM that share nothing but a state.

    Args:
        input_size: D, of the source's vectors.
        hidden_size: H, of both LSTMs.
        output_size: O, of the target's vectors and of the outputs.

    Raises:
        TypeError, ValueError: if one of them is not a positive int.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int):
        super().__init__()
        check_sizes(input_size=input_size, hidden_size=hidden_size, output_size=output_size)
        self.encoder = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.decoder = nn.LSTM(output_size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, output_size)

    def forward(self, src: Tensor, tgt: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Teacher forcing: predict every step of the target from the true ones before it.

        Args:
            src: (B, S, D).
            tgt: (B, T, O); outputs at step t have seen tgt at the steps before t only.
            lengths: (B,) ints in 1..S, of the sources; None reads all S steps.

        Returns:
            Outputs, (B, T, O).

        Raises:
            TypeError, ValueError: for tensors or lengths of a wrong kind, shape or range.
        """
        state = self.encode(src, lengths)
        check_input(tgt, self.decoder.input_size, True, self.output.weight, "tgt")
        if len(tgt) != len(src):
            raise ValueError(f"src and tgt must have the same B, got {len(src)} and {len(tgt)}")
        inputs = torch.cat([torch.zeros_like(tgt[:, :1]), tgt[:, :-1]], dim=1)
        h, C = (part[None] for part in state)
        outputs, _ = self.decoder(inputs, (h.contiguous(), C.contiguous()))
        return self.output(outputs)

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source: its last state, h and C of shape (B, H)."""
        check_input(src, self.encoder.input_size, True, self.output.weight, "src")
        _, (h, C) = run_recurrent(self.encoder, src, lengths)
        return h[0], C[0]

    def step(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """Decode one step: the last value x (B, O) and the state → outputs (B, O), new state."""
        outputs, (h, C) = self.decoder(x[:, None], tuple(part[None].contiguous() for part in state))
        return self.output(outputs[:, 0]), (h[0], C[0])

    def generate(
        self,
        src: Tensor,
        steps: int,
        lengths: Lengths | None = None,
        feed: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Free running: decode from what the decoder itself has said.

        Args:
            src: (B, S, D).
            steps: how many, T.
            lengths: (B,) ints in 1..S; None reads all S steps.
            feed: what the decoder reads of its own outputs (B, O), again (B, O): a one-hot vector
                of the largest logit, say. None reads them as they are.

        Returns:
            Outputs, (B, T, O).

        Raises:
            TypeError, ValueError: for a wrong source or lengths, or steps below 1.
        """
        check_sizes(steps=steps)
        state = self.encode(src, lengths)
        x = src.new_zeros(len(src), self.decoder.input_size)
        outputs = []
        for _ in range(steps):
            output, state = self.step(x, state)
            outputs.append(output)
            x = output if feed is None else feed(output)
        return torch.stack(outputs, dim=1)
