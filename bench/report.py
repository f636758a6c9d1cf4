"""docs/PERFORMANCE.md and its plot, from the figures of a run."""

import math
from html import escape
from pathlib import Path

from measures import Figure

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, PLOT = DOCS / "PERFORMANCE.md", DOCS / "images" / "performance.svg"
BEGIN, END = "<!-- measured: bench/run.py --write puts its results here -->", "<!-- end of what was measured -->"


def write(figures: list[Figure], notes: list[str], machine: list[str], took: float) -> None:
    """Replaces what stands between the two marks of the page, and the plot."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        raise SystemExit(f"{PAGE} lacks the marks of what was measured: {BEGIN} … {END}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{results(figures, notes, machine, took)}\n{END}{after}")
    PLOT.write_text(plot(figures))


def results(figures: list[Figure], notes: list[str], machine: list[str], took: float) -> str:
    lines = ["| what | measured | rounds from … to | target | |", "|---|---:|---|---:|---|"]
    for figure in figures:
        verdict = figure.verdict.replace("MISSED", "**missed**")
        spread = figure.spread if len(figure.values) > 1 else ""
        lines.append(f"| {figure.what} | {figure.show(figure.value)} | {spread} | {figure.target_text} | {verdict} |")
    lines += ["", "What the rounds were made of:", ""]
    lines += [f"- {figure.what}: {figure.detail}." for figure in figures if figure.detail]
    lines += ["", f"The machine, as it was (the run took {took / 60:.0f} minutes):", ""]
    lines += [f"- {line}" for line in [*machine, *notes]]
    return "\n".join(lines) + "\n"


# The plot: a row a figure, its bar as long as the figure is better than its target, on a scale of doublings.
ROW, TOP, LEFT, WIDTH, RIGHT = 34, 74, 490, 360, 270
COLOURS = {True: "#2f7d4f", False: "#b3402e"}


def plot(figures: list[Figure]) -> str:
    goodness = {id(figure): better(figure, figure.value) for figure in figures}
    low = min(-1, math.floor(math.log2(min(goodness.values()))))
    high = max(2, math.ceil(math.log2(max(goodness.values()))))

    def x(times: float) -> float:
        place = (math.log2(times) - low) / (high - low)
        return LEFT + WIDTH * min(1, max(0, place))

    width, bottom = LEFT + WIDTH + RIGHT, TOP + ROW * len(figures)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + 52}" width="{width}" role="img"'
        ' font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="13" fill="#222">',
        "<title>How Rondo stands to its targets</title>",
        f'<rect width="{width}" height="{bottom + 52}" fill="#fff"/>',
        text(20, 30, "How Rondo stands to its targets", size=17, weight=600),
        text(20, 50, "to the right of the line is better than the target; thin lines span the rounds", colour="#666"),
    ]
    for doubling in range(low, high + 1):
        times = 2.0**doubling
        parts.append(line(x(times), TOP - 4, x(times), bottom, "#e4e4e4"))
        if doubling:
            parts.append(text(x(times), bottom + 20, f"{times:g} ×", "middle", "#666"))
    for number, figure in enumerate(figures):
        parts += row(figure, TOP + ROW * number + ROW / 2, x)
    parts += [
        line(x(1), TOP - 10, x(1), bottom + 4, "#222", 2),
        text(x(1), bottom + 20, "the target", "middle", weight=600),
        text(LEFT + WIDTH / 2, bottom + 41, "times as good as the target asks (each step is a doubling)", "middle", "#666"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def better(figure: Figure, value: float) -> float:
    """How many times as good as the target."""
    return value / figure.target if figure.at_least else figure.target / value


def row(figure: Figure, middle: float, x) -> list[str]:
    end, colour = x(better(figure, figure.value)), COLOURS[figure.holds]
    left, right = sorted((x(1), end))
    ends = sorted(x(better(figure, value)) for value in (min(figure.values), max(figure.values)))
    bar = f'<rect x="{left:.1f}" y="{middle - 9}" width="{max(1, right - left):.1f}" height="18" rx="2" fill="{colour}"/>'
    words = f"{figure.show(figure.value)}, target {figure.target_text}"
    return [
        text(LEFT - 14, middle + 4.5, figure.what, "end"),
        bar,
        line(ends[0], middle, ends[1], middle, "#111", 1.5),
        text(LEFT + WIDTH + 14, middle + 4.5, words, colour=colour, weight=600),
    ]


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    place = f'x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}"'
    return f'<line {place} stroke="{colour}" stroke-width="{width}"/>'


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "#222", size: int = 13, weight: int = 400) -> str:
    look = f'text-anchor="{anchor}" fill="{colour}" font-size="{size}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y}" {look}>{escape(words)}</text>'
