"""The loss of a network that predicts the next symbol."""

import numpy as np

from src.equations.checks import check_array, check_lengths


def log_softmax(logits):
    r"""log p_k = z_k − log Σ_j e^(z_j) over the last axis, without overflow.

    Args:
        logits: z, float array (..., V).

    Returns:
        Array of the same shape; its exponentials sum to 1 over the last axis.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def sequence_cross_entropy(logits, targets, lengths):
    r"""The mean cross-entropy over the real steps of a batch, and its gradient.

        L = −(1/N) Σ_b Σ_(t ≤ length_b) Σ_k y_btk log p_btk,    N = Σ_b length_b
        ∂L/∂z_bt = (p_bt − y_bt) / N, and 0 behind a sequence's end

    Args:
        logits: z, (B, T, V).
        targets: y, (B, T, V), of the dtype of logits: each real step's target distribution,
            usually one-hot. What stands behind a sequence's end is not used.
        lengths: (B,) integers from 1 to T.

    Returns:
        (loss, d_logits): a float, and ∂L/∂z (B, T, V).

    Raises:
        TypeError, ValueError: an argument is of another shape or dtype, not finite, or a
            length lies outside 1 to T.
    """
    B, T, V = check_array("logits", logits, ("B", "T", "V"), logits.dtype).shape
    check_array("targets", targets, (B, T, V), logits.dtype)
    check_lengths(lengths, B, T)
    real = np.arange(T)[:, None] < np.reshape(lengths, (B, 1, 1))
    share = (real / np.sum(lengths)).astype(logits.dtype)
    log_p = log_softmax(logits)
    return float(-(share * targets * log_p).sum()), share * (np.exp(log_p) - targets)
