"""The periodontal exam in words: problems, sites, reasons of a proposal."""

from collections.abc import Sequence

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from charting import notation, teeth
from charting.perio import comparing, figures, rules
from charting.perio.figures import ToothReading
from charting.perio.models import Extent, Grade, PerioExam, Stage
from charting.perio.staging import Proposal, Reason

SITE_NAMES = {
    "MV": gettext_lazy("mesiovestibular"),
    "V": gettext_lazy("vestibular"),
    "DV": gettext_lazy("distovestibular"),
    "ML": gettext_lazy("mesiolingual"),
    "L": gettext_lazy("lingual"),
    "DL": gettext_lazy("distolingual"),
}
MEASURE_NAMES = {
    "depth": gettext_lazy("probing depth"),
    "margin": gettext_lazy("gingival margin"),
    "bleeding": gettext_lazy("bleeding on probing"),
    "suppuration": gettext_lazy("suppuration"),
    "plaque": gettext_lazy("plaque"),
    "calculus": gettext_lazy("calculus"),
    "mobility": gettext_lazy("mobility"),
    "furcation": gettext_lazy("furcation"),
    "gingiva": gettext_lazy("keratinised gingiva"),
    "prognosis": gettext_lazy("prognosis"),
}
PROBLEMS = {
    "no_such_tooth": gettext_lazy("There is no tooth %(tooth)s. Permanent teeth are 11–48, primary teeth 51–85."),
    "supernumerary": gettext_lazy("The exam measures no supernumerary teeth: write what was found at %(tooth)s into the note."),
    "tooth_absent": gettext_lazy("Tooth %(tooth)s is not in the mouth on the day of this exam: it cannot be measured."),
    "no_such_place": gettext_lazy("Tooth %(tooth)s has no place “%(place)s” for this measurement."),
    "no_such_depth": gettext_lazy("%(value)s mm is no probing depth (tooth %(tooth)s %(place)s): whole millimetres from %(least)s to %(most)s."),
    "no_such_margin": gettext_lazy("%(value)s mm is no gingival margin (tooth %(tooth)s %(place)s): whole millimetres from %(least)s to %(most)s."),
    "no_such_gingiva": gettext_lazy(
        "%(value)s mm is no width of keratinised gingiva (tooth %(tooth)s): whole millimetres from %(least)s to %(most)s."
    ),
    "no_such_mobility": gettext_lazy("Mobility of tooth %(tooth)s is a degree from 0 to 3."),
    "no_such_furcation": gettext_lazy("Tooth %(tooth)s has no such entrance of a furcation, or the degree is not from 0 to 3."),
    "no_such_prognosis": gettext_lazy("“%(value)s” is no prognosis."),
    "no_such_measure": gettext_lazy("The exam knows no measurement “%(measure)s”."),
    "yes_or_no": gettext_lazy("This sign is there or is not: send true or false (tooth %(tooth)s %(place)s)."),
}
RUN_PROBLEMS = {
    "no_such_run": gettext_lazy("There is no run “%(run)s”. A run is a part (U, L, 1–4), a side (V, L) and a way (> or <), such as UV>."),
    "run_twice": gettext_lazy("The run “%(run)s” passes a side that is measured already. Take one of the two out."),
}
REASONS = {
    "nothing_measured": gettext_lazy("No natural tooth has been measured yet."),
    "margins_needed": gettext_lazy("Pockets up to %(deepest)s mm, but no margins: attachment loss is not known. Measure margins to propose a stage."),
    "bleeding_from_10": gettext_lazy("Bleeding at %(percent)s %% of sites (10 %% and more), no attachment loss between teeth."),
    "bleeding_under_10": gettext_lazy("Bleeding at %(percent)s %% of sites (under 10 %%), no attachment loss between teeth."),
    "case_interdental": gettext_lazy("Attachment loss between teeth at teeth that are not neighbours: %(teeth)s."),
    "case_oral": gettext_lazy("Attachment loss of 3 mm or more with pockets over 3 mm at the teeth %(teeth)s."),
    "interdental_loss": gettext_lazy("Greatest attachment loss between teeth: %(loss)s mm."),
    "bone_loss": gettext_lazy("Bone loss on the radiograph: %(percent)s %% of the root."),
    "teeth_lost": gettext_lazy("Teeth lost to periodontitis: %(count)s."),
    "deepest": gettext_lazy("Deepest pocket: %(depth)s mm."),
    "furcations": gettext_lazy("Furcation of degree II or III at the teeth %(teeth)s."),
    "mobile_teeth": gettext_lazy("Mobility of degree 2 or more at the teeth %(teeth)s."),
    "few_teeth": gettext_lazy("Fewer than 20 natural teeth left: %(count)s."),
    "grade_assumed": gettext_lazy("Grade B is assumed until bone loss, progression or a risk tells otherwise."),
    "progression": gettext_lazy("Attachment lost since %(since)s: up to %(loss)s mm."),
    "bone_loss_by_age": gettext_lazy("Bone loss in per cent divided by age: %(ratio)s."),
    "smoking": gettext_lazy("Smoking: %(count)s cigarettes a day."),
    "diabetes": gettext_lazy("HbA1c %(percent)s %%."),
    "share_of_teeth": gettext_lazy("%(percent)s %% of the measured teeth have lost %(least)s mm or more between teeth."),
}
FIGURE_NAMES = {
    "bleeding": pgettext_lazy("figure of an exam", "Bleeding on probing"),
    "plaque": pgettext_lazy("figure of an exam", "Plaque"),
    "suppuration": pgettext_lazy("figure of an exam", "Suppuration"),
    "calculus": pgettext_lazy("figure of an exam", "Calculus"),
    "mean_depth": pgettext_lazy("figure of an exam", "Mean depth"),
    "mean_loss": pgettext_lazy("figure of an exam", "Mean attachment loss"),
}

