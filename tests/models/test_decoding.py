"""Decoding: equal to brute force where all answers can be listed, and honest about the rest."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models.decoding import beam_search, greedy

START, END, V, LONGEST = 0, 1, 4, 4  # tokens 0 (which may be said too), 1, 2, 3


class Toy:
    """A decoder with random logits for every beginning of every source: it forgets nothing."""

    def __init__(self, seed, sources=3, scale=2.0):
        rng = np.random.default_rng(seed)
        self.table = torch.from_numpy(scale * rng.standard_normal((sources, V ** (LONGEST + 1), V)))
        self.start = (torch.arange(sources), torch.zeros(sources, dtype=torch.long))

    def step(self, tokens, state):
        source, beginning = state
        beginning = beginning * V + tokens  # the first token is START = 0
        return self.table[source, beginning], (source, beginning)

    def log_prob(self, source, tokens):
        """Of one complete answer, token by token."""
        state, total = (torch.tensor([source]), torch.tensor([0])), 0.0
        for last, said in zip((START, *tokens), (*tokens, END), strict=True):
            logits, state = self.step(torch.tensor([last]), state)
            total += float(logits[0].log_softmax(-1)[said])
        return total

    def every_answer(self, source):
        others = [token for token in range(V) if token != END]
        answers = [a for n in range(LONGEST) for a in product(others, repeat=n)]
        return {answer: self.log_prob(source, answer) for answer in answers}


def search(toy, **settings):
    return beam_search(toy.step, toy.start, start=START, end=END, max_steps=LONGEST, **settings)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 1.0]))
def test_a_beam_that_drops_nothing_is_brute_force(seed, power):
    toy = Toy(seed)
    for source, found in enumerate(search(toy, width=64, length_power=power)):
        answers = toy.every_answer(source)
        best = sorted(answers, key=lambda a: answers[a] / (len(a) + 1) ** power, reverse=True)
        assert [hypothesis.tokens for hypothesis in found] == best
        for hypothesis in found:
            assert hypothesis.log_prob == pytest.approx(answers[hypothesis.tokens])
            length = len(hypothesis.tokens) + 1
            assert hypothesis.score == pytest.approx(hypothesis.log_prob / length**power)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5), st.sampled_from([0.0, 1.0]))
def test_scores_fall_and_belong_to_their_answers(seed, width, power):
    toy = Toy(seed)
    for source, found in enumerate(search(toy, width=width, length_power=power)):
        scores = [hypothesis.score for hypothesis in found]
        assert scores == sorted(scores, reverse=True)
        assert 1 <= len(found) <= width
        assert len({hypothesis.tokens for hypothesis in found}) == len(found)
        for hypothesis in found:
            assert hypothesis.log_prob == pytest.approx(toy.log_prob(source, hypothesis.tokens))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0]))
def test_no_ending_of_the_greedy_path_is_better_than_what_a_beam_of_one_returns(seed, power):
    toy = Toy(seed)
    rows = greedy(toy.step, toy.start, start=START, end=END, max_steps=LONGEST)
    for source, ((best,), row) in enumerate(
        zip(search(toy, width=1, length_power=power), rows, strict=True)
    ):
        endings = [tuple(row[:n]) for n in range(min(len(row), LONGEST - 1) + 1)]
        scores = [toy.log_prob(source, e) / (len(e) + 1) ** power for e in endings]
        assert best.score >= max(scores) - 1e-9


def test_greedy_says_the_most_probable_token_each_time():
    toy = Toy(3)
    rows = greedy(toy.step, toy.start, start=START, end=END, max_steps=LONGEST)
    for source, row in enumerate(rows):
        state, last = (torch.tensor([source]), torch.tensor([0])), START
        for said in [*row, END][:LONGEST]:
            logits, state = toy.step(torch.tensor([last]), state)
            assert int(logits.argmax()) == said
            last = said


def test_a_source_is_decoded_alike_alone_and_in_a_batch():
    toy = Toy(5)
    together = search(toy, width=3)
    for source in range(3):
        start = tuple(part[source : source + 1] for part in toy.start)
        (alone,) = beam_search(toy.step, start, start=START, end=END, max_steps=LONGEST, width=3)
        assert [h.tokens for h in alone] == [h.tokens for h in together[source]]


def test_length_normalisation_lets_longer_answers_win():
    def mean_length(power):
        found = [search(Toy(seed), width=8, length_power=power) for seed in range(20)]
        return np.mean([len(best.tokens) for sources in found for best, *_ in sources])

    assert mean_length(1.0) > mean_length(0.0)


def test_an_end_of_probability_0_gives_no_hypothesis():
    toy = Toy(0)
    toy.table[..., END] = -torch.inf
    assert search(toy, width=2) == [[], [], []]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"width": 0}, "width"), ({"width": 2, "length_power": -1}, "length_power")],
)
def test_settings_out_of_range_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        search(Toy(0), **wrong)
    with pytest.raises(ValueError, match="max_steps"):
        greedy(Toy(0).step, Toy(0).start, start=START, end=END, max_steps=0)


class Stubborn:
    """A decoder that gives the same logits at every step."""

    start = (torch.zeros(1),)

    def __init__(self, *logits):
        self.logits = torch.tensor([logits])

    def step(self, tokens, state):
        return self.logits.expand(len(tokens), -1), state


@pytest.mark.parametrize("decode", [greedy, lambda *a, **k: beam_search(*a, width=2, **k)])
@pytest.mark.parametrize(
    ("logits", "settings", "error", "message"),
    [
        ((0.0, torch.nan, 1.0), {}, ValueError, "NaN"),
        ((0.0, torch.inf, 1.0), {}, ValueError, "infinity"),
        ((-torch.inf, -torch.inf, -torch.inf), {}, ValueError, "distribution"),
        ((0.0, 1.0, 2.0), {"end": -1}, ValueError, r"end must lie .* 0..2, got -1"),
        ((0.0, 1.0, 2.0), {"end": 3}, ValueError, r"end must lie .* 0..2, got 3"),
        ((0.0, 1.0, 2.0), {"start": 99}, ValueError, "start must lie"),
        ((0.0, 1.0, 2.0), {"end": 1.0}, TypeError, "end must be an int"),
        ((0.0, 1.0, 2.0), {"max_steps": 2.0}, TypeError, "max_steps must be an int"),
        ((0.0, 1.0, 2.0), {"max_steps": True}, TypeError, "max_steps must be an int"),
    ],
)
def test_no_answer_comes_of_nonsense(decode, logits, settings, error, message):
    decoder = Stubborn(*logits)
    with pytest.raises(error, match=message):
        decode(decoder.step, decoder.start, **{"start": 0, "end": 1, "max_steps": 3} | settings)


@pytest.mark.parametrize("power", [torch.nan, torch.inf, 1e4, -0.1])
def test_a_length_power_out_of_range_is_named(power):
    with pytest.raises(ValueError, match=r"length_power must lie in 0\.\.10"):
        search(Toy(0), width=2, length_power=power)


@pytest.mark.parametrize("width", [2.0, True, "2"])
def test_a_width_that_is_no_int_is_named(width):
    with pytest.raises(TypeError, match="width must be an int"):
        search(Toy(0), width=width)


def test_one_beginning_is_not_greedy():
    """p(A) = 0.6 and p(end) = 0.4; after A, p(A) = 0.45 and p(end) = 0.55."""
    after_start = torch.tensor([0.4, 0.0, 0.6]).log()
    after_a = torch.tensor([0.55, 0.0, 0.45]).log()

    def step(tokens, state):
        return torch.where((tokens == 1)[:, None], after_start, after_a), state

    settings = {"start": 1, "end": 0, "max_steps": 2}
    assert greedy(step, (torch.zeros(1),), **settings) == [[2]]
    ((best,),) = beam_search(step, (torch.zeros(1),), width=1, **settings)
    assert best.tokens == ()
    assert best.log_prob == pytest.approx(np.log(0.4))
