"""The translations: texts are found in the code, the Chinese is merged from `portal/translations/parts`.

`update` writes messages.po, `compile` makes messages.mo beside it, `check` fails when anything is missing or stale.
Each room has a part of its own, so that two people adding texts do not meet in one file.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, PoFileParser, read_po, write_po

LOCALE = "zh_Hans"
ROOT = Path(__file__).resolve().parent.parent
PARTS = ROOT / "portal" / "translations" / "parts"
CATALOGUE = ROOT / "portal" / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}

HEADER = """\
# Simplified Chinese, merged by `make messages` from the parts beside it. Change the part, not this file.
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""

Key = tuple[str | None, str]
"""The context of a message, None for most, and its English (the singular, where there is a plural)."""

PLACEHOLDER = re.compile(r"%\((\w+)\)([#0\- +]*\d*(?:\.\d+)?[a-zA-Z])")


class Collector(Catalog):
    """Keeps every entry of a file as it comes, twice named ones too; `Catalog` would quietly keep one."""

    def __init__(self) -> None:
        super().__init__(locale=LOCALE)
        self.entries: list[Message] = []

    def __setitem__(self, message_id: str | tuple[str, ...] | list[str], message: Message) -> None:
        if message.id:
            self.entries.append(message)


@dataclass
class Merged:
    """Every translation, by its key, and where it came from; `problems` are sentences for whoever runs this."""

    messages: dict[Key, Message] = field(default_factory=dict)
    origin: dict[Key, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def key_of(message: Message) -> Key:
    """What makes a message the same message in two files."""
    english = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, english


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A message's text as a tuple: one string, or one for each plural form."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def found_in_code() -> dict[Key, Message]:
    """Every text of the package and the templates, with the files where it stands."""
    catalogue = Catalog(locale=LOCALE)
    for folder in ("portal", "templates"):
        for name, _line, text, comments, context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, KEYWORDS, ("Translators:",)
        ):
            if text:
                catalogue.add(text, locations=[(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return {key_of(message): message for message in catalogue if message.id}


def entries(path: Path) -> Iterator[Message]:
    """The entries of one part. Raises PoFileError when it cannot be read."""
    collector = Collector()
    with path.open(encoding="utf-8") as file:
        PoFileParser(collector, ignore_obsolete=True, abort_invalid=True).parse(file)
    yield from collector.entries


def merged_parts() -> Merged:
    """All parts together. The same text may stand in two parts when both say the same; else both are named."""
    merged = Merged()
    for path in sorted(PARTS.glob("*.po")):
        try:
            found = list(entries(path))
        except (PoFileError, UnicodeDecodeError) as error:
            merged.problems.append(f"{path.name}: cannot be read: {error}")
            continue
        for message in found:
            key = key_of(message)
            kept = merged.messages.get(key)
            if kept is None or not any(forms(kept.string)):
                merged.messages[key] = message
                merged.origin[key] = path.name
            elif any(forms(message.string)) and forms(kept.string) != forms(message.string):
                merged.problems.append(
                    f"“{key[1]}” is translated differently: {merged.origin[key]} says “{forms(kept.string)[0]}”, "
                    f"{path.name} says “{forms(message.string)[0]}”"
                )
    return merged


def flaws(key: Key, message: Message, wanted: Message | None) -> Iterator[str]:
    """What is wrong with one translation, as sentences."""
    texts = forms(message.string)
    if message.fuzzy:
        yield f"“{key[1]}” is marked fuzzy"
    if not all(texts):
        yield f"“{key[1]}” has no translation"
        return
    if wanted is not None and isinstance(wanted.id, str) != isinstance(message.id, str):
        yield f"“{key[1]}” is a plural in one place and not in the other"
    allowed = {match for english in forms(message.id) for match in PLACEHOLDER.findall(english)}
    needed = set(PLACEHOLDER.findall(forms(message.id)[-1]))
    for text in texts:
        used = set(PLACEHOLDER.findall(text))
        if not needed <= used <= allowed:
            yield f"“{key[1]}” and its Chinese name different placeholders"


def rendered(wanted: dict[Key, Message], merged: Merged) -> str:
    """The catalogue as text, always the same for the same input: sorted, no dates, no line numbers."""
    catalogue = Catalog(locale=LOCALE)
    for key in sorted(set(merged.messages) | set(wanted), key=lambda key: (key[1], key[0] or "")):
        asked, given = wanted.get(key), merged.messages.get(key)
        source = asked or given
        assert source is not None
        plural = not isinstance(source.id, str)
        texts = forms(given.string) if given else ()
        catalogue.add(
            source.id,
            (texts or ("",)) if plural else (texts[0] if texts else ""),
            locations=sorted(set(source.locations)) if asked else [],
            auto_comments=sorted(set(source.auto_comments)) if asked else [],
            flags=given.flags if given else (),
            context=key[0],
        )
    out = io.BytesIO()
    write_po(out, catalogue, width=100, omit_header=True, include_lineno=False)
    return HEADER + out.getvalue().decode().lstrip("\n")


def verdict(wanted: dict[Key, Message], merged: Merged) -> list[str]:
    """Everything that keeps the translation from being complete."""
    problems = list(merged.problems)
    for key, message in sorted(merged.messages.items(), key=lambda item: item[0][1]):
        problems += [f"{merged.origin[key]}: {flaw}" for flaw in flaws(key, message, wanted.get(key))]
    for key, message in sorted(wanted.items(), key=lambda item: item[0][1]):
        if key not in merged.messages:
            problems.append(f"{message.locations[0][0]}: “{key[1]}” has no translation")
    return problems


def tell(problems: list[str], wanted: dict[Key, Message], merged: Merged) -> None:
    """Print what was found; unused translations are told, but stand in nobody's way."""
    for key in sorted(set(merged.messages) - set(wanted), key=lambda key: key[1]):
        print(f"note: {merged.origin[key]}: “{key[1]}” is used nowhere")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{LOCALE}: {len(wanted)} texts, {len(merged.messages)} translations, {len(problems)} problems")


def update() -> int:
    """Write messages.po from the code and the parts."""
    wanted, merged = found_in_code(), merged_parts()
    tell(verdict(wanted, merged), wanted, merged)
    if merged.problems:
        return 1
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(rendered(wanted, merged), encoding="utf-8")
    return 0


def check() -> int:
    """Fail when a text has no good translation, or messages.po is not what `update` would write."""
    wanted, merged = found_in_code(), merged_parts()
    problems = verdict(wanted, merged)
    if not CATALOGUE.exists() or CATALOGUE.read_text(encoding="utf-8") != rendered(wanted, merged):
        problems.append(f"{CATALOGUE.relative_to(ROOT)} is stale: run `make messages`")
    tell(problems, wanted, merged)
    return 1 if problems else 0


def compile_catalogue() -> int:
    """Make messages.mo, which gettext reads."""
    with CATALOGUE.open("rb") as po:
        catalogue = read_po(po, locale=LOCALE)
    with CATALOGUE.with_suffix(".mo").open("wb") as mo:
        write_mo(mo, catalogue)
    return 0


def main() -> int:
    """Run the step named on the command line."""
    steps = {"update": update, "check": check, "compile": compile_catalogue}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=steps)
    return steps[parser.parse_args().step]()


if __name__ == "__main__":
    sys.exit(main())
