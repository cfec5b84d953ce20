"""Settings read from TOML: checked whole, merged over their defaults, every fault named with its place."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from forecast.language import Text
from forecast.problem import Problem, Refused, shown

WANTED = {
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), Text("a table of keys and values")),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), Text("a number")),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), Text("a whole number")),
    **dict.fromkeys(("list_type", "tuple_type"), Text("a list")),
    **dict.fromkeys(("string_type", "string_too_short"), Text("a text")),
    **dict.fromkeys(("path_type", "path_parsing"), Text("a file's name")),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), Text("a date such as 2026-06-15")),
    **dict.fromkeys(("union_tag_not_found", "union_tag_invalid"), Text("kind = payroll, seat or contact")),
}
Model = TypeVar("Model", bound=BaseModel)
Table = dict[str, Any]


def read_toml(path: Path, named: str | None = None) -> Table:
    """The tables of a TOML file.

    Raises:
        Refused: the file is missing, not UTF-8 or not TOML; `named` is the file as the user wrote it.
    """
    name = named or str(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problem = Problem(name, "-", "-", Text("expected a TOML file, found none at this path"))
    except (IsADirectoryError, PermissionError):
        problem = Problem(name, "-", "-", Text("expected a TOML file that can be read"))
    except UnicodeDecodeError as error:
        problem = Problem(name, "-", "-", Text("expected UTF-8, byte {byte} is not", byte=error.start))
    except tomllib.TOMLDecodeError as error:
        problem = Problem(name, "-", "-", Text("expected TOML, came: {reason}", reason=str(error)))
    raise Refused([problem])


class Whole(dict[str, Any]):
    """A table that replaces the one it is laid on, rather than adding to it."""


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> Table:
    """`base` with `over` laid on it, table by table.

    >>> merged({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}})
    {'a': {'x': 1, 'y': 3}}
    """
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        if isinstance(value, Whole) or not (isinstance(below, Mapping) and isinstance(value, Mapping)):
            out[key] = value
        else:
            laid = merged(below, value)
            out[key] = Whole(laid) if isinstance(below, Whole) else laid
    return out


def checked(model: type[Model], values: Mapping[str, Any], file: str, under: str = "") -> Model:
    """`values`, which stand `under` that table of the file, as a `model`.

    Raises:
        Refused: one problem for each unknown key, wrong kind or value out of bounds.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Refused(Problem(file, "-", _place(e, under), _said(e)) for e in error.errors()) from None


def _place(error: ErrorDetails, under: str) -> str:
    # pydantic adds the tag of a union and the name of a validator to the place; a reader of the file knows neither
    parts = [under, *(str(p) for p in error["loc"])]
    return ".".join(p for p in parts if p and p not in {"payroll", "seat", "contact"} and "[" not in p) or "-"


def _said(error: ErrorDetails) -> Text:
    context: Mapping[str, Any] = error.get("ctx") or {}
    came = shown(error["input"])
    match error["type"]:
        case "extra_forbidden":
            return Text("unknown key; remove it or correct its name")
        case "missing":
            return Text("expected a value, none is given")
        case "greater_than":
            return Text("expected a number above {bound}, came {came}", bound=context["gt"], came=came)
        case "greater_than_equal":
            return Text("expected a number of at least {bound}, came {came}", bound=context["ge"], came=came)
        case "less_than":
            return Text("expected a number below {bound}, came {came}", bound=context["lt"], came=came)
        case "less_than_equal":
            return Text("expected a number of at most {bound}, came {came}", bound=context["le"], came=came)
        case "literal_error":
            return Text("expected one of {options}, came {came}", options=context["expected"], came=came)
        case "value_error":
            said = context["error"].args[0]
            return said if isinstance(said, Text) else Text("{reason}", reason=said)
        case kind if kind in WANTED:
            return Text("expected {wanted}, came {came}", wanted=WANTED[kind], came=came)
        case _:
            return Text("{reason}, came {came}", reason=error["msg"], came=came)
