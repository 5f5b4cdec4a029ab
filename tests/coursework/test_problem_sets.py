"""Each set: the reference has all points, the blank none, and a mistake costs what it should."""

import json
import re

import pytest
from notebooks import lost, sentences

from coursework.problems import RELEASE, SOURCE, Problem, names, role, source_of
from coursework.sandbox import Limits

SETS = ["ps1", "ps2", "ps3", "ps4", "ps5"]

# (set, text of the reference, what a student wrote instead, points lost by part, what they read)
MISTAKES = [
    ("ps1", "h @ W_h.T + b)", "h @ W_h + b)", {"B": 3}, "W_h is transposed"),
    ("ps1", "return np.tanh(x @ W_x.T", "return (x @ W_x.T", {"B": 4}, "The tanh is missing"),
    ("ps1", "    h = h_0\n", "    h = 0 * h_0\n", {"C": 4}, "starts with zeros"),
    ("ps1", "axis=1)\n    ### END", "axis=0)\n    ### END", {"C": 3}, "Time comes first"),
    ("ps1", "D_t = delta @ W_h\n", "D_t = 0 * h_0\n", {"D": 6}, "Nothing flows from step t+1"),
    ("ps1", "[:, t - 1] if t > 0 else h_0", "[:, t]", {"D": 2}, "the state before the step"),
    ("ps1", "for h_t in h:", "for h_t in h[::-1]:", {"E": 1}, "in the wrong order"),
    (
        "ps1",
        "{key: factor * gradient",
        "{key: gradient * min(1, limit / np.linalg.norm(gradient))",
        {"E": 1},
        "clipped by its own norm",
    ),
    ("ps2", "a_i, a_f, a_c", "a_f, a_i, a_c", {"B": 5}, "rows 0 to H of weight_ih are the input"),
    (
        "ps2",
        "return sigmoid(a_o) * np.tanh(C_t), C_t",
        "return C_t, sigmoid(a_o) * np.tanh(C_t)",
        {"B": 5},
        "h and C are exchanged",
    ),
    ("ps2", "sigmoid(a_o) * np.tanh(C_t), C_t", "sigmoid(a_o) * C_t, C_t", {"B": 2}, "tanh around"),
    ("ps2", "(t < lengths)[:, None]", "np.ones((len(x), 1), bool)", {"C": 3}, "read as data"),
    ("ps2", "np.where(inside, h, 0.0)", "h", {"C": 1}, "frozen: they should be zero"),
    ("ps2", "E = E_t + D_t", "E = D_t", {"D": 5}, "is dropped: add to it"),
    ("ps2", "E = E_t + D_t * o * (1 - np.tanh(C) ** 2)", "E = E_t", {"D": 5}, "share through h_t"),
    ("ps2", "[delta_i, delta_f,", "[delta_f, delta_i,", {"D": 3}, "not in the order"),
    ("ps2", "-np.log(2) / np.log(f)", "-1 / np.log(f)", {"E": 1}, "half is asked for"),
    ("ps3", "(r * h) @ U.T", "r * (h @ U.T)", {"A": 3}, "The reset is on the wrong side"),
    ("ps3", "(1 - z) * h + z * candidate", "z * h + (1 - z) * candidate", {"A": 4}, "other way"),
    ("ps3", "a_r, a_z, a_n = np", "a_z, a_r, a_n = np", {"A": 4}, "gate order differs"),
    (
        "ps3",
        "i_n + r * h_n)",
        "i_n + (r * h) @ weight_hh[2 * len(h[0]) :].T)",
        {"B": 4},
        "wrong side: PyTorch computes",
    ),
    ("ps3", "[1.0, -1.0, 1.0]", "[-1.0, 1.0, 1.0]", {"C": 3}, "they are the reset gate"),
    ("ps3", "bias[: 2 * H] += bias_hh[: 2 * H]", "bias += bias_hh", {"D": 1}, "are added: r_t"),
    ("ps3", "else directions * H\n", "else H\n", {"E": 2}, "they have 2 H inputs, not H"),
    ("ps4", "[torch.arange(len(outputs)), lengths - 1]", "[:, -1]", {"B": 3}, "reads the padding"),
    ("ps4", ".sum(1) / lengths[:, None]", ".mean(1)", {"C": 3}, "divided by T"),
    ("ps4", "outputs.masked_fill(~inside[..., None], 0)", "outputs", {"C": 3}, "over the padding"),
    ("ps4", "self.lstm(packed)", "self.lstm(self.embedding(tokens))", {"D": 3}, "padding is read"),
    ("ps4", "_, (h_n, _) =", "_, (_, h_n) =", {"D": 5}, "c and h are exchanged"),
    (
        "ps4",
        "cross_entropy(logits[inside], labels[inside])",
        "cross_entropy(logits.mT, labels)",
        {"E": 3},
        "averaged over the padding",
    ),
    ("ps4", "    optimizer.zero_grad()\n", "", {"F": 3}, "zero_grad"),
    ("ps4", "max_norm)\n    optimizer", "1e9)\n    optimizer", {"F": 1}, "Clipping has no effect"),
    ("ps5", "[*target, EOS])", "[*target, PAD])", {"A": 1}, "EOS is missing"),
    (
        "ps5",
        "inputs[k, : len(target) + 1] = torch.tensor([BOS, *target])",
        "inputs[k, : len(target) + 1] = torch.tensor([*target, EOS])",
        {"A": 1},
        "shift the inputs by one step",
    ),
    ("ps5", "masked_fill(behind, -torch.inf)", "masked_fill(behind, 0)", {"B": 3}, "e^0 = 1"),
    ("ps5", ".softmax(dim=1)", ".softmax(dim=0)", {"B": 5}, "runs over the batch"),
    (
        "ps5",
        "token = int(log_probabilities.argmax())\n",
        "token, chosen = BOS, int(log_probabilities.argmax())\n        if chosen == EOS:\n"
        "            break\n        tokens.append(chosen)\n        continue\n",
        {"C": 3},
        "Each step reads BOS",
    ),
    ("ps5", "total / len(tokens) ** alpha", "total", {"D": 3}, "alpha has no effect"),
    ("ps5", "[:width]", "[:1]", {"D": 5}, "The width has no effect"),
    ("ps5", "+ (a != b)", "+ 2 * (a != b)", {"E": 3}, "Fill the table"),
]


