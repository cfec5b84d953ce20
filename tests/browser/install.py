"""Makes Chromium and a Chinese font available to the browser journey where this user may; never fails the build.

python tests/browser/install.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk")
LIMIT = 240  # seconds for one step: a machine without a network must not hold the build


def main() -> str:
    """What was done, or why not, in one line."""
    if found := chromium():
        return f"browser: {found}"
    if shutil.which("apt-get") and os.geteuid() == 0:
        done = run("apt-get", "update") and run("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)
        if done and (found := chromium()):
            return f"browser: {found}, installed with apt-get"
    if run(sys.executable, "-m", "playwright", "install", "chromium") and (found := chromium()):
        return f"browser: {found}, installed by playwright"
    return "browser: no Chromium here and none could be installed; the browser journey will be skipped"


def chromium() -> str | None:
    """A Chromium or Chrome that starts: on the path, or Playwright's own."""
    named = os.environ.get("PEAKSTAFF_CHROMIUM")
    names = (named,) if named else ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    candidates = [path for name in names if name and (path := shutil.which(name))]
    for path in [*candidates, *playwrights_own()]:
        if run(path, "--version", limit=20):
            return path
    return None


def playwrights_own() -> list[str]:
    """Where Playwright keeps its Chromium, if it has one."""
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Exception:  # no driver for this platform is no reason to stop the build
        return []
    return [path] if os.path.exists(path) else []  # noqa: PTH110 - a string is wanted


def run(*command: str, limit: int = LIMIT) -> bool:
    """Whether the command ended well within `limit` seconds."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, check=False, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.stdout.write(main() + "\n")
