"""`python -m src.pronounce`, as somebody at a terminal would use it."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from src.pronounce import Pronouncer
from src.pronounce.__main__ import main
from src.pronounce.pronouncer import build
from src.tasks.pronunciation import PHONEMES

ROOT = Path(__file__).parents[2]


def feed(monkeypatch, text):
    """Let standard input hold this text, or these bytes."""
    content = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_words_come_back_in_their_order_with_their_sounds(capsys):
    assert main(["cat", "Rhythms", "knight"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["cat", "Rhythms", "knight"]
    assert lines[1].split()[:4] == ["1.", "K", "AE", "T"]
    assert lines[5].split()[:4] == ["1.", "N", "AY", "T"]
    assert all(0 < float(line.split()[-1]) <= 1 for line in lines[1::2])


def test_words_of_standard_input_that_no_dictionary_has(capsys, monkeypatch):
    feed(monkeypatch, "frobnicate blorptastic\n\nzorn's\n")
    assert main(["--tsv"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [word for word, _, _ in rows] == ["frobnicate", "blorptastic", "zorn's"]
    assert {sound for _, sounds, _ in rows for sound in sounds.split()} <= set(PHONEMES)
    assert all(float(score) < 0 for _, _, score in rows)


def test_nbest_gives_different_answers_the_best_first(capsys):
    assert main(["--tsv", "--nbest", "12", "read"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert 2 <= len(rows) <= 12
    assert len({sounds for _, sounds, _ in rows}) == len(rows)
    scores = [float(score) for _, _, score in rows]
    assert scores == sorted(scores, reverse=True)
    assert {"R IY D", "R EH D"} <= {sounds for _, sounds, _ in rows}


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("naïve", "'ï' (LATIN SMALL LETTER I WITH DIAERESIS) is none of the letters"),
        ("cafe\u0301", "'é' (LATIN SMALL LETTER E WITH ACUTE) is none"),
        ("\u200b", "it has no letter"),
        ("кот", "(CYRILLIC SMALL LETTER KA) is none"),
        ("x" * 51, "51 letters"),
        ("a-b", "'-' (HYPHEN-MINUS) is none"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_answered(word, reason, capsys):
    assert main([word, "tea"]) == 1
    out, err = capsys.readouterr()
    assert reason in err
    assert repr(word) in err
    assert out.splitlines()[0] == "tea"


def test_settings_below_1_are_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--nbest", "0", "tea"])
    assert stop.value.code == 2
    assert "whole number above 0" in capsys.readouterr().err


def test_missing_weights_say_how_to_make_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"experiments\.pronounce"):
        Pronouncer.load(tmp_path / "none.safetensors")


def test_a_reader_who_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m src.pronounce one two three | head -n 1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "one\n"
    assert "Traceback" not in done.stderr


def test_answers_add_up_the_ways_to_spell_them():
    sizes = {"embed_dim": 3, "encoder_size": 4, "decoder_size": 5, "num_layers": 1}
    torch.manual_seed(0)
    pronouncer = Pronouncer(build(sizes, chunks=2), [(), ("AA",)])
    (hypotheses,) = pronouncer.hypotheses(["ab"], 16)
    log_probs = {hypothesis.tokens: hypothesis.log_prob for hypothesis in hypotheses}
    silent, sound = 2, 3
    one_sound = np.logaddexp(log_probs[silent, sound], log_probs[sound, silent])
    (answers,) = pronouncer.pronounce(["ab"], width=16)
    assert dict(answers) == {
        ("AA",): pytest.approx(one_sound),
        ("AA", "AA"): pytest.approx(log_probs[sound, sound]),
    }


def test_the_best_answer_alone():
    assert Pronouncer.load().best(["knight", "me"]) == [("N", "AY", "T"), ("M", "IY")]


def test_saved_weights_come_back(tmp_path):
    pronouncer = Pronouncer.load()
    sizes = {"embed_dim": 96, "encoder_size": 384, "decoder_size": 384, "num_layers": 2}
    pronouncer.save(tmp_path / "copy.safetensors", sizes)
    again = Pronouncer.load(tmp_path / "copy.safetensors")
    assert again.pronounce(["thought"]) == pronouncer.pronounce(["thought"])
    assert [path.name for path in tmp_path.iterdir()] == ["copy.safetensors"]


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("don’t", "don't"),
        ("DON\u02bcT", "don't"),
        ("don\uff07t", "don't"),
        ("rock‘n’roll", "rock'n'roll"),
        ("\ufeffcat", "cat"),
        ("c\u200dat", "cat"),
        ("pho\u00adto", "photo"),
        ("ｋｎｉｇｈｔ", "knight"),
        ("ﬁsh", "fish"),
    ],
)
def test_typographic_and_invisible_signs_are_read_as_what_they_mean(word, plain, capsys):
    assert main(["--tsv", word, plain]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split("\t")[1:] == second.split("\t")[1:]
    pronouncer = Pronouncer.load()
    assert pronouncer.best([word]) == pronouncer.best([plain])


def words_answered(out):
    return [line.split("\t")[0] for line in out.splitlines()]


@pytest.mark.parametrize(
    ("content", "words", "bad"),
    [
        (b"\xef\xbb\xbfcat\ndog\n", ["cat", "dog"], None),
        (b"cat\nna\xefve tea\ndog\n", ["cat", "dog"], "line 2 "),
        (b"\xff\ncat", ["cat"], "line 1 "),
        (b"cat dog \xc3\n\xe2\x80\nme", ["me"], "line 2 "),
        ("\ufeffcat\r\ndog\r\n".encode("utf-16-le"), ["cat", "dog"], None),
        ("\ufeffcat\ndog".encode("utf-16-be"), ["cat", "dog"], None),
        (b"cat\x00\ndog\n", ["cat", "dog"], None),
    ],
)
def test_a_bad_byte_costs_its_own_line(content, words, bad, capsys, monkeypatch):
    feed(monkeypatch, content)
    assert main(["--tsv"]) == int(bad is not None)
    out, err = capsys.readouterr()
    assert words_answered(out) == words
    assert "Traceback" not in err
    if bad:
        assert bad in err


def test_a_program_that_writes_one_word_and_waits_is_answered():
    command = [sys.executable, "-m", "src.pronounce", "--tsv"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        for word in (b"cat", b"knight"):
            process.stdin.write(word + b"\n")
            process.stdin.flush()
            assert process.stdout.readline().startswith(word + b"\t")
        process.stdin.write(b"tea")  # no end of line: it comes with the end of the stream
        process.stdin.close()
        assert process.stdout.readline().startswith(b"tea\t")
        assert process.wait() == 0


def test_a_long_list_is_answered_in_batches(monkeypatch):
    feed(monkeypatch, "cat\n" * 4500)
    asked = []
    monkeypatch.setattr(
        Pronouncer,
        "pronounce",
        lambda self, words, width: asked.append(len(words)) or [[]] * len(words),
    )
    assert main([]) == 1
    assert asked == [2000, 2000, 500]


def test_a_terminal_that_lacks_a_sign_still_shows_the_answer():
    done = subprocess.run(
        [sys.executable, "-m", "src.pronounce", "--tsv", "don’t"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0
    assert done.stdout.startswith("don\\u2019t\tD OW N")
