"""Sites, regions, headquarters: where contacts are served, and totals that add up over all three."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomli_w

from forecast.history import DAY, History
from forecast.language import Text
from forecast.listed import listed
from forecast.measure import series, weight_of
from forecast.problem import Problem, Refused, shown
from forecast.sheet import RUNS

LAYERS = ("site", "region", "headquarters")
SUMS = ("contacts", "handled", "abandoned")
KNOWN = ("unknown", "contacts_known", "handle_s", "handle_contacts")
BARE = re.compile(r"^\s*[^\s\"'#=\[]*[^\x00-\x7f\"'#=\[][^\"'#=\[]*=", re.MULTILINE)  # a key that TOML wants quoted
COLUMNS = ("layer", "place", "start", "queue", *SUMS, "aht_s", *KNOWN)


@dataclass(frozen=True)
class Places:
    """Which region a site, or a source that names no site, belongs to. Without any there is no layer of regions."""

    regions: tuple[tuple[str, str], ...] = ()  # (site or source, region), by site

    def __post_init__(self) -> None:
        object.__setattr__(self, "regions", tuple(sorted(self.regions)))
        named = [site for site, _ in self.regions]
        if len(set(named)) < len(named):
            raise ValueError("a site belongs to one region")

    def region_of(self, *names: str) -> str | None:
        """The region of the first of `names` that has one."""
        regions = dict(self.regions)
        return next((regions[name] for name in names if name in regions), None)

    def toml(self) -> str:
        """The places as `places_of` reads them."""
        regions: dict[str, list[str]] = {}
        for site, region in self.regions:
            regions.setdefault(region, []).append(site)
        return tomli_w.dumps({"regions": regions})


def read_places(path: Path) -> Places:
    """The places in a TOML file: a table `regions`, each region with the list of its sites.

    Raises:
        Refused: every problem of the file.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise Refused([Problem(str(path), "-", "-", Text("expected a UTF-8 file that can be read"))]) from None
    return places_of(text, str(path))


