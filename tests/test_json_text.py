"""JSON is edited in place: the edit is made, the style followed, and every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.json_outline import find, read_items, read_members
from pytest_agentgates.json_text import append_items, set_members, splice, style_of
from tests.json_documents import LETTERS, SCALARS, VALUES, Path, Writer, documents


def parsed(text: str) -> object:
    return json.loads(text.removeprefix("\ufeff"))


def value_at(value: object, path: Path) -> object:
    for step in path:
        value = value[step]  # type: ignore[index]  # the path was taken from this very value
    return value


def same(left: object, right: object) -> bool:
    return json.dumps(left) == json.dumps(right)


@given(documents())
def test_every_value_is_found_where_it_stands(document: Writer) -> None:
    for path, span in document.spans.items():
        item = find(document.text, path)
        assert (item.start, item.end) == span
        assert same(item.value, value_at(parsed(document.text), path))


@given(documents(), st.data())
def test_members_are_set_and_all_else_stays(document: Writer, data: st.DataObject) -> None:
    whole = parsed(document.text)
    objects = [path for path in document.spans if isinstance(value_at(whole, path), dict)]
    if not objects:
        return
    path = data.draw(st.sampled_from(objects))
    before = value_at(whole, path)
    assert isinstance(before, dict)
    values = data.draw(st.dictionaries(st.sampled_from([*before, "new", "é"]), VALUES, max_size=3))
    replaced = [document.spans[(*path, key)] for key in before if key in values]
    gap = document.gap(path, [(*path, key) for key in before]) if values.keys() - before else None
    text = splice(document.text, set_members(document.text, document.spans[path][0], values, style_of(document.text)))
    before.update(values)
    assert same(parsed(text), whole)
    assert_rest_stands(document.text, text, replaced, gap)


@given(documents(), st.data())
def test_items_are_appended_and_all_else_stays(document: Writer, data: st.DataObject) -> None:
    whole = parsed(document.text)
    arrays = [path for path in document.spans if isinstance(value_at(whole, path), list)]
    if not arrays:
        return
    path = data.draw(st.sampled_from(arrays))
    before = value_at(whole, path)
    assert isinstance(before, list)
    values = data.draw(st.lists(VALUES, max_size=3))
    gap = document.gap(path, [(*path, index) for index in range(len(before))]) if values else None
    text = splice(document.text, append_items(document.text, document.spans[path][0], values, style_of(document.text)))
    before.extend(values)
    assert same(parsed(text), whole)
    assert_rest_stands(document.text, text, [], gap)


@given(st.dictionaries(LETTERS, VALUES, min_size=2, max_size=4), st.data())
def test_a_member_is_added_as_the_program_that_wrote_the_file_would(
    whole: dict[str, object], data: st.DataObject
) -> None:
    indent = data.draw(st.sampled_from([None, "", "  ", "    ", "\t"]))
    ascii_only = data.draw(st.booleans())
    newline = data.draw(st.sampled_from(["\n", "\r\n"]))
    value = data.draw(SCALARS)

    def write(value: object) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("\n", newline)

    text = write({"ü": "ü", **whole})
    edited = splice(text, set_members(text, 0, {"a new key": value}, style_of(text)))
    assert edited == write({"ü": "ü", **whole, "a new key": value})


def edited_member(text: str, path: Path, values: dict[str, object]) -> str:
    return splice(text, set_members(text, find(text, path).start, values, style_of(text)))


def appended(text: str, path: Path, *values: object) -> str:
    return splice(text, append_items(text, find(text, path).start, values, style_of(text)))


NEW = {"a": 1, "b": ["x"]}

LAYOUTS = [
    ('{"list": []}', '{"list": [{"a": 1, "b": ["x"]}]}'),
    ('{"list":[]}', '{"list":[{"a":1,"b":["x"]}]}'),
    ('{"list":[{"c":1}]}', '{"list":[{"c":1},{"a":1,"b":["x"]}]}'),
    ('{"list": [ {"c": 1} , {"c": 2} ]}', '{"list": [ {"c": 1} , {"c": 2} , {"a": 1, "b": ["x"]} ]}'),
    (
        '{\n\t"list": []\n}\n',
        '{\n\t"list": [\n\t\t{\n\t\t\t"a": 1,\n\t\t\t"b": [\n\t\t\t\t"x"\n\t\t\t]\n\t\t}\n\t]\n}\n',
    ),
    ('{\r\n "list": [\r\n ]}', '{\r\n "list": [\r\n  {\r\n   "a": 1,\r\n   "b": [\r\n    "x"\r\n   ]\r\n  }\r\n ]}'),
    ('{\n  "list": [\n    {"c": [1]}\n  ]\n}', '{\n  "list": [\n    {"c": [1]},\n    {"a": 1, "b": ["x"]}\n  ]\n}'),
    ('{\n  "o": {"list": []}\n}', '{\n  "o": {"list": [{"a": 1, "b": ["x"]}]}\n}'),
    (
        '{\n  "list": [{\n    "c": [1]\n  }]\n}',
        '{\n  "list": [{\n    "c": [1]\n  }, {\n    "a": 1,\n    "b": [\n      "x"\n    ]\n  }]\n}',
    ),
]


@pytest.mark.parametrize(("before", "after"), LAYOUTS)
def test_a_new_item_looks_like_its_siblings(before: str, after: str) -> None:
    path: Path = ("o", "list") if '"o"' in before else ("list",)
    assert appended(before, path, NEW) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1}', '{"a": 2, "b": null}'),
        ('{"a":1}', '{"a":2,"b":null}'),
        ('{ "a" : 1 }', '{ "a" : 2, "b" : null }'),
        ("{}", '{"a": 2, "b": null}'),
        ("{ }\n", '{ "a": 2, "b": null }\n'),
        ("{\n}", '{\n"a": 2,\n"b": null\n}'),
        ('\ufeff{\n  "a": 1\n}', '\ufeff{\n  "a": 2,\n  "b": null\n}'),
        ('{\n    "z": 0\n  , "a": 1\n}', '{\n    "z": 0\n  , "a": 2\n  , "b": null\n}'),
        ('{"a": 1, "a": 3}', '{"a": 1, "a": 2, "b": null}'),
    ],
)
def test_a_member_is_changed_or_added_as_its_siblings_stand(before: str, after: str) -> None:
    assert edited_member(before, (), {"a": 2, "b": None}) == after


def test_a_value_that_is_there_already_is_left_as_it_is_written() -> None:
    text = '{"a": [1,   2], "b": "\\u00e9"}'
    assert edited_member(text, (), {"a": [1, 2], "b": "é"}) == text


def test_true_does_not_pass_for_one() -> None:
    assert edited_member('{"a": 1}', (), {"a": True}) == '{"a": true}'


def test_text_is_escaped_as_the_file_does() -> None:
    assert edited_member('{"a": "e"}', (), {"a": "é"}) == '{"a": "\\u00e9"}'
    assert edited_member('{"ö": "e"}', (), {"ö": "é"}) == '{"ö": "é"}'


def test_what_utf8_cannot_hold_is_escaped() -> None:
    text = edited_member('{"ö": "e"}', (), {"ö": "\udc80"})
    assert text.encode() == b'{"\xc3\xb6": "\\udc80"}'


@pytest.mark.parametrize("text", ['{"a" 1}', '{"a": 1 "b": 2}', "{1: 2}", '{"a": 1,}', '{"a": ', "{"])
def test_members_of_what_is_no_object_are_an_error(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_members(text, 0)


@pytest.mark.parametrize("text", ["[1 2]", "[1,]", "[", "[1", "[,]"])
def test_items_of_what_is_no_array_are_an_error(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        read_items(text, 0)


def test_a_missing_path_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        find('{"a": [1]}', ("a", 1))
    with pytest.raises(LookupError):
        find('{"a": [1]}', ("b",))


def assert_rest_stands(before: str, after: str, replaced: list[tuple[int, int]], gap: tuple[int, int] | None) -> None:
    """Every byte outside the replaced values and the gap is the same, in the same order."""
    position = done = 0
    for start, end in sorted(replaced):
        assert after.startswith(before[done:start], position)
        position += start - done
        position = json.JSONDecoder().raw_decode(after, position)[1]
        done = end
    if gap is None:
        assert after[position:] == before[done:]
        return
    assert after.startswith(before[done : gap[0]], position)
    assert after[position + gap[0] - done :].endswith(before[gap[1] :])
