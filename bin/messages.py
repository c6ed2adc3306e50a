"""Translations: `compile` the .mo files that are older than their .po; `check` that every string is translated and used."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru", "fr")
FOLDERS = ("clinic", "charting", "treatment_plans", "inventory", "lab_orders", "insurance", "exports")


def po_files(root: Path) -> list[Path]:
    return [file for folder in FOLDERS for file in sorted((root / folder).glob("**/locale/*/LC_MESSAGES/*.po"))]


def compile_messages() -> int:
    """Write the .mo beside every .po that changed since."""
    for po in po_files(ROOT):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            polib.pofile(str(po)).save_as_mofile(str(mo))
    return 0


def check_messages() -> int:
    """Extract all strings of a copy of the sources into the copy's .po files and report what does not fit; 1 when anything."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("migrations", "vendor", "*.mo", "__pycache__"))
            (copy / folder / "locale").mkdir(exist_ok=True)
        for app in copy.glob("**/apps.py"):
            (app.parent / "locale").mkdir(exist_ok=True)
        _extract(copy)
        problems = [problem for file in po_files(copy) for problem in _problems(file, copy)] + disagreements(copy) + unseen(copy)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems in the translations" if problems else "all strings are translated")
    return 1 if problems else 0


def unseen(copy: Path) -> list[str]:
    """Imports of gettext under a name that the extraction does not know: their strings would never reach a translator."""
    aliased = re.compile(r"\b\w*gettext\w* as (?!_\b)\w+")
    files = [file for folder in FOLDERS for file in sorted((copy / folder).glob("**/*.py"))]
    return [
        f"{file.relative_to(copy)}: imported under a name that is not extracted: {found}"
        for file in files
        for found in aliased.findall(file.read_text())
    ]


def _extract(copy: Path) -> None:
    command = [sys.executable, "-m", "django", "makemessages", "--no-wrap", *(part for code in LANGUAGES for part in ("-l", code))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": ""}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"makemessages failed (is gettext installed?):\n{done.stdout}{done.stderr}")


def _problems(file: Path, copy: Path) -> list[str]:
    where, found = file.relative_to(copy), []
    for entry in polib.pofile(str(file)):
        if entry.obsolete:
            found.append(f"{where}: not used any more: {entry.msgid!r}")
        elif "fuzzy" in entry.flags or not entry.translated():
            found.append(f"{where}: not translated: {entry.msgid!r} ({', '.join(f'{name}:{line}' for name, line in entry.occurrences)})")
    checked = subprocess.run(["msgfmt", "--check-format", "-o", os.devnull, str(file)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return found + [line.replace(str(copy), "") for line in checked.stderr.splitlines() if checked.returncode]


def disagreements(root: Path) -> list[str]:
    """Strings that two catalogues of one language translate differently: Django merges the catalogues, so one of them would be lost."""
    seen: dict[tuple[str, str | None, str], tuple[Path, list[str]]] = {}
    found = []
    for file in po_files(root):
        where, language = file.relative_to(root), file.parent.parent.name
        for entry in polib.pofile(str(file)):
            if entry.obsolete or not entry.translated():
                continue
            forms = [entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)] or [entry.msgstr]
            first, other = seen.setdefault((language, entry.msgctxt, entry.msgid), (where, forms))
            if any(one != two for one, two in zip(forms, other, strict=False)):
                context = f" (context {entry.msgctxt!r})" if entry.msgctxt else ""
                found.append(f"{where} and {first}: translated differently: {entry.msgid!r}{context}: {forms[0]!r} and {other[0]!r}")
    return found


if __name__ == "__main__":
    sys.exit({"compile": compile_messages, "check": check_messages}[sys.argv[1]]())
