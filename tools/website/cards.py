"""What cards.js shows beside a link to an equation of another page: the equation itself."""

import re

LINK = re.compile(r'href="(?P<page>[^"#]+\.html)#(?P<name>equation-[\w-]+)"')
EQUATION = re.compile(
    r'<div class="math[^"]*" id="(?P<name>equation-[\w-]+)">\s*'
    r'(?:<span class="eqno">.*?</a></span>)?(?P<tex>\\\[.*?\\\])\s*</div>',
    re.DOTALL,
)


def equations(page: str) -> dict[str, str]:
    """The TeX of a page's equations that have an address, by its fragment."""
    return {match["name"]: match["tex"] for match in EQUATION.finditer(page)}


def with_equations(page: str, known: dict[str, str]) -> str:
    """The page with a template for each equation of another page that it links to.

    known: of all pages, by fragment. It is done before the formulas are drawn.
    """
    wanted = sorted({match["name"] for match in LINK.finditer(page)} & set(known))
    kept = "".join(
        f'<template id="card-{name}"><div class="math">{known[name]}</div></template>'
        for name in wanted
    )
    return page.replace("</body>", f"{kept}</body>")
