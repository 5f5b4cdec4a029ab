"""The code of the text is the code of the library: what a chapter derives stands in `src`."""

import ast
import inspect
import textwrap

import pytest

from src.equations import LSTM
from tools.book import ROOT
from tools.normalise import read

# The chapter, the function in it, the method of the library, and the line where both begin.
DERIVED = [
    ("2-lstm/train-by-hand", "step_backward", LSTM.step_backward, "i, f, C_tilde, o, C, _ = step"),
]


def from_line(function: ast.FunctionDef, first: str) -> list[str]:
    """The statements of a function from the given one on, without comments and layout."""
    lines = [ast.unparse(statement) for statement in function.body]
    return lines[lines.index(ast.unparse(ast.parse(first))) :]


@pytest.mark.parametrize(("chapter", "name", "method", "first"), DERIVED)
def test_the_chapter_shows_the_code_of_the_library(chapter, name, method, first):
    notebook = read(ROOT / "book" / f"{chapter}.ipynb")
    (shown,) = (
        statement
        for cell in notebook.cells
        if cell.cell_type == "code"
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.FunctionDef) and statement.name == name
    )
    (stored,) = ast.parse(textwrap.dedent(inspect.getsource(method))).body
    assert from_line(shown, first) == from_line(stored, first)
