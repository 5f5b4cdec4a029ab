"""Questions that answer in the page.

A chapter writes a question as a list of choices and a dropdown whose first word is the right one:

    - (a) It is kept unchanged.
    - (b) The candidate replaces it.

    ```{dropdown} Answer
    (b). Because ...
    ```

Jupyter and a browser without JavaScript show just that. On the website quiz.js makes a button of
each letter.
"""

import re

LIST = re.compile(
    r'<ul class="simple">(?P<items>(?:\s*<li><p>\([a-h]\) (?:(?!</?ul|<li).)*</li>)+\s*)</ul>'
    r'(?P<fold>\s*<details class="[^"]*\bsd-dropdown\b.*?<div class="sd-summary-content[^>]*>\s*'
    r"<p[^>]*>\((?P<right>[a-h])\))",
    re.DOTALL,
)
LETTER = re.compile(r"<li><p>\(([a-h])\) ")


def with_choices(page: str) -> str:
    """The page with the choices of each question marked, and which of them is right."""

    def one(match: re.Match) -> str:
        if match["right"] not in LETTER.findall(match["items"]):
            return match[0]  # not the answer to this list
        items = LETTER.sub(r'<li><p><span class="choice">(\1)</span> ', match["items"])
        return f'<ul class="choices" data-right="{match["right"]}">{items}</ul>{match["fold"]}'

    return LIST.sub(one, page)
