"""Attention that points into a dictionary: few sentences teach where to look, not every word.

    l_u = Σ_s α_us L[src_s]              L[f, e]: the probability of the word e for the word f
    logits_u = those of `AttentionSeq2Seq` + log(l_u + ε)

After Arthur, Neubig and Nakamura (2016), the bias method. L comes from the same pairs by
expectation-maximisation (`src.tasks.lexicon`) and is not trained further.
"""

import torch
from torch import Tensor

from src.models.attention_seq2seq import AttentionSeq2Seq
from src.models.decoding import State
from src.modules.checks import Lengths

SMALLEST = 1e-3  # ε: how improbable a word without an entry is


class LexiconSeq2Seq(AttentionSeq2Seq):
    """`AttentionSeq2Seq` with a lexicon; the state has a fifth part, each source word's row of it.

    Args:
        lexicon: (V of the source, V of the target), at least 0, each row of sum 1 or 0.
        embed_dim, hidden_size, start: as for `AttentionSeq2Seq`.

    Raises:
        TypeError, ValueError: as for `AttentionSeq2Seq`; a lexicon that is no matrix or has
            entries outside 0..1.
    """

    lexicon: Tensor

    def __init__(self, lexicon: Tensor, embed_dim: int, hidden_size: int, *, start: int = 1):
        if lexicon.dim() != 2:
            raise ValueError(f"lexicon must have 2 dimensions, got {tuple(lexicon.shape)}")
        if not ((lexicon >= 0) & (lexicon <= 1)).all():
            raise ValueError("lexicon must hold probabilities, from 0 to 1")
        source_size, target_size = lexicon.shape
        super().__init__(source_size, target_size, embed_dim, hidden_size, start=start)
        self.register_buffer("lexicon", lexicon.to(self.output.weight.dtype))

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source: the state of `AttentionSeq2Seq`, and the rows (B, S, V)."""
        h, C, keys, real = super().encode(src, lengths)
        return h, C, keys, real, self.lexicon[src.masked_fill(~real, 0)]

    def _advance(self, tokens: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Read tokens (B, T) one after the other → logits, weights, new state."""
        *inner, rows = state
        logits, weights, after = super()._advance(tokens, tuple(inner))
        return logits + torch.log(weights @ rows + SMALLEST), weights, (*after, rows)
