"""Static files: what a module of ours imports; in production hashed names, also in the import statements; compressed."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r"""^(?:import|export)\s(?:[^"';]*\sfrom\s+)?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
NOT_OURS = ("vendor/", "django_htmx/", "ninja/", "django_otp/", "otp_totp/", "admin/")


@lru_cache
def imports_of(path: str) -> tuple[str, ...]:
    """All modules that the module at this static path imports, and those that they import; without itself. What cannot be found is left out."""
    found: dict[str, None] = {path: None}
    waiting = [path]
    while waiting:
        name = waiting.pop()
        file = finders.find(name)
        for address in IMPORT.findall(Path(file).read_text()) if file else ():
            imported = normpath(join(dirname(name), address))
            if imported not in found:
                found[imported] = None
                waiting.append(imported)
    return tuple(found)[1:]


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """An import or url() of ours that leads nowhere stops `collectstatic`; what a library wrote in its comments does not."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 12
    """The longest chain of imports among our modules, with room."""

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[[re.Match[str]], str]:
        convert: Callable[[re.Match[str]], str] = super().url_converter(name, *args, **kwargs)

        def converter(matched: re.Match[str]) -> str:
            if matched.group().startswith("import("):
                return matched.group()  # names a type in a comment, and types may point at each other
            try:
                return convert(matched)
            except ValueError:
                if name.startswith(NOT_OURS):
                    return matched.group()
                raise

        return converter
