from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentgates.core.command_words import Word, read_command
from pytest_agentgates.errors import UsageError


def words(text: str) -> list[str]:
    ((stage,),) = [pipeline.stages for pipeline in read_command(text)]
    return list(stage.texts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grep -q 'a b' x", ["grep", "-q", "a b", "x"]),
        ('grep -q "a | b && c" x', ["grep", "-q", "a | b && c", "x"]),
        (r"grep a\ b x", ["grep", "a b", "x"]),
        (r'grep "a \"b\" \$c \d" x', ["grep", r'a "b" $c \d', "x"]),
        ("grep '' x", ["grep", "", "x"]),
        ("grep x$ y", ["grep", "x$", "y"]),
        ('grep "x$" y', ["grep", "x$", "y"]),
        ("make x # and more", ["make", "x"]),
        ("make x >/dev/null 2> /dev/null", ["make", "x"]),
        ("find . -exec ls {} +", ["find", ".", "-exec", "ls", "{}", "+"]),
    ],
)
def test_words_are_those_of_a_shell(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_pipelines_stages_settings_and_negation_are_told_apart() -> None:
    first, second = read_command("A=1 B='x y' make -s | grep x&&! test -f y")
    assert [stage.texts for stage in first.stages] == [("make", "-s"), ("grep", "x")]
    assert first.stages[0].settings == {"A": "1", "B": "x y"}
    assert not first.negated
    assert second.negated
    assert second.stages[0].texts == ("test", "-f", "y")


def test_only_an_unquoted_star_is_a_glob() -> None:
    (pipeline,) = read_command("ls *.yaml '*.yml' [ab] [")
    assert pipeline.stages[0].words == (
        Word("ls"),
        Word("*.yaml", glob=True),
        Word("*.yml"),
        Word("[ab]", glob=True),
        Word("["),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("a || b", "a ; b", "a & b", "a > f", "a < f", "a 2>&1", "(a)", "a $x", 'a "$x"', "a $(b)", "a `b`"),
        *('a "`b`"', "a ~/x", "a {b,c}", "a {1..3}", "a |& b", "a\nb", "for x in y", "[[ -f x ]]", "* x", "$'a' b"),
    ],
)
def test_what_only_a_shell_can_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="needs a shell"):
        read_command(text)


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "a b\\"])
def test_a_command_that_does_not_end_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"not closed|ends within"):
        read_command(text)


@pytest.mark.parametrize("text", ["", "   ", "a |", "| a", "a &&", "A=1", "!", "# a"])
def test_a_part_without_a_program_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="names no program"):
        read_command(text)


@given(st.lists(st.text(alphabet="ab'\"\\ $|&;*~#{}!=x-", min_size=0, max_size=6), min_size=1, max_size=5))
def test_quoted_words_come_back_as_they_were(given_words: list[str]) -> None:
    assert words(shlex.join(["run", *given_words])) == ["run", *given_words]


@given(st.text(alphabet="ab '\"\\-./:", min_size=1, max_size=20))
def test_without_signs_of_the_shell_it_reads_as_shlex_does(text: str) -> None:
    try:
        expected = shlex.split("run " + text)
    except ValueError:
        with pytest.raises(UsageError):
            read_command("run " + text)
        return
    assert words("run " + text) == expected
