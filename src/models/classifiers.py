"""Classify a sequence of tokens by the last hidden states of a bidirectional LSTM or GRU.

    tokens (B, T) → embedding (B, T, E) → L bidirectional layers → h_n (L·2, B, H)
    → [last forward state, last backward state] (B, 2H) → logits (B, C)

Padding is told by `lengths`, not by a token: every one of the V ids, 0 included, is an ordinary
token with a trained embedding. With `lengths` the padding is never read and gets no gradient; with
`lengths=None` all T tokens are read.
"""

import torch
from torch import Tensor, nn

from src.models.sequences import check_tokens, run_recurrent
from src.modules.checks import Lengths, check_sizes

DROPOUT = 0.3  # between layers, in training; a single layer has no place for it


class LSTMClassifier(nn.Module):
    """A bidirectional LSTM that reads tokens and scores classes.

    Args:
        vocab_size: V, number of token ids.
        embed_dim: E.
        hidden_size: H, of each direction.
        num_classes: C.
        num_layers: L.

    Raises:
        TypeError, ValueError: if one of them is not a positive int.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        hidden_size: int,
        num_classes: int,
        num_layers: int = 2,
    ):
        super().__init__()
        check_sizes(
            vocab_size=vocab_size,
            embed_dim=embed_dim,
            hidden_size=hidden_size,
            num_classes=num_classes,
            num_layers=num_layers,
        )
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.lstm = nn.LSTM(
            embed_dim,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=DROPOUT if num_layers > 1 else 0.0,
            bidirectional=True,
        )
        self.output = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Score the classes of each sequence.

        Args:
            tokens: (B, T) int64 or int32 ids in 0..V-1; in the padding anything may stand.
            lengths: (B,) ints in 1..T, in any order and on any device; None reads all T tokens.

        Returns:
            Logits, (B, C).

        Raises:
            TypeError, ValueError: for tokens or lengths of a wrong kind, shape or range.
        """
        tokens = check_tokens(tokens, self.embedding.num_embeddings, lengths)
        embedded = self.embedding(tokens)  # (B, T, E)
        _, (h_n, _) = run_recurrent(self.lstm, embedded, lengths)  # (L·2, B, H)
        last = torch.cat([h_n[-2], h_n[-1]], dim=-1)  # (B, 2H)
        return self.output(last)


class GRUClassifier(nn.Module):
    """A bidirectional GRU that reads tokens and scores classes.

    Arguments, results and errors are those of `LSTMClassifier`.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        hidden_size: int,
        num_classes: int,
        num_layers: int = 2,
    ):
        super().__init__()
        check_sizes(
            vocab_size=vocab_size,
            embed_dim=embed_dim,
            hidden_size=hidden_size,
            num_classes=num_classes,
            num_layers=num_layers,
        )
        self.embedding = nn.Embedding(vocab_size, embed_dim)
        self.gru = nn.GRU(
            embed_dim,
            hidden_size,
            num_layers,
            batch_first=True,
            dropout=DROPOUT if num_layers > 1 else 0.0,
            bidirectional=True,
        )
        self.output = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, tokens: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Tokens (B, T) and lengths (B,) → logits (B, C), as `LSTMClassifier.forward`."""
        tokens = check_tokens(tokens, self.embedding.num_embeddings, lengths)
        embedded = self.embedding(tokens)  # (B, T, E)
        _, h_n = run_recurrent(self.gru, embedded, lengths)  # (L·2, B, H)
        last = torch.cat([h_n[-2], h_n[-1]], dim=-1)  # (B, 2H)
        return self.output(last)
