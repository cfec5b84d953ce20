"""A measure's figures as they are read, the same in every language."""

from __future__ import annotations

import math

from staffing.scorecard.measure import MEASURES

UNKNOWN = "-"


def figure(measure: str, value: float) -> str:
    """The value as it is read: a share in percent, seconds whole, ratings with two decimals; '-' where unknown.

    >>> figure("resolution", 0.7412), figure("aht_s", 455.6), figure("contacts", 9344), figure("satisfaction", 4.387)
    ('74.1%', '456', '9,344', '4.39')
    """
    if not math.isfinite(value):
        return UNKNOWN
    if measure == "share" or (measure in MEASURES and MEASURES[measure].is_share):
        return f"{value:.1%}"
    return f"{value:.2f}" if measure == "satisfaction" else f"{value:,.0f}"


def change(measure: str, value: float) -> str:
    """A difference as it is read, with its sign; shares in points of a hundred.

    >>> change("resolution", -0.0155), change("aht_s", 23.66), change("satisfaction", 0.0)
    ('-1.6', '+23.7', '+0.00')
    """
    if not math.isfinite(value):
        return UNKNOWN
    if measure == "share" or (measure in MEASURES and MEASURES[measure].is_share):
        return f"{100 * value:+.1f}"
    return f"{value:+.2f}" if measure == "satisfaction" else f"{value:+,.1f}"
