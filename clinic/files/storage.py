"""Files in a folder that appear under their name only when they are whole."""

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PART = "part-"


class WholeFiles(FileSystemStorage):
    """Writes beside, then renames: who is killed while writing leaves a `part-` behind and never half a file under its name."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: the same name is the same content."""
        return name

    def _save(self, name: str, content: File) -> str:  # type: ignore[type-arg]
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=PART, delete=False) as part:
            shutil.copyfileobj(content, part)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).chmod(0o644)
        Path(part.name).replace(path)
        return name
