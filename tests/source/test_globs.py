"""Globs mean what their documentation says, for any path and any pattern."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.errors import UsageError
from pytest_agentgates.source.globs import escape, is_glob, matches, static_prefix

FITS = [
    ("src/a.py", "src/a.py"),
    ("src/a.py", "src"),
    ("src/a/b.py", "src/"),
    ("src/a.py", "./src"),
    ("src/a.py", "."),
    ("a.py", "./"),
    ("src/a.py", "src/*.py"),
    ("src/.hidden", "src/*"),
    ("a.py", "**/a.py"),
    ("x/y/a.py", "**/a.py"),
    ("src/x/y/a.py", "src/**"),
    ("src/a.py", "src/**/a.py"),
    ("src/x/a.py", "src/**/**/a.py"),
    ("components/orders/domain/model.py", "components/*/domain/**"),
    ("components/orders/domain/x/y.py", "components/*/"),
    ("a1.py", "a?.py"),
    ("a1.py", "a[0-9].py"),
    ("ab.py", "a[!0-9].py"),
    ("a].py", "a[]].py"),
    ("a[.py", "a[.py"),
    ("lib/a.py", "{src,lib}/*.py"),
    ("src/x/a.py", "{src/x,lib}/a.py"),
    ("a.yaml", "a.y{,a}ml"),
    ("b2", "{a{1,2},b{1,2}}"),
    ("{a}.py", "{a}.py"),
    ("a{b,c", "a{b,c"),
    ("a,b", "a[{,}]b"),
    ("aXbXXc", "a*b**c"),
]

FITS_NOT = [
    ("src/a.py", "src/b.py"),
    ("srcx/a.py", "src"),
    ("src", "src/"),
    ("src", "src/**"),
    ("src/x/a.py", "src/*.py"),
    ("src/x/a.py", "src/*"),
    ("src/a.py", "src?a.py"),
    ("src/a.py", "src[/]a.py"),
    ("src/a.py", "src[!x]a.py"),
    ("xsrc/a.py", "src/**"),
    ("src/A.py", "src/a.py"),
    ("a.py", "/a.py"),
    ("a.py", ""),
    ("components/domain/model.py", "components/*/domain/**"),
    ("axc.py", "a.c.py"),
    ("a.py\n", "a.py"),
    ("orders_test.py", "orders"),
]


@pytest.mark.parametrize(("path", "pattern"), FITS)
def test_fits(path: str, pattern: str) -> None:
    assert matches(path, pattern)


@pytest.mark.parametrize(("path", "pattern"), FITS_NOT)
def test_does_not_fit(path: str, pattern: str) -> None:
    assert not matches(path, pattern)


segments = st.text("ab.[{-", min_size=1, max_size=4).filter(lambda text: text not in (".", ".."))
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
simple = st.text("ab*?.", min_size=1, max_size=5).filter(lambda text: text not in (".", "..", "**"))
pattern_segments = st.lists(st.one_of(simple, st.just("**")), min_size=1, max_size=4)


@given(paths, pattern_segments)
def test_agrees_with_a_segment_by_segment_reading(path: str, pattern: list[str]) -> None:
    text = "/".join(pattern)
    plain = not any(character in text for character in "*?")
    expected = _by_segment(path.split("/"), [*pattern, "**"]) and len(path.split("/")) > len(pattern)
    expected = (plain and expected) or _by_segment(path.split("/"), pattern)
    assert matches(path, text) == expected


def _by_segment(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(path)
        return any(_by_segment(path[skipped:], pattern[1:]) for skipped in range(len(path) + 1))
    return bool(path) and fnmatch.fnmatchcase(path[0], pattern[0]) and _by_segment(path[1:], pattern[1:])


@given(paths, st.text("ab*?[]{},!/.", max_size=12))
def test_what_fits_lies_under_the_static_prefix(path: str, pattern: str) -> None:
    prefix = static_prefix(pattern)
    if matches(path, pattern) and prefix:
        assert path == prefix or path.startswith(prefix + "/")


@given(paths)
def test_an_escaped_path_fits_itself(path: str) -> None:
    assert matches(path, escape(path))


@given(st.text(max_size=20))
def test_no_text_breaks_the_translation(text: str) -> None:
    assert matches("a/b.py", text) in (True, False)


@given(st.lists(paths, min_size=2, max_size=4, unique=True), paths)
def test_alternatives_are_the_union_of_their_patterns(choices: list[str], path: str) -> None:
    plain = [choice.replace("[", "x").replace("{", "y") for choice in choices]
    assert matches(path, "{" + ",".join(plain) + "}") == any(matches(path, choice) for choice in plain)


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("components/*/domain/**", "components"),
        ("src/a.py", "src/a.py"),
        ("src/", "src"),
        ("src/{a,b}/c", "src"),
        ("*.py", ""),
        ("**", ""),
        (".", ""),
        ("./tests/unit/test_*.py", "tests/unit"),
        ("src/x[ab]/y", "src"),
    ],
)
def test_static_prefix(pattern: str, prefix: str) -> None:
    assert static_prefix(pattern) == prefix


@pytest.mark.parametrize("text", ["*", "a?", "[ab]", "{a,b}", "src/**"])
def test_is_a_glob(text: str) -> None:
    assert is_glob(text)


@pytest.mark.parametrize("text", ["", "src/a.py", "{a}", "a,b", "a{b"])
def test_is_no_glob(text: str) -> None:
    assert not is_glob(text)


def test_many_stars_come_to_an_end() -> None:
    assert not matches("a" * 200, "*a" * 60 + "b")


def test_a_pattern_with_too_many_alternatives_is_a_mistake_of_the_user() -> None:
    with pytest.raises(UsageError, match="more than 1000 alternatives"):
        matches("a", "{a,b}" * 20)


def test_a_path_fits_itself_whatever_signs_it_holds() -> None:
    assert matches("app/[id]/page.tsx", "app/[id]/page.tsx")
    assert not matches("app/x/page.tsx", "app/[id]/page.tsx")
