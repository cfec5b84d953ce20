"""The page's style sheet: dense, calm, one accent; nothing wider than the screen."""

import json

from forecast.ui.palette import ACCENT, INK, LINE, SOFT, WARN

CSS = f"""
<style>
.stMainBlockContainer {{ padding: 3.6rem 2.2rem 3rem; max-width: 1240px; }}
.stApp h1 {{ font-size: 1.55rem; font-weight: 650; padding: .1rem 0 .2rem; }}
.stApp h2 {{ font-size: 1.12rem; font-weight: 650; color: {ACCENT}; padding: .9rem 0 .1rem; }}
.stApp h3 {{ font-size: 1rem; font-weight: 600; padding: .5rem 0 .1rem; }}
/* toolbars on charts and tables speak English only, and every table has its own download */
[data-testid="stElementToolbar"], [data-testid="stStatusWidget"] {{ display: none !important; }}
.ps-cards {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: .6rem;
  margin: .3rem 0 .5rem; }}
.ps-card {{ border: 1px solid {LINE}; border-radius: 6px; padding: .55rem .75rem .6rem; min-width: 0; }}
.ps-card span {{ display: block; color: {SOFT}; font-size: .8rem; line-height: 1.35; }}
.ps-card b {{ display: block; font-size: 1.16rem; font-weight: 650; line-height: 1.5; color: {INK};
  font-variant-numeric: tabular-nums; white-space: nowrap; }}
.ps-list {{ margin: .2rem 0 .4rem; padding-left: 1.15rem; line-height: 1.65; }}
.stApp .ps-list li {{ padding: 0; margin: .1rem 0; }}
.stApp .ps-warn, .stApp .ps-bad {{ list-style: none; padding: .45rem .9rem; border-left: 3px solid #d98e32;
  background: #fdf7ee; border-radius: 0 6px 6px 0; }}
.stApp .ps-bad {{ border-left-color: {WARN}; background: #fbf1ee; }}
.ps-scroll {{ overflow: auto; max-width: 100%; border: 1px solid {LINE}; border-radius: 6px; margin: .2rem 0 .5rem; }}
.ps-scroll table {{ border-collapse: collapse; width: 100%; font-size: .86rem; }}
.ps-scroll th, .ps-scroll td {{ padding: .3rem .7rem; text-align: left; white-space: nowrap;
  border-bottom: 1px solid {LINE}; }}
.ps-scroll th {{ position: sticky; top: 0; background: #f4f7f5; color: {SOFT}; font-weight: 600; }}
.ps-scroll td:first-child {{ position: sticky; left: 0; background: #fff; }}
.ps-scroll th:first-child {{ left: 0; z-index: 1; }}
.ps-scroll tr:last-child td {{ border-bottom: 0; }}
.ps-scroll .n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.ps-scroll .strong td {{ font-weight: 650; background: #eef4f1; }}
.ps-lead {{ font-size: 1rem; line-height: 1.6; margin: .1rem 0 .2rem; }}
.ps-note {{ color: {SOFT}; font-size: .86rem; line-height: 1.55; margin: 0 0 .3rem; }}
@media (max-width: 640px) {{
  .stMainBlockContainer {{ padding: 3.4rem .9rem 2rem; }}
  .stApp h1 {{ font-size: 1.35rem; }}
  .ps-cards {{ grid-template-columns: repeat(2, minmax(0, 1fr)); }}
  .ps-card b {{ font-size: 1.04rem; }}
}}
</style>
"""


def uploader(button: str, hint: str) -> str:
    """The style that gives Streamlit's uploader words in the reader's language; its own are English only.

    >>> "选择" in uploader("选择", "")
    True
    """
    words = (json.dumps(word.replace("<", ""), ensure_ascii=False) for word in (button, hint))
    place = '[data-testid="stFileUploaderDropzone"]'
    own, said = f"{place} button p", f'{place} [data-testid="stFileUploaderDropzoneInstructions"] span'
    first, second = words
    return (
        f"<style>{own}, {said} {{ font-size: 0 !important; }} {own}::after {{ content: {first}; font-size: .9rem; }} "
        f"{said}::after {{ content: {second}; font-size: .85rem; }}</style>"
    )
