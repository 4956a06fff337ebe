"""What must hold on every page: structure, names, focus, sizes, and that nothing is cut off on a phone."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from form_quality import SCHEMES, contrast, fields, set_scheme
from node import ROOT
from report import equal
from world import World

WIDTHS = {"wide": 1280, "narrow": 360}
SCREENSHOTS: Path | None = ROOT / ".dev" / "screenshots" if os.environ.get("LATCHKEY_SCREENSHOTS") == "1" else None

_CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"

_STRUCTURE = """
const visible = element => element.getClientRects().length > 0;
return {
    language: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length,
    viewport: document.querySelector('meta[name=viewport]')?.content ?? '',
    scripts: document.scripts.length,
    inline: document.querySelectorAll('[style], style, [onclick], [onload]').length,
    positive: [...document.querySelectorAll('[tabindex]')].filter(element => element.tabIndex > 0).length,
    images: [...document.querySelectorAll('img, svg')].filter(image =>
        visible(image) && !image.closest('[aria-hidden=true]') && !image.getAttribute('aria-label') && !image.alt).length,
    ids: [...document.querySelectorAll('[id]')].map(element => element.id).filter((id, place, all) => all.indexOf(id) !== place),
    dangling: [...document.querySelectorAll('[aria-labelledby]')].flatMap(element =>
        element.getAttribute('aria-labelledby').split(/\\s+/)).filter(id => !document.getElementById(id)),
};
"""

# The element that has the focus: its place among all controls, and whether one can see that it has it.
_FOCUS = """
const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
return {
    place: [...document.querySelectorAll(arguments[0])]
        .filter(element => element.checkVisibility()).indexOf(focused),
    marked: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
    onScreen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.left < innerWidth,
};
"""


def observe(world: World, name: str) -> None:
    """Checks the page that is shown, at both widths; keeps pictures when asked to."""
    fields(world, name)  # First: it looks at where the focus is.
    structure(world, name)
    names(world, name)
    contrast(world, name)
    focus_order(world, name)
    for label, width in WIDTHS.items():
        set_width(world, width)
        no_overflow(world, f"{name} {label}")
        target_sizes(world, f"{name} {label}")
        equal_buttons(world, f"{name} {label}")
        if SCREENSHOTS is not None:
            take_pictures(world, f"{name}-{label}", width)
    world.browser.devtools("Emulation.clearDeviceMetricsOverride")


def set_width(world: World, width: int) -> None:
    world.browser.devtools(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )
    world.wait(lambda: world.run("return innerWidth") == width, f"{width} pixels wide")


def controls(world: World) -> list[WebElement]:
    """Everything one can operate, in the order of the page; not what is folded away."""
    found: list[WebElement] = world.run(
        "return [...document.querySelectorAll(arguments[0])].filter(element => element.checkVisibility())", _CONTROLS
    )
    return found


def structure(world: World, name: str) -> None:
    found = world.run(_STRUCTURE)
    wanted = {
        "language": "en",
        "headings": 1,
        "mains": 1,
        "scripts": 0,
        "inline": 0,
        "positive": 0,
        "images": 0,
        "ids": [],
        "dangling": [],
    }
    equal({key: found[key] for key in wanted}, wanted, f"the structure of {name}")
    if not found["title"].strip() or "width=device-width" not in found["viewport"]:
        raise AssertionError(f"{name} lacks a title or a viewport: {found}")


def names(world: World, name: str) -> None:
    """Everything one can operate says what it is, in words that differ within the page."""
    for element in controls(world):
        if not element.accessible_name.strip():
            raise AssertionError(f"{name}: no name on {element.get_attribute('outerHTML')!r}")
    for element in world.browser.find_elements(By.CSS_SELECTOR, "section[aria-labelledby], aside, ul[aria-label]"):
        if not element.accessible_name.strip():
            raise AssertionError(f"{name}: a region without a name")


def focus_order(world: World, name: str) -> None:
    """Tab visits every control once, in the order of the page, and one can see where one is."""
    count = len(controls(world))
    world.run("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    # Clicking nowhere would set a starting point; the page's own beginning is the start after a load.
    world.run(
        "document.body.tabIndex = -1; document.body.focus({preventScroll: true}); document.body.removeAttribute('tabindex')"
    )
    visited = []
    for _ in range(count):
        ActionChains(world.browser).send_keys(Keys.TAB).perform()
        focus = world.run(_FOCUS, _CONTROLS)
        visited.append(focus["place"])
        if not focus["marked"]:
            raise AssertionError(f"{name}: control {focus['place']} shows no focus")
        if not focus["onScreen"]:
            raise AssertionError(f"{name}: control {focus['place']} has the focus off screen")
    equal(visited, list(range(count)), f"the focus order of {name}")
    world.run("document.activeElement.blur(); scrollTo(0, 0)")


def no_overflow(world: World, name: str) -> None:
    content, window = world.run("return [document.documentElement.scrollWidth, innerWidth]")
    if content > window:
        raise AssertionError(f"{name}: {content} pixels of content in a window of {window}")


def target_sizes(world: World, name: str) -> None:
    """WCAG 2.2, 2.5.8: at least 24 by 24 pixels; links within a sentence are exempt, and there are none."""
    small = world.run(
        """return [...document.querySelectorAll('main button, main a[href], header button')].map(element => {
            const box = element.getBoundingClientRect();
            return [element.innerText, Math.round(box.width), Math.round(box.height)];
        }).filter(([, width, height]) => width < 24 || height < 24)"""
    )
    equal(small, [], f"{name}: targets that are too small")


def equal_buttons(world: World, name: str) -> None:
    """Google's and X's rules both ask for equal prominence (M11)."""
    sizes = world.run(
        """return [...document.querySelectorAll('ul.providers')].map(list => [...list.querySelectorAll('button')].map(
            button => { const box = button.getBoundingClientRect(); return [Math.round(box.width), Math.round(box.height)] }))"""
    )
    for group in sizes:
        if len({tuple(size) for size in group}) > 1:
            raise AssertionError(f"{name}: provider buttons of different sizes {group}")


def take_pictures(world: World, name: str, width: int) -> None:
    assert SCREENSHOTS is not None
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        set_scheme(world, scheme)
        height = world.run("return Math.max(document.documentElement.scrollHeight, 500)")
        picture = world.browser.devtools(
            "Page.captureScreenshot",
            format="png",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
        )
        (SCREENSHOTS / f"{name}-{scheme}.png").write_bytes(base64.b64decode(picture["data"]))
    world.browser.devtools("Emulation.setEmulatedMedia", features=[])
