"""The patient and what is known about them outside the mouth."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.lib.constraints import together
from clinic.patients.access_models import BrokenGlass, Rectification, Restriction  # noqa: F401 - Django finds an app's models here
from clinic.patients.alert_models import Alert as Alert  # noqa: PLC0414 - the app's models are imported from here
from clinic.patients.alert_models import AlertKind as AlertKind  # noqa: PLC0414 - the app's models are imported from here
from clinic.patients.alert_models import AlertSeverity as AlertSeverity  # noqa: PLC0414 - the app's models are imported from here
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission


class NextCardNumber(models.Func):
    """The next number of the card sequence; numbers may skip, they never repeat."""

    function = "nextval"
    template = "%(function)s('patients_card_number')"
    output_field = models.BigIntegerField()


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    UNKNOWN = "unknown", _("not stated")


class Source(Record):
    """How patients come to know of the clinic."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("source")

    def __str__(self) -> str:
        return self.name


class Label(Record):
    """A coloured word that staff put on patients."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    colour = models.CharField(_("colour"), max_length=7, default="#64748b", validators=[RegexValidator(r"^#[0-9a-f]{6}$")])
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("label")
        constraints = [models.CheckConstraint(condition=Q(colour__regex=r"^#[0-9a-f]{6}$"), name="patients_label_colour_hex")]

    def __str__(self) -> str:
        return self.name


class Patient(Record):
    """A person who is or may be treated; identified to staff by the card number."""

    card_number = models.PositiveIntegerField(_("card number"), unique=True, db_default=NextCardNumber())
    last_name = models.CharField(_("last name"), max_length=150)
    first_name = models.CharField(_("first name"), max_length=150)
    patronymic = models.CharField(_("patronymic"), max_length=150, blank=True)
    birth_name = models.CharField(_("birth name"), max_length=150, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(_("language of documents"), max_length=2, default="ru")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    responsible_dentist = models.ForeignKey(User, models.PROTECT, null=True, blank=True, verbose_name=_("responsible dentist"))
    address = models.CharField(_("address"), max_length=300, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"))
    source_detail = models.CharField(_("source in detail"), max_length=200, blank=True)
    external_number = models.CharField(_("number in the former system"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("patient")
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="patients_patient_sex_known"),
            models.CheckConstraint(condition=~Q(last_name="") & ~Q(first_name=""), name="patients_patient_has_names"),
            models.CheckConstraint(condition=Q(birth_date=None) | Q(birth_date__gte="1850-01-01"), name="patients_patient_born_since_1850"),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name", "id"], name="patients_by_name"),
            models.Index(fields=["birth_date"], name="patients_by_birth_date"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.patronymic) if part)

    @property
    def postal_address(self) -> str:
        """One line as the post of the country writes it: in Russia from the town to the house, elsewhere from the house to the town."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        parts = (self.postal_code, self.city, self.address) if self.country in ("", "RU") else (self.address, town)
        return ", ".join(part for part in parts if part)

    def alerts_for(self, user: User) -> list["Alert"]:
        """The alerts in force that the person may read: all with CLINICAL_VIEW, else those that they recorded themselves."""
        sees_all = user.may(Permission.CLINICAL_VIEW)
        return [alert for alert in self.active_alerts if sees_all or alert.recorded_by_id == user.pk]

    @cached_property
    def active_alerts(self) -> list["Alert"]:
        """Medical alerts in force, the gravest first, read once; a person is shown those of `alerts_for`, and that there are others."""
        return sorted(self.alerts.filter(ended_at=None).select_related("recorded_by"), key=Alert.gravity)

    @cached_property
    def restriction(self) -> Restriction | None:
        """The restriction in force, read once."""
        return self.restrictions.filter(ended_at=None).first()

    @cached_property
    def rectified(self) -> list[Rectification]:
        """What the patient had put right, the newest first, read once."""
        return list(self.rectifications.order_by("-written_at", "pk"))


class PatientLabel(Record):
    """A label on a patient."""

    deletable = True

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="labels", verbose_name=_("patient"))
    label = models.ForeignKey(Label, models.PROTECT, related_name="patients", verbose_name=_("label"))

    class Meta:
        verbose_name = _("label of a patient")
        constraints = [models.UniqueConstraint(fields=["patient", "label"], name="patients_label_once")]


class ContactKind(models.TextChoices):
    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")


