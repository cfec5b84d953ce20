"""Separators, quotes, line ends, and the wrong name for a file."""

from __future__ import annotations

import gzip

from tests.exports.case import Shelf
from tests.exports.facts import EN, ZH, daily, day, days, lines, rows, text, usual

CASES = Shelf("separator")
F = day()
D = days(scale=80)
DAY = ["日期", "咨询量", "接待量", "放弃量", "平均处理时长(秒)"]
plain = usual(F).decode()

CASES.good("tab", "导出.tsv", usual(F, sep="\t"), rows(F))
CASES.good("tab-named-csv", "导出.csv", usual(F, sep="\t"), rows(F))
CASES.good("tab-named-txt", "stat.txt", usual(F, EN, sep="\t", end="\n"), rows(F))
CASES.good("semicolon", "rapport.csv", usual(F, EN, sep=";"), rows(F))
CASES.good("pipe", "ctQueue_051324.txt", usual(F, EN, sep="|", end="\n"), rows(F))
CASES.good("cr-only", "mac.csv", usual(F, end="\r"), rows(F))
CASES.good("mixed-ends", "拼接.csv", (usual(F[:9]) + b"".join(usual(F[9:], end="\n").splitlines(True)[1:])), rows(F))
CASES.good("all-quoted", "导出.csv", usual(F, quote=1), rows(F))
CASES.good("no-last-end", "导出.csv", usual(F).rstrip(b"\r\n"), rows(F))
CASES.good("trailing-commas", "导出.csv", plain.replace("\r\n", ",,,\r\n").encode(), rows(F))
CASES.good("blank-lines", "导出.csv", plain.replace("\r\n", "\r\n\r\n").encode(), rows(F))
CASES.good("leading-blank-lines", "导出.csv", b"\r\n\r\n,,,,,\r\n" + usual(F), rows(F))
CASES.good("trailing-blank-rows", "导出.csv", usual(F) + b",,,,,\r\n" * 40, rows(F))
CASES.good("padded", "导出.csv", plain.replace(",", " , ").encode(), rows(F))
CASES.good("sep-hint", "export.csv", b"sep=;\r\n" + usual(F, EN, sep=";"), rows(F), "Excel's own first line")
CASES.good(
    "thousands-quoted",
    "日报.csv",
    text([DAY, *[[c[0], f"{int(c[1]):,}", f"{int(c[2]):,}", *c[3:]] for c in daily(D)]]),
    rows(D),
)
CASES.good(
    "heading-over-lines",
    "导出.csv",
    usual(F, ["日期", "时段", "咨询量\n(个)", "接待量\n(个)", "放弃量\n(个)", "平均处理时长\n(秒)"]),
    rows(F),
)
CASES.good(
    "quote-in-name",
    "导出.csv",
    text([[*ZH, "队列"], *[[*c, '售前"VIP",专线'] for c in lines(F)]]),
    rows(F, queue='售前"VIP",专线'),
)
CASES.good(
    "tab-guards",
    "千牛导出.csv",
    plain.replace(",", "\t,").replace("\r\n", "\t\r\n").encode("gbk"),
    rows(F),
    "shop tools end cells with a tab so that Excel leaves them alone",
)
CASES.good("gz", "history.csv.gz", gzip.compress(usual(F), mtime=0), rows(F), "docs/formats.md promises .gz")
CASES.good(
    "comment-lines",
    "账单式导出.csv",
    (
        "#客服数据导出\r\n#起始日期：[2024-05-13] 终止日期：[2024-05-13]\r\n#------------\r\n"
        + plain
        + "#------------\r\n#共18条记录\r\n#导出时间：[2024-05-14 08:00:00]\r\n"
    ).encode("gbk"),
    rows(F),
)
CASES.good(
    "tab-named-xls",
    "时段报表.xls",
    usual(F, sep="\t", encoding="gbk"),
    rows(F),
    sure=False,
    why="many web systems name tabbed text .xls; Excel warns and opens it",
)
html = (
    "<html><head><meta charset='utf-8'></head><body><table border=1>"
    + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in line) + "</tr>" for line in [ZH, *lines(F)])
    + "</table></body></html>"
)
CASES.either("html-named-xls", "时段报表.xls", html.encode(), rows(F), "a web page named .xls; not promised")
CASES.either(
    "text-guards",
    "zendesk.csv",
    "\r\n".join([",".join(EN)] + [",".join(f'="{c}"' for c in line) for line in lines(F)]).encode(),
    rows(F),
    '="09:00" keeps Excel from converting; a careful person reads the text',
    sure=False,
)
CASES.either(
    "decimal-comma",
    "bericht.csv",
    text(
        [
            ["Date", "Interval", "Offered", "Handled", "Abandoned", "AHT (s)"],
            *[[*c[:5], c[5] + ",5"] for c in lines(F)],
        ],
        sep=";",
    ),
    [f.row(aht_s=f.aht + 0.5) for f in F],
    "312,5 beside semicolons can only be a decimal comma; never 3125",
    sure=False,
)
CASES.either(
    "fullwidth-commas",
    "手打.txt",
    plain.replace(",", "，").encode(),
    rows(F),
    "typed by hand with Chinese commas",
    sure=False,
)
SEASON = day("2024-03-01 00:00", 48 * 92)
CASES.good("a-season", "一季度.csv", usual(SEASON), rows(SEASON), "4,416 rows: three months of half-hours")

