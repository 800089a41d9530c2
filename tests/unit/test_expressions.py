"""Laws of expressions and templates."""

from __future__ import annotations

import numpy as np
import pytest

from cluster_spec.expressions import ExpressionError, Letters, compile_expression, compile_template

COLUMN = np.arange(8, dtype=np.int64)


@pytest.mark.parametrize(
    "text",
    [
        "1+2*3",
        "(1+2)*3",
        "-7//2",
        "-7%3",
        "7-2-1",
        "2*3//4%5",
        "1 if 0 else 2 if 0 else 3",
        "not 0",
        "1 < 2",
        "1 and 0 or 1",
        "(n-1)//2*3 + (n-1)%2*2 + 1",
        "n if n > 3 else -n",
        "not n == 2",
        "n*(n>=2) + m",
    ],
)
def test_agrees_with_python(text: str) -> None:
    """On ints and, element by element, on columns the value is that of Python."""
    expression = compile_expression(text)
    column = expression.evaluate({"n": COLUMN, "m": 5})
    for index, n in enumerate(COLUMN.tolist()):
        expected = int(eval(text, {"n": n, "m": 5}))  # noqa: S307 - a literal of this test
        assert expression.evaluate({"n": n, "m": 5}) == expected
        assert (column if isinstance(column, int) else column[index]) == expected


def test_names_are_known_before_values() -> None:
    """An expression tells what it needs."""
    assert compile_expression("a + b*(c if d else 1)").names == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    "text", ["7 if n == 0 else 10//n", "n == 0 or 10//n", "n != 0 and 10//n", "n>0 and 8%n"]
)
def test_what_is_not_selected_cannot_fail(text: str) -> None:
    """Division by zero counts only in the elements that are selected."""
    assert isinstance(compile_expression(text).evaluate({"n": COLUMN}), np.ndarray)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("1//(n-3)", 1, "division by zero"),
        ("n + x", 4, "`x` is not known"),
        ("1/2", 1, "`//`"),
        ("1.5", 1, "integers"),
        ("n = 2", 2, "`==`"),
        ("1 < n < 3", 6, "chain"),
        ("2**3", 2, "value is needed"),
        ("f(1)", 1, "operator"),
        ("(1", 2, "`)` is missing"),
        ("", 0, "empty"),
        ("1 +", 3, "ends"),
        ("1 if n", 6, "`else`"),
        ("'a'", 0, "does not occur"),
        ("9007199254740993", 0, "2^53"),
        ("9007199254740992 + 1", 17, "2^53"),
        ("(n + 4294967296) * 4294967296 * 4294967296", 17, "2^53"),
        ("s + 1", 0, "letter"),
    ],
)
def test_errors_name_their_column(text: str, column: int, said: str) -> None:
    """Every error says what is wrong and at which column."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text).evaluate({"n": COLUMN, "s": Letters(COLUMN + 97)})
    assert said in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 1900 + "1", "+".join("1" * 900), "1 if 1 else " * 150 + "1"]
)
def test_deep_nesting_is_an_error(text: str) -> None:
    """Depth and length are bounded."""
    with pytest.raises(ExpressionError):
        compile_expression(text)


def test_small_integer_columns_do_not_wrap() -> None:
    """Columns of narrow types are widened before arithmetic."""
    value = compile_expression("n*1000").evaluate({"n": np.array([100], np.int8)})
    assert isinstance(value, np.ndarray)
    assert value.tolist() == [100_000]


def test_a_column_beyond_the_limit_never_wraps() -> None:
    """Products beyond 2^53 are an error even where int64 would wrap into range."""
    with pytest.raises(ExpressionError):
        compile_expression("n*n").evaluate({"n": np.array([2**32, 1], np.int64)})


def test_template_spells_rows() -> None:
    """Fields take columns, letters and shared ints; braces and percent signs are literal where escaped."""
    template = compile_template("l{{x}}%-r{rail+1}-{i:02}{s}")
    env = {"rail": COLUMN - 2, "i": 7, "s": Letters(COLUMN + 97)}
    assert template.spell(env, 8)[:2] == ["l{x}%-r-1-07a", "l{x}%-r0-07b"]
    assert template.literals == ("l{x}%-r", "-", "", "")
    assert template.names == {"rail", "i", "s"}


def test_template_without_fields_is_shared() -> None:
    """A text without fields is the same for every row."""
    assert compile_template("n1").spell({}, 3) == ["n1"] * 3


@pytest.mark.parametrize(
    ("text", "column"), [("a{", 1), ("a}", 1), ("a{n:2}", 4), ("{}", 1), ("xy{n+}", 5), ("{s:02}", 1)]
)
def test_template_errors_count_in_the_whole_text(text: str, column: int) -> None:
    """The column of an error counts from the start of the template."""
    with pytest.raises(ExpressionError) as caught:
        compile_template(text).spell({"n": 1, "s": Letters(COLUMN)}, 8)
    assert caught.value.column == column
