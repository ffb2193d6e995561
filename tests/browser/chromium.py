"""Find a Chromium, or get one: the system's, else Playwright's own download, else Debian's package.

`python -m tests.browser.chromium` does it and says what it found.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str:
    """Return the path of a Chromium; empty when there is none yet."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else ""


def main() -> int:
    """Make sure that there is one; return the exit status."""
    if not find():
        print("No Chromium found: trying Playwright's own download")  # noqa: T201 (it talks to a terminal)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not find() and shutil.which("apt-get"):
        print("Trying Debian's package")  # noqa: T201 (it talks to a terminal)
        ask = [] if os.geteuid() == 0 else ["sudo", "-n"]
        for words in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
            subprocess.run([*ask, *words], check=False)  # noqa: S603 (our own words)
    found = find()
    if not found:
        print("The browser tests need a Chromium. Install one, or name it: CHROMIUM=/path make test")  # noqa: T201
        return 1
    print(f"Browser tests use {found}")  # noqa: T201 (it talks to a terminal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
