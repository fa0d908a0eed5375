"""What a public function raises stands in its docstring."""

import ast
import functools
import importlib
import inspect

import pytest

import stress
from stress import errors

ROOMS = (stress, stress.analysis, stress.measures, stress.results, stress.explain, stress.calibration, stress.templates,
         stress.jobs, stress.report, stress.schema)  # fmt: skip
FUNCTIONS = {
    f"{room.__name__}.{name}": inspect.unwrap(getattr(room, name))
    for room in ROOMS
    for name in room.__all__
    if inspect.isfunction(getattr(room, name))
}


@functools.cache
def raised_in(module: str) -> dict[str, set[str]]:
    """By function of a module, the errors of ours that it raises by name, itself or through its neighbours."""
    body = ast.parse(inspect.getsource(importlib.import_module(module))).body
    functions = {function.name: list(ast.walk(function)) for function in body if isinstance(function, ast.FunctionDef)}
    own = {
        name: {
            node.exc.func.id
            for node in nodes
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
        }
        & set(errors.__all__)
        for name, nodes in functions.items()
    }
    calls = {
        name: {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        for name, nodes in functions.items()
    }
    while True:
        more = {
            name: named.union(*(own[other] for other in calls[name] if other in own)) for name, named in own.items()
        }
        if more == own:
            return own
        own = more


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_tells_every_error_that_its_module_raises_for_it(name: str) -> None:
    function = FUNCTIONS[name]
    text = inspect.getdoc(function) or ""
    missing = {error for error in raised_in(function.__module__).get(function.__name__, set()) if error not in text}
    assert not missing, f"{name} raises {', '.join(sorted(missing))}: its docstring says nothing of it"


def test_the_reading_of_modules_finds_what_is_raised() -> None:
    assert raised_in("stress.measures.losses")["value_at_risk"] == {"DataError"}
    assert sum(bool(raised_in(function.__module__).get(function.__name__)) for function in FUNCTIONS.values()) > 40
