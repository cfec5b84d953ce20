"""The translators' tool: which messages the sources say, and the Chinese catalogue brought in line with them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from forecast.language import CATALOGUE, chinese


def extracted(root: Path) -> dict[str, list[tuple[str, int]]]:
    """Every message in the sources under `root`, with the places (file, line) that say it."""
    methods = [("forecast/**.py", "python"), ("staffing/**.py", "python"), ("app.py", "python")]
    methods.append(("staffing/**.html.jinja", "jinja2.ext:babel_extract"))
    found: dict[str, list[tuple[str, int]]] = {}
    skip = {".venv", "tests", "benchmarks", "data", "docs"}
    rows = extract_from_dir(
        root,
        methods,
        keywords={"Text": None, "t": None, "_": None},
        directory_filter=lambda path: Path(path).name not in skip and not Path(path).name.startswith("."),
    )
    for filename, line, message, _comments, _context in rows:
        found.setdefault(cast(str, message), []).append((filename, line))
    return found


def update(root: Path) -> list[str]:
    """Bring the Chinese catalogue in line with the sources; the messages that still want a translation."""
    catalogue = Catalog(locale="zh", project="peakstaff")
    known = chinese() if CATALOGUE.exists() else {}
    for message, places in sorted(extracted(root).items()):
        files = sorted({name for name, _line in places})
        catalogue.add(message, known.get(message, ""), locations=[(name, 0) for name in files])
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=True, include_lineno=False, sort_output=True)
    return [cast(str, m.id) for m in catalogue if m.id and not m.string]


if __name__ == "__main__":
    for missing in update(Path(__file__).parent.parent):
        print(missing)
