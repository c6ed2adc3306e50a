"""In production every address in our CSS and modules leads to a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.templatetags.static import static
from django.test import override_settings
from django.utils.html import format_html

from clinic.lib.static_files import IMPORT, HashedStaticFilesStorage, imports_of
from clinic.lib.templatetags.house import preload_imports


@pytest.fixture
def collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """All files as a deployment has them, but for the compressed copies beside them."""
    monkeypatch.setattr(HashedStaticFilesStorage, "compress_files", lambda *_: ())
    storages = {"staticfiles": {"BACKEND": "clinic.lib.static_files.HashedStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["vendor/icons/*"])
        yield tmp_path


def test_every_address_leads_somewhere_and_is_hashed(collected: Path) -> None:
    assert staticfiles_storage.url("vendor/signature-pad/index.js") != "/static/vendor/signature-pad/index.js"
    assert list(collected.glob("vendor/signature-pad/index.*.js"))


def test_a_page_asks_at_once_for_all_that_its_module_imports() -> None:
    found = imports_of("charting/js/chart.js")
    assert {"charting/js/api.js", "desk/js/renew.js", "charting/js/offline/shelf.js", "charting/js/mucosa-map.js"} <= {*found}
    assert [name for name in found if not finders.find(name)] == []
    assert format_html('<link rel="modulepreload" href="{}">', static(found[0])) in preload_imports("charting/js/chart.js")


def test_every_import_of_our_modules_is_read() -> None:
    modules = [file for app in ("charting", "clinic", "exports", "treatment_plans") for file in (settings.BASE_DIR / app).glob("**/static/**/*.js")]
    lines = [(file, line) for file in modules for line in file.read_text().splitlines() if line.startswith("import ")]
    assert len(lines) > 100
    assert [(file.name, line) for file, line in lines if not IMPORT.match(line)] == []
