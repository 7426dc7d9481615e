"""What gates declare: their options, and their layers as a picture."""

from __future__ import annotations

from dataclasses import dataclass, fields

from pytest_agentgates.core.layer_picture import CrossingLine, DrawsLayers, LayerPicture
from pytest_agentgates.core.options import option
from pytest_agentgates.core.workspace_port import Workspace

FLOORS = {"domain": 90.0}
PICTURE = LayerPicture((("domain", 2),), (), ())


@dataclass(frozen=True)
class Options:
    """Options as a gate declares them."""

    floor: float = option(80.0, "the floor of all")
    floors: dict[str, float] = option(FLOORS, "the floors of layers")  # option returns a field
    paths: tuple[str, ...] = option(("src",), "where to look")


@dataclass(frozen=True)
class Drawing:
    """A gate that has a picture."""

    def picture(self, workspace: Workspace) -> LayerPicture:
        return PICTURE


def test_an_option_has_its_default_and_its_sentence() -> None:
    assert Options() == Options(80.0, {"domain": 90.0}, ("src",))
    assert {one.name: one.metadata["help"] for one in fields(Options)} == {
        "floor": "the floor of all",
        "floors": "the floors of layers",
        "paths": "where to look",
    }


def test_an_option_can_be_given() -> None:
    assert Options(floor=70, floors={}).floors == {}


def test_each_gate_has_a_table_of_its_own() -> None:
    Options().floors["domain"] = 0.0
    assert Options().floors == FLOORS == {"domain": 90.0}


def test_crossings_are_told_once_for_each_place_and_in_order() -> None:
    crossings = (
        CrossingLine("domain", "web", "b.py:2"),
        CrossingLine("app", "web", "c.py:1"),
        CrossingLine("domain", "web", "a.py:9"),
        CrossingLine("domain", "web", "b.py:2"),
        CrossingLine("domain", "app", "a.py:1"),
    )
    pairs = LayerPicture((), (), crossings).crossed_pairs()
    assert list(pairs.items()) == [
        (("app", "web"), ["c.py:1"]),
        (("domain", "app"), ["a.py:1"]),
        (("domain", "web"), ["a.py:9", "b.py:2"]),
    ]
    assert PICTURE.crossed_pairs() == {}


def test_a_gate_draws_layers_when_it_has_a_picture() -> None:
    assert isinstance(Drawing(), DrawsLayers)
    assert not isinstance(Options(), DrawsLayers)
