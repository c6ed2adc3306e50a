"""A stored file: its content's hash, size and type; what it means is said by the record that points at it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.history.models import Record


class StoredFile(Record):
    """Content that never changes. The same bytes are stored once."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size, bytes"))
    media_type = models.CharField(pgettext_lazy("file", "type"), max_length=100)

    class Meta:
        verbose_name = _("file")
        constraints = [models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="files_sha256_hex")]

    @property
    def storage_name(self) -> str:
        """Where the bytes lie in the default storage."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"
