"""From the outputs of all steps to one vector: attention pooling, and a classifier of any pooling.

    e_t = w · h_t + b      α = softmax(e) over the real steps      context = Σ_t α_t h_t

A pooling takes outputs (B, T, H) and a mask (B, T), True where a step is real, and gives (B, H):
`last_step`, `both_ends` and `masked_mean` of `src.models.sequences`, and `AttentionLSTM`.
"""

from collections.abc import Callable

from torch import Tensor, nn

from src.models.sequences import check_tokens, lengths_to_mask, run_recurrent, without_padding
from src.modules.attention import masked_softmax
from src.modules.checks import Lengths, check_input, check_sizes


class AttentionLSTM(nn.Module):
    """Attention pooling over the outputs of an LSTM (or of any layer): it holds no LSTM itself.

    Args:
        hidden_size: H, the size of the outputs' last axis: 2H' for a bidirectional LSTM of H'.

    Raises:
        TypeError, ValueError: if it is not a positive int.
    """

    def __init__(self, hidden_size: int):
        super().__init__()
        check_sizes(hidden_size=hidden_size)
        self.attention = nn.Linear(hidden_size, 1)

    def forward(
        self, lstm_outputs: Tensor, mask: Tensor | None = None, return_weights: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Average the outputs by learned weights.

        Args:
            lstm_outputs: (B, T, H); what stands in the padding does not matter.
            mask: (B, T) bool, True where a step is real; None: all are.
            return_weights: give the weights as well.

        Returns:
            The context (B, H); with `return_weights` a pair of it and the weights (B, T), which
            are 0 in the padding and have the sum 1.

        Raises:
            TypeError, ValueError: for outputs or a mask of a wrong kind or shape, and for a row
                of the mask without a real step.
        """
        check_input(
            lstm_outputs, self.attention.in_features, True, self.attention.weight, "lstm_outputs"
        )
        scores = self.attention(lstm_outputs).squeeze(-1)  # (B, T)
        weights = masked_softmax(scores, mask)  # (B, T)
        if mask is not None:
            lstm_outputs = lstm_outputs.masked_fill(~mask[:, :, None], 0)  # 0 · NaN is not 0
        context = (weights[:, None] @ lstm_outputs).squeeze(1)  # (B, 1, T) @ (B, T, H) → (B, H)
        return (context, weights) if return_weights else context


class PooledClassifier(nn.Module):
    """Classify a sequence by its pooled outputs.

        x → read (B, T, D) → recurrent (B, T, H) → pool (B, H) → logits (B, C)

    Args:
        read: module from x to vectors: an `nn.Embedding` for tokens, `nn.Identity` for vectors.
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU` with `batch_first=True`.
        pool: function or module of outputs and mask, see above.
        num_classes: C.

    Raises (when called):
        TypeError, ValueError: for tokens or lengths of a wrong kind, shape or range.
    """

    def __init__(
        self,
        read: nn.Module,
        recurrent: nn.RNNBase,
        pool: Callable[[Tensor, Tensor | None], Tensor],
        num_classes: int,
    ):
        super().__init__()
        check_sizes(num_classes=num_classes)
        self.read = read
        self.recurrent = recurrent
        self.pool = pool
        directions = 1 + recurrent.bidirectional
        self.output = nn.Linear(directions * recurrent.hidden_size, num_classes)

    def forward(self, x: Tensor, lengths: Lengths | None = None) -> Tensor:
        """Score the classes: x (B, T) or (B, T, D), lengths (B,) or None → logits (B, C)."""
        if isinstance(self.read, nn.Embedding):
            x = check_tokens(x, self.read.num_embeddings, lengths)
        else:
            x = without_padding(x, lengths)
        outputs, _ = run_recurrent(self.recurrent, self.read(x), lengths)
        mask = None if lengths is None else lengths_to_mask(lengths, *outputs.shape[:2])
        return self.output(self.pool(outputs, mask))
