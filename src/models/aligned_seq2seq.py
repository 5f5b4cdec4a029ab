"""A sequence-to-sequence model that walks along its source, one step of output for each letter.

    k_1 ... k_S = encoder(src)                          L bidirectional layers, (B, S, H)
    h_i = decoder([k_i, embedding(tgt_{i-1})], h_{i-1})
    logits_i = W_y [h_i, k_i] + b_y

It needs no attention: step i of the output belongs to step i of the source. What a letter says may
be nothing or two sounds, so the target's tokens are chunks (`src.tasks.alignment`). Its encoder
sees all letters on both sides, its decoder all chunks before: after Yao and Zweig (2015).
"""

import torch
from torch import Tensor, nn

from src.models.decoding import State
from src.models.sequences import check_tokens, run_recurrent
from src.modules.checks import Lengths, check_lengths, check_sizes


class AlignedSeq2Seq(nn.Module):
    """Letters in, for each of them the logits of what it says.

    Args:
        source_size: V of the source's tokens.
        target_size: V of the target's tokens.
        embed_dim: E, of both embeddings.
        encoder_size: H of both directions of the encoder together, even.
        decoder_size: of the decoder.
        num_layers: L, of the encoder.
        dropout: on what enters each layer, and on what the output reads.
        start: the token that the decoder reads first; no letter says it.
        end: the token that follows the last letter; no letter says it.

    Raises:
        TypeError, ValueError: a size that is not a positive int, or an odd encoder_size.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embed_dim: int,
        encoder_size: int,
        decoder_size: int,
        num_layers: int = 2,
        dropout: float = 0.0,
        *,
        start: int = 1,
        end: int = 0,
    ):
        super().__init__()
        check_sizes(
            source_size=source_size,
            target_size=target_size,
            embed_dim=embed_dim,
            encoder_size=encoder_size,
            decoder_size=decoder_size,
            num_layers=num_layers,
        )
        if encoder_size % 2:
            raise ValueError(f"encoder_size must be even, half a direction: {encoder_size}")
        self.start, self.end = start, end
        self.dropout = nn.Dropout(dropout)
        self.source_embedding = nn.Embedding(source_size, embed_dim)
        self.encoder = nn.LSTM(
            embed_dim,
            encoder_size // 2,
            num_layers,
            batch_first=True,
            bidirectional=True,
            dropout=dropout if num_layers > 1 else 0.0,
        )
        self.target_embedding = nn.Embedding(target_size, embed_dim)
        self.decoder = nn.LSTM(encoder_size + embed_dim, decoder_size, batch_first=True)
        self.output = nn.Linear(decoder_size + encoder_size, target_size)

    def forward(self, src: Tensor, tgt: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Teacher forcing: predict what each letter says from the true chunks before it.

        Args:
            src: (B, S) int64 tokens.
            tgt: (B, S) int64 tokens, one for each letter.
            lengths: (B,) ints in 1..S, of both; None reads all S steps.

        Returns:
            Logits, (B, S, V of the target).

        Raises:
            TypeError, ValueError: for tokens or lengths of a wrong kind, shape or range.
        """
        keys = self._read(src, lengths)
        tgt = check_tokens(tgt, self.target_embedding.num_embeddings, lengths)
        if tgt.shape != src.shape:
            raise ValueError(
                f"src and tgt must have the same shape, got {tuple(src.shape)} and "
                f"{tuple(tgt.shape)}"
            )
        before = torch.cat([torch.full_like(tgt[:, :1], self.start), tgt[:, :-1]], dim=1)
        states, _ = self.decoder(torch.cat([keys, self._embed(before)], dim=-1))
        return self._logits(states, keys)

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source.

        Returns:
            The decoder's state, a tuple whose first dimension is B: its h and C, both zero; the
            keys (B, S, H); the lengths (B,); and how many letters have spoken, (B,), none yet.
        """
        keys = self._read(src, lengths)
        B, S, _ = keys.shape
        zeros = keys.new_zeros(B, self.decoder.hidden_size)
        lengths = torch.full((B,), S) if lengths is None else check_lengths(lengths, B, S)
        return zeros, zeros, keys, lengths, torch.zeros_like(lengths)

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """Say the next letter's chunk: the last tokens (B,) and the state → logits, new state.

        The logits leave nothing but the end after a word's last letter, and neither the end nor the
        start before.
        """
        h, C, keys, lengths, spoken = state
        key = keys[torch.arange(len(keys)), spoken.clamp(max=keys.shape[1] - 1)][:, None]
        states, (h, C) = self.decoder(
            torch.cat([key, self._embed(tokens[:, None])], dim=-1),
            (h[None].contiguous(), C[None].contiguous()),
        )
        token = torch.arange(self.output.out_features)
        impossible = ((spoken == lengths)[:, None] != (token == self.end)) | (token == self.start)
        logits = self._logits(states, key)[:, 0].masked_fill(impossible, -torch.inf)
        return logits, (h[0], C[0], keys, lengths, spoken + 1)

    def _read(self, src: Tensor, lengths: Lengths | None) -> Tensor:
        src = check_tokens(src, self.source_embedding.num_embeddings, lengths)
        letters = self.dropout(self.source_embedding(src))
        keys, _ = run_recurrent(self.encoder, letters, lengths)
        return self.dropout(keys)

    def _embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.target_embedding(tokens))

    def _logits(self, states: Tensor, keys: Tensor) -> Tensor:
        return self.output(torch.cat([self.dropout(states), keys], dim=-1))