class Contact(Record):
    """A phone in E.164 form or an e-mail address; ended, not deleted."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="contacts", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind.choices)
    value = models.CharField(_("phone or e-mail"), max_length=254)
    note = models.CharField(_("whose or when"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        constraints = [
            models.UniqueConstraint(fields=["patient", "value"], condition=Q(ended_at=None), name="patients_contact_once"),
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="patients_contact_kind_known"),
            models.CheckConstraint(condition=~Q(kind="phone") | Q(value__regex=r"^\+[0-9]{5,15}$"), name="patients_phone_e164"),
            models.CheckConstraint(condition=~Q(kind="email") | Q(value__regex=r"^[^@\s]+@[^@\s]+$"), name="patients_email_has_at"),
        ]
        indexes = [models.Index(fields=["value"], name="patients_by_contact")]


class IdentifierKind(models.TextChoices):
    SNILS = "snils", _("SNILS")
    OMS = "oms", _("OMS policy")
    RU_PASSPORT = "ru_passport", _("Russian passport")
    NIR = "nir", _("French social security number (NIR)")
    FOREIGN_PASSPORT = "foreign_passport", _("foreign passport")
    INSURANCE_CARD = "insurance_card", _("private insurance card")


class Identifier(Record):
    """A number by which a state or an insurer knows the patient, normalised and checked; ended, not deleted."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="identifiers", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=20, choices=IdentifierKind.choices)
    number = models.CharField(_("number"), max_length=40)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    issued_date = models.DateField(_("date of issue"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("identifier")
        constraints = [
            models.UniqueConstraint(fields=["patient", "kind", "number"], condition=Q(ended_at=None), name="patients_identifier_once"),
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="patients_identifier_kind_known"),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9A-Z]+$"), name="patients_identifier_normalised"),
            models.CheckConstraint(
                condition=Q(issued_date=None) | Q(valid_until=None) | Q(valid_until__gte=F("issued_date")), name="patients_identifier_dates"
            ),
        ]
        indexes = [models.Index(fields=["number", "kind"], name="patients_by_identifier")]


class RelationKind(models.TextChoices):
    MOTHER = "mother", _("mother")
    FATHER = "father", _("father")
    GUARDIAN = "guardian", _("legal guardian")
    SPOUSE = "spouse", _("spouse")
    CHILD = "child", _("child")
    SIBLING = "sibling", _("brother or sister")
    GRANDPARENT = "grandparent", _("grandparent")
    EMPLOYER = "employer", _("employer")
    OTHER = "other", _("other")


class Relation(Record):
    """Someone who stands for, pays for or belongs to the patient: another patient, or a person known by name only."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="relations", verbose_name=_("patient"))
    kind = models.CharField(_("who it is"), max_length=20, choices=RelationKind.choices)
    related_patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, blank=True, related_name="related_to", verbose_name=_("patient of the clinic")
    )
    name = models.CharField(_("full name"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    document = models.CharField(_("document that proves it"), max_length=200, blank=True)
    is_guardian = models.BooleanField(_("signs for the patient"), default=False)
    is_payer = models.BooleanField(_("pays for the patient"), default=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("relation")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RelationKind.values), name="patients_relation_kind_known"),
            models.CheckConstraint(condition=Q(related_patient__isnull=False) ^ ~Q(name=""), name="patients_relation_named_once"),
            models.CheckConstraint(condition=Q(related_patient=None) | ~Q(related_patient=F("patient")), name="patients_relation_to_somebody_else"),
            models.CheckConstraint(condition=Q(phone="") | Q(phone__regex=r"^\+[0-9]{5,15}$"), name="patients_relation_phone_e164"),
            models.UniqueConstraint(
                fields=["patient", "related_patient"], condition=Q(ended_at=None, related_patient__isnull=False), name="patients_relation_once"
            ),
        ]

    @property
    def display_name(self) -> str:
        return self.related_patient.get_full_name() if self.related_patient else self.name


class ConsentText(Record):
    """One edition of the text that patients sign to allow the processing of their data; never changed, only succeeded."""

    language = models.CharField(_("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский"), ("fr", "Français")])
    edition = models.PositiveSmallIntegerField(_("edition"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    published_at = models.DateTimeField(_("published"), db_default=Now())

    class Meta:
        verbose_name = _("text of the consent to data processing")
        constraints = [
            models.UniqueConstraint(fields=["language", "edition"], name="patients_consent_edition_once"),
            models.CheckConstraint(condition=Q(language__in=["en", "ru", "fr"]), name="patients_consent_language_known"),
        ]


class SignerRole(models.TextChoices):
    PATIENT = "patient", _("the patient")
    GUARDIAN = "guardian", _("guardian of the patient")


class Consent(Record):
    """A signed consent to the processing of personal data; frozen, except that it can be withdrawn once."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents", verbose_name=_("patient"))
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents", verbose_name=_("text"))
    signer_name = models.CharField(_("who signed"), max_length=300)
    signer_role = models.CharField(_("as"), max_length=10, choices=SignerRole.choices)
    guardian = models.ForeignKey(Relation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("guardian"))
    signed_at = models.DateTimeField(_("signed"))
    strokes = models.JSONField(_("strokes of the pen"))
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("picture of the signature"))
    content_hash = models.CharField(_("hash of text and signature"), max_length=64)
    witnessed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("in the presence of"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawal taken by"))
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("consent to data processing")
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(withdrawn_at=None), name="patients_one_consent_in_force"),
            models.CheckConstraint(condition=Q(signer_role__in=SignerRole.values), name="patients_consent_signer_known"),
            models.CheckConstraint(condition=Q(signer_role="guardian") ^ Q(guardian=None), name="patients_consent_guardian_named"),
            models.CheckConstraint(condition=together("withdrawn_at", "withdrawn_by"), name="patients_consent_withdrawn_by_someone"),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="patients_consent_hash_hex"),
        ]


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked")
    RUNNING = "running", _("running")
    DONE = "done", pgettext_lazy("import", "done")
    FAILED = "failed", _("failed")