def test_all_five_sets_are_there():
    assert names() == SETS


@pytest.mark.parametrize("name", SETS)
def test_headings_and_parts_say_the_same_points(problem, name):
    cells = json.loads((RELEASE / f"{name}.ipynb").read_text("utf-8"))["cells"]
    text = "\n".join(source_of(cell) for cell in cells)
    said = {title[0]: int(points) for title, points in re.findall(r"## (.*) \((\d+) point", text)}
    assert said == {part.id: part.points for part in problem(name).parts}
    assert problem(name).points == 20
    assert "**20 points, " in text
    assert re.search(r"\d+ to \d+ minutes", text)


@pytest.mark.parametrize("name", SETS)
def test_the_text_says_what_the_grader_gives(problem, name):
    text = " ".join(source_of(problem(name).cells[0]).split())
    limits = Limits()
    assert f"in {limits.load_seconds:g} seconds at most" in text
    assert f"and then each part in {limits.part_seconds:g}" in text
    has = "NumPy and PyTorch, and not" if problem(name).with_torch else "NumPy, and neither PyTorch"
    assert has in text


@pytest.mark.parametrize("name", SETS)
def test_the_reference_has_all_points_and_the_blank_has_none(submission, blank, graded, name):
    reference = graded(name, submission(name))
    assert lost(reference) == {}, sentences(reference)
    assert reference["notes"] == []
    for part in reference["parts"]:
        assert sum(line["of"] for line in part["lines"]) == part["of"]
    nothing = graded(name, blank(name))
    assert nothing["points"] == 0
    assert all(line["sentence"] for part in nothing["parts"] for line in part["lines"])


def rounds():
    """The mistakes by set, as few submissions as there are mistakes in its richest part.

    Parts do not depend on one another, so that one submission can carry a mistake in each.
    """
    made = {}
    for name, old, new, costs, says in MISTAKES:
        ((part, points),) = costs.items()
        number = sum(part in submission for submission in made.get(name, []))
        submissions = made.setdefault(name, [])
        if number == len(submissions):
            submissions.append({})
        submissions[number][part] = (old, new, points, says)
    return [(name, plan) for name, submissions in made.items() for plan in submissions]


@pytest.mark.parametrize(("name", "plan"), rounds())
def test_a_typical_mistake_costs_its_points(submission, graded, name, plan):
    result = graded(name, submission(name, *(mistake[:2] for mistake in plan.values())))
    assert lost(result) == {part: mistake[2] for part, mistake in plan.items()}, sentences(result)
    for part in result["parts"]:
        if part["id"] in plan:
            assert plan[part["id"]][3] in sentences({"parts": [part]})


@pytest.mark.parametrize("name", SETS)
def test_the_reference_passes_the_visible_checks(problem, name):
    if name == "ps3":
        pytest.importorskip("torch")
    space = {}
    for cell in problem(name).cells:
        if role(cell) not in ("text", "try"):
            exec(source_of(cell), space)


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3"])
def test_another_seed_keeps_the_reference_right(needs_sandbox, name):
    from coursework.grading import grade

    other = Problem(name, seed=7)
    result = grade(other, (SOURCE / name / f"{name}.ipynb").read_bytes(), Limits())
    assert lost(result) == {}, sentences(result)
