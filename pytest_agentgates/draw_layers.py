"""Draws layers: boxes, thin lines for what is allowed, red ones with their places for what crosses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from html import escape

from pytest_agentgates.core.layer_picture import LayerPicture
from pytest_agentgates.core.printable import counted, printable

_BOX, _HEIGHT, _STEP, _TOP = 220, 46, 90, 24
_MARGIN, _BULGE, _LINE, _LETTER = 60, 26, 20, 8
_STYLE = (
    "text{font:13px sans-serif;fill:#222}.box{fill:#f4f6f8;stroke:#555}.allowed{fill:none;stroke:#8a8f94;"
    "stroke-width:1}.crossing{fill:none;stroke:#d00;stroke-width:2.5}.red{fill:#d00}"
)


def draw_svg(picture: LayerPicture) -> str:
    """One self-contained SVG document, the same for the same layers."""
    pairs = picture.crossed_pairs()
    left = _MARGIN + _BULGE * (len(pairs) + 1)
    tops = {name: _TOP + place * _STEP for place, (name, _) in enumerate(picture.layers)}
    end = _TOP + len(tops) * _STEP
    legend = list(_legend(pairs))
    width = max(left + _BOX + _MARGIN + _BULGE * (len(tops) + 1), 40 + _LETTER * max(map(len, legend), default=0))
    height = end + _LINE * (len(legend) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>Layers</title><style>{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        _arrow_head("thin", "#8a8f94"),
        _arrow_head("bold", "#d00"),
        *_allowed_lines(picture, tops, left + _BOX),
        *_crossing_lines(pairs, tops, left),
        *(_box(name, files, left, tops[name]) for name, files in picture.layers),
        *(
            f'<text class="red" x="20" y="{end + _LINE * place}">{_text(line)}</text>'
            for place, line in enumerate(legend)
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def draw_mermaid(picture: LayerPicture) -> str:
    """A Mermaid flowchart."""
    ids = {name: f"layer{place}" for place, (name, _) in enumerate(picture.layers)}
    lines = ["flowchart TD"]
    lines += [f'  {ids[name]}["{_label(name)}: {counted(files, "file")}"]' for name, files in picture.layers]
    lines += [f"  {ids[layer]} --> {ids[target]}" for layer, target in picture.allowed]
    for place, ((layer, target), places) in enumerate(picture.crossed_pairs().items(), len(picture.allowed)):
        lines.append(f'  {ids[layer]} == "{"<br/>".join(map(_label, places))}" ==> {ids[target]}')
        lines.append(f"  linkStyle {place} stroke:#d00,color:#d00")
    return "\n".join(lines) + "\n"


def draw_dot(picture: LayerPicture) -> str:
    """A Graphviz graph."""
    lines = ["digraph layers {", "  node [shape=box]"]
    lines += [_dot_node(name, files) for name, files in picture.layers]
    lines += [f"  {_quoted(layer)} -> {_quoted(target)} [color=gray]" for layer, target in picture.allowed]
    for (layer, target), places in picture.crossed_pairs().items():
        label = _quoted("\n".join(places))
        lines.append(f"  {_quoted(layer)} -> {_quoted(target)} [color=red, fontcolor=red, penwidth=2.5, label={label}]")
    return "\n".join([*lines, "}"]) + "\n"


DRAWINGS: Mapping[str, Callable[[LayerPicture], str]] = {"svg": draw_svg, "mermaid": draw_mermaid, "dot": draw_dot}


def _dot_node(name: str, files: int) -> str:
    label = _quoted(f"{name}: {counted(files, 'file')}")
    return f"  {_quoted(name)} [label={label}]"


def _legend(pairs: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    for number, ((layer, target), places) in enumerate(pairs.items(), 1):
        yield f"{number}  {layer} -> {target}"
        yield from (f"    {place}" for place in places)


def _box(name: str, files: int, left: int, top: int) -> str:
    middle = left + _BOX // 2
    return (
        f'<rect class="box" x="{left}" y="{top}" width="{_BOX}" height="{_HEIGHT}" rx="4"/>'
        f'<text x="{middle}" y="{top + 20}" text-anchor="middle">{_text(name)}</text>'
        f'<text x="{middle}" y="{top + 37}" text-anchor="middle">{counted(files, "file")}</text>'
    )


def _allowed_lines(picture: LayerPicture, tops: Mapping[str, int], right: int) -> Iterator[str]:
    for layer, target in picture.allowed:
        start, end = tops[layer] + 14, tops[target] + _HEIGHT - 14
        bulge = right + _BULGE * (abs(start - end) // _STEP + 1)
        path = f"M{right} {start} Q{bulge} {(start + end) // 2} {right} {end}"
        yield f'<path class="allowed" marker-end="url(#thin)" d="{path}"/>'


def _crossing_lines(pairs: Mapping[tuple[str, str], list[str]], tops: Mapping[str, int], left: int) -> Iterator[str]:
    for number, ((layer, target), places) in enumerate(pairs.items(), 1):
        start, end = tops[layer] + 14, tops[target] + _HEIGHT - 14
        bulge = left - 2 * _BULGE - _BULGE * number
        middle = (start + end) // 2
        title = _text(f"{layer} -> {target}: {', '.join(places)}")
        path = f"M{left} {start} Q{bulge} {middle} {left} {end}"
        yield f'<path class="crossing" marker-end="url(#bold)" d="{path}"><title>{title}</title></path>'
        yield f'<text class="red" x="{(left + bulge) // 2 - 14}" y="{middle + 4}">{number}</text>'


def _arrow_head(name: str, color: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" '
        f'markerHeight="9" orient="auto"><path d="M0 0L8 4L0 8z" fill="{color}"/></marker>'
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _label(text: str) -> str:
    """Mermaid's own way to write a sign that means something to it."""
    signs = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "[": "#91;", "]": "#93;"}
    return "".join(signs.get(sign, sign) for sign in printable(text))


def _quoted(text: str) -> str:
    return json.dumps("\n".join(map(printable, text.split("\n"))), ensure_ascii=False)
