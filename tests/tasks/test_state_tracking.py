import numpy as np
import pytest

from src.tasks.state_tracking import CUPS, PARITY, draw_tracking, states_after


def test_parity_is_the_number_of_ones_modulo_two():
    inputs, targets = draw_tracking(np.random.default_rng(0), PARITY, 50, 30)
    assert inputs.shape == (50, 30, 2)
    np.testing.assert_array_equal(inputs.sum(axis=2), 1)
    np.testing.assert_array_equal(targets, inputs[..., 1].cumsum(axis=1) % 2)


def test_cups_are_moved_as_one_would_move_them():
    rng = np.random.default_rng(1)
    moves = rng.integers(2, size=(20, 25))
    expected = np.empty_like(moves)
    for b in range(20):
        cups = ["ball", "", "", "", ""]
        for t in range(25):
            if moves[b, t] == 0:
                cups = [cups[-1], *cups[:-1]]
            else:
                cups[0], cups[1] = cups[1], cups[0]
            expected[b, t] = cups.index("ball")
    np.testing.assert_array_equal(states_after(CUPS, moves), expected)


def test_the_moves_of_the_cups_make_all_120_orders_and_do_not_commute():
    orders = {tuple(range(5))}
    while True:
        more = orders | {tuple(move[list(order)]) for order in orders for move in CUPS}
        if more == orders:
            break
        orders = more
    assert len(orders) == 120
    assert states_after(CUPS, [[0, 1]])[0, -1] != states_after(CUPS, [[1, 0]])[0, -1]


def test_all_symbols_and_states_are_met_about_equally_often():
    inputs, targets = draw_tracking(np.random.default_rng(2), CUPS, 500, 40)
    assert np.abs(inputs.mean(axis=(0, 1)) - 0.5).max() < 0.01
    late = np.bincount(targets[:, 20:].ravel(), minlength=5) / targets[:, 20:].size
    assert np.abs(late - 0.2).max() < 0.02


@pytest.mark.parametrize(
    ("automaton", "symbols", "message"),
    [
        ([[0, 2]], [[0]], "automaton must hold numbers from 0 to 1, got 0 to 2"),
        ([[0, -1]], [[0]], "automaton must hold numbers from 0 to 1, got -1 to 0"),
        (PARITY, [[2]], "symbols must hold numbers from 0 to 1, got 2 to 2"),
        (PARITY, [0, 1], "symbols must be integers of rank 2"),
        (PARITY, [[0.5]], "symbols must be integers of rank 2"),
        ([], [[0]], "automaton must be integers of rank 2"),
    ],
)
def test_what_is_no_automaton_or_no_symbol_is_named(automaton, symbols, message):
    with pytest.raises(ValueError, match=message):
        states_after(automaton, symbols)


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0)])
def test_sizes_begin_at_one(sizes):
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        draw_tracking(np.random.default_rng(0), PARITY, *sizes)