class ImportRun(Record):
    """One file of patients from another system, on its way in; the same file run again adds nothing twice.

    The file and the sheet of errors are destroyed when the record of somebody in them is erased; what came in stays.
    """

    gives_file_up_at = "emptied_at"

    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file"))
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("hash of the file"), max_length=64, default="", editable=False)
    emptied_at = models.DateTimeField(_("file destroyed"), null=True, blank=True)
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("branch"))
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("started by"))
    mapping = models.JSONField(_("columns and fields"), default=dict)
    columns = ArrayField(models.TextField(), verbose_name=_("columns of the file"), default=list)
    is_dry = models.BooleanField(_("dry run"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_seen = models.PositiveIntegerField(_("rows gone through"), default=0)
    rows_imported = models.PositiveIntegerField(_("imported"), default=0)
    rows_known = models.PositiveIntegerField(_("imported before"), default=0)
    rows_failed = models.PositiveIntegerField(_("with errors"), default=0)
    rows_doubtful = models.PositiveIntegerField(_("likely duplicates"), default=0)
    rows_noted = models.PositiveIntegerField(_("imported, to be checked"), default=0)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)
    report = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sheet of errors"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of patients")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="patients_import_state_known"),
            models.CheckConstraint(condition=Q(file=None) ^ Q(emptied_at=None), name="patients_import_file_until_emptied"),
        ]

    @property
    def rows_to_look_at(self) -> int:
        """How many rows the sheet of errors names."""
        return self.rows_failed + self.rows_doubtful + self.rows_noted


class Decision(models.TextChoices):
    OPEN = "open", pgettext_lazy("row", "to be decided")
    NEW = "new", _("registered as a new patient")
    SAME = "same", _("it is a patient already registered")
    DISCARDED = "discarded", _("left out")


class HeldRow(Record):
    """A row of an import that looks like somebody registered, until a person decides; its key is the one its patient would have."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="held_rows", verbose_name=_("import of patients"))
    number = models.PositiveIntegerField(_("row"))
    values = models.JSONField(_("what the row says"))
    candidates = models.JSONField(_("whom it looks like"), default=list)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="held_rows", verbose_name=_("patient"))

    class Meta:
        verbose_name = _("row held back by an import")
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="patients_held_decision_known"),
            models.CheckConstraint(condition=together("decided_at", "decided_by"), name="patients_held_decided_by_someone"),
            models.CheckConstraint(condition=Q(decision="open") ^ Q(decided_at__isnull=False), name="patients_held_decided_once"),
            models.CheckConstraint(condition=Q(decision__in=["new", "same"]) ^ Q(patient=None), name="patients_held_patient_when_taken"),
        ]
        indexes = [models.Index(fields=["run", "decision", "number"], name="patients_held_by_run")]
