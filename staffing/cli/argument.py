"""An argument of the command line as the value a stage takes, or refused by the option's name."""

from __future__ import annotations

import datetime as dt
import re
from typing import cast, get_args

import pandas as pd

from forecast.blend import NAMES
from forecast.borrow import Borrow
from forecast.language import Text
from forecast.override import YEARS
from forecast.season import is_country
from staffing.cli.speech import bad
from staffing.live import Method
from staffing.requirement import Confidence


def days(text: str, option: str) -> int:
    """Days of `56d` or `56`. Raises Refused by `option`."""
    match = re.fullmatch(r"(\d{1,3})d?", text)
    if not match or int(match[1]) == 0:
        raise bad(option, Text("expected days such as 56d, came {came}", came=text))
    return int(match[1])


def date(text: str | None, option: str) -> pd.Timestamp | None:
    """The day of `2026-06-01`; None where nothing was said. Raises Refused by `option`."""
    if text is None:
        return None
    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d"))
    except ValueError:
        raise bad(option, Text("expected a date such as 2026-06-01, came {came}", came=text)) from None


def moment(text: str, option: str) -> tuple[pd.Timestamp, bool]:
    """The start of `2026-06-01`, or the moment `2026-06-01 09:30`; and whether it is a day. Raises Refused."""
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        try:
            found = dt.datetime.strptime(text, form)  # wall time, as in every file
        except ValueError:
            continue
        if YEARS[0] <= found.year <= YEARS[1]:
            return pd.Timestamp(found), form == "%Y-%m-%d"
    raise bad(option, Text("expected a date such as 2026-06-01 or 2026-06-01 09:30, came {came}", came=text))


def interval(text: str | None) -> pd.Timedelta | None:
    """The interval of `D` or `30min`; None where nothing was said. Raises Refused."""
    if text is None:
        return None
    if text == "D":
        return pd.Timedelta(days=1)
    match = re.fullmatch(r"(\d{1,2})min", text)
    if not match or int(match[1]) not in (5, 10, 15, 20, 30, 60):
        raise bad("--interval", Text("expected D, 15min, 30min or 60min, came {came}", came=text))
    return pd.Timedelta(minutes=int(match[1]))


def countries(codes: list[str] | None) -> tuple[str, ...]:
    """Countries by ISO code: China where nothing was said, no country for `none`. Raises Refused."""
    if codes is None:
        return ("CN",)
    if [c.lower() for c in codes] == ["none"]:
        return ()
    for code in codes:
        if not is_country(code.upper()):
            raise bad("--country", Text("expected an ISO code such as CN, HK or US, or none; came {came}", came=code))
    return tuple(code.upper() for code in codes)


def model(name: str | None) -> str | None:
    """The name of a model there is; None where nothing was said. Raises Refused."""
    if name is not None and name not in NAMES:
        raise bad("--model", Text("expected one of {options}, came {came}", options=", ".join(NAMES), came=name))
    return name


def borrow(texts: list[str] | None) -> tuple[Borrow, ...]:
    """The queues of `NEW=OLD,OLD2:0.3`, which borrow their forecast; a share of 1 where none is said.

    Raises Refused.
    """
    found = []
    for text in texts or ():
        match = re.fullmatch(r"([^=]+)=([^:=]+)(?::(.+))?", text.strip())
        try:
            share = float(match[3] or 1.0) if match else 0.0
        except ValueError:
            share = 0.0
        if not match or not 0 < share < float("inf"):
            raise bad("--borrow", Text("expected NEW=OLD,OLD2:SHARE with a share above 0, came {came}", came=text))
        found.append(Borrow(match[1].strip(), tuple(q.strip() for q in match[2].split(",") if q.strip()), share))
    return tuple(found)


def confidence(text: str) -> Confidence:
    """Expected, certain, or a share of days from 0.5 to 0.99. Raises Refused."""
    if text == "expected":
        return "expected"
    if text == "certain":
        return "certain"
    if re.fullmatch(r"0?\.\d{1,4}", text) and 0.5 <= float(text) <= 0.99:
        return float(text)
    wanted = Text("expected 'expected', 'certain' or a share from 0.5 to 0.99, came {came}", came=text)
    raise bad("--confidence", wanted)


def method(text: str) -> Method:
    """How agents are found. Raises Refused."""
    for known in get_args(Method):
        if text == known:
            return cast("Method", known)
    raise bad(
        "--method", Text("expected one of {options}, came {came}", options=", ".join(get_args(Method)), came=text)
    )
