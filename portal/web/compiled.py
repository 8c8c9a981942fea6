"""What would be compiled anew at every start: templates, kept on disk, and builders of addresses, made when wanted."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Address(Rule):
    """A rule that compiles the two functions which build its addresses when one is first built. Most processes build
    few of them, and compiling all is the greater part of making the application."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        place = "_build_unknown" if append_unknown else "_build"

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            builder: Callable[..., tuple[str, str]] = compiled(append_unknown).__get__(rule, None)
            setattr(rule, place, builder)
            return builder(**values)

        return build


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates in a folder for the owner alone, each found by its name and the checksum of its source.

    They are code, so the folder is one that nobody else may write to: `keys.env` and the database lie beside it. A
    folder that cannot be written keeps nothing, and every start compiles.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.broken = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            self.broken = True

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one. It is a help, never a need: what cannot be written is compiled again next time."""
        if not self.broken:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read one. What was cut short (a full disk) is as good as absent."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, TypeError, pickle.UnpicklingError):
            bucket.reset()


def keep_compiled(environment: Environment, instance: Path) -> None:
    """Keep this environment's compiled templates under the instance folder, apart for each way of compiling."""
    told = (
        version("jinja2"), environment.trim_blocks, environment.lstrip_blocks, environment.keep_trailing_newline,
        environment.newline_sequence, environment.optimized, sorted(environment.extensions),
        sorted(environment.filters), sorted(environment.tests),
    )  # fmt: skip
    way = hashlib.sha256(repr(told).encode()).hexdigest()[:12]
    environment.bytecode_cache = TemplateCache(instance / "templates" / way)
