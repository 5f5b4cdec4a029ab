"""Turn a decoder into answers: greedily, or by beam search with the n best.

Both take the decoder as a function of one step, so that any model can be decoded ::

    step(tokens, state) -> (logits, state)

with tokens (R,), the last token of each of R rows; logits (R, V) of the next one; and a state that
is a tuple of tensors whose first dimension is R, so that rows can be chosen by index.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from src.modules.checks import Lengths, check_sizes

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State]]


class Decoder(Protocol):
    """A model that reads a source and then says tokens one by one."""

    def encode(self, src: Tensor, lengths: Lengths | None = None) -> State:
        """Read the source: where the decoder begins."""

    def step(self, tokens: Tensor, state: State) -> tuple[Tensor, State]:
        """The last tokens and the state → logits, new state."""


class Hypothesis(NamedTuple):
    """An answer.

    Attributes:
        tokens: what was said, without the end.
        log_prob: log p(tokens, end | source), natural logarithm.
        score: log_prob / length^a, by which hypotheses are ordered; the length counts the end.
    """

    tokens: tuple[int, ...]
    log_prob: float
    score: float


@torch.no_grad()
def greedy(step: Step, state: State, *, start: int, end: int, max_steps: int) -> list[list[int]]:
    """Say the most probable token, again and again, until it is the end.

    Args:
        step: the decoder.
        state: where it begins, for B sources.
        start: the token that it is given first.
        end: the token that ends an answer.
        max_steps: stop here in any case.

    Returns:
        B lists of tokens, without the end.

    Raises:
        TypeError: a setting that is no int.
        ValueError: max_steps below 1, a start or end outside the vocabulary, logits that are NaN.
    """
    check_sizes(max_steps=max_steps)
    _check_tokens(start=start, end=end)
    tokens = torch.full((len(state[0]),), start, device=state[0].device)
    said, ended = [], torch.zeros_like(tokens, dtype=torch.bool)
    for _ in range(max_steps):
        logits, state = step(tokens, state)
        _check_logits(logits, start, end)
        tokens = logits.argmax(-1)
        said.append(tokens)
        ended |= tokens == end
        if ended.all():
            break
    rows = torch.stack(said, dim=1).tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]


@torch.no_grad()
def beam_search(
    step: Step,
    state: State,
    *,
    start: int,
    end: int,
    max_steps: int,
    width: int,
    length_power: float = 0.0,
) -> list[list[Hypothesis]]:
    """Keep the `width` most probable prefixes at every step; return the best complete answers.

    At each step every kept prefix may also end. Complete answers go to a list of their own,
    the best `width` of them by score = log_prob / length^length_power (Wu et al. 2016 divide by a
    similar power). So no complete answer that was ever reached is returned behind one with a lower
    score. What is lost is what grows from a prefix that was not kept, and what needs more
    than `max_steps` tokens, its end included. The search stops early only where no kept
    prefix could still overtake: its log_prob only falls, so that no score of its continuations
    exceeds log_prob / max_steps^length_power.

    Args:
        step: the decoder.
        state: where it begins, for B sources.
        start: the token that it is given first.
        end: the token that ends an answer.
        max_steps: the most tokens of an answer, its end included.
        width: K, how many prefixes are kept. 1 follows the greedy path and answers with the best
            ending along it, which may come earlier than the greedy answer's.
        length_power: 0 orders by probability, which favours short answers; 1 by the mean log
            probability of a token.

    Returns:
        B lists of at most K hypotheses, the best first. It is empty if none has a probability
        above 0.

    Raises:
        TypeError: a setting that is no number of its kind.
        ValueError: max_steps or width below 1, length_power outside 0 to 10, a start or end outside
            the vocabulary, or logits that are NaN.
    """
    check_sizes(max_steps=max_steps, width=width)
    _check_tokens(start=start, end=end)
    if not 0 <= length_power <= 10:
        raise ValueError(f"length_power must lie in 0..10, got {length_power}")
    B, K, device = len(state[0]), 1, state[0].device
    rows_of = torch.arange(B, device=device)[:, None]
    tokens = torch.full((B, 1), start, device=device)
    said = tokens[:, :, None][..., :0]  # by the kept prefixes, (B, K, t)
    log_probs = torch.zeros(B, 1, device=device)  # theirs
    complete = torch.full((B, width, max_steps), end, device=device)
    complete_log_probs = torch.full((B, width), -torch.inf, device=device)
    complete_scores = torch.full((B, width), -torch.inf, device=device)

    for t in range(1, max_steps + 1):
        logits, state = step(tokens.flatten(), state)
        _check_logits(logits, start, end)
        longer = log_probs[..., None] + logits.log_softmax(-1).view(B, K, -1)  # (B, K, V)
        ending = longer[..., end]
        ended = torch.full((B, K, max_steps), end, device=device)
        ended[..., : t - 1] = said
        complete_scores, best = torch.cat([complete_scores, ending / t**length_power], 1).topk(
            width
        )
        complete_log_probs = torch.cat([complete_log_probs, ending], 1).gather(1, best)
        complete = torch.cat([complete, ended], 1)[rows_of, best]

        longer[..., end] = -torch.inf
        V = longer.shape[-1]
        log_probs, best = longer.flatten(1).topk(min(width, K * V))
        if (
            t == max_steps
            or (log_probs[:, 0] / max_steps**length_power <= complete_scores[:, -1]).all()
        ):
            break
        parents, tokens = best // V, best % V  # (B, K) each
        said = torch.cat([said[rows_of, parents], tokens[..., None]], dim=2)
        rows = (rows_of * K + parents).flatten()
        state = tuple(part[rows] for part in state)
        K = tokens.shape[1]

    return [
        [
            Hypothesis(tuple(row[: row.index(end)] if end in row else row), log_prob, score)
            for row, log_prob, score in zip(*source, strict=True)
            if score > -torch.inf
        ]
        for source in zip(
            complete.tolist(), complete_log_probs.tolist(), complete_scores.tolist(), strict=True
        )
    ]


def _check_tokens(**tokens: int) -> None:
    for name, token in tokens.items():
        if not isinstance(token, int) or isinstance(token, bool):
            raise TypeError(f"{name} must be an int, got {type(token).__name__}")


def _check_logits(logits: Tensor, start: int, end: int) -> None:
    """A NaN would be the largest number to `argmax` and the smallest to a sort."""
    V = logits.shape[-1]
    for name, token in (("start", start), ("end", end)):
        if not 0 <= token < V:
            raise ValueError(f"{name} must lie in the decoder's vocabulary 0..{V - 1}, got {token}")
    if logits.isnan().any() or (logits == torch.inf).any() or (logits == -torch.inf).all(-1).any():
        raise ValueError("the decoder's logits must leave a distribution, got NaN or infinity")
