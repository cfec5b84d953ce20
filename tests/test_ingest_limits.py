"""No small file, whatever its content, takes 5 s or 500 MB."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS, MEGABYTES = 5, 500
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/>'
    "</Relationships>"
)
ALONE = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from pathlib import Path
from forecast import ingest
from forecast.problem import Refused
for name in sys.argv[1:]:
    begun = time.process_time()
    try:
        said = f"read {len(ingest.read(Path(name)).history.table)}"
    except Refused as refused:
        said = "refused " + str(refused)[:300].replace(chr(10), " ")
    took = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{took:.2f}\\t{peak:.0f}\\t{said}", flush=True)
"""


def workbook(sheet: str | bytes, **parts: str | bytes) -> bytes:
    """A workbook whose one sheet is this XML."""
    book = f'<workbook xmlns="{NS}" xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as data:
        data.writestr("[Content_Types].xml", TYPES)
        data.writestr("_rels/.rels", ROOT)
        data.writestr("xl/workbook.xml", book)
        data.writestr("xl/_rels/workbook.xml.rels", relations)
        data.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in parts.items():
            data.writestr(f"xl/{name}.xml", content)
    return out.getvalue()


def rows(*more: str, dimension: str = "A1:B3", after: str = "") -> str:
    """A small sheet of days, with further rows."""
    cells = [("日期", "咨询量"), ("2026-06-01", "3"), ("2026-06-02", "4")]
    text = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{c}{n}" t="inlineStr"><is><t>{v}</t></is></c>' for c, v in zip("AB", row, strict=True))
        + "</row>"
        for n, row in enumerate(cells, 1)
    )
    data = f'<dimension ref="{dimension}"/><sheetData>{text}{"".join(more)}</sheetData>{after}'
    return f'<worksheet xmlns="{NS}">{data}</worksheet>'


def bomb() -> bytes:
    """A sheet of 400 MB of zeros in 400 kB."""
    out = io.BytesIO(workbook(rows()))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as data,
        data.open("xl/styles.xml", "w") as part,
    ):
        for _ in range(40):
            part.write(bytes(10_000_000))
    return out.getvalue()


def shared() -> bytes:
    """A string of 30,000 characters in 100,000 cells: 3 GB once every cell has its own."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(4, 100_000))
    return workbook(rows(cells), sharedStrings=f'<sst xmlns="{NS}"><si><t>{"x" * 30_000}</t></si></sst>')


LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
HEAD = "日期,时段,咨询量,备注\n2026-06-01,9:00-9:30,3,\n"
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.xlsx": (bomb, "refused"),
    "far.xlsx": (lambda: workbook(rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')), "XFD1048576"),
    "merged.xlsx": (
        lambda: workbook(rows(after="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 1_000_000 + "</mergeCells>")),
        "refused",
    ),
    "dimension.xlsx": (lambda: workbook(rows(dimension="A1:A1")), "read 2"),
    "wide-dimension.xlsx": (lambda: workbook(rows(dimension="A1:XFD1048576")), "read 2"),
    "deep.xlsx": (lambda: workbook(rows(after="<a>" * 300_000 + "</a>" * 300_000)), ""),
    "laughs.xlsx": (lambda: workbook(LAUGHS + rows()), "document type"),
    "shared.xlsx": (shared, "refused"),
    "formula.xlsx": (lambda: workbook(rows('<row r="4"><c r="B4"><f>1+1</f><v></v></c></row>')), "refused"),
    "unclosed.xlsx": (lambda: workbook(rows("<c " * 1_000_000)), "refused"),
    "cut.xlsx": (lambda: workbook(rows())[:-200], "damaged or cut off"),
    "wide.csv": (lambda: (HEAD + "," * 4_000_000).encode(), ""),
    "headings.csv": (lambda: (",".join(["咨询量"] * 100_000) + "\n" + "日期\n").encode(), "refused"),
    "cell.csv": (lambda: (HEAD + '2026-06-02,9:00-9:30,3,"' + "x" * 4_500_000 + '"\n').encode(), "refused"),
    "blank.csv": (lambda: b"\n" * 2_000_000, "refused"),
    "blank-below.csv": (lambda: (HEAD + "\n" * 3_000_000).encode(), "read 1"),
    "quotes.csv": (lambda: (HEAD + '"' * 2_000_000).encode(), ""),
    "hostile-cells.csv": (
        lambda: (HEAD + "".join(f"{'1-' * 20}{n},{'9:' * 25}{n},{'1,' * 20}x{n},a\n" for n in range(10_000))).encode(),
        "refused",
    ),
    "long-cells.csv": (
        lambda: (HEAD + "".join(f'2026-06-01,"{"1 " * 900}{n}","{"1,," * 900}",a\n' for n in range(800))).encode(),
        "refused",
    ),
    "starts.csv": (
        lambda: ("start,offered\n" + "".join(f"2026-6-1 0:00:{n % 60:02d}.{n},1\n" for n in range(180_000))).encode(),
        "refused",
    ),
    "gzip.csv": (lambda: __import__("gzip").compress(bytes(150_000_000), 9), "refused"),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, float, str]]:
    """Seconds, peak MB and answer of every file, each read in a process of its own."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in FILES.items():
        (folder / name).write_bytes(make())
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", FORKED, *(str(folder / n) for n in FILES)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=200,
    )
    lines = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    return {n: _parsed(lines.get(n, "99\t0\tdied " + done.stderr[-300:])) for n in FILES}


def _parsed(line: str) -> tuple[float, float, str]:
    took, peak, said = line.split("\t")
    return float(took), float(peak), said


FORKED = (
    "import os, sys\nfrom forecast import ingest\nnames = sys.argv[1:]\n"
    "for name in names:\n"
    "    sys.stdout.write(os.path.basename(name) + '\\t'); sys.stdout.flush()\n"
    "    child = os.fork()\n"
    "    if child == 0:\n"
    "        sys.argv = ['-', name]\n"
    f"        exec({ALONE!r})\n"
    "        sys.stdout.flush(); os._exit(0)\n"
    "    _, status = os.waitpid(child, 0)\n"
    "    if status:\n"
    "        print(f'99\\t0\\tdied {status}', flush=True)\n"
)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_does_no_harm(name: str, outcomes: dict[str, tuple[float, float, str]]):
    took, peak, said = outcomes[name]
    assert FILES[name][1] in said
    assert not said.startswith("died")
    assert took < SECONDS
    assert peak < MEGABYTES
