"""Shows what the sources tell between them: overlaps, gaps, contradictions; and what each site and region served."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from forecast.consolidate import Finding
from forecast.history import DAY, History
from forecast.language import Text
from forecast.problem import Refused
from forecast.rollup import Places, places_of, site_of, totals
from forecast.ui.choose import choose
from forecast.ui.reader import Reader
from forecast.ui.table import html, note, sentences

KINDS = {
    "overlap": Text("told twice alike"),
    "gap": Text("gap"),
    "contradiction": Text("contradiction"),
    "interval": Text("another interval"),
    "name": Text("names alike"),
}
LAYERS = {"headquarters": Text("Headquarters"), "region": Text("Region"), "site": Text("Site")}
SPANS = {28: Text("the last 4 weeks"), 364: Text("the last 52 weeks"), 0: Text("all of it")}  # days


def show_findings(found: Sequence[Finding], t: Reader) -> None:
    """What was found where files and sources meet."""
    st.subheader(t("Where sources meet"), anchor=False)
    if not found:
        st.html(note(t("No overlap, no gap and no contradiction between the sources.")))
        return
    rows = [
        {
            "start": f.start,
            "end": f.end,
            "kind": t.say(KINDS[f.kind]),
            "queue": t.name(f.queue) if f.queue else t("all"),
            "source": t.name(f.source) if f.source else t("all"),
            "text": t.say(f.text),
        }
        for f in sorted(found, key=lambda f: f.start, reverse=True)
    ]
    head = {"start": t("From"), "end": t("To"), "kind": t("Kind"), "queue": t("Queue"), "source": t("Source")}
    clock = lambda v: f"{v:%Y-%m-%d %H:%M}"  # noqa: E731
    st.html(html(pd.DataFrame(rows), {**head, "text": t("What was found")}, {"start": clock, "end": clock}, height=280))


def show_totals(history: History, places: Places, keep: Callable[[Places], None], t: Reader) -> None:
    """Contacts by headquarters, region and site, which add up, and the regions to set. `keep` keeps them."""
    names = sorted(set(map(str, site_of(history.table))))
    if len(names) < 2:
        return
    st.subheader(t("Sites, regions, headquarters"), anchor=False)
    days = choose(t("Over"), list(SPANS), lambda d: t.say(SPANS[d]), t, key="totals_span")
    since = history.last + DAY - pd.Timedelta(days=days) if days else history.first
    rows = history.table[history.table["start"] >= since]
    known = Places(tuple((site, region) for site, region in places.regions if site in names))
    missing = [t.name(name) for name in names if not known.region_of(name)]
    if known.regions and missing:
        st.html(sentences([t("In no region yet: {names}", names=", ".join(missing))], "warn"))
        known = Places()
    try:
        table = totals(History(rows, history.interval), known)
    except Refused as refused:
        st.html(sentences([t.say(p.text) for p in refused.problems], "warn"))
    else:
        counts = ["contacts", "handled", "abandoned", "aht_s", "unknown"]
        formats = {**dict.fromkeys(counts, t.number), "share": t.percent}
        said = table.assign(
            layer=[t.say(LAYERS[layer]) for layer in table["layer"]], place=[t.name(p) for p in table["place"]]
        )
        head = {"layer": t("Level"), "place": t("Name"), "contacts": t("Contacts"), "share": t("Share")}
        head |= {"handled": t("Handled"), "abandoned": t("Abandoned"), "aht_s": t("Handle time, s")}
        st.html(html(said, {**head, "unknown": t("Intervals not told")}, formats, strong=0))
    with st.expander(t("Regions")):
        _ask(names, places, keep, t)


def _ask(names: Sequence[str], places: Places, keep: Callable[[Places], None], t: Reader) -> None:
    """Keep the regions typed in, all or none of them; those of sites that are not in this history stay."""
    with st.form(f"regions:{t.language}", border=False):
        st.html(note(t("The region of each site or source; leave all empty to have none.")))
        grid = st.columns(3)
        typed = {}
        for place, name in enumerate(names):
            with grid[place % 3]:
                start = places.region_of(name) or ""
                typed[name] = " ".join(st.text_input(t.name(name), start, key=f"region:{name}:{t.language}").split())
        asked = st.form_submit_button(t("Keep the regions"))
    if not asked:
        return
    others = [(site, region) for site, region in places.regions if site not in names]
    told = [(site, region) for site, region in typed.items() if region]
    try:
        keep(places_of(Places((*others, *told)).toml(), t("Regions")))
    except Refused as refused:
        st.html(sentences([t.say(p.text) for p in refused.problems], "bad"))
    else:
        st.rerun()
