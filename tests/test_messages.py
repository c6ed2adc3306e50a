"""bin/messages.py finds strings that two catalogues translate differently."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import polib
import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "bin" / "messages.py"
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(root: Path, app: str, language: str, text: str) -> None:
    folder = root / app / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(HEADER + text, encoding="utf-8")


def test_two_translations_of_one_string_are_named_with_both_files(messages: ModuleType, tmp_path: Path) -> None:
    write(tmp_path, "charting", "ru", 'msgid "missing"\nmsgstr "отсутствует"\n')
    write(tmp_path, "inventory", "ru", 'msgid "missing"\nmsgstr "не хватает"\n')
    (problem,) = messages.disagreements(tmp_path)
    assert "charting/locale/ru/LC_MESSAGES/django.po" in problem
    assert "inventory/locale/ru/LC_MESSAGES/django.po" in problem
    assert "missing" in problem


def test_contexts_and_languages_stand_apart(messages: ModuleType, tmp_path: Path) -> None:
    write(tmp_path, "charting", "ru", 'msgid "missing"\nmsgstr "отсутствует"\n')
    write(tmp_path, "charting", "fr", 'msgid "missing"\nmsgstr "absente"\n')
    write(tmp_path, "inventory", "ru", 'msgctxt "stock"\nmsgid "missing"\nmsgstr "не хватает"\n')
    assert messages.disagreements(tmp_path) == []


def test_a_catalogue_may_keep_a_fourth_plural_form(messages: ModuleType, tmp_path: Path) -> None:
    plural = 'msgid "%(n)s visit"\nmsgid_plural "%(n)s visits"\nmsgstr[0] "приём"\nmsgstr[1] "приёма"\nmsgstr[2] "приёмов"\n'
    write(tmp_path, "charting", "ru", plural)
    write(tmp_path, "inventory", "ru", plural + 'msgstr[3] "приёма"\n')
    assert messages.disagreements(tmp_path) == []


def test_the_catalogues_of_the_product_agree(messages: ModuleType) -> None:
    assert messages.disagreements(messages.ROOT) == []


def test_an_alias_that_the_extraction_does_not_see_is_named(messages: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "charting").mkdir()
    source = tmp_path / "charting" / "words.py"
    source.write_text("from django.utils.translation import gettext as translated\nfrom django.utils.translation import gettext_lazy as _\n")
    (problem,) = messages.unseen(tmp_path)
    assert "charting/words.py" in problem
    assert "translated" in problem


def test_french_is_typeset_as_french() -> None:
    """Curved apostrophes, and a space that no line breaks at before what takes one (Imprimerie nationale, Lexique des règles typographiques)."""
    root, wrong = SCRIPT.parent.parent, []
    for app in ("clinic", "charting", "treatment_plans", "inventory", "lab_orders", "insurance", "exports"):
        for catalogue in (root / app).glob("**/locale/fr/LC_MESSAGES/*.po"):
            for entry in polib.pofile(str(catalogue)):
                for told in (entry.msgstr, *entry.msgstr_plural.values()):
                    words = re.sub(r"%\(\w+\)[sd]|\{\w*\}|Authorization: Bearer", "X", told)
                    if re.search(r"\w'\w|\w[;!?:](?:\s|$)| [;!?:»]|« ", words):
                        wrong.append(f"{catalogue.relative_to(root)}: {told}")
    assert not wrong, "\n".join(wrong)
