"""The committed translations: complete, repeatable, and what is claimed."""

import pytest
from sacrebleu.metrics import BLEU

from experiments import translate
from src.results import load_result
from src.tasks.translation import FOLDS, load_translations


def bleu(variant):
    (run,) = (r for r in load_result("translate")["runs"] if r["cell"]["variant"] == variant)
    pairs = [pair for fold in range(FOLDS) for pair in load_translations(fold).test]
    said = [run["answers"][" ".join(pair.french)] for pair in pairs]
    references = [" ".join(pair.english) for pair in pairs]
    return BLEU(tokenize="none", force=True).corpus_score(said, [references]).score


def test_the_result_holds_every_cell_of_the_script():
    result = load_result("translate")
    assert result["command"] == "python -m experiments.translate"
    assert [run["cell"] for run in result["runs"]] == translate.CELLS
    assert result["quick"]["cell"] == translate.QUICK


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("translate")["quick"], translate.run(translate.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["answers"].keys() == stored["answers"].keys()


def test_what_the_chapter_claims():
    scores = {variant: bleu(variant) for variant in translate.VARIANTS}
    assert scores["lexicon"] == pytest.approx(17.7, abs=0.1)
    assert scores["leak"] > 1.5 * scores["lexicon"]
    assert max(scores["attention"], scores["none"]) < 5
