"""Reads of the stock."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, DecimalField, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from clinic.lib.errors import NotFound
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission
from inventory.models import Lot, Material, Movement, Norm, Shortage

EXPIRES_SOON = timedelta(days=60)
_QUANTITY: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=12, decimal_places=3)


def lots_called(barcode: str) -> QuerySet[Lot]:
    """Lots that came under this barcode in any of their receipts."""
    return Lot.objects.filter(Q(barcode=barcode) | Q(pk__in=Movement.objects.filter(barcode=barcode).values("lot")))


def balances(branch: Branch, day: date, *, text: str = "") -> QuerySet[Material]:
    """Materials with `on_hand`, `usable` (not expired by the day), `next_expiry` and `owed` (open shortages) in the branch, by name."""
    lots = Lot.objects.filter(material=OuterRef("pk"), branch=branch, on_hand__gt=0).order_by().values("material")
    owed = Shortage.objects.filter(material=OuterRef("pk"), branch=branch, cancelled_at=None).order_by().values("material")
    materials = (
        Material.objects.filter(Q(name__icontains=text) | Q(code__icontains=text) | Q(lots__in=lots_called(text))) if text else Material.objects.all()
    )
    usable = lots.filter(Q(expires_on=None) | Q(expires_on__gte=day))
    return (
        materials.distinct()
        .annotate(
            on_hand=Coalesce(Subquery(lots.annotate(total=Sum("on_hand")).values("total")), Value(Decimal(0)), output_field=_QUANTITY),
            usable=Coalesce(Subquery(usable.annotate(total=Sum("on_hand")).values("total")), Value(Decimal(0)), output_field=_QUANTITY),
            next_expiry=Subquery(lots.annotate(first=Min("expires_on")).values("first")),
            owed=Coalesce(
                Subquery(owed.annotate(total=Sum(F("quantity") - F("settled"))).values("total")), Value(Decimal(0)), output_field=_QUANTITY
            ),
        )
        .order_by("name", "pk")
    )


def get_material(material_id: object) -> Material:
    """:raises NotFound: when there is no such material."""
    material = Material.objects.filter(pk=material_id).first()  # type: ignore[misc]
    if material is None:
        raise NotFound
    return material


def lots_of(material: Material, branch: Branch) -> QuerySet[Lot]:
    """Lots of a material in the branch, those that hold something first, then by expiry."""
    return Lot.objects.filter(material=material, branch=branch).order_by(
        Case(When(on_hand=0, then=1), default=0), F("expires_on").asc(nulls_last=True), "pk"
    )


def movements_of(material: Material, branch: Branch) -> QuerySet[Movement]:
    """Movements of a material in the branch, newest first."""
    return (
        Movement.objects.filter(lot__material=material, lot__branch=branch)
        .select_related("lot", "moved_by", "patient", "performance__procedure__service")
        .order_by("-moved_at", "-pk")
    )


def look_at_materials(user: User, patient_id: UUID) -> Patient:
    """The patient, for those who read the record or keep the stock; the look is recorded.

    :raises NotAllowed: :raises NotFound:
    """
    permission = Permission.CLINICAL_VIEW if user.may(Permission.CLINICAL_VIEW) else Permission.STOCK_VIEW
    return patients.get_patient_for(user, patient_id, what="materials", permission=permission)


def movements_of_patient(patient: Patient, *, text: str = "") -> QuerySet[Movement]:
    """What was used for a patient, newest first, with lots, so that a recalled lot is found; narrowed by material, article or lot."""
    found = Movement.objects.filter(patient=patient)
    if text:
        found = found.filter(Q(lot__material__name__icontains=text) | Q(lot__material__code__icontains=text) | Q(lot__number__icontains=text))
    return (
        found.select_related("lot__material", "moved_by", "performance__procedure__service")
        .prefetch_related("performance__procedure__teeth")
        .order_by("-moved_at", "-pk")
    )


def expiring(branch: Branch, day: date) -> QuerySet[Lot]:
    """Lots with stock that expire within sixty days or have expired."""
    return (
        Lot.objects.filter(branch=branch, on_hand__gt=0, expires_on__lte=day + EXPIRES_SOON).select_related("material").order_by("expires_on", "pk")
    )


def open_shortages(branch: Branch) -> QuerySet[Shortage]:
    """Material used but not in any lot, oldest first."""
    return (
        Shortage.objects.filter(branch=branch, cancelled_at=None, settled__lt=F("quantity"))
        .select_related("material", "patient", "performance__procedure__service")
        .order_by("noted_at", "pk")
    )


def norms(*, text: str = "") -> QuerySet[Norm]:
    """Norms by service; narrowed by a part of the service's code or title, or of the material."""
    found = Norm.objects.all()
    if text:
        service = Q(service__code__icontains=text) | Q(service__title_ru__icontains=text)
        service |= Q(service__title_fr__icontains=text) | Q(service__title_en__icontains=text)
        found = found.filter(service | Q(material__name__icontains=text) | Q(material__code__icontains=text))
    return found.select_related("service", "material").order_by("service__code", "material__name", "pk")


def get_norm(norm_id: UUID) -> Norm:
    """:raises NotFound: when there is no such norm."""
    norm = norms().filter(pk=norm_id).first()
    if norm is None:
        raise NotFound
    return norm
