"""Numbers, durations, dates and labels: read right or refused, never guessed, whatever the cell."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.ingest.cell import COMMA, Number, count, duration, number, style_of
from forecast.ingest.clock import DAY_S, EPOCH, Moment, moment
from forecast.ingest.column import name
from forecast.ingest.margin import total_word
from forecast.language import Text

HALF = 30 * 60
FIGURES = st.text(alphabet="0123456789０１２３,.，:：-–~年月日时分秒点周一至 /eE+%个°²aApPmMtTzZ'", max_size=40)
ANYTHING = st.one_of(
    st.text(max_size=80),
    FIGURES,
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
)


@given(ANYTHING)
def test_no_cell_breaks_a_parser_and_none_gives_nan(cell: object):
    read = duration(cell)
    assert isinstance(read, Text) or (math.isfinite(read) and read >= 0)
    found = number(cell)
    if isinstance(found, Number):
        for style in ("point", "comma"):
            value = count(found, style)
            assert isinstance(value, Text) or (math.isfinite(value) and value >= 0 and value.is_integer())
    when = moment(cell)
    if isinstance(when, Moment):
        assert when.clock is None or 0 <= when.clock <= DAY_S
        assert when.until is None or (when.clock is not None and when.clock < when.until <= DAY_S)
        assert when.bare is None or math.isfinite(when.bare)
    total_word(cell)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 47))
def test_every_spelling_of_a_moment_is_the_same_moment(day: date, half: int):
    clock, at = half * HALF, f"{half // 2:02d}:{half % 2 * 30:02d}"
    spellings = [
        f"{day} {at}",
        f"{day}T{at}:00",
        f"{day.year}/{day.month}/{day.day} {half // 2}:{half % 2 * 30:02d}",
        f"{day.year}年{day.month}月{day.day}日 {at}",
        f"{day:%Y.%m.%d} {at}",
        f"{day:%Y%m%d} {at}",
        f"{day:%Y%m%d}{at.replace(':', '')}",
        f"{day:%d-%b-%Y} {at}",
        f"{day:%B} {day.day}, {day.year} {at}",
        f"{day} 周{'一二三四五六日'[day.weekday()]} {at}",
        f"{day:%A} {day} {at}",
        f"{day}　{at.replace(':', '：')}",
    ]
    for spelling in spellings:
        found = moment(spelling)
        assert isinstance(found, Moment), (spelling, str(found))
        assert (found.day, found.clock) == (day.toordinal() - EPOCH, clock), spelling
    typed = moment(datetime.combine(day, time(half // 2, half % 2 * 30)))
    assert isinstance(typed, Moment)
    assert (typed.day, typed.clock) == (day.toordinal() - EPOCH, clock)


@given(st.integers(0, 47), st.sampled_from(["-", "~", "–", "—", "～", "至", "到", " - ", " to ", "--"]), st.booleans())
def test_every_spelling_of_a_label_is_the_same_interval(half: int, dash: str, wide: bool):
    end = half + 1
    label = f"{half // 2:02d}:{half % 2 * 30:02d}{dash}{end // 2:02d}:{end % 2 * 30:02d}"
    found = moment(label.replace(":", "：") if wide else label)
    assert isinstance(found, Moment)
    assert (found.clock, found.until, found.day) == (half * HALF, end * HALF, None)


@pytest.mark.parametrize(
    ("cell", "clock", "until"),
    [
        ("0900-0930", 9 * 3600, 9 * 3600 + HALF),
        ("23:30-24:00", DAY_S - HALF, DAY_S),
        ("23:30-00:00", DAY_S - HALF, DAY_S),  # the midnight at its end
        ("09:00:00-09:29:59", 9 * 3600, 9 * 3600 + HALF),
        ("9-10", 9 * 3600, 10 * 3600),
        ("9点-10点", 9 * 3600, 10 * 3600),
        ("9时30分", 9 * 3600 + HALF, None),
        ("9点半", 9 * 3600 + HALF, None),
        ("下午1:30", 13 * 3600 + HALF, None),
        ("12:30 AM", HALF, None),
        ("12:30 PM", 12 * 3600 + HALF, None),
        ("上午11:30-12:00", 11 * 3600 + HALF, 12 * 3600),
        ("下午12:30-1:00", 12 * 3600 + HALF, 13 * 3600),  # the half of the day is said once
        ("24:00", DAY_S, None),
    ],
)
def test_a_time_of_day_is_read(cell: str, clock: int, until: int | None):
    found = moment(cell)
    assert isinstance(found, Moment), str(found)
    assert (found.clock, found.until) == (clock, until)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2026-02-30", "a day that the calendar has"),
        ("26-06-01", "a year of four digits"),
        ("01/06/26", "a year of four digits"),
        ("6月1日", "with its year"),
        ("6/1", "with its year"),
        ("1989-12-31", "from 1990 to 2100"),
        ("2026-06-01 周二", "a weekday that fits"),  # it is a Monday
        ("09:30-09:00", "ends after it starts"),
        ("09:00-09:00", "ends after it starts"),
        ("25:00", "a time of day"),
        ("09:75", "a time of day"),
        ("2026-06-01~2026-06-07", "a span of days"),
        ("soon", "expected a date"),
        ("1780000000", "expected a date"),
        ("晚上12点", "a time of day"),  # which midnight?
    ],
)
def test_what_is_no_moment_is_refused_with_its_reason(cell: str, said: str):
    found = moment(cell)
    assert isinstance(found, Text)
    assert said in str(found)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("１２", 12),
        ("1,234", 1234),
        ("1，234", 1234),
        ("1 234", 1234),
        ("1,234,567", 1234567),
        ("12.0", 12),
        ("12个", 12),
        ("12 通", 12),
        ("'123", 123),
        ("1e3", 1000),
        ("+5", 5),
        (7.0, 7),
    ],
)
def test_a_count_is_read(cell: object, value: float):
    found = number(cell)
    assert isinstance(found, Number)
    assert count(found) == value


NO_COUNTS = "nan inf -inf null N/A #N/A 1e400 12,34,567 1.2万 0x1F 1_000 12² ① ٣ 5e 1.5 -3 1e9 十二 12a34 TRUE"


@pytest.mark.parametrize(
    "cell", [*NO_COUNTS.split(), float("nan"), float("inf"), True, date(2026, 6, 1), "1 2", "12 34"]
)
def test_what_is_no_count_is_refused(cell: object):
    found = number(cell)
    assert isinstance(found, Text) or isinstance(count(found), Text)


def test_a_column_tells_european_decimals_from_thousands():
    european = [number("1.234,5"), number("12,5")]
    assert style_of([n for n in european if isinstance(n, Number)]) == COMMA
    ambiguous = number("1,234")
    assert isinstance(ambiguous, Number)
    assert (ambiguous.point, ambiguous.comma) == (1234.0, 1.234)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("275", 275),
        ("275秒", 275),
        ("275.5s", 275.5),
        ("4分35秒", 275),
        ("00:04:35", 275),
        ("4:35", 275),
        ("4.5分钟", 270),
        ("1h5m", 3900),
        ("350ms", 0.35),
        ("4'35\"", 275),
        (time(0, 4, 35), 275),
        (timedelta(minutes=4, seconds=35), 275),
    ],
)
def test_a_duration_is_read(cell: object, seconds: float):
    assert duration(cell) == pytest.approx(seconds)


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_same_however_it_is_written(hours: int, minutes: int, seconds: int):
    total = hours * 3600 + minutes * 60 + seconds
    for text in (
        f"{hours:02d}:{minutes:02d}:{seconds:02d}",
        f"{hours}小时{minutes}分{seconds}秒",
        f"{total}",
        f"{total}秒",
    ):
        assert duration(text) == total
    assert duration(str(minutes + seconds / 60), unit=60.0) == pytest.approx(minutes * 60 + seconds)


@pytest.mark.parametrize("cell", ["4:75", "-4:35", "4分75秒", "abc", "1e400", "::", "4:35:", ""])
def test_what_is_no_duration_is_refused(cell: str):
    assert isinstance(duration(cell), Text)


@given(st.text(max_size=60))
def test_a_name_is_kept_the_same_when_read_again(text: str):
    assert name(name(text)) == name(text)
