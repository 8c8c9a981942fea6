"""Write a new migration from the difference between the models and the newest revision: `tools/migration.py "why"`.

Read what it wrote before you commit it: triggers, data and renames are yours to add.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from portal.migrate import alembic_config, upgrade


def main() -> None:
    """Bring an empty SQLite database to the newest revision, then let Alembic compare."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'compare.sqlite'}"
        upgrade(url)
        versions = Path(__file__).resolve().parent.parent / "migrations" / "versions"
        number = f"{len(list(versions.glob('*.py'))) + 1:04d}"
        command.revision(alembic_config(url), message=sys.argv[1], autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main()
