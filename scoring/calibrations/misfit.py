"""What is odd about an item's calibration, as codes; pages have the words. Pure."""

from collections.abc import Iterator, Mapping, Sequence

HIGH = 1.3
"""Mean squares of a multiple-choice test that is not of high stakes: Wright & Linacre (1994). Too low a mean square is no harm: an
item then tells a little less than it seems, and residuals from expected a posteriori abilities run low by themselves."""
SURE = 2.0
"""Standardised: beyond it, chance alone is a poor explanation."""
RARE = 0.01
WEAK, STRONG = 0.4, 3.0
FAR = 4.0
FREE_SLOPES = frozenset({"2pl", "3pl", "gpcm", "grm"})


def oddities(
    model: str, *, a: float, b: float, fit: Mapping[str, float | None], bounds: Sequence[str] = ()
) -> list[str]:
    """Return what is odd, worst first: `bound`, `noisy`, `shape`, `weak`, `far`, `strong`; empty: nothing.

    `noisy`: answers are less predictable than the model says, by infit or outfit. `shape`: S-X2 says that the curve is another. `bound`: a parameter ended on the edge of what is allowed. `weak`, `strong`:
    it hardly tells people apart, or all too sharply. `far`: easier or harder than anybody.
    """
    found = {
        "bound": bool(bounds),
        "noisy": any(value > HIGH and z > SURE for value, z in _squares(fit)),
        "shape": (p := fit.get("s_x2_p")) is not None and p < RARE,
        "weak": model in FREE_SLOPES and a < WEAK,
        "far": abs(b) > FAR,
        "strong": model in FREE_SLOPES and a > STRONG,
    }
    return [code for code, is_so in found.items() if is_so]


def _squares(fit: Mapping[str, float | None]) -> Iterator[tuple[float, float]]:
    for name in ("infit", "outfit"):
        value, z = fit.get(name), fit.get(f"{name}_z")
        if value is not None and z is not None:
            yield value, z