def places_of(text: str, file: str = "-") -> Places:
    """The places a TOML text tells of; `file` is whose its problems are.

    >>> places_of('[regions]\\n"华东" = ["上海", "杭州"]').region_of("杭州")
    '华东'

    Raises:
        Refused: no TOML, another key than `regions`, a site without a name, in two regions or not in a list.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = Text("expected TOML, came: {reason}", reason=str(error))
        if BARE.search(text):
            said = Text('expected TOML, in which a name in Chinese stands in quotes, such as "华东" = ["上海"]')
        raise Refused([Problem(file, "-", "-", said)]) from None
    unknown = Text("unknown key; expected {columns}", columns="regions")
    problems = [Problem(file, "-", shown(key)[1:-1] or "-", unknown) for key in told if key != "regions"]
    regions = told.get("regions", {})
    pairs: dict[str, str] = {}
    if not isinstance(regions, Mapping):
        problems.append(Problem(file, "-", "regions", Text("expected a table of regions, each with its sites")))
        regions = {}
    for region, sites in regions.items():
        problems += _sites(file, region, sites, pairs)
    if problems:
        raise Refused(listed(problems, file))
    return Places(tuple(pairs.items()))


def rolled(history: History, places: Places, every: pd.Timedelta | None = None, by_queue: bool = True) -> pd.DataFrame:
    """Contacts of each site, region and of headquarters: one row for each layer, place, `every` and queue.

    Columns: layer (site, region, headquarters), place ('' for headquarters), start, queue ('' when all are taken
    together), contacts, handled, abandoned, aht_s (seconds, over the contacts whose handle time is known). A sum with
    an unknown part is NaN; `contacts_known` is then what the others told and `unknown` how many of its intervals were
    not told. `handle_s` are the seconds and `handle_contacts` the contacts behind `aht_s`. A layer is the sum of the
    layer beneath it. A site is a row's `site`, or its source where none is told.

    Raises:
        Refused: a site of the history is in no region, or in two, though there are regions.
        ValueError: `every` is no multiple of the history's interval that divides a day.
    """
    step = every or history.interval
    if step % history.interval != pd.Timedelta(0) or DAY % step != pd.Timedelta(0):
        raise ValueError(f"every must be a multiple of the history's {history.interval} up to a day, got {step}")
    parts = []
    for rows in series(history):
        site = site_of(rows)
        start = rows["start"].dt.floor(step)
        queue = rows["queue"] if by_queue else ""
        parts.append(
            _summed(_parts(rows).assign(place=site, source=rows["source"], start=start, queue=queue), "source")
        )
    leaves = pd.concat(parts, ignore_index=True)
    sites = _summed(leaves)
    layers = [sites.assign(layer="site")]
    if places.regions:
        region = _regions(leaves[["place", "source"]].drop_duplicates(), places)
        layers.append(_summed(sites.assign(place=sites["place"].map(region))).assign(layer="region"))
    layers.append(_summed(layers[-1].assign(place="")).assign(layer="headquarters"))
    table = pd.concat(layers, ignore_index=True)
    of = table["handle_contacts"]
    table["aht_s"] = table["handle_s"] / of.where(of > 0)
    return table[list(COLUMNS)]


def totals(history: History, places: Places) -> pd.DataFrame:
    """What each site, region and headquarters served over the whole history, queues taken together.

    Columns: layer, place, contacts, handled, abandoned (of what is told), aht_s, share (of headquarters' contacts),
    unknown (intervals whose contacts are not told). Headquarters first, then regions, then sites.

    Raises:
        Refused: as `rolled`.
    """
    days = rolled(history, places, DAY, by_queue=False)
    days["contacts"] = days["contacts_known"]
    sums = days.groupby(["layer", "place"])[[*SUMS, *KNOWN]].sum(min_count=1).reset_index()
    sums["aht_s"] = sums["handle_s"] / sums["handle_contacts"].where(sums["handle_contacts"] > 0)
    whole = sums.loc[sums["layer"] == "headquarters", "contacts"].iloc[0]
    sums["share"] = sums["contacts"] / whole if whole else np.nan
    sums = sums.sort_values(["layer", "place"], key=lambda c: c.map(LAYERS[::-1].index) if c.name == "layer" else c)
    return sums[["layer", "place", *SUMS, "aht_s", "share", "unknown"]].reset_index(drop=True)


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """What each interval of one source adds to the sums of its site."""
    weight = weight_of(rows, "aht_s").where(rows["aht_s"].notna(), 0.0)
    return pd.DataFrame(
        {
            "contacts": rows["offered"],
            "handled": rows["handled"],
            "abandoned": rows["abandoned"],
            "unknown": rows["offered"].isna().astype(float),
            "contacts_known": rows["offered"].fillna(0.0),
            "handle_s": (rows["aht_s"] * weight).fillna(0.0),
            "handle_contacts": weight,
        }
    )


def _summed(table: pd.DataFrame, *more: str) -> pd.DataFrame:
    """Sums by place, queue and start (and `more`); unknown where a part is."""
    keys = ["place", "queue", "start", *more]
    values = table[[*keys, *SUMS, *KNOWN]]
    gaps = {name: values[name].isna() for name in SUMS}
    groups = values.assign(**{f"{name}|gap": gap for name, gap in gaps.items()}).groupby(keys, sort=True)
    sums = groups.sum()
    for name in SUMS:
        sums[name] = sums[name].where(sums.pop(f"{name}|gap") == 0)
    return sums.astype(dict.fromkeys((*SUMS, *KNOWN), float)).reset_index()


def _regions(pairs: pd.DataFrame, places: Places) -> dict[str, str]:
    """The region of each site. Raises Refused naming every site without one, or with two."""
    found: dict[str, set[str | None]] = {}
    for site, source in pairs.itertuples(index=False):
        found.setdefault(str(site), set()).add(places.region_of(str(site), str(source)))
    problems = []
    for site, regions in sorted(found.items()):
        if None in regions:
            text = Text("{site} belongs to no region; name it in [regions]", site=shown(site))
            problems.append(Problem("places", "-", "regions", text))
        elif len(regions) > 1:
            names = ", ".join(sorted(map(str, regions)))
            text = Text(
                "{site} has sources of {regions}; name the site itself in [regions]", site=shown(site), regions=names
            )
            problems.append(Problem("places", "-", "regions", text))
    if problems:
        raise Refused(listed(problems, "places"))
    return {site: str(next(iter(regions))) for site, regions in found.items()}


def _sites(file: str, region: str, sites: Any, pairs: dict[str, str]) -> list[Problem]:
    """Puts the region's sites into `pairs`; gives back what is wrong with them."""
    place = f"regions.{shown(region)[1:-1]}"
    if not region.strip() or region.startswith(RUNS):
        return [Problem(file, "-", place, Text("expected a name that no spreadsheet would run as a formula"))]
    if not isinstance(sites, list):
        return [Problem(file, "-", place, Text("expected a list of sites, got {cell}", cell=shown(sites)))]
    problems = []
    for site in sites:
        if not isinstance(site, str) or not site.strip() or site.startswith(RUNS):
            said = Text("expected the name of a site, got {cell}", cell=shown(site))
            problems.append(Problem(file, "-", place, said))
        elif (other := pairs.setdefault(site.strip(), region)) != region:
            said = Text("{site} is in {region} already; a site belongs to one region", site=shown(site), region=other)
            problems.append(Problem(file, "-", place, said))
    return problems


def site_of(table: pd.DataFrame) -> np.ndarray:
    """The site of each row of a history: its `site`, or its source where it tells none."""
    if "site" not in table:
        return np.asarray(table["source"].astype(str))
    return np.asarray(table["site"].where(table["site"] != "", table["source"]).astype(str))
