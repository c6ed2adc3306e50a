"""The house keeps its shape: links point down, modules stay small, nothing is imported in hiding."""

import ast
import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from clinic.api import api

ROOT = Path(settings.BASE_DIR)
HOUSE = ("clinic", "charting", "treatment_plans", "inventory", "lab_orders", "insurance", "exports")
HIDDEN_IMPORTS = {"clinic/history/apps.py", "clinic/files/apps.py"}  # what an app registers once the models are ready
PARAMETER = r"[<{](?:\w+:)?\w+[>}]"
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_TEMPLATE, LONGEST_SCRIPT = 50, 400, 80, 150


def layers() -> list[list[str]]:
    """The layers of the house from the import-linter contract, lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    house = next(contract for contract in contracts if contract["id"] == "house")
    return [[name.strip("() ") for name in layer.split("|")] for layer in reversed(house["layers"])]


FLOORS = {name: floor for floor, names in enumerate(layers()) for name in names}


def room_of(module: str) -> str | None:
    """The app of the house a module belongs to: the longest layer name it starts with."""
    rooms = [name for name in FLOORS if module == name or module.startswith(f"{name}.")]
    return max(rooms, key=len, default=None)


def own_files(pattern: str) -> Iterator[Path]:
    for file in itertools.chain.from_iterable((ROOT / folder).glob(f"**/{pattern}") for folder in HOUSE):
        if not {"migrations", "vendor", "__pycache__"} & set(file.parts):
            yield file


def relations() -> Iterator[tuple[str, str, str]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignObject | models.ManyToManyField) and isinstance(field.related_model, type):
                yield f"{model._meta.label}.{field.name}", model.__module__, field.related_model.__module__


def test_every_link_between_records_points_down() -> None:
    wrong = []
    for name, source, target in relations():
        above, below = room_of(source), room_of(target)
        if above and below and above != below and FLOORS[above] <= FLOORS[below]:
            wrong.append(f"{name} points from {above} to {below}")
    assert not wrong, wrong


def test_every_app_has_its_place_in_the_house() -> None:
    homeless = [config.name for config in apps.get_app_configs() if config.name.split(".")[0] in HOUSE and room_of(config.name) is None]
    assert not homeless, homeless


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_and_modules_stay_small() -> None:
    long = []
    for file in own_files("*.py"):
        text = file.read_text()
        if text.count("\n") > LONGEST_MODULE:
            long.append(f"{file.relative_to(ROOT)}: {text.count(chr(10))} lines")
        for function in functions(ast.parse(text)):
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > LONGEST_FUNCTION:
                long.append(f"{file.relative_to(ROOT)}: {function.name} has {size} lines")
    assert not long, long


@pytest.mark.parametrize(("pattern", "limit"), [("*.html", LONGEST_TEMPLATE), ("*.js", LONGEST_SCRIPT)])
def test_templates_and_scripts_stay_small(pattern: str, limit: int) -> None:
    sizes = {str(file.relative_to(ROOT)): file.read_text().count("\n") for file in own_files(pattern)}
    assert not {name: size for name, size in sizes.items() if size > limit}


def addresses(patterns: Iterable[URLPattern | URLResolver] = (), prefix: str = "") -> Iterator[str]:
    """Every address of the pages, its parameters by kind whatever they are called."""
    for pattern in patterns or get_resolver().url_patterns:
        path = prefix + re.sub(PARAMETER, "<>", str(pattern.pattern))
        if isinstance(pattern, URLResolver) and path != "api/v1/":
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


def test_no_two_pages_share_an_address() -> None:
    twice = [path for path, times in Counter(addresses()).items() if times > 1]
    assert not twice, twice


def test_no_two_operations_of_the_api_share_method_and_address() -> None:
    found = Counter(
        f"{method} {prefix}{re.sub(PARAMETER, '<>', path)}"
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    )
    assert len(found) > 100
    assert not [address for address, times in found.items() if times > 1]


def test_nothing_is_imported_inside_a_function() -> None:
    """Two exceptions: manage.py (the environment comes first) and the registration of history's system check."""
    hidden = set()
    for file in own_files("*.py"):
        for function in functions(ast.parse(file.read_text())):
            if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)):
                hidden.add(str(file.relative_to(ROOT)))
    assert hidden == HIDDEN_IMPORTS


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    files = [file for pattern in ("*.py", "*.html", "*.js", "*.css") for file in own_files(pattern)]
    assert not [str(file.relative_to(ROOT)) for file in files if any(mark in file.read_text() for mark in marks)]
