"""One schema for all results: what is kept can be read by one rule, and nothing is kept twice."""

import copy

import pytest

from experiments import __main__ as experiments
from experiments.shared.schema import check_ids, check_result, epoch_curve
from src.results import RESULTS, load_result


@pytest.mark.parametrize("name", experiments.names())
def test_an_experiment_has_been_run(name):
    assert (RESULTS / f"{name}.json").exists(), f"run `python -m experiments.{name}`"


@pytest.mark.parametrize("name", experiments.names())
def test_a_committed_result_keeps_the_schema(name):
    check_result(load_result(name))


def test_every_experiment_has_a_committed_result_and_its_command():
    for name in experiments.names():
        assert load_result(name)["command"] == f"python -m experiments.{name}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r.pop("versions"), "versions"),
        (lambda r: r["quick"].pop("cpu_seconds"), "cpu_seconds"),
        (lambda r: r["runs"][0].pop("cell"), "its cell"),
        (lambda r: r["runs"][0]["curve"]["error"].pop(), "one length"),
        (lambda r: r["runs"][0].update(curve=[{"updates": 1}]), "dict of lists"),
        (lambda r: r["runs"][0].update(curve={"step": [1]}), "begins with one of"),
        (lambda r: r["quick"]["cell"].update(id=r["runs"][3]["cell"]["id"]), "stand twice"),
    ],
)
def test_another_form_is_refused(change, message):
    result = copy.deepcopy(load_result("adding"))
    change(result)
    with pytest.raises(ValueError, match=message):
        check_result(result)


@pytest.mark.parametrize("cells", [[{"id": "a"}, {"id": "a", "updates": 3}], [{}], [{"id": 1}]])
def test_cells_have_one_id_each(cells):
    with pytest.raises(ValueError, match="id"):
        check_ids(cells)


def test_a_curve_by_epochs():
    curve = epoch_curve([0.51234, 0.4], [0.7, 0.8], digits=3)
    assert curve == {"epochs": [1, 2], "loss": [0.512, 0.4], "score": [0.7, 0.8]}
    assert epoch_curve([1.0]) == {"epochs": [1], "loss": [1.0]}
