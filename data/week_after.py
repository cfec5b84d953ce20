"""The invented seller's sources send their figures of the week after the history. All of it is synthetic.

Three files as such files look when they come, to try the import with:

- vendor A: CSV in GB18030, a title above the headings, Chinese headings, day and time slot apart, a totals row;
- vendor B: XLSX with a title, merged group headings, other words for the same things, and a column of telephone
  numbers that nobody asked for (10000000001 and on: no telephone can have them);
- the own telephone system: CSV, one row a contact.

The counts are drawn around those of the week before; 1 May, a day off, follows the Sunday.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import xlsxwriter
from seller import LAST_DAY, QUEUES

DAY = pd.Timedelta(days=1)
FIRST = LAST_DAY + DAY
LAST = LAST_DAY + 7 * DAY
LABELS = {"presale_chat": "售前在线", "aftersale_chat": "售后在线", "phone": "电话热线", "tickets": "工单"}
HALF_HOUR = pd.Timedelta(minutes=30)


def week_of(history: pd.DataFrame, source: str, rng: np.random.Generator) -> pd.DataFrame:
    """The source's rows of the week after, counts drawn around the week before's."""
    rows = history[history["source"] == source]
    days = []
    for day in pd.date_range(FIRST, LAST, freq="D"):
        like = day - 7 * DAY if day != LAST else day - 12 * DAY  # 1 May follows the last Sunday
        days.append(rows[rows["start"].dt.normalize() == like].assign(start=lambda t, by=day - like: t["start"] + by))
    week = pd.concat(days).sort_values(["start", "queue"], ignore_index=True)
    known = week.drop(columns=["start", "queue", "source"]).astype(float)
    offered = rng.poisson(known["offered"])
    of = np.maximum(known["offered"], 1)
    abandoned = rng.binomial(offered, np.round(known["abandoned"] / of, 6))
    handled = offered - abandoned
    each = np.maximum(known["handled"], 1)
    drawn = {name: rng.binomial(handled, np.round(known[name] / each, 6)) for name in ("in_time", "resolved", "rated")}
    scale = np.exp(rng.normal(0, 0.1, size=len(week)))
    aht = known["aht_s"].fillna(known["aht_s"].mean()) * scale
    return week.assign(
        offered=offered,
        handled=handled,
        abandoned=abandoned,
        aht_s=np.round(aht).where(handled > 0),
        first_response_s=known["first_response_s"].where(handled > 0),
        satisfaction=known["satisfaction"].fillna(4.0).where(drawn["rated"] > 0),
        **drawn,
    )


def vendor_a(week: pd.DataFrame) -> bytes:
    """CSV in GB18030 with a title row, 日期 and 时段 apart, thousands separators in the totals row."""
    lines = [f"外包商甲客服周报（合成数据），{FIRST:%Y-%m-%d} 至 {LAST:%Y-%m-%d}" + "," * 9]
    lines.append("日期,时段,技能组,咨询量,接起量,放弃量,平均处理时长(秒),平均首次响应时长(秒),及时响应量,解决量")
    for row in week.itertuples(index=False):
        figures = (row.offered, row.handled, row.abandoned, row.aht_s, row.first_response_s, row.in_time, row.resolved)
        slot = f"{row.start:%H:%M}-{_end(row.start)}"
        lines.append(f"{row.start:%Y/%m/%d},{slot},{LABELS[row.queue]}," + ",".join(map(_whole, figures)))
    total = week[["offered", "handled", "abandoned", "in_time", "resolved"]].sum()
    aht = round(float((week["aht_s"] * week["handled"]).sum() / week["handled"].sum()))
    head = f'合计,,,"{total["offered"]:,.0f}","{total["handled"]:,.0f}",{total["abandoned"]:.0f},{aht},,'
    lines.append(head + f'"{total["in_time"]:,.0f}","{total["resolved"]:,.0f}"')
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def vendor_b(week: pd.DataFrame) -> bytes:
    """XLSX: title, merged group headings, headings, rows with real dates and times, and a column of telephones."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": "synthetic", "created": datetime(2026, 5, 2, tzinfo=UTC)})
        page = book.add_worksheet("周数据")
        bold = book.add_format({"bold": True, "align": "center"})
        date, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        page.merge_range(0, 0, 0, 11, "外包商乙服务数据（合成数据）", bold)
        for first, last, word in ((0, 2, "时间与队列"), (3, 5, "话务"), (6, 10, "质量")):
            page.merge_range(1, first, 1, last, word, bold)
        page.write(1, 11, "备注", bold)
        heads = ("业务日期", "统计时段", "队列名称", "呼入量", "接听量", "呼损量", "平均服务时长", "首响时长")
        page.write_row(2, 0, (*heads, "满意度", "评价数", "一次解决数", "手机号"), bold)
        page.set_column(0, 11, 13)
        for number, row in enumerate(week.itertuples(index=False), start=3):
            page.write_datetime(number, 0, row.start.normalize().to_pydatetime(), date)
            page.write_number(number, 1, (row.start - row.start.normalize()) / DAY, clock)
            page.write_string(number, 2, LABELS[row.queue])
            figures = (row.offered, row.handled, row.abandoned, row.aht_s, row.first_response_s, row.satisfaction)
            for column, figure in enumerate((*figures, row.rated, row.resolved), start=3):
                if not pd.isna(figure):
                    page.write_number(number, column, float(figure))
            page.write_string(number, 11, f"{10_000_000_001 + number - 3}")
    return out.getvalue()


