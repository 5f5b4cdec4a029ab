"""One small style sheet in place of the nine that the theme and its extensions bring.

What no page can match is left out, and of the icon fonts only the icons that are shown stay, inside
the style sheet itself.
"""

import base64
import io
import posixpath
import re
from pathlib import Path
from typing import Any

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont

WORD = re.compile(r"-?[A-Za-z_][\w-]*")
NAME_IN_SELECTOR = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
IMPORT = re.compile(r"""@import\s+["']([^"']+)["']\s*;?""")
ADDRESS = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)["']?\s*\)""")
# The icon fonts, and the class names by which a page asks for them.
ICON_FONTS = {
    "fa-solid-900": {"fas", "fa-solid"},
    "fa-regular-400": {"far", "fa-regular"},
    "fa-brands-400": {"fab", "fa-brands"},
}
ICON = re.compile(r'"(.)"')  # the one character of `content: "…"`, or of a variable for it


def merge(sheets: list[Path], out: Path, words: set[str]) -> str:
    """The style sheets as one, in their order, without what no word of the site can match.

    sheets: the files, below the folder `out` where the one style sheet will stand.
    words: all class names and ids that occur in the pages, or that a script could add.
    """
    css = "".join(_reduced_file(sheet, out, words) for sheet in sheets)
    return "".join(_icon_fonts(sheets, set(ICON.findall(css)), words)) + css


def _parse(css: str) -> list:
    return tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)


def _with_addresses_from(css: str, sheet: Path, out: Path) -> str:
    """The text of a style sheet, with addresses relative to `out`."""
    folder = sheet.parent.relative_to(out).as_posix()
    move = lambda match: f'url("{posixpath.normpath(posixpath.join(folder, match[1]))}")'  # noqa: E731
    return ADDRESS.sub(move, css)


def _reduced_file(sheet: Path, out: Path, words: set[str]) -> str:
    text = sheet.read_text(encoding="utf-8")
    imported = [sheet.parent / address for address in IMPORT.findall(text)]
    rules = _parse(_with_addresses_from(IMPORT.sub("", text), sheet, out))
    return "".join(_reduced_file(one, out, words) for one in imported) + _reduced(rules, words)


def _reduced(rules: list, words: set[str]) -> str:
    css = ""
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"style sheet, line {rule.source_line}: {rule.message}")
        if rule.type == "qualified-rule":
            selectors = _used(tinycss2.serialize(rule.prelude), words)
            if selectors:
                css += f"{','.join(selectors)}{{{_compact(rule.content)}}}"
                css += _for_the_system(selectors, _compact(rule.content))
        elif rule.at_keyword in ("media", "supports", "layer", "container"):
            inside = _reduced(
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True),
                words,
            )
            if inside:
                css += f"@{rule.at_keyword} {_compact(rule.prelude)}{{{inside}}}"
        elif rule.at_keyword != "charset" and not _is_icon_font(rule):
            body = f"{{{_compact(rule.content)}}}" if rule.content is not None else ";"
            css += f"@{rule.at_keyword} {_compact(rule.prelude)}{body}"
    return css


def _for_the_system(selectors: list[str], declarations: str) -> str:
    """The same colours where no script has yet chosen a theme: those of the reader's system."""
    css = ""
    for theme in ("light", "dark"):
        chosen = re.compile(rf"\[data-theme=[\"']?{theme}[\"']?\]")
        known = [one for one in selectors if chosen.search(one) and ":not([data-theme" not in one]
        auto = ",".join(chosen.sub('[data-theme="auto"]', one) for one in known)
        if auto:
            css += f"@media (prefers-color-scheme:{theme}){{{auto}{{{declarations}}}}}"
    return css


def _is_icon_font(rule: Any) -> bool:
    return rule.at_keyword == "font-face" and "Awesome" in tinycss2.serialize(rule.content)


def _used(prelude: str, words: set[str]) -> list[str]:
    """Those of the comma-separated selectors whose every class and id is a word of the site."""
    selectors, depth, start = [], 0, 0
    for place, sign in enumerate(prelude + ","):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            selectors.append(prelude[start:place].strip())
            start = place + 1
    return [one for one in selectors if set(_names(one)) <= words]


def _names(selector: str) -> list[str]:
    while (outer := IN_BRACKETS.sub("", selector)) != selector:
        selector = outer
    return NAME_IN_SELECTOR.findall(selector)


def _compact(tokens: list) -> str:
    """The tokens as text, without comments and with single spaces."""
    kept = [token for token in tokens if token.type != "comment"]
    return re.sub(r"\s+", " ", tinycss2.serialize(kept)).strip()


def _icon_fonts(sheets: list[Path], icons: set[str], words: set[str]) -> list[str]:
    """@font-face rules that hold the used icons of each Font Awesome font that a page asks for."""
    faces = []
    for sheet in sheets:
        for rule in _parse(sheet.read_text(encoding="utf-8")):
            if rule.type != "at-rule" or rule.at_keyword != "font-face":
                continue
            body = tinycss2.serialize(rule.content)
            file = re.search(r"([\w./-]+)\.ttf", body)
            if file and words & ICON_FONTS.get(Path(file[1]).name, set()) and "6 " in body:
                font = _subset(sheet.parent / file[0], {ord(icon) for icon in icons})
                body = re.sub(r"src\s*:[^;]*", f'src:url("{font}")', body)
                faces.append(f"@font-face{{{body.strip()}}}")
    return faces


def _subset(file: Path, code_points: set[int]) -> str:
    """A font with these characters only, as a data: address."""
    font = TTFont(file)
    options = subset.Options(layout_features=[], notdef_outline=False, hinting=False)
    options.flavor = font.flavor = "woff"
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=code_points)
    chosen.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    return f"data:font/woff;base64,{base64.b64encode(buffer.getvalue()).decode()}"
