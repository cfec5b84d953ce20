"""Two languages through one catalogue: messages are written in English in the code, Chinese in `locale/zh`.

A pure function never knows the reader's language: it returns or raises a `Text`, and the front end says it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from babel.messages.pofile import read_po

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
CATALOGUE = Path(__file__).parent / "locale" / "zh" / "LC_MESSAGES" / "peakstaff.po"


@dataclass(frozen=True, init=False)
class Text:
    """A sentence and its figures, not yet in any language; `say` puts it into one, `str` into English.

    >>> str(Text("{count} days are missing", count=3))
    '3 days are missing'
    """

    message: str
    values: tuple[tuple[str, object], ...]

    def __init__(self, message: str, **values: object) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "values", tuple(values.items()))

    def say(self, language: Language) -> str:
        """The sentence in `language`; a figure that is itself a `Text` is said in that language too."""
        values = {name: v.say(language) if isinstance(v, Text) else v for name, v in self.values}
        return translate(self.message, language).format(**values)

    def __str__(self) -> str:
        return self.say("en")


def translate(message: str, language: Language) -> str:
    """`message` in `language`; a message the catalogue does not hold stays English."""
    return message if language == "en" else chinese().get(message, message)


def preferred(environment: dict[str, str] | None = None) -> Language:
    """The language the environment asks for (LC_ALL, LC_MESSAGES, LANG): English when it says so, else Chinese.

    >>> preferred({"LANG": "en_GB.UTF-8"}), preferred({"LANG": "zh_CN.UTF-8"}), preferred({"LANG": "C.UTF-8"})
    ('en', 'zh', 'zh')
    """
    env = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if env.get(name):
            return "en" if env[name].lower().startswith("en") else "zh"
    return "zh"


@cache
def chinese() -> dict[str, str]:
    """The Chinese catalogue: message to translation."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh")
    return {cast(str, m.id): cast(str, m.string) for m in catalogue if m.id and m.string}
