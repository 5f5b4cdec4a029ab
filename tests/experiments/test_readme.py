"""The README's table of experiments says what the results and the notebooks say."""

from tools.experiment_table import README, with_table


def test_the_table_is_up_to_date():
    text = README.read_text(encoding="utf-8")
    assert with_table(text) == text, "run `python -m tools.experiment_table`"
