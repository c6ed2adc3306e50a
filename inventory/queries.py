"""Reads of the stock."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, DecimalField, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from charting.models import Visit
from clinic.lib.clock import branch_day
from clinic.lib.errors import NotFound
from clinic.patients import queries as patients
from clinic.patients.models import Patient
from clinic.staff.models import Branch, User
from clinic.staff.roles import Permission
from inventory.models import AnaesthesiaLot, Lot, Material, Movement, Norm, Shortage

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
        .select_related("lot", "moved_by", "patient", "performance__procedure__service", "anaesthesia")
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
        found.select_related("lot__material", "moved_by", "performance__procedure__service", "anaesthesia")
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


def anaesthetic_lots(branch: Branch, at: datetime) -> QuerySet[Lot]:
    """Lots of anaesthetics in the branch that may be used now, the one that expires first before the others."""
    lots = Lot.objects.filter(branch=branch, on_hand__gt=0, material__is_active=True).exclude(material__anaesthetic="")
    usable = lots.exclude(expires_on__lt=branch_day(at, branch.time_zone))
    return usable.select_related("material").order_by("material__name", F("expires_on").asc(nulls_last=True), "pk")


def said_of(visit: Visit, material: Material) -> Decimal:
    """How much of the material the note says was given in the visit."""
    said = AnaesthesiaLot.objects.filter(anaesthesia__visit=visit, anaesthesia__in_error_at=None, lot__material=material)
    return said.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def taken_for(visit: Visit, material: Material) -> Decimal:
    """How much of the material has left the stock for the visit, by norms and by the note, less what came back."""
    moved = Movement.objects.filter(Q(performance__visit=visit) | Q(anaesthesia__visit=visit), lot__material=material)
    return -(moved.aggregate(total=Sum("quantity"))["total"] or Decimal(0))


def materials_told(visit_id: UUID | None) -> set[UUID]:
    """Materials whose use in the visit the note itself tells, so that no norm needs to guess it."""
    if visit_id is None:
        return set()
    told = AnaesthesiaLot.objects.filter(anaesthesia__visit=visit_id, anaesthesia__in_error_at=None)
    return set(told.values_list("lot__material_id", flat=True))
