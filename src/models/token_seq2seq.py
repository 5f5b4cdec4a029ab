"""`Seq2SeqLSTM` for symbols: every token becomes a one-hot vector, every output a row of logits.

    h, C = encoder(one_hot(src))
    logits_u = W_y decoder(one_hot(tgt_{u-1}), ...) + b_y

A one-hot vector times the input weights is one of their columns: an embedding, of the layer's own
size.
"""

from torch import Tensor, nn
from torch.nn.functional import one_hot

from src.models.decoding import State
from src.models.seq2seq import Seq2SeqLSTM
from src.models.sequences import check_tokens
from src.modules.checks import Lengths


class TokenSeq2Seq(nn.Module):
    """Tokens in, logits of other tokens out, with nothing but a state between the two.

    Args:
        source_size: V of the source's tokens.
        target_size: V of the target's tokens.
        hidden_size: H, of encoder and decoder.
        start: the token that the decoder reads first; it reads zeros, there and wherever else the
            token stands.

    Raises:
        TypeError, ValueError: a size that is not a positive int, or a start outside the target's
            vocabulary.
    """

    def __init__(self, source_size: int, target_size: int, hidden_size: int, *, start: int = 1):
        super().__init__()
        self.vectors = Seq2SeqLSTM(source_size, hidden_size, target_size)
        if not 0 <= start < target_size:
            raise ValueError(f"start must lie in the vocabulary 0..{target_size - 1}, got {start}")
        self.start = start

    def forward(self, src: Tensor, tgt: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Teacher forcing: predict every token of the target from the true ones before it.

        Args:
            src: (B, S) int64 tokens.
            tgt: (B, T) int64 tokens; logits at step t have seen tgt at the steps before t only.
            lengths: (B,) ints in 1..S, of the sources; None reads all S steps.

        Returns:
            Logits, (B, T, V of the target).

        Raises:
            TypeError, ValueError: for tokens or lengths of a wrong kind, shape or range.
        """
        return self.vectors(self._source(src, lengths), self._target(tgt), lengths)

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source: the state handed over, h and C of shape (B, H)."""
        return self.vectors.encode(self._source(src, lengths), lengths)

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Decode one step: the last tokens (B,) and the state → logits (B, V), new state."""
        return self.vectors.step(self._target(tokens[:, None])[:, 0], state)

    def _source(self, tokens: Tensor, lengths: Lengths | None) -> Tensor:
        return self._one_hot(tokens, self.vectors.encoder.input_size, lengths)

    def _target(self, tokens: Tensor) -> Tensor:
        vectors = self._one_hot(tokens, self.vectors.decoder.input_size)
        return vectors * (tokens != self.start)[..., None]

    def _one_hot(self, tokens: Tensor, size: int, lengths: Lengths | None = None) -> Tensor:
        tokens = check_tokens(tokens, size, lengths)
        return one_hot(tokens.long(), size).to(self.vectors.output.weight.dtype)
