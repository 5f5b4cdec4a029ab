"""The simulated machines are others than this one, and a fragile notebook is found by them."""

import json
import subprocess
import sys

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.execute import run
from tools.normalise import as_text
from tools.portability.__main__ import environment, main, table
from tools.portability.machines import is_avx512, machines, numpy_features


def on(machine, program):
    """What `program` prints, as JSON, on one of the machines."""
    command = [sys.executable, "-c", f"import json, numpy as np\n{program}"]
    env = environment(machines()[machine])
    return json.loads(subprocess.run(command, env=env, capture_output=True, check=True).stdout)


def test_all_machines_are_there():
    names = list(machines())
    assert names[0] == "this machine"
    assert names[-4:] == ["two threads", "perturbed 1", "perturbed 2", "perturbed 3"]


@pytest.mark.skipif("old CPU" not in machines(), reason="this CPU has no newer vector units")
@pytest.mark.parametrize(("machine", "capability"), [("AVX2", "AVX2"), ("old CPU", "DEFAULT")])
def test_libraries_believe_in_the_simulated_cpu(machine, capability):
    kept, torch = on(
        machine,
        "import torch\n"
        "from tools.portability.machines import numpy_features\n"
        "print(json.dumps([numpy_features(), torch.backends.cpu.get_cpu_capability()]))",
    )
    gone = [name for name in numpy_features() if machine == "old CPU" or is_avx512(name)]
    assert set(kept) == set(numpy_features()) - set(gone)
    assert torch == capability


def test_chapters_get_the_threads_of_the_machine():
    program = (
        "import torch\n"
        "from threadpoolctl import threadpool_info\n"
        "from src.figures import start_chapter\n"
        "start_chapter()\n"
        "pools = [pool['num_threads'] for pool in threadpool_info()]\n"
        "print(json.dumps([torch.get_num_threads(), *pools]))"
    )
    assert set(on("this machine", program)) == {1}
    assert set(on("two threads", program)) == {2}


DRAWS = """
rng = np.random.default_rng(7)
real = [rng.random(5), rng.uniform(-1, 1, 5), rng.normal(2, 3, 5), rng.standard_normal((2, 3)),
        rng.standard_normal(5, dtype=np.float32), rng.exponential(2, 5)]
real[4] = real[4].astype(float)
out = np.empty(4); rng.random(out=out)
single = [rng.random(), rng.normal()]
whole = [rng.integers(9, size=20), rng.permutation(20), rng.choice(50, 20, replace=False),
         rng.choice(5, 20, p=[.1, .2, .3, .2, .2])]
rng.shuffle(whole[0])
child = rng.spawn(1)[0]
real.append(child.random(5))
whole.append(rng.integers(2**40, size=3))
print(json.dumps([[x.ravel().tolist() for x in [*real, out]], single,
                  [x.tolist() for x in whole]]))
"""


def test_perturbed_draws_are_off_by_one_in_ten_million():
    real, single, whole = on("this machine", DRAWS)
    seen = []
    for seed in (1, 2):
        near_real, near_single, same_whole = on(f"perturbed {seed}", DRAWS)
        assert same_whole == whole
        for exact, near in zip([*real, single], [*near_real, near_single], strict=True):
            relative = np.abs(np.divide(near, exact) - 1)
            assert 1e-9 < relative.max() < 1e-6
        seen.append(near_real)
    assert seen[0] != seen[1]


def test_equal_seeds_still_give_equal_numbers():
    program = "print(json.dumps([list(np.random.default_rng(s).random(3)) for s in (5, 5, 6)]))"
    first, again, other = on("perturbed 1", program)
    assert first == again != other


ROBUST = "print(f'{np.random.default_rng(0).random(9).mean():.3f}')"
# A chaotic map: after 60 steps, a difference of 1e-7 is as large as the value itself.
FRAGILE = """
x = np.random.default_rng(0).random()
for step in range(60):
    x = 3.9 * x * (1 - x)
print(f"{x:.3f}")
"""


def test_fragile_notebook_fails_and_robust_one_passes(tmp_path, capsys):
    files = []
    for name, source in (("robust", ROBUST), ("fragile", FRAGILE)):
        notebook = new_notebook(cells=[new_code_cell(f"import numpy as np\n{source}")])
        files.append(tmp_path / f"{name}.ipynb")
        files[-1].write_text(as_text(run(notebook, tmp_path)), encoding="utf-8")
    logs = tmp_path / "logs"
    chosen = ["--machine", "this machine", "--machine", "perturbed 2", "--logs", str(logs)]
    assert main([*map(str, files), *chosen]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["robust.ipynb", "pass", "pass"] in lines
    assert ["fragile.ipynb", "pass", "FAIL"] in lines
    log = next((logs / "perturbed-2").glob("*fragile.log")).read_text()
    assert "Cell outputs differ" in log


def test_all_green_is_success(monkeypatch, tmp_path):
    monkeypatch.setattr("tools.portability.__main__.check", lambda *_: True)
    assert main([str(tmp_path / "any.ipynb")]) == 0


def test_table_has_a_row_for_each_notebook(tmp_path):
    one, two = tmp_path / "one.ipynb", tmp_path / "second.ipynb"
    results = {(one, "AVX2"): True, (one, "old CPU"): False, (two, "AVX2"): True}
    assert table(results | {(two, "old CPU"): True}).splitlines() == [
        "             AVX2 old CPU",
        "one.ipynb    pass FAIL   ",
        "second.ipynb pass pass   ",
    ]
