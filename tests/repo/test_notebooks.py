"""Notebooks: clean, with pictures inside, and they run."""

import ast
import re

import nbformat
import pytest
from shipped import ROOT

import stress

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
FEW = "paths = 4_000"
every_notebook = pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def parsed(cell):
    """The syntax tree; magics are no Python."""
    return ast.parse(re.sub(r"(?m)^%.*$", "", cell.source))


def outputs_of(notebook):
    return [output for cell in code_of(notebook) for output in cell.outputs]


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 2


@every_notebook
def test_a_notebook_defines_no_function(file):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for cell in code_of(nbformat.read(file, as_version=4)):
        assert not [node.name for node in ast.walk(parsed(cell)) if isinstance(node, kinds)]


@every_notebook
def test_a_notebook_is_valid_and_its_cells_were_run_in_order(file):
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_of(notebook)] == list(range(1, len(code_of(notebook)) + 1))
    assert notebook.cells[0].source.startswith("# ")


@every_notebook
def test_a_notebook_has_its_pictures_inside_and_no_error_or_warning(file):
    outputs = outputs_of(nbformat.read(file, as_version=4))
    assert sum("image/png" in o.get("data", {}) or "image/svg+xml" in o.get("data", {}) for o in outputs) >= 2
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert file.stat().st_size < 500_000


@every_notebook
def test_a_notebook_names_no_folder_of_the_machine_that_ran_it(file):
    assert not re.search(r"/(home|root|tmp|work|Users|opt)/", file.read_text(encoding="utf-8"))


@every_notebook
def test_a_notebook_keeps_nothing_of_when_it_was_run(file):
    assert {key for cell in nbformat.read(file, as_version=4).cells for key in cell.metadata} <= {"tags"}


@every_notebook
def test_a_notebook_has_one_cell_of_parameters_that_sets_the_paths(file):
    (cell,) = parameters_of(nbformat.read(file, as_version=4))
    assert re.fullmatch(r"paths = [\d_]+", cell.source)


@every_notebook
def test_a_notebook_uses_public_names_and_changes_inputs_by_the_door(file):
    public = {"stress", *(f"stress.{name}" for name in stress.__all__)}
    cells = code_of(nbformat.read(file, as_version=4))
    nodes = [node for cell in cells for node in ast.walk(parsed(cell))]
    taken = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    taken += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    assert {name for name in taken if name.split(".")[0] == "stress"} <= public
    assert not [cell.source for cell in cells if "model_copy" in cell.source]


@pytest.mark.slow
@every_notebook
def test_a_notebook_runs_from_top_to_bottom(file):
    """With few paths: every cell runs, no output is an error or a warning."""
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(file, as_version=4)
    (cell,) = parameters_of(notebook)
    cell.source = FEW
    client.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(FOLDER)}}).execute()
    assert not [o for o in outputs_of(notebook) if o.output_type == "error" or o.get("name") == "stderr"]


def parameters_of(notebook):
    return [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
