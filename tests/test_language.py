"""Both languages say everything."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from forecast.catalogue import extracted
from forecast.language import CATALOGUE, Text, translate

ROOT = Path(__file__).resolve().parents[1]


def places(text: str) -> set[str]:
    return {name for _lead, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id}


def test_every_message_of_the_sources_has_a_chinese_translation():
    said = chinese()
    missing = [m for m in extracted(ROOT) if not said.get(m)]
    assert not missing, "run `make catalogues` and translate what it prints"


def test_the_catalogue_holds_nothing_the_sources_no_longer_say():
    assert set(chinese()) <= set(extracted(ROOT))


def test_a_translation_shows_the_same_figures_as_the_message():
    assert not [m for m, said in chinese().items() if places(m) != places(said)]


def test_a_translation_is_chinese():
    same = {m for m, said in chinese().items() if m == said}
    assert not {m for m in same if len(places(m)) == 0 and any(c.isalpha() for c in m) and len(m) > 4}


def test_figures_inside_a_sentence_are_said_in_its_language_too():
    text = Text("{reason}, came {came}", reason=Text("expected a Monday"), came="x")
    assert text.say("en") == "expected a Monday, came x"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_message_is_said_as_it_is_written(language):
    assert translate("a message nobody translated", language) == "a message nobody translated"


def test_every_message_in_the_sources_is_one_that_the_catalogue_knows():
    known = set(extracted(ROOT))
    for path in [*(ROOT / "forecast").rglob("*.py"), *(ROOT / "staffing").rglob("*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "Text"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    assert not first.value or first.value in known, (
                        f"{path.name}:{node.lineno} is not collected: {first.value}"
                    )