# refused
CASES.bad(
    "thousands-unquoted",
    "日报.csv",
    ",".join(DAY).encode()
    + b"\r\n"
    + b"\r\n".join(",".join([c[0], f"{int(c[1]):,}", *c[2:]]).encode() for c in daily(D)),
    [(2, None), (1, None), (None, None)],
    "1,234 without quotes is two cells: the columns have shifted",
)
one = [",".join(c) for c in daily(D)]
one[6] = one[6].replace(f",{D[6].offered},", f",{D[6].offered:,},")
CASES.bad(
    "one-cell-too-many",
    "日报.csv",
    "\r\n".join([",".join(DAY), *one]).encode(),
    [(8, None)],
    "one row has one cell more than the headings",
)
CASES.bad("cut-row", "导出.csv", usual(F)[:-14], [(19, None)], "the last row is cut off after a few cells")
CASES.bad(
    "cut-in-label",
    "导出.csv",
    b"\r\n".join(usual(F).split(b"\r\n")[:12]) + b"\r\n2024-05-13,14:",
    [(13, None)],
    "cut inside the label",
)
CASES.bad(
    "open-quote",
    "导出.csv",
    usual(F[:6]) + b'2024-05-13,"12:00-12:30,20,19,1,250\r\n' + b"\r\n".join(usual(F[7:]).split(b"\r\n")[1:]),
    [(8, None), (None, None)],
    "a quote that never closes swallows the rest",
)
CASES.bad(
    "two-separators",
    "拼接.csv",
    usual(F[:9]) + b"\r\n".join(usual(F[9:], sep=";").split(b"\r\n")[1:]),
    [(11, None)],
    "commas first, semicolons from row 11",
)
CASES.bad(
    "missing-cell-in-the-middle",
    "导出.csv",
    text([ZH, *[c if i != 4 else [c[0], c[1], *c[3:]] for i, c in enumerate(lines(F))]]),
    [(6, None)],
    "row 6 lacks a cell, so its numbers stand under the wrong headings",
)
CASES.bad("empty", "空.csv", b"", why="no bytes")
CASES.bad("blank", "空白.csv", b"\r\n \r\n\r\n", why="only white space")
CASES.bad("headings-only", "无数据.csv", ",".join(ZH).encode() + b"\r\n", why="headings and no rows")
CASES.bad("no-data-line", "无数据.csv", (",".join(ZH) + "\r\n暂无数据\r\n").encode(), why="the tool says: no data")
CASES.bad(
    "html-error-page",
    "report.csv",
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
    why="the download was an error page",
)
CASES.bad(
    "json-error",
    "report.csv",
    '{"code":401,"msg":"登录已过期，请重新登录","data":null}'.encode(),
    why="the download was an error answer",
)
