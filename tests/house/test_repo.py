"""Rules about the repository itself, read from the files that git tracks. No rule here needs the portal to run."""

from __future__ import annotations

import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "service", "services", "common", "misc"}
LONGEST_FILE_LINES = 450
"""A room's file is split by noun at about 400 lines; this leaves room for finishing a thought."""
GENERATED = ("requirements.lock", "deploy/requirements.lock", "static/vendor/", "portal/translations/zh_Hans/")
HOUSE_RULES = Path(__file__).resolve().relative_to(ROOT).as_posix()


def tracked(*patterns: str) -> list[str]:
    """Paths that git knows, or would know after `git add`; in a tree without a repository all that is not ignored."""
    listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns]
    with tempfile.TemporaryDirectory() as folder:
        where = ["-C", str(ROOT)]
        if not (ROOT / ".git").exists():
            subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
            where += [f"--git-dir={folder}", f"--work-tree={ROOT}"]
        found = subprocess.run(["git", *where, *listing], check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted(name for name in found if name and (ROOT / name).is_file())


def texts(*patterns: str) -> list[tuple[str, str]]:
    """Tracked files that hold text, with it, without generated ones."""
    found = []
    for name in tracked(*patterns):
        if not name.startswith(GENERATED):
            try:
                found.append((name, (ROOT / name).read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue
    return found


def lines_with(pattern: str, files: list[tuple[str, str]]) -> list[str]:
    """`file:line: text` for every line in which the pattern is found."""
    wanted = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in files
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def without_comments(template: str) -> str:
    """A template with its Jinja comments blanked, lines kept."""
    return re.sub(r"\{#.*?#\}", lambda found: "\n" * found[0].count("\n"), template, flags=re.DOTALL)


def templates() -> list[tuple[str, str]]:
    """Every page and component, without comments."""
    return [(name, without_comments(text)) for name, text in texts("templates/*.html", "templates/**/*.html")]


def test_no_file_is_named_for_nothing():
    python = [name for name in tracked("*.py") if Path(name).stem in FORBIDDEN_NAMES]
    assert python == []


def test_no_file_of_the_package_is_too_long():
    long = {name: text.count("\n") for name, text in texts("portal/*.py") if text.count("\n") > LONGEST_FILE_LINES}
    assert long == {}


def test_nothing_names_a_machine_or_a_registry():
    machine = r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+|tmp/\w)(?:/|\b)"
    registry = (
        r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|docker\.io|ghcr\.io|--(?:extra-)?index-url|\bcdn\.|unpkg"
    )
    files = [(name, text) for name, text in texts() if name != HOUSE_RULES]
    assert lines_with(machine, files) == []
    assert lines_with(registry, files) == []


def test_lock_files_pin_every_package_with_hashes_and_name_no_registry():
    for name in ("requirements.lock", "deploy/requirements.lock"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z0-9][\w.-]*==\S+(?: ;[^\\\n]*)? \\\n    --hash=sha256:", text, flags=re.MULTILINE)
        starts = re.findall(r"^[a-z0-9]", text, flags=re.MULTILINE)
        assert pins
        assert len(pins) == len(starts), name
        assert "://" not in text
        assert "make lock" in text.splitlines()[1]


def test_every_direct_dependency_is_locked_and_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    reasons = (ROOT / "docs/adr/0005-dependencies.md").read_text().lower()
    locked = (ROOT / "requirements.lock").read_text()
    for wanted in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        name = re.split(r"[^\w.-]", wanted)[0].lower()
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), f"{name} is not locked: make lock"
        assert f"`{name}`" in reasons, f"{name} has no sentence in docs/adr/0005-dependencies.md"


def test_templates_carry_no_inline_style_or_script():
    assert lines_with(r"\sstyle\s*=|<style\b", templates()) == []
    assert lines_with(r"""<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>""", templates()) == []
    assert lines_with(r"""\son[a-z]+\s*=\s*["']|javascript:""", templates()) == []


def test_templates_escape_everything():
    assert lines_with(r"\|\s*safe\b|autoescape\s+false", templates()) == []
    assert lines_with(r"\bMarkup\(\s*(?:f[\"']|\w+\s*[%+])", texts("portal/*.py")) == []


def test_pages_load_nothing_from_another_host():
    foreign = r"""(?:src|href|action|srcset|hx-(?:get|post))\s*=\s*["'](?:https?:)?//"""
    assert lines_with(foreign, templates()) == []
    styles = [(name, text) for name, text in texts("static/*.css") if "/vendor/" not in name]
    assert lines_with(r"url\(\s*[\"']?(?:https?:)?//|@import", styles) == []


def test_templates_hold_no_chinese_of_their_own():
    """Chinese comes from the catalogue; the one exception is a language's own name on the switch."""
    files = [(name, text.replace("中文", "")) for name, text in templates()]
    assert lines_with(r"[\u4e00-\u9fff]", files) == []


def test_templates_hold_no_english_outside_gettext():
    """Whatever a person reads goes through `_()`: what is left without tags, Jinja, keys and code has no words."""
    not_words = r"<(script|kbd|code|svg)\b.*?</\1>|\{%.*?%\}|\{\{.*?\}\}"
    spoken = r"""\b(?:title|alt|placeholder|aria-label)=["'][^"']*[A-Za-z]{2,}"""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n")

    marked_up = [(name, re.sub(not_words, blank, text, flags=re.DOTALL)) for name, text in templates()]
    assert lines_with(spoken, marked_up) == []
    plain = [(name, re.sub(r"<[^>]*>|&\w+;", blank, text)) for name, text in marked_up]
    assert lines_with(r"[A-Za-z]{2,}", [(name, text.replace("English", "")) for name, text in plain]) == []


def test_models_have_real_annotations():
    late = [
        name
        for name, text in texts("portal/*models*.py", "portal/*/models/*.py")
        if "from __future__ import annotations" in text
    ]
    assert late == []


def test_every_make_target_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text()
    phony = set(re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)[1].split()) - {"setup"}
    documented = set(re.findall(r"^([a-z]+):.*## \S", makefile, re.MULTILINE))
    assert phony == documented
    readme = (ROOT / "README.md").read_text()
    missing = [name for name in phony - {"help"} if f"make {name}" not in readme and f"`{name}`" not in readme]
    assert missing == []


def test_every_setting_is_explained_where_it_is_deployed():
    named = set(re.findall(r"PORTAL_[A-Z_]+[A-Z]", (ROOT / "portal/config.py").read_text()))
    explained = set(re.findall(r"^(PORTAL_\w+)=", (ROOT / "deploy/environment.example").read_text(), re.MULTILINE))
    assert named == explained


def test_nothing_is_left_for_later():
    files = [(name, text) for name, text in texts() if name != HOUSE_RULES]
    assert lines_with(r"\b(?:TODO|FIXME|XXX|HACK|lorem ipsum)\b", files) == []


def test_every_decision_record_has_its_three_parts():
    records = texts("docs/adr/*.md")
    assert records
    for name, text in records:
        assert re.match(r"# \d{4} · ", text), name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{name} has no {part}"
        assert len(text.split()) <= 700, f"{name} is longer than half a page or so"
