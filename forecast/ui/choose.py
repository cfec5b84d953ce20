"""One of several, with the choice kept from page to page and from language to language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from forecast.ui.reader import Reader

Option = TypeVar("Option")


def choose(
    label: str,
    options: Sequence[Option],
    said: Callable[[Option], str],
    t: Reader,
    *,
    key: str,
    start: int = 0,
    help_: str | None = None,
    changed: Callable[[], None] | None = None,
) -> Option:
    """One of `options`: the one chosen last under `key`, at first the one at `start`."""
    kept = st.session_state.get(key, options[start])
    index = list(options).index(kept) if kept in options else start
    # Streamlit knows an option by the words it is shown with: another language is another widget, begun where the
    # first one stood
    chosen = st.selectbox(
        label,
        options,
        index=index,
        format_func=said,
        key=widget(key, t),
        help=help_,
        on_change=changed,
        filter_mode=None,
    )
    found = chosen if chosen in options else options[index]
    st.session_state[key] = found
    return found


def widget(key: str, t: Reader) -> str:
    """The key of the widget itself, which a callback of it reads."""
    return f"{key}:{t.language}"
