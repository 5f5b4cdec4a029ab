"""What does nothing, or repeats itself, earns nothing: a table over all graded functions."""

import numpy as np
import pytest
from notebooks import sentences

from coursework import border
from coursework.marks import Marks, numbers
from coursework.problems import Problem, role, source_of
from coursework.student import Failure

# set: {function: (part, points that rest on it, those that its first right answer earns)}
FUNCTIONS = {
    "ps1": {
        "rnn_step": ("B", 4, 1),
        "unroll": ("C", 4, 3),
        "rnn_backward": ("D", 6, 6),
        "state_jacobian": ("E", 2, 1),
        "clip_by_norm": ("E", 2, 1),
    },
    "ps2": {
        "lstm_step": ("B", 5, 5),
        "read": ("C", 4, 3),
        "lstm_step_backward": ("D", 6, 6),
        "half_life": ("E", 1, 1),
        "forget_bias": ("E", 1, 1),
    },
    "ps3": {
        "gru_step": ("A", 4, 1),
        "torch_gru_step": ("B", 4, 2),
        "turn_update_gate": ("C", 3, 3),
        "fold_biases": ("D", 2, 2),
        "layer_parameters": ("E", 3, 0),
        "model_parameters": ("E", 2, 1),
        "gru_hidden": ("E", 1, 1),
    },
    "ps4": {
        "pad_batch": ("A", 3, 3),
        "last_outputs": ("B", 3, 3),
        "mean_outputs": ("C", 3, 2),
        "run_classifier": ("D", 5, 2),
        "masked_loss": ("E", 3, 3),
        "train_step": ("F", 3, 2),
    },
    "ps5": {
        "teacher_forcing": ("A", 2, 2),
        "attend": ("B", 5, 2),
        "greedy": ("C", 3, 2),
        "beam_search": ("D", 6, 1),
        "edit_distance": ("E", 2, 0),
        "error_rate": ("E", 1, 1),
    },
    "ps6": {
        "make_batch": ("A", 2, 2),
        "run_model": ("B", 3, 1),
        "run_steps": ("B", 1, 1),
        "run_epoch": ("C", 3, 2),
        "run_fit": ("D", 2, 1),
        "run_write": ("E", 2, 1),
        "error_rates": ("E", 1, 1),
        "learn_by_heart": ("F", 1, 1),
    },
}
TABLE = [(name, function) for name, functions in FUNCTIONS.items() for function in functions]


def like(answer, number):
    """Something of the form of an answer, full of one number."""
    if isinstance(answer, dict):
        return {key: like(value, number) for key, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)(like(value, number) for value in answer)
    if isinstance(answer, (int, float)):
        return type(answer)(number)
    return answer * 0 + number


def changing(first):
    """Variants with a memory: they answer with what they said before."""

    def variant(right):
        said = []

        def function(*arguments, **options):
            said.append(right(*arguments, **options))
            return said[0] if first else like(said[0], 0) if len(said) == 1 else said[-2]

        return function

    return variant


def argument(place):
    return lambda right: lambda *given, **_: given[min(place, len(given) - 1)]


NOTHING = {
    "None": lambda right: lambda *_, **__: None,
    "0": lambda right: lambda *_, **__: 0,
    "1.0": lambda right: lambda *_, **__: 1.0,
    "an empty list": lambda right: lambda *_, **__: [],
    "zeros of the right form": lambda right: lambda *a, **k: like(right(*a, **k), 0),
    "ones of the right form": lambda right: lambda *a, **k: like(right(*a, **k), 1),
    "the first argument": argument(0),
    "the second argument": argument(1),
    "the third argument": argument(2),
    "all arguments": lambda right: lambda *given, **_: given,
    "the answer before": changing(first=False),
}
CALLING = ("zeros of the right form", "ones of the right form", "the answer before")


class Here:
    """A student whose code runs in this process: the reference, but for one function if any."""

    def __init__(self, problem, function, variant):
        self.space = {"numbers": problem.numbers, "np": np}
        for cell in problem.cells:
            if role(cell) in ("given", "solution"):
                exec(source_of(cell), self.space)
        self.variant = {function: variant(self.space[function])} if function else {}
        if function == "train_step":  # a given function calls it
            self.space |= self.variant

    def __getattr__(self, name):
        return lambda *arguments, **options: self.call(name, arguments, options)

    def unchanged(self, name, *arguments):
        return self.call(name, arguments, {})

    def call(self, name, arguments, options):
        try:
            arguments = [
                eval(a.name, self.space) if isinstance(a, border.Name) else a for a in arguments
            ]
            return border.from_plain(
                border.to_plain((self.space | self.variant)[name](*arguments, **options))
            )
        except Exception as error:
            return Failure(str(error))

    def value(self, name):
        return border.from_plain(border.to_plain(self.space[name]))

    def name(self, name):
        return border.Name(name)


@pytest.fixture(scope="module")
def lost():
    """Points that a set's part loses with a variant of a function."""
    problems = {}

    def lost(name, function, variant):
        problem = problems.setdefault(name, Problem(name))
        part = next(p for p in problem.parts if p.id == FUNCTIONS[name][function][0])
        lines = problem.mark(part, Here(problem, function, variant))
        return part.points - sum(line.points for line in lines), lines

    return lost


