"""The loss of a network that predicts the next symbol."""

import numpy as np
import numpy.typing as npt

from src.equations.checks import check_finite, check_float_array, check_shape, steps_read


def log_softmax(logits: np.ndarray) -> np.ndarray:
    r"""log p_k = z_k − log Σ_j e^(z_j) over the last axis, without overflow.

    Args:
        logits: z, float array (..., V).

    Returns:
        Array of the same shape; its exponentials sum to 1 over the last axis.
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def sequence_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, lengths: npt.ArrayLike | None = None
) -> tuple[float, np.ndarray]:
    r"""The mean cross-entropy over the real steps of a batch, and its gradient.

        L = −(1/N) Σ_b Σ_(t ≤ length_b) Σ_k y_btk log p_btk,    N = Σ_b length_b
        ∂L/∂z_bt = (p_bt − y_bt) / N, and 0 behind a sequence's end

    Args:
        logits: z, (B, T, V), float32 or float64.
        targets: y, (B, T, V), of the dtype of logits: each real step's target distribution,
            usually one-hot.
        lengths: (B,) integers from 1 to T; all T if None. What lies behind a sequence's end may
            be anything.

    Returns:
        (loss, d_logits): a float, and ∂L/∂z (B, T, V).

    Raises:
        TypeError, ValueError: an argument is of another shape or dtype, not finite, a target is
            no distribution, or a length lies outside 1 to T.
    """
    check_float_array("logits", logits)
    check_float_array("targets", targets)
    if targets.dtype != logits.dtype:
        raise TypeError(
            f"targets must have the dtype of logits, {logits.dtype}, got {targets.dtype}"
        )
    B, T, V = check_shape("logits", logits, ("B", "T", "V"), logits.dtype).shape
    check_shape("targets", targets, (B, T, V), logits.dtype)
    real = steps_read(lengths, B, T)
    z, y = logits[real], targets[real]  # (N, V)
    check_finite("logits", z)
    check_distributions("targets", y)

    log_p, share = log_softmax(z), logits.dtype.type(1 / len(z))
    d_logits = np.zeros_like(logits)
    d_logits[real] = share * (np.exp(log_p) - y)
    return float(-(share * y * log_p).sum()), d_logits


def check_distributions(name: str, y: np.ndarray) -> None:
    """Raise ValueError unless the rows of y (N, V) are finite, from 0, and sum to 1."""
    check_finite(name, y)
    sums = y.sum(axis=-1)
    if (y < 0).any() or np.abs(sums - 1).max() > 1e-4:
        raise ValueError(
            f"{name} must be distributions, from 0 and with a sum of 1 at every real step, but the "
            f"smallest is {y.min():.3g} and the sums are {sums.min():.3g} to {sums.max():.3g}"
        )
