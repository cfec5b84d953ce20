"""How the browser app is started: Streamlit's options, once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forecast.language import Language
from forecast.ui import palette

SERVE_OPTIONS: Mapping[str, str | int | bool | tuple[str, ...]] = {
    "server.address": "127.0.0.1",
    "server.allowedHosts": ("127.0.0.1", "localhost"),  # no other name may be pointed at this machine
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,  # MB: the app takes no uploads
    "server.showEmailPrompt": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.disableWidgetStateDuplicationWarning": True,  # a lever has its scenario's value and can be reset to it
    "logger.level": "error",
    "theme.base": "light",
    "theme.primaryColor": palette.ACCENT,
    "theme.textColor": palette.INK,
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f4f7f5",
    "theme.borderColor": palette.LINE,
    "theme.baseFontSize": 15,
    "theme.baseRadius": "small",
    "theme.font": "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
}


def command(port: int, scenario: Path | None, language: Language) -> dict[str, Any]:
    """Arguments of `subprocess.run` that serve the app on `port`, opened on `scenario` and in `language`."""
    options = [f"--{name}={one}" for name, value in SERVE_OPTIONS.items() for one in _flags(value)]
    own = [str(scenario.resolve())] if scenario else []
    args = [sys.executable, "-m", "streamlit", "run", str(_script()), f"--server.port={port}", *options, "--"]
    return {"args": [*args, "--lang", language, *own], "env": {**os.environ, "PYTHONWARNINGS": "ignore"}}


def _flags(value: str | int | bool | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (str(value).lower() if isinstance(value, bool) else str(value),)


def _script() -> Path:
    # beside the packages, in a checkout as in an installation
    return Path(__file__).resolve().parents[2] / "app.py"
