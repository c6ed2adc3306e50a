"""Imported dictionaries, the catalogue of services, and dated prices."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic.files.models import StoredFile
from clinic.history.models import Record
from clinic.staff.models import LegalEntity, User


class DictionaryKind(models.TextChoices):
    ICD10 = "icd10", _("ICD-10 diagnoses")
    NOMENCLATURE_804N = "804n", _("Nomenclature of services 804н")
    CCAM = "ccam", _("CCAM acts with tariffs")


TITLE_LANGUAGES = {DictionaryKind.ICD10: "ru", DictionaryKind.NOMENCLATURE_804N: "ru", DictionaryKind.CCAM: "fr"}


class DictionaryImport(Record):
    """One import of a published dictionary, with the report of what it changed."""

    kind = models.CharField(_("dictionary"), max_length=10, choices=DictionaryKind.choices)
    dictionary_version = models.CharField(_("version"), max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, verbose_name=_("file"))
    valid_from = models.DateField(_("in force from"))
    imported_by = models.ForeignKey(User, models.PROTECT, null=True, verbose_name=_("imported by"))
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    closed = models.PositiveIntegerField(_("closed"), default=0)
    report = models.JSONField(_("report"), default=dict)

    class Meta:
        verbose_name = _("dictionary import")
        constraints = [models.CheckConstraint(condition=Q(kind__in=DictionaryKind.values), name="price_list_import_kind_known")]


class DictionaryCode(Record):
    """A code of a dictionary as it stood in one period; a closed code keeps its row with `valid_to`."""

    kind = models.CharField(_("dictionary"), max_length=10, choices=DictionaryKind.choices)
    code = models.CharField(_("code"), max_length=30)
    title = models.TextField(_("title"))
    parent_code = models.CharField(_("parent"), max_length=30, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("closed on"), null=True, blank=True)
    tariff = models.DecimalField(_("tariff"), max_digits=12, decimal_places=2, null=True, blank=True)
    attributes = models.JSONField(_("other columns"), default=dict, blank=True)
    source = models.ForeignKey(DictionaryImport, models.PROTECT, null=True, related_name="codes", verbose_name=_("import"))

    class Meta:
        verbose_name = _("dictionary code")
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], condition=Q(valid_to=None), name="price_list_code_open_once"),
            models.CheckConstraint(condition=Q(kind__in=DictionaryKind.values), name="price_list_code_kind_known"),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="price_list_code_lookup")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def language(self) -> str:
        """The one language in which the dictionary is published."""
        return TITLE_LANGUAGES[DictionaryKind(self.kind)]


class Category(models.TextChoices):
    """Kinds of services; insurance coverage and consents are set per category."""

    DIAGNOSTICS = "diagnostics", _("Diagnostics")
    IMAGING = "imaging", _("Imaging")
    ANAESTHESIA = "anaesthesia", _("Anaesthesia")
    HYGIENE = "hygiene", _("Hygiene and prevention")
    THERAPY = "therapy", _("Therapy")
    ENDODONTICS = "endodontics", _("Endodontics")
    PERIODONTICS = "periodontics", _("Periodontics")
    SURGERY = "surgery", _("Surgery")
    IMPLANTS = "implants", _("Implants")
    PROSTHETICS = "prosthetics", _("Prosthetics")
    ORTHODONTICS = "orthodontics", _("Orthodontics")
    PAEDIATRIC = "paediatric", _("Children's dentistry")


class Scope(models.TextChoices):
    """What part of the mouth a service is done on."""

    MOUTH = "mouth", _("whole mouth")
    ARCH = "arch", _("arch")
    TOOTH = "tooth", _("tooth")
    SURFACES = "surfaces", _("tooth surfaces")
    ROOT = "root", _("root or canal")
    SPAN = "span", _("span of teeth")


PER_TOOTH = frozenset({Scope.TOOTH, Scope.SURFACES, Scope.ROOT, Scope.SPAN})


class ChartEffect(models.TextChoices):
    """What the finished service draws on the dental chart."""

    NONE = "none", _("nothing")
    FILLING = "filling", _("filling")
    INLAY = "inlay", _("inlay")
    VENEER = "veneer", _("veneer")
    CROWN = "crown", _("crown")
    BRIDGE = "bridge", _("bridge")
    ROOT_CANAL = "root_canal", _("root canal filling")
    POST = "post", _("post")
    EXTRACTION = "extraction", _("extraction")
    IMPLANT = "implant", _("implant")
    SEALANT = "sealant", _("sealant")
    DENTURE = "denture", _("removable denture")
    SPLINT = "splint", _("splint")
    BRACKET = "bracket", _("bracket")
    BRACES = "braces", _("braces")
    RETAINER = "retainer", _("fixed retainer")
    PLATE = "plate", _("removable orthodontic plate")
    REMOVAL = "removal", _("taking off a crown or an appliance")


ONCE_A_TOOTH = frozenset({ChartEffect.EXTRACTION, ChartEffect.IMPLANT, ChartEffect.CROWN, ChartEffect.VENEER, ChartEffect.BRACKET})
"""Also the list of the trigger `treatment_plans_item_once_a_tooth`."""


class Dentition(models.TextChoices):
    """Which teeth a service is for."""

    ANY = "any", _("any teeth")
    PERMANENT = "permanent", _("permanent teeth")
    PRIMARY = "primary", _("primary teeth")


class Service(Record):
    """A line of the catalogue: what the clinic does and sells."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    title_ru = models.CharField(_("title in Russian"), max_length=300)
    title_fr = models.CharField(_("title in French"), max_length=300, blank=True)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=20, choices=Category.choices)
    scope = models.CharField(_("done on"), max_length=10, choices=Scope.choices, default=Scope.MOUTH)
    dentition = models.CharField(_("for which teeth"), max_length=10, choices=Dentition.choices, default=Dentition.ANY)
    chart_effect = models.CharField(_("on the chart"), max_length=20, choices=ChartEffect.choices, default=ChartEffect.NONE)
    nomenclature_code = models.ForeignKey(DictionaryCode, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("804н code"))
    ccam_code = models.ForeignKey(DictionaryCode, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("CCAM code"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)
    needs_lab = models.BooleanField(_("needs a laboratory"), default=False)
    is_expensive_treatment = models.BooleanField(_("expensive treatment (tax code 2)"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("service")
        constraints = [
            models.CheckConstraint(condition=Q(category__in=Category.values), name="price_list_service_category_known"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="price_list_service_scope_known"),
            models.CheckConstraint(condition=Q(dentition__in=Dentition.values), name="price_list_service_dentition_known"),
            models.CheckConstraint(condition=Q(chart_effect__in=ChartEffect.values), name="price_list_service_effect_known"),
        ]

    def __str__(self) -> str:
        return self.title_in(get_language() or "en")

    def title_in(self, language: str) -> str:
        """The title in a language; missing ones fall back to a title in the same script, at last to the Russian one, which is always there."""
        order = {"fr": ("fr", "en"), "en": ("en", "fr")}.get(language[:2], ())
        titles = (getattr(self, f"title_{code}") for code in order)
        return next(filter(None, titles), self.title_ru)

    def units(self, *, teeth: int, quantity: int = 1) -> int:
        """How many times it is done: `quantity`, for what is done on teeth at least once a tooth."""
        return max(quantity, teeth) if self.scope in PER_TOOTH else quantity

    def allows(self, *, teeth: int, quantity: int) -> bool:
        """Whether it can be done so often on so many teeth: what a tooth has or loses once is done at most once a tooth."""
        return quantity <= teeth or self.scope not in PER_TOOTH or self.chart_effect not in ONCE_A_TOOTH

    @property
    def missing_titles(self) -> list[str]:
        """Languages in which documents must print a title of another language."""
        return [language for language in ("fr", "en") if not getattr(self, f"title_{language}")]


class PriceList(Record):
    """A set of prices in one currency, used by a legal entity."""

    name = models.CharField(_("name"), max_length=100)
    legal_entity = models.ForeignKey(LegalEntity, models.PROTECT, verbose_name=_("legal entity"))
    currency = models.CharField(_("currency"), max_length=3)
    is_default = models.BooleanField(_("default of the legal entity"), default=True)

    class Meta:
        verbose_name = _("price list")
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "currency"], condition=Q(is_default=True), name="price_list_one_default"),
        ]

    def __str__(self) -> str:
        return self.name


class _DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()


class Price(Record):
    """The price of a service in a price list, from one day to another; periods never overlap."""

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="prices", verbose_name=_("price list"))
    service = models.ForeignKey(Service, models.PROTECT, related_name="prices", verbose_name=_("service"))
    amount = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until, exclusive"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_list_price_not_negative"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="price_list_price_period"),
            ExclusionConstraint(
                name="price_list_price_no_overlap",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("service", RangeOperators.EQUAL),
                    (_DateRange("valid_from", "valid_to", Value("[)")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.price_list.currency}"
