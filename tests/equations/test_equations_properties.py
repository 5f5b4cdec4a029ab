"""What holds for every shape, every length and both dtypes."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

for_any_problem = settings(max_examples=60, deadline=None, derandomize=True)
sizes = st.fixed_dictionaries(
    {
        "B": st.integers(1, 4),
        "T": st.integers(1, 6),
        "D": st.integers(1, 4),
        "H": st.integers(1, 4),
        "seed": st.integers(0, 2**32 - 1),
        "dtype": st.sampled_from([np.float32, np.float64]),
    }
)


@st.composite
def options(draw, shortest=1):
    """Arguments of `draw_problem`; T and every length are at least `shortest`."""
    chosen = draw(sizes)
    chosen["T"] += shortest - 1
    length = st.integers(shortest, chosen["T"])
    chosen["lengths"] = draw(
        st.none() | st.lists(length, min_size=chosen["B"], max_size=chosen["B"])
    )
    return chosen


def assert_close(ours, expected, name=""):
    """Equal up to the rounding of a few dozen operations."""
    assert ours.dtype == expected.dtype
    tolerance = 5e-5 if ours.dtype == np.float32 else 1e-12
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(ours, expected, rtol=0, atol=tolerance * scale, err_msg=name)


def assert_all_close(ours, expected):
    assert ours.keys() == expected.keys()
    for name in ours:
        assert_close(ours[name], expected[name], name)


@given(options=options())
@for_any_problem
def test_forward_equals_the_loop_over_step(draw_problem, kind, options):
    problem = draw_problem(kind, **options)
    outputs, state = problem.forward(problem.point)
    expected_outputs, expected_state = problem.loop_over_step()
    assert_close(outputs, expected_outputs)
    assert_all_close(state, expected_state)


@given(options=options())
@for_any_problem
def test_behind_its_end_a_sequence_is_silent_and_frozen(draw_problem, kind, options):
    problem = draw_problem(kind, **options)
    outputs, state = problem.forward(problem.point)
    gradient = problem.gradient()
    B, T, _ = outputs.shape
    lengths = np.full(B, T) if problem.lengths is None else problem.lengths
    for b, length in enumerate(lengths):
        assert not outputs[b, length:].any()
        assert not gradient["x"][b, length:].any()
        np.testing.assert_array_equal(state["h"][b], outputs[b, length - 1])


@given(options=options(), padding=st.integers(1, 4))
@for_any_problem
def test_padding_changes_nothing(draw_problem, kind, options, padding):
    """More steps behind the ends, with garbage in them and garbage upstream."""
    problem = draw_problem(kind, **options)
    B, T, _ = problem.x.shape
    padded = deepcopy(problem)
    padded.lengths = np.full(B, T) if problem.lengths is None else problem.lengths
    padded.x = np.pad(problem.x, [(0, 0), (0, padding), (0, 0)], constant_values=7)
    padded.d_outputs = np.pad(problem.d_outputs, [(0, 0), (0, padding), (0, 0)], constant_values=7)

    outputs, state = problem.forward(problem.point)
    padded_outputs, padded_state = padded.forward(padded.point)
    assert_close(padded_outputs[:, :T], outputs)
    assert_all_close(padded_state, state)
    gradient, padded_gradient = problem.gradient(), padded.gradient()
    padded_gradient["x"] = padded_gradient["x"][:, :T]
    assert_all_close(padded_gradient, gradient)


@given(options=options(), data=st.data())
@for_any_problem
def test_the_order_of_the_batch_is_of_no_consequence(draw_problem, kind, options, data):
    problem = draw_problem(kind, **options)
    order = np.array(data.draw(st.permutations(range(len(problem.x)))))
    moved = deepcopy(problem)
    moved.x, moved.d_outputs = problem.x[order], problem.d_outputs[order]
    moved.state = {name: value[order] for name, value in problem.state.items()}
    moved.d_state = {name: value[order] for name, value in problem.d_state.items()}
    if problem.lengths is not None:
        moved.lengths = problem.lengths[order]

    expected_outputs, expected_state = problem.forward(problem.point)
    outputs, state = moved.forward(moved.point)
    assert_close(outputs, expected_outputs[order])
    assert_all_close(state, {name: value[order] for name, value in expected_state.items()})
    expected = problem.gradient()
    for name in ("x", *problem.state):
        expected[name] = expected[name][order]
    assert_all_close(moved.gradient(), expected)


@given(options=options(shortest=2), data=st.data())
@for_any_problem
def test_two_halves_make_the_whole(draw_problem, kind, options, data):
    """The state handed on, and on the way back its gradient."""
    problem = draw_problem(kind, **options)
    lengths = problem.lengths
    shortest = problem.x.shape[1] if lengths is None else lengths.min()
    cut = data.draw(st.integers(1, int(shortest) - 1))

    first, second = deepcopy(problem), deepcopy(problem)
    first.x, first.d_outputs = problem.x[:, :cut], problem.d_outputs[:, :cut]
    first.lengths = None
    second.x, second.d_outputs = problem.x[:, cut:], problem.d_outputs[:, cut:]
    second.lengths = None if lengths is None else lengths - cut
    first_outputs, second.state = first.forward(first.point)
    second_outputs, state = second.forward(second.point)
    expected_outputs, expected_state = problem.forward(problem.point)
    assert_close(np.concatenate([first_outputs, second_outputs], axis=1), expected_outputs)
    assert_all_close(state, expected_state)

    later = second.gradient()
    first.d_state = {name: later[name] for name in problem.state}
    earlier = first.gradient()
    joined = {
        "x": np.concatenate([earlier["x"], later["x"]], axis=1),
        **{name: earlier[name] + later[name] for name in problem.layer.parameters},
        **{name: earlier[name] for name in problem.state},
    }
    assert_all_close(joined, problem.gradient())


@given(options=options())
@for_any_problem
def test_nothing_that_comes_in_is_changed_or_handed_out(draw_problem, kind, options):
    """Arguments stay as they were, and a result may be overwritten without harm to the tape."""
    problem = draw_problem(kind, **options)
    before = deepcopy(problem)
    outputs, state, tape = problem.layer.forward(
        problem.x, problem.pack(problem.state), problem.lengths
    )
    d_state = problem.pack(problem.d_state)
    first = problem.layer.backward(tape, problem.d_outputs, d_state)
    kept = deepcopy(first)
    results = [outputs, *problem.unpack(state).values()]
    results += [first.x, *problem.unpack(first.state).values(), *first.parameters.values()]
    for result in results:
        result[...] = 7

    np.testing.assert_equal(vars_of(problem), vars_of(before))
    second = problem.layer.backward(tape, problem.d_outputs, d_state)
    np.testing.assert_equal(second._asdict(), kept._asdict())


def vars_of(problem):
    return {**vars(problem), "layer": problem.layer.parameters}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_result_has_the_dtype_of_the_parameters(draw_problem, kind, dtype):
    problem = draw_problem(kind, lengths=[4, 1, 2], dtype=dtype)
    outputs, state = problem.forward(problem.point)
    results = {"outputs": outputs, **state, **problem.gradient()}
    assert {name: value.dtype for name, value in results.items() if value.dtype != dtype} == {}
    assert all(
        problem.gradient()[name].shape == value.shape for name, value in problem.point.items()
    )


@pytest.mark.parametrize("integer", [np.uint8, np.int32, np.uint64])
def test_lengths_may_be_any_integers_or_a_list(draw_problem, kind, integer):
    problem = draw_problem(kind, lengths=[4, 1, 2])
    expected, *_ = problem.layer.forward(problem.x, lengths=problem.lengths)
    for lengths in (problem.lengths.astype(integer), [4, 1, 2]):
        outputs, *_ = problem.layer.forward(problem.x, lengths=lengths)
        np.testing.assert_array_equal(outputs, expected)
