"""In production every address in our CSS and modules leads to a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture
def collected(tmp_path: Path) -> Iterator[Path]:
    storages = {"staticfiles": {"BACKEND": "clinic.lib.static_files.HashedStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["vendor/icons/*"])
        yield tmp_path


def test_every_address_leads_somewhere_and_is_hashed(collected: Path) -> None:
    assert staticfiles_storage.url("vendor/signature-pad/index.js") != "/static/vendor/signature-pad/index.js"
    assert list(collected.glob("vendor/signature-pad/index.*.js"))
