"""The house rules that imports can show."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted([*(ROOT / "forecast").rglob("*.py"), *(ROOT / "staffing").rglob("*.py"), ROOT / "app.py"])

# each solver, model library and writer is named once, in the modules that wrap it
WRAPPED = {
    "pulp": {"staffing/headcount.py"},
    "highspy": {"staffing/cover.py"},
    "prophet": {"forecast/model/prophet.py"},
    "statsmodels": {"forecast/model/"},
    "sklearn": {"forecast/model/boosted.py"},
    "xlsxwriter": {"staffing/workbook.py"},
    "jinja2": {"staffing/report.py"},
    "joblib": {"forecast/backtest.py", "forecast/pipeline.py", "staffing/store.py"},
    "duckdb": {"forecast/contactlog/"},
    "sqlalchemy": {"forecast/archive/"},
    "alembic": {"forecast/archive/"},
    "python_calamine": {"forecast/ingest/workbook.py"},
    "numba": {"staffing/compiled.py"},
    "typer": {"staffing/cli/"},
    "streamlit": {"app.py", "forecast/ui/", "staffing/ui/"},
    "altair": {"staffing/ui/"},
}
# the order of the pipeline: a stage imports only from stages before it
FORECAST = ["language", "problem", "table", "history", "season", "forecast", "model", "backtest"]
STAFFING = ["queue", "requirement", "source", "headcount", "cost", "scenario", "plan"]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_forecast_never_imports_staffing():
    for path in (ROOT / "forecast").rglob("*.py"):
        assert not [m for m in imports(path) if m.split(".")[0] in {"staffing", "app"}], name_of(path)


@pytest.mark.parametrize("library", WRAPPED)
def test_a_library_is_named_only_in_the_modules_that_wrap_it(library: str):
    users = [name_of(p) for p in SOURCES if library in {m.split(".")[0] for m in imports(p)}]
    strangers = [u for u in users if not any(u == w or (w.endswith("/") and u.startswith(w)) for w in WRAPPED[library])]
    assert users, f"nothing imports {library}; drop it from this list and from pyproject.toml"
    assert not strangers


@pytest.mark.parametrize(("package", "order"), [("forecast", FORECAST), ("staffing", STAFFING)])
def test_a_stage_imports_only_from_stages_before_it(package: str, order: list[str]):
    for place, stage in enumerate(order):
        files = [ROOT / package / f"{stage}.py", *(ROOT / package / stage).glob("*.py")]
        later = {f"{package}.{name}" for name in order[place + 1 :]}
        for path in filter(Path.exists, files):
            assert not later & set(imports(path)), name_of(path)


def test_only_the_front_ends_print_or_read_the_screen():
    for path in SOURCES:
        calls = _calls(path)
        allowed = ("staffing/cli/", "forecast/catalogue.py")
        assert name_of(path).startswith(allowed) or not {"print", "input"} & calls, name_of(path)


def _calls(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
