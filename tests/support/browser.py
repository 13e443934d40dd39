"""
A real browser without a window: Chromium, driven by Selenium.

Tests skip where Chromium and its driver are not on PATH, and where axe-core, which
looks for what screen readers and keyboards cannot use, cannot be installed with npm.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from readers import run_or_skip
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

AXE = "4.14.1"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
HANGS_AFTER = 60
"""Seconds after which a page is treated as hanging, even on a busy machine."""

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root has none, and the pages are the tests' own
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--window-size=1280,900",
    "--force-prefers-reduced-motion",
)


def start_or_skip(profile):
    """Start Chromium with a new profile; without it or its driver, skip the test."""
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("there is no Chromium with its driver here")
    options = ChromeOptions()
    options.binary_location = program
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    return Browser(Chrome(options, ChromeService(driver)))


def axe_or_skip(directory):
    """Install axe-core, and return its script."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm here")
    quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    command = ["npm", "install", *quiet, "--prefix", directory, f"axe-core@{AXE}"]
    run_or_skip(command, os.environ["PATH"])
    return (directory / "node_modules/axe-core/axe.min.js").read_text("utf-8")


class Browser:
    """One window with one page."""

    def __init__(self, driver):
        self.driver = driver
        driver.set_page_load_timeout(HANGS_AFTER)
        driver.set_script_timeout(HANGS_AFTER)

    # --- pages ------------------------------------------------------------------------

    def open(self, place, anchor=""):
        """Open a file or an address, with no log of the pages before."""
        address = place.as_uri() if isinstance(place, Path) else place
        # A page that differs in the anchor alone would not be loaded again.
        self.driver.get("about:blank")
        self.messages()
        self.requests()
        self.driver.get(f"{address}#{anchor}" if anchor else address)
        return self

    def prefer(self, **features):
        """Set what a user prefers: `prefers_color_scheme="dark"`."""
        listed = [
            {"name": name.replace("_", "-"), "value": value}
            for name, value in features.items()
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def find(self, selector):
        """Return the one visible element of a selector, waiting for it."""
        return self.until(lambda: self.one(selector), f"no visible {selector}")

    def one(self, selector):
        """Return the one visible element of a selector, None without one."""
        found = self.all(selector)
        assert len(found) < 2, f"several visible {selector}"
        return found[0] if found else None

    def all(self, selector):
        """Return the visible elements of a selector."""
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [each for each in found if each.is_displayed()]

    def run(self, script, *arguments):
        """Return what JavaScript returns."""
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys):
        """Press keys one after the other, whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    @property
    def focused(self):
        """The element that has the focus."""
        return self.driver.switch_to.active_element

    def until(self, ready, otherwise):
        """Return what `ready` returns once that is true; fail if it never is."""
        ends = time.monotonic() + HANGS_AFTER
        while not (found := ready()):
            assert time.monotonic() < ends, otherwise
            time.sleep(0.02)
        return found

    # --- what a page did --------------------------------------------------------------

    def messages(self):
        """Return the messages on the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Return the addresses that were requested since the last call."""
        events = [
            json.loads(entry["message"])["message"]
            for entry in self.driver.get_log("performance")
        ]
        sent = {"Network.requestWillBeSent": "request"}
        found = [
            event["params"][sent[event["method"]]]["url"]
            for event in events
            if event["method"] in sent
        ]
        sockets = [e for e in events if e["method"] == "Network.webSocketCreated"]
        return found + [event["params"]["url"] for event in sockets]

    def hosts(self):
        """Return the hosts, or schemes without one, of `requests`."""
        parts = [urlsplit(address) for address in self.requests()]
        return {each.netloc or each.scheme for each in parts} - {"about"}

    def accessibility(self, axe):
        """Return what axe-core finds that is serious or critical."""
        self.run(axe)
        found = self.driver.execute_async_script("axe.run().then(arguments[0])")
        return [
            f"{each['id']}: {each['help']}: {[n['html'] for n in each['nodes']][:3]}"
            for each in found["violations"]
            if each["impact"] in {"serious", "critical"}
        ]

    def screenshot(self, path):
        """Write what is visible as PNG."""
        self.driver.save_screenshot(str(path))
