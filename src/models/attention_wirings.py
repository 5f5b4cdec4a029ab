"""Other wirings of the decoder with attention: fed with what it read, a GRU, several layers.

In `AttentionSeq2Seq` the decoder's states do not depend on the contexts. Here they do:

    Bahdanau, Cho and Bengio (2015)          Luong, Pham and Manning (2015), input feeding
    α_u = softmax of score(h_{u-1}, k)       h_u = decoder([embedding(tgt_{u-1}), a_{u-1}], h_{u-1})
    c_u = Σ_s α_us k_s                       α_u = softmax of score(h_u, k)
    h_u = decoder([embedding(tgt_{u-1}),     c_u = Σ_s α_us k_s
          c_u], h_{u-1})
    a_u = tanh(W_c [h_u, c_u] + b_c)         a_u = tanh(W_c [h_u, c_u] + b_c), a_0 = 0

and logits_u = W_y a_u + b_y in both. Step u cannot begin before step u-1 has ended, so the decoder
runs in a loop. Score, encoder and output are those of `AttentionSeq2Seq`: Bahdanau et al. had a GRU
with a maxout output, Luong et al. several layers.
"""

import torch
from torch import Tensor, nn

from src.models.attention_seq2seq import AttentionSeq2Seq
from src.models.decoding import State
from src.models.sequences import check_tokens, lengths_to_mask, run_recurrent
from src.modules.attention import masked_softmax
from src.modules.checks import Lengths, check_sizes


class ContextFedSeq2Seq(AttentionSeq2Seq):
    """Attention first, then the decoder's step, which reads the context (Bahdanau et al. 2015).

    Arguments, shapes and errors: as for `AttentionSeq2Seq`.
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
        super().__init__(source_size, target_size, embed_dim, hidden_size, start=start, score=score)
        self.decoder = nn.LSTM(embed_dim + hidden_size, hidden_size, batch_first=True)

    def _advance(self, tokens: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Read tokens (B, T) one after the other → logits, weights, new state."""
        h, C, keys, real = state
        logits, weights = [], []
        for embedded in self.target_embedding(tokens).unbind(1):
            alpha = masked_softmax(self.score(h[:, None], keys), real[:, None])  # (B, 1, S)
            context = (alpha @ keys)[:, 0]
            h, C = lstm_step(self.decoder, torch.cat([embedded, context], dim=-1), h, C)
            read = torch.tanh(self.combine(torch.cat([h, context], dim=-1)))
            logits.append(self.output(read))
            weights.append(alpha[:, 0])
        return torch.stack(logits, 1), torch.stack(weights, 1), (h, C, keys, real)


class InputFeedingSeq2Seq(AttentionSeq2Seq):
    """The decoder's next step reads what the output read (Luong et al. 2015, input feeding).

    Arguments, shapes and errors: as for `AttentionSeq2Seq`; the state has a fifth part, a_u (B, H).
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
        super().__init__(source_size, target_size, embed_dim, hidden_size, start=start, score=score)
        self.decoder = nn.LSTM(embed_dim + hidden_size, hidden_size, batch_first=True)

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source: the state of `AttentionSeq2Seq`, and zeros for a_0."""
        h, C, keys, real = super().encode(src, lengths)
        return h, C, keys, real, torch.zeros_like(h)

    def _advance(self, tokens: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Read tokens (B, T) one after the other → logits, weights, new state."""
        h, C, keys, real, read = state
        logits, weights = [], []
        for embedded in self.target_embedding(tokens).unbind(1):
            h, C = lstm_step(self.decoder, torch.cat([embedded, read], dim=-1), h, C)
            alpha = masked_softmax(self.score(h[:, None], keys), real[:, None])  # (B, 1, S)
            context = (alpha @ keys)[:, 0]
            read = torch.tanh(self.combine(torch.cat([h, context], dim=-1)))
            logits.append(self.output(read))
            weights.append(alpha[:, 0])
        return torch.stack(logits, 1), torch.stack(weights, 1), (h, C, keys, real, read)


class StackedAttentionSeq2Seq(AttentionSeq2Seq):
    """`AttentionSeq2Seq` with another recurrent layer, or several of them.

    Each layer of the decoder begins where the encoder's layer of that height ended. Keys and
    queries are the outputs of the highest layers.

    Args:
        source_size, target_size, embed_dim, hidden_size, start: as for `AttentionSeq2Seq`.
        recurrent: `nn.LSTM` or `nn.GRU`.
        num_layers: L, of the encoder and of the decoder.

    Raises:
        TypeError, ValueError: as for `AttentionSeq2Seq`; a num_layers that is not a positive int.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embed_dim: int,
        hidden_size: int,
        *,
        start: int = 1,
        recurrent: type[nn.LSTM] | type[nn.GRU] = nn.LSTM,
        num_layers: int = 1,
    ):
        super().__init__(source_size, target_size, embed_dim, hidden_size, start=start)
        check_sizes(num_layers=num_layers)
        self.encoder: nn.LSTM | nn.GRU = recurrent(  # type: ignore[assignment]
            embed_dim, hidden_size // 2, num_layers, batch_first=True, bidirectional=True
        )
        self.decoder: nn.LSTM | nn.GRU = recurrent(  # type: ignore[assignment]
            embed_dim, hidden_size, num_layers, batch_first=True
        )

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source.

        Returns:
            The keys (B, S, H); which of them are real, (B, S) bool; and where each layer of the
            decoder begins: h, and for an LSTM C, (B, L, H).
        """
        src = check_tokens(src, self.source_embedding.num_embeddings, lengths)
        B, S = src.shape
        keys, state = run_recurrent(self.encoder, self.source_embedding(src), lengths)
        real = lengths_to_mask([S] * B if lengths is None else lengths, B, S)
        parts = state if isinstance(state, tuple) else (state,)
        L = self.encoder.num_layers
        both = (part.view(L, 2, B, -1).permute(2, 0, 1, 3).reshape(B, L, -1) for part in parts)
        return keys, real.to(src.device), *both

    def _advance(self, tokens: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        """Read tokens (B, T) one after the other → logits, weights, new state."""
        keys, real, *parts = state
        layers = tuple(part.transpose(0, 1).contiguous() for part in parts)  # (L, B, H)
        states, after = self.decoder(
            self.target_embedding(tokens), layers if len(layers) > 1 else layers[0]
        )
        weights = masked_softmax(self.score(states, keys), real[:, None])
        logits = self.output(torch.tanh(self.combine(torch.cat([states, weights @ keys], dim=-1))))
        after = after if isinstance(after, tuple) else (after,)
        return logits, weights, (keys, real, *(part.transpose(0, 1) for part in after))


def lstm_step(lstm: nn.LSTM, x: Tensor, h: Tensor, C: Tensor) -> tuple[Tensor, Tensor]:
    """One step of a layer: x (B, D), h and C (B, H) → the next h and C."""
    _, (h, C) = lstm(x[:, None], (h[None].contiguous(), C[None].contiguous()))
    return h[0], C[0]