COMPARED_NAMES = {
    "depth": pgettext_lazy("compared", "Depth"),
    "loss": pgettext_lazy("compared", "Attachment loss"),
    "margin": pgettext_lazy("compared", "Margin"),
}


def problem_text(problem: rules.Problem) -> str:
    return str(PROBLEMS[problem.code]) % notation.in_words(problem.values)


def reason_text(reason: Reason) -> str:
    """The rule that was met, as a sentence with its values."""
    values = {name: ", ".join(map(str, value)) if isinstance(value, list) else localize(value) for name, value in reason.values.items()}
    return str(REASONS[reason.code]) % values


def proposal_text(proposal: Proposal) -> str:
    """`stage III, grade B, generalised`; nothing when the exam does not tell enough."""
    parts = [Stage(proposal.stage).label if proposal.stage else "", Grade(proposal.grade).label if proposal.grade else ""]
    return ", ".join(str(part) for part in (*parts, Extent(proposal.extent).label if proposal.extent else "") if part)


def closing_lead(exam: PerioExam, readings: Sequence[ToothReading]) -> str:
    """How much of the exam is measured, before it is closed for good."""
    expected = len(rules.SITES) * (len(teeth.PERMANENT) - len(exam.absent) + len(exam.primary))
    values = {"measured": sum(len(row.measured) for row in readings), "expected": expected}
    return _("%(measured)s of %(expected)s sites are measured. A closed exam cannot be changed by anybody.") % values


Line = tuple[str, list[object], str]


def comparison(exams: Sequence[Sequence[ToothReading]]) -> list[Line]:
    """Figures of several exams beside each other: name, a value for each exam, unit."""
    found = [figures.figures(readings) for readings in exams]
    percent, mm = "%", _("mm")
    units = {"bleeding": percent, "plaque": percent, "suppuration": percent, "calculus": percent, "mean_depth": mm, "mean_loss": mm}
    lines: list[Line] = [(str(FIGURE_NAMES[name]), [getattr(row, name) for row in found], unit) for name, unit in units.items()]
    bands = (_("Sites up to 3 mm"), _("Sites of 4–5 mm"), _("Sites from 6 mm"))
    lines += [(name, [row.by_depth[place] for row in found], "") for place, name in enumerate(bands)]
    return [*lines, (_("Sites measured"), [row.sites for row in found], ""), (_("Deepest pocket"), [row.deepest for row in found], mm)]


def block_text(block: comparing.Block) -> str:
    """`Upper jaw · vestibular`."""
    if block.side == "V":
        side = pgettext("side", "vestibular")
    else:
        side = pgettext("side", "palatal") if block.arch == "upper" else pgettext("side", "lingual")
    return f"{_('Upper jaw') if block.arch == 'upper' else _('Lower jaw')} · {side}"
