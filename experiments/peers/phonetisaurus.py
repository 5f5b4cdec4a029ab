"""Phonetisaurus, a joint n-gram model (Novak, Minematsu and Hirose 2016), on the book's split.

It stays outside of the book's environment. In one of its own (Linux, x86-64) ::

    python -m venv peer && peer/bin/pip install phonetisaurus==0.3.0
    python -m experiments.peers.phonetisaurus peer/bin/phonetisaurus

It is trained twice, on the first pronunciation of each training word and on all of them, with the
package's own settings, and says its best answer for each development and test word. The result
goes to `experiments/results/phonetisaurus.json`.
"""

import argparse
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from src.evaluation.error_rates import error_rates
from src.results import RESULTS, write_json
from src.tasks.pronunciation import References, load_pronunciations


def write_lexicon(references: References, path: Path, per_word: int | None) -> None:
    """Write a line for each pronunciation, at most `per_word` of them for a word."""
    lines = [
        f"{word}\t{' '.join(sounds)}\n"
        for word, group in references.items()
        for sounds in group[:per_word]
    ]
    path.write_text("".join(lines))


def predict(command: str, model: Path, references: References) -> dict:
    """Error rates of the best answers; a word without an answer counts as said with no sound."""
    done = subprocess.run(
        [command, "predict", "--model", str(model)],
        input="".join(f"{word}\n" for word in references),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = {}
    for line in done.stdout.splitlines():
        word, *sounds = line.split()
        answers.setdefault(word, tuple(sounds))
    said = [answers.get(word, ()) for word in references]
    rates = error_rates(said, list(references.values()))._asdict()
    return rates | {"without_answer": sum(not answer for answer in said)}


def measure(command: str, per_word: int | None) -> dict:
    """Train on the training words; judge."""
    data = load_pronunciations()
    with tempfile.TemporaryDirectory() as folder:
        lexicon, model = Path(folder) / "lexicon.txt", Path(folder) / "model.fst"
        write_lexicon(data.train, lexicon, per_word)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([command, "train", "--model", str(model), str(lexicon)], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "pronunciations": "the first" if per_word == 1 else "all",
            "cpu_seconds": round(after.ru_utime - before.ru_utime),
            "megabytes": round(model.stat().st_size / 1e6, 1),
            "development": predict(command, model, data.development),
            "test": predict(command, model, data.test),
        }


def main() -> None:
    """Find the program, train and judge it twice, store what came out."""
    parser = argparse.ArgumentParser(prog="python -m experiments.peers.phonetisaurus")
    parser.add_argument("command", nargs="?", default="phonetisaurus", help="the program's path")
    command = parser.parse_args().command
    if shutil.which(command) is None:
        parser.error(f"no program {command!r}: the head of this script says how to install it")
    content = {
        "command": "python -m experiments.peers.phonetisaurus",
        "versions": {"phonetisaurus": "0.3.0"},
        "runs": [measure(command, 1), measure(command, None)],
    }
    write_json(RESULTS / "phonetisaurus.json", content)
    print("wrote experiments/results/phonetisaurus.json")


if __name__ == "__main__":
    main()
