"""A sequence-to-sequence model whose decoder looks back at every step of the source.

    k_1 ... k_S = encoder(src)                         a bidirectional LSTM, (B, S, H)
    h_u = decoder(embedding(tgt_{u-1}), h_{u-1})       teacher forcing: the true token before
    α_u = softmax over the source of score(h_u, k)
    c_u = Σ_s α_us k_s
    logits_u = W_y tanh(W_c [h_u, c_u] + b_c) + b_y

After Luong, Pham and Manning (2015), without input feeding: the decoder's states do not depend on
the contexts, so that all T of them come from one call of `nn.LSTM`.
"""

import torch
from torch import Tensor, nn

from src.models.decoding import State
from src.models.sequences import check_tokens, lengths_to_mask, run_recurrent
from src.modules.attention import MultiplicativeScore, masked_softmax
from src.modules.checks import Lengths, check_sizes


class AttentionSeq2Seq(nn.Module):
    """Tokens in, logits of other tokens out.

    Args:
        source_size: V of the source's tokens.
        target_size: V of the target's tokens.
        embed_dim: E, of both embeddings.
        hidden_size: H of the decoder; each direction of the encoder has H / 2.
        start: the token that the decoder reads first.
        score: a module of queries (B, T, H) and keys (B, S, H) → (B, T, S). None makes a
            `MultiplicativeScore`.

    Raises:
        TypeError, ValueError: a size that is not a positive int, an odd hidden_size, or a start
            outside the target's vocabulary.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embed_dim: int,
        hidden_size: int,
        *,
        start: int = 1,
        score: nn.Module | None = None,
    ):
        super().__init__()
        check_sizes(
            source_size=source_size,
            target_size=target_size,
            embed_dim=embed_dim,
            hidden_size=hidden_size,
        )
        if hidden_size % 2:
            raise ValueError(f"hidden_size must be even, a half for each direction: {hidden_size}")
        if not 0 <= start < target_size:
            raise ValueError(f"start must lie in the vocabulary 0..{target_size - 1}, got {start}")
        self.start = start
        self.source_embedding = nn.Embedding(source_size, embed_dim)
        self.encoder = nn.LSTM(embed_dim, hidden_size // 2, batch_first=True, bidirectional=True)
        self.target_embedding = nn.Embedding(target_size, embed_dim)
        self.decoder = nn.LSTM(embed_dim, hidden_size, batch_first=True)
        self.score = MultiplicativeScore(hidden_size, hidden_size) if score is None else score
        self.combine = nn.Linear(2 * hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, target_size)

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
        return self._decode(tgt, self.encode(src, lengths))[0]

    def align(self, src: Tensor, tgt: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Where the decoder looks while it says `tgt`: weights (B, T, S), each row of sum 1."""
        return self._decode(tgt, self.encode(src, lengths))[1]

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source.

        Returns:
            The decoder's state, a tuple whose first dimension is B: its h and C, both (B, H),
            where the encoder ended; the keys (B, S, H); and which of them are real, (B, S) bool.
        """
        src = check_tokens(src, self.source_embedding.num_embeddings, lengths)
        B, S = src.shape
        keys, (h, C) = run_recurrent(self.encoder, self.source_embedding(src), lengths)
        real = lengths_to_mask([S] * B if lengths is None else lengths, B, S)
        both = (torch.cat([part[0], part[1]], dim=-1) for part in (h, C))
        return *both, keys, real.to(src.device)

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Decode one step: the last tokens (B,) and the state → logits (B, V), new state."""
        logits, _, state = self._advance(tokens[:, None], state)
        return logits[:, 0], state

    def _decode(self, tgt: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        tgt = check_tokens(tgt, self.target_embedding.num_embeddings)
        if len(tgt) != len(state[0]):
            raise ValueError(
                f"src and tgt must have the same B, got {len(state[0])} and {len(tgt)}"
            )
        before = torch.cat([torch.full_like(tgt[:, :1], self.start), tgt[:, :-1]], dim=1)
        return self._advance(before, state)

    def _advance(self, tokens: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Read tokens (B, T) one after the other → logits, weights, new state."""
        h, C, keys, real = state
        states, (h, C) = self.decoder(
            self.target_embedding(tokens), (h[None].contiguous(), C[None].contiguous())
        )
        weights = masked_softmax(self.score(states, keys), real[:, None])
        contexts = weights @ keys
        logits = self.output(torch.tanh(self.combine(torch.cat([states, contexts], dim=-1))))
        return logits, weights, (h[0], C[0], keys, real)