def contact_log(week: pd.DataFrame, rng: np.random.Generator) -> bytes:
    """CSV of the own team's calls, a row a contact, in the order they came; times to the second."""
    calls = week[week["queue"] == "phone"]
    lines = ["arrival,queue,source,wait_s,answered,handle_s,resolved,rating"]
    for row in calls.itertuples(index=False):
        answered = rng.permutation(np.arange(row.offered) < row.handled)
        solved, rated = row.resolved / max(row.handled, 1), row.rated / max(row.handled, 1)
        for second, taken in zip(np.sort(rng.integers(0, 1800, row.offered)), answered, strict=True):
            came = row.start + pd.Timedelta(seconds=int(second))
            wait = int(np.ceil(rng.exponential(12 if taken else 60)))
            done = ""
            if taken:
                seconds = max(20, round(float(row.aht_s * rng.gamma(2.0, 0.5))))
                rating = rng.choice([5, 4, 3, 2, 1], p=[0.7, 0.18, 0.06, 0.02, 0.04]) if rng.random() < rated else ""
                done = f"{seconds},{int(rng.random() < solved)},{rating}"
            lines.append(f"{came:%Y-%m-%d %H:%M:%S},phone,inhouse,{wait},{int(taken)},{done or ',,'}")
    return ("\n".join(lines) + "\n").encode("utf-8")


def export_files(history: pd.DataFrame, seed: int) -> Mapping[str, bytes]:
    """The three files by name."""
    draws = {name: np.random.default_rng([seed, 4, at]) for at, name in enumerate(("inhouse", *_vendors()))}
    weeks = {name: week_of(history, name, rng) for name, rng in draws.items()}
    span = f"{FIRST:%Y%m%d}-{LAST:%m%d}"
    return {
        f"外包商甲_周报_{span}.csv": vendor_a(weeks["vendor_a"]),
        f"外包商乙_{span}.xlsx": vendor_b(weeks["vendor_b"]),
        f"phone_log_{span}.csv": contact_log(weeks["inhouse"], draws["inhouse"]),
    }


def _vendors() -> list[str]:
    return sorted({name for queue in QUEUES.values() for name in queue.vendors})


def _end(start: pd.Timestamp) -> str:
    end = f"{start + HALF_HOUR:%H:%M}"
    return "24:00" if end == "00:00" else end


def _whole(figure: float) -> str:
    return "" if pd.isna(figure) else f"{figure:.0f}"
