"""`python -m stress.validation README.md`: write the README's table of promises from the record that ships."""

from __future__ import annotations

import sys
from pathlib import Path

from stress.answers.validation_record import SHIPPED, read
from stress.validation.readme import rewritten


def main(arguments: list[str]) -> int:
    """Rewrite the files named."""
    for name in arguments:
        file = Path(name)
        file.write_text(rewritten(file.read_text(encoding="utf-8"), read(SHIPPED)), encoding="utf-8")
    return 0 if arguments else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
