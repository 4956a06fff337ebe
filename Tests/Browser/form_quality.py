"""What must hold of every field on a page, and of words on whatever is behind them."""

from __future__ import annotations

from report import equal
from world import World

# What is wrong with the fields that are shown, in words.
_FIELDS = """
const shown = [...document.querySelectorAll('input, select, textarea')].filter(element => element.checkVisibility());
const wrong = [];
for (const field of shown) {
    const name = field.name || field.id;
    if (field.labels.length !== 1 || !field.labels[0].checkVisibility() || !field.labels[0].innerText.trim())
        wrong.push(`${name}: not exactly one label in sight`);
    if (field.placeholder) wrong.push(`${name}: a placeholder, which goes away when it is needed`);
    if (!field.autocomplete) wrong.push(`${name}: nothing for password stores`);
    for (const id of (field.getAttribute('aria-describedby') ?? '').split(/\\s+/).filter(Boolean))
        if (!document.getElementById(id)) wrong.push(`${name}: described by ${id}, which is not there`);
    if (field.getAttribute('aria-invalid') !== 'true') continue;
    const summary = document.querySelector(`[role=alert] a[href="#${CSS.escape(field.id)}"]`);
    if (!summary) wrong.push(`${name}: wrong, but not in the summary`);
    if (!document.title.startsWith('Error')) wrong.push(`${name}: wrong, but the title does not say so`);
}
const first = shown.find(field => field.getAttribute('aria-invalid') === 'true');
if (first && document.activeElement !== first) wrong.push(`${first.name}: wrong, but without the focus`);
if (document.querySelectorAll('[autofocus]').length > 1) wrong.push('several fields ask for the focus');
return wrong;
"""

# Words, and edges of fields, that do not stand out enough from what is behind them (WCAG 2.2, 1.4.3 and 1.4.11).
_CONTRAST = """
const parse = colour => {
    const [red, green, blue, alpha = 1] = colour.match(/[0-9.]+/g).map(Number);
    return {red, green, blue, alpha};
};
const over = (front, back) => Object.fromEntries(
    ['red', 'green', 'blue'].map(part => [part, front[part] * front.alpha + back[part] * (1 - front.alpha)]));
const behind = element => {
    const layers = [];
    for (let place = element; place; place = place.parentElement) {
        layers.push(parse(getComputedStyle(place).backgroundColor));
        if (layers.at(-1).alpha === 1) break;
    }
    return layers.reverse().reduce((back, front) => over(front, back), {red: 255, green: 255, blue: 255});
};
const luminance = colour => ['red', 'green', 'blue'].map(part => colour[part] / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
};
const wrong = [];
const demand = (element, colour, back, least, what) => {
    const found = ratio(over(parse(colour), back), back);
    if (found < least) wrong.push(`${what}: ${found.toFixed(2)}`);
};
for (const element of document.body.querySelectorAll('*')) {
    if (!element.checkVisibility() || element.closest('svg')) continue;
    const style = getComputedStyle(element);
    const words = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (words.length) {
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        demand(element, style.color, behind(element), large ? 3 : 4.5, words[0].data.trim().slice(0, 40));
    }
    if (element.matches('input:not([type=hidden])') && style.appearance !== 'auto') {
        demand(element, style.color, behind(element), 4.5, `what is typed into ${element.name}`);
        demand(element, style.borderTopColor, behind(element.parentElement), 3, `the edge of ${element.name}`);
    }
}
return [wrong, document.body.innerText.length];
"""

SCHEMES = ["light", "dark"]


def fields(world: World, name: str) -> None:
    """One label each, explanations that are there, and what is wrong said where it is looked for."""
    equal(world.run(_FIELDS), [], f"what is wrong with the fields of {name}")


def contrast(world: World, name: str) -> None:
    """Everything can be read, in the light and in the dark."""
    for scheme in SCHEMES:
        set_scheme(world, scheme)
        found, length = world.run(_CONTRAST)
        assert length > 0, f"{name}: no words at all"
        equal(found, [], f"{name} {scheme}: contrasts that are too low")
    world.browser.devtools("Emulation.setEmulatedMedia", features=[])


def set_scheme(world: World, scheme: str) -> None:
    """Light or dark, when everything has taken its colour."""
    world.browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    world.wait(lambda: world.run("return document.getAnimations().length") == 0, "at rest")
