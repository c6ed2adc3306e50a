"""API of the chart's catalogue."""

from typing import Literal

from django.utils.translation import get_language
from ninja import Field, Router, Schema

from charting import actions, catalogue, signs
from charting.signs import Sign
from clinic.staff.http import Request
from clinic.staff.roles import Permission

router = Router(tags=["chart"])


class SignChoice(Schema):
    """Empty is as shipped: colour and hatch of the layer, no symbol, the shipped code and diagnosis, all teeth and surfaces that the rules allow.

    `letter` is a sign of form 043/у; empty is none.
    """

    colour: Literal["", "vermilion", "amber", "green", "blue", "purple", "black"] = ""
    hatch: Literal["", "cross", "dots", "lines", "bars", "solid"] = ""
    symbol: Literal["", "●", "▲", "■", "◆", "★", "○", "△", "□", "◇"] = ""
    typed: str = Field("", max_length=8)
    letter: Literal["", "caries", "pulpitis", "periodontitis", "periodontal", "filled", "crown", "artificial"] = ""
    diagnosis: str = Field("", max_length=10)
    teeth: list[int] = Field(default_factory=list)
    surfaces: list[str] = Field(default_factory=list)
    is_offered: bool = True


class SignChange(SignChoice):
    """`version` is 0 while the row is as shipped."""

    version: int = Field(0, ge=0)


class SignServiceOut(Schema):
    """A service that draws this on the chart, with its dictionary codes."""

    code: str
    title: str
    nomenclature_804n: str | None = Field(None, alias="nomenclature_code.code")
    ccam: str | None = Field(None, alias="ccam_code.code")

    @staticmethod
    def resolve_title(service: object) -> str:
        return str(service)


class SignOut(SignChoice):
    """`typed_as` and `diagnosis_as` say what holds in the caller's language, chosen or shipped."""

    subject: str
    version: int
    name: str
    typed_as: str
    diagnosis_as: str
    services: list[SignServiceOut]


class CatalogueOut(Schema):
    findings: list[SignOut]
    effects: list[SignOut]


@router.get("/chart-catalogue", response=CatalogueOut, operation_id="get_chart_catalogue")
def get_catalogue(request: Request) -> dict[str, object]:
    """Every finding and every effect of an act: how it is drawn, typed and reported, as shipped or as the clinic chose."""
    request.user.require(Permission.SETTINGS_WRITE)
    halves = {"findings": signs.FINDING, "effects": signs.EFFECT}
    return {name: [_out(row.sign, row.services) for row in catalogue.rows(half)] for name, half in halves.items()}


@router.put("/chart-catalogue/{subject}", response=SignOut, operation_id="change_chart_sign")
def change_sign(request: Request, subject: str, data: SignChange) -> dict[str, object]:
    """Choose how a row is; what is not named stays. 409 `stale` when somebody changed it since `version` was read."""
    request.user.require(Permission.SETTINGS_WRITE)
    details = data.dict(exclude={"version"}, exclude_unset=True)
    return _out(actions.set_sign(subject=subject, details=details, version=data.version, actor=request.user), [])


def _out(sign: Sign, services: object) -> dict[str, object]:
    told = {"name": str(catalogue.SUBJECTS[sign.subject]), "typed_as": sign.typed_in(get_language() or "en"), "diagnosis_as": sign.diagnosis_for()}
    return {**vars(sign), "teeth": sorted(sign.teeth), "surfaces": sorted(sign.surfaces), **told, "services": services}
