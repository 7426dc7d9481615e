"""`agentgates check --graph` draws what the gate judged, and the drawing opens where it is meant to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pytest_agentgates.core.layer_picture import CrossingLine, LayerPicture
from pytest_agentgates.draw_layers import DRAWINGS, draw_dot, draw_mermaid, draw_svg
from tests.gated_project import GatedProject

NASTY = 'a"<b>&\n]--'
PICTURE = LayerPicture(
    (("domain", 2), ("outbound", 1), (NASTY, 1)),
    (("outbound", "domain"),),
    (CrossingLine("domain", "outbound", "shop/a.py:3"), CrossingLine("domain", NASTY, f"{NASTY}:1")),
)
LAYERS = """
[tool.agentgates.gates.hexagon.layers]
domain = "shop/domain"
outbound = "shop/adapters"
"""


@pytest.fixture
def crossing(project: GatedProject) -> GatedProject:
    project.write("shop/adapters/rows.py", "ROWS = 1\n")
    project.write("shop/domain/order.py", "\nfrom shop.adapters.rows import ROWS\n")
    project.configure(LAYERS)
    return project


def test_the_drawing_shows_the_crossing_edge_with_its_line(crossing: GatedProject) -> None:
    result = crossing.agentgates("check", "--graph", "svg")
    assert result.ret == 1
    svg = result.stdout.str()
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert svg.count('class="crossing"') == 1
    assert "shop/domain/order.py:2" in svg
    result.stderr.fnmatch_lines(["*check: refused*"])


def test_the_drawing_goes_to_a_file(crossing: GatedProject) -> None:
    crossing.agentgates("check", "--graph", "mermaid", "--output", "layers.mmd")
    text = (crossing.root / "layers.mmd").read_text()
    assert text.startswith("flowchart TD\n")
    assert "shop/domain/order.py:2" in text


def test_layers_are_drawn_too(project: GatedProject) -> None:
    project.write("shop/api/orders.py", "from shop.infrastructure.rows import ROWS\n")
    project.write("shop/infrastructure/rows.py", "ROWS = 1\n")
    project.write("shop/domain/order.py", "ORDERS = 1\n")
    dot = project.agentgates("check", "--gate", "layers", "--graph", "dot").stdout.str()
    assert '"api" -> "infrastructure" [color=red' in dot
    assert "shop/api/orders.py:1" in dot
    assert '"infrastructure" -> "domain" [color=gray]' in dot


@pytest.mark.parametrize(
    "arguments",
    [("--graph", "png"), ("--graph", "svg", "--json"), ("--output", "x"), ("--graph", "svg", "--gate", "ready")],
)
def test_what_cannot_be_drawn_is_said(crossing: GatedProject, arguments: tuple[str, ...]) -> None:
    assert crossing.agentgates("check", *arguments).ret == 4


def test_nothing_is_drawn_where_the_gate_could_not_judge(project: GatedProject) -> None:
    result = project.agentgates("check", "--gate", "hexagon", "--graph", "svg", "--output", "layers.svg")
    assert result.ret == 3
    assert not (project.root / "layers.svg").exists()


@pytest.mark.parametrize("form", DRAWINGS)
def test_the_order_of_what_was_found_changes_nothing(form: str) -> None:
    turned = LayerPicture(PICTURE.layers, PICTURE.allowed, PICTURE.crossings[::-1])
    assert DRAWINGS[form](PICTURE) == DRAWINGS[form](turned)


def test_names_are_escaped() -> None:
    ET.fromstring(draw_svg(PICTURE))
    assert "<b>" not in draw_svg(PICTURE)
    assert "<b>" not in draw_mermaid(PICTURE)


def test_graphviz_reads_the_graph() -> None:
    dot = shutil.which("dot")
    if dot is None:
        pytest.skip("Graphviz is not installed: that dot reads the graph was not tried")
    ran = subprocess.run([dot, "-Tplain"], input=draw_dot(PICTURE), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sum(line.startswith("node ") for line in ran.stdout.splitlines()) == 3
    assert sum(line.startswith("edge ") for line in ran.stdout.splitlines()) == 3


def test_a_browser_shows_boxes_and_the_red_edges(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("Chromium is not installed: that a browser shows the drawing was not tried")
    from playwright.sync_api import sync_playwright

    file = tmp_path / "layers.svg"
    file.write_text(draw_svg(PICTURE), encoding="utf-8")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(file.as_uri())
        boxes = page.eval_on_selector_all(".box", SIZES)
        edges = page.eval_on_selector_all(".crossing", SIZES)
        color = page.eval_on_selector(".crossing", "edge => getComputedStyle(edge).stroke")
        words = page.eval_on_selector_all("text", "all => all.map(one => one.textContent)")
        chromium.close()
    assert len(boxes) == 3
    assert all(width == 220 and height == 46 for _, width, height in boxes)
    assert boxes[0][0] + 46 < boxes[1][0]
    assert len(edges) == 2
    assert all(width > 20 and height > 20 for _, width, height in edges)
    assert color == "rgb(221, 0, 0)"
    assert any("shop/a.py:3" in word for word in words)


SIZES = "all => all.map(one => one.getBoundingClientRect()).map(box => [box.top, box.width, box.height])"
