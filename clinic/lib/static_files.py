"""Static files in production: hashed names, also in the import statements of our ES modules; compressed."""

import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

NOT_OURS = ("vendor/", "django_htmx/", "ninja/", "django_otp/", "otp_totp/", "admin/")


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
