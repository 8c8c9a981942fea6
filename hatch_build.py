"""What a wheel of the portal carries besides Python: pages, assets, migrations and compiled translations.

`portal.config.resource` finds them in the checkout, or else under `portal/_resources` as they are laid here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RESOURCES = ("templates", "static", "migrations")


class Resources(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the catalogues and adds the top-level folders; an editable install uses the checkout as it is."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs; `version` is `editable` or `standard`."""
        if version == "editable":
            return
        root = Path(self.root)
        for name in RESOURCES:
            build_data["force_include"][str(root / name)] = f"portal/_resources/{name}"
        for source in (root / "portal" / "translations").glob("*/LC_MESSAGES/messages.po"):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as po, compiled.open("wb") as mo:
                write_mo(mo, read_po(po, locale=source.parts[-3]))
            build_data["artifacts"].append(f"/{compiled.relative_to(root)}")
