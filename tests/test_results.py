import numpy as np
import pytest
import torch
from torch import nn

from src import results


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    return tmp_path


def test_what_is_written_is_read_again(folder):
    results.write_json(folder / "adding.json", {"test": 0.125})
    assert results.load_result("adding") == {"test": 0.125}


def test_weights_survive_the_file(folder):
    torch.manual_seed(0)
    saved, loaded = nn.Linear(3, 2), nn.Linear(3, 2)
    results.save_weights(folder / "line.safetensors", saved)
    assert results.load_weights(loaded, "line") is loaded
    np.testing.assert_array_equal(loaded.weight.detach(), saved.weight.detach())


def test_a_failed_write_leaves_the_old_result(folder):
    results.write_json(folder / "adding.json", {"test": 0.125})
    with pytest.raises(TypeError):
        results.write_json(folder / "adding.json", {"test": {1, 2}})
    assert results.load_result("adding") == {"test": 0.125}


def test_a_missing_result_says_what_there_is(folder):
    results.write_json(folder / "adding.json", {})
    with pytest.raises(FileNotFoundError, match=r"no result copy.json .* it has adding.json"):
        results.load_result("copy")
