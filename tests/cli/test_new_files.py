"""New files come all or none: of a command that fails half way neither a file nor a folder stays."""

import errno
from pathlib import Path

import pytest

from stress.cli import exit_code, writing
from stress.cli.writing import new_files
from stress.errors import ConfigError


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full after two files."""
    written, write = [], writing.write_atomically

    def until_full(path: Path, content: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        write(path, content)

    monkeypatch.setattr(writing, "write_atomically", until_full)


@pytest.mark.usefixtures("full")
def test_a_full_disk_leaves_nothing_of_new_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["new", "job", "mine", "-o", str(tmp_path / "far" / "away")]
    assert exit_code(command) == 2
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("full")
def test_what_stood_beside_new_files_stays(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("of the user")
    assert exit_code(["new", "job", "mine", "-o", str(tmp_path)]) == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_new_files_that_do_not_stand_the_look_at_them_are_taken_back(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no good"), new_files({tmp_path / "a" / "b.toml": b"x = 1"}):
        raise ConfigError("no good")
    assert list(tmp_path.iterdir()) == []