@pytest.mark.parametrize(("name", "function"), TABLE)
def test_a_function_that_does_nothing_earns_nothing(lost, name, function):
    assert lost(name, function, lambda right: right)[0] == 0
    points = FUNCTIONS[name][function][1]
    for what, variant in NOTHING.items():
        if function == "train_step" and what in CALLING:
            continue  # the variant trains: it does its work, whatever it returns
        missing, lines = lost(name, function, variant)
        assert missing == points, (what, lines)


@pytest.mark.parametrize(("name", "function"), TABLE)
def test_an_answer_that_is_repeated_earns_its_points_once(lost, name, function):
    _, points, once = FUNCTIONS[name][function]
    missing, lines = lost(name, function, changing(first=True))
    assert points - missing <= once, lines


def test_every_graded_function_is_in_the_table():
    for name, functions in FUNCTIONS.items():
        asked = set()
        for part in Problem(name).parts:
            for piece in part.test.split("student.")[1:]:
                called = piece.partition("(")[0]
                called = piece.split('"')[1] if called == "unchanged" else called
                asked.add(called)
        assert asked - {"value", "name"} == functions.keys() - {"train_step"} | (
            {"run_training"} if name == "ps4" else set()
        )


@pytest.mark.parametrize(
    ("set", "old", "new", "part", "points", "says"),
    [
        # Rules that stand in the sets' texts.
        ("ps1", "return np.tanh(x @ W_x.T", "x += 1e-9; return np.tanh(x @ W_x.T",
         "B", 3, "changed an array that it was given"),
        ("ps1", "h = step(x[:, t], h)", "h = 0.5 * h + x[:, t].sum(axis=1, keepdims=True)",
         "C", 1, "Call the `step`"),
        ("ps1", "min(1.0, limit / norm)", "(limit / norm)", "E", 1, "Then nothing changes"),
        ("ps2", "h_new, C_new = step(x[:, t], h, C)",
         "h_new, C_new = 0.5 * h + x[:, t].sum(axis=1, keepdims=True), C + 1",
         "C", 1, "call the `step`"),
        ("ps3", "return weight_ih * sign[:, None],",
         "weight_ih *= sign[:, None]\n    return weight_ih,",
         "C", 3, "changed an array"),
        ("ps4", "return tokens, lengths", "return tokens.float(), lengths.int()", "A", 3, "int64"),
        ("ps4", "outputs.masked_fill(~inside[..., None], 0)",
         "(outputs.nan_to_num(posinf=0, neginf=0) * inside[..., None])", "C", 0, ""),
        ("ps4", "outputs.masked_fill(~inside[..., None], 0)", "(outputs * inside[..., None])",
         "C", 1, "0 * NaN"),
        ("ps4", "return loss.item()", "return loss.detach()", "F", 1, "Return a float"),
        ("ps4", "return loss.item()", "return 0.0", "F", 1, "before the optimizer's step"),
        ("ps5", "return inputs, labels", "return inputs.double(), labels", "A", 1, "int64"),
        ("ps5", "masked_fill(behind, -torch.inf)", "masked_fill(behind, -20.0)", "B", 2, "differ"),
        ("ps5", "log_probabilities, state = step(state, token)",
         "log_probabilities, state = toy_step(state, token)", "C", 1, "Call the `step`"),
    ],
)  # fmt: skip
def test_a_rule_of_the_text_is_tested(submission, graded, set, old, new, part, points, says):
    result = graded(set, submission(set, (old, new)))
    lost = {p["id"]: p["of"] - p["points"] for p in result["parts"]}
    assert lost[part] == points, sentences(result)
    assert sum(lost.values()) == points
    assert says in sentences(result)


BIG = "x" * 1000


@pytest.mark.parametrize(
    "value",
    [
        [BIG, *[""] * 10],
        [1.0, "2"],
        [[1.0], [None]],
        [{"a": 1}],
        [[1.0], [1.0, 2.0]],
        {"a": BIG},
        10**400,
        [[10**400]],
        [[[]], 1],
        [np.zeros(2), np.zeros(3)],
        [np.zeros(2), "x"],
    ],
)
def test_numpy_sees_nothing_but_numbers(monkeypatch, value):
    real = np.asarray

    def only_numbers(given, *dtype):
        assert BIG not in str(given)
        return real(given, *dtype)

    monkeypatch.setattr(np, "asarray", only_numbers)
    assert isinstance(numbers(value), Failure)
    marks = Marks()
    marks.values(1, "x", value, 1.0)
    assert marks.lines[0].points == 0
    assert isinstance(marks.flat([value]), Failure)


def test_a_large_answer_of_text_takes_no_memory(submission, graded):
    """250,000 letters beside a thousand empty texts: NumPy would make a gigabyte of them."""
    import resource

    body = 'return ["x" * 250_000] + [""] * 1000'
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = graded("ps1", submission("ps1", ("return np.tanh(x @ W_x.T + h @ W_h.T + b)", body)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"
    assert "yours is a sequence of 1001" in sentences(result)
