"""The sentences that the chart's scripts show, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from charting import finding_words, sites, words
from charting.models import CanalQuality, FindingKind, Obturation


def chart_words() -> dict[str, str]:
    """Every sentence by its name in the scripts."""
    return (
        _sentences()
        | _details()
        | _done()
        | _days()
        | _favourites()
        | {f"surface{code}": str(name) for code, name in words.SURFACE_NAMES.items()}
        | _root_names()
        | _canals()
        | _mucosa()
    )


def _root_names() -> dict[str, str]:
    return {f"root{code}": str(name) for code, name in words.ROOT_NAMES.items()}


def _sentences() -> dict[str, str]:
    return {
        "lost": _("The server could not be reached. Nothing was lost: try again."),
        "broken": _("The server could not answer. Nothing was lost: try again."),
        "placeAll": pgettext("typed place", "all"),
        "placeUpper": pgettext("typed place", "upper"),
        "placeLower": pgettext("typed place", "lower"),
        "chooseTeeth": _("Choose a tooth first."),
        "wholeMouth": _("Whole mouth"),
        "nothingOnTooth": _("Nothing is recorded here."),
        "nothingRecorded": _("Nothing is recorded in this chart yet."),
        "nothingFound": _("Nothing found."),
        "earlier": _("Earlier"),
        "dmft": _("DMFT"),
        "dmftPrimary": _("dmft of primary teeth"),
        "decayed": pgettext("DMFT", "decayed"),
        "missing": pgettext("DMFT", "missing"),
        "filled": pgettext("DMFT", "filled"),
        "icd10": _("ICD-10"),
        "findCode": _("Code or words, for example K02"),
        "codesLanguage": _("The dictionary has its titles in Russian: search by code or by Russian words."),
        "resolve": _("Resolve"),
        "resolved": _("Resolved"),
        "inError": _("Entered in error"),
        "withdrawn": _("Withdrawn"),
        "why": _("What was wrong?"),
        "save": _("Save"),
        "saving": _("Saving…"),
        "undo": pgettext("entry", "Undo"),
        "undone": _("Undone"),
        "nothingToUndo": _("Nothing was entered here since the page was opened. An older entry is withdrawn in the story of its tooth."),
        "undoReason": _("undone right after entry"),
        "cancel": _("Cancel procedure"),
        "cancelled": _("Cancelled"),
        "refer": _("Refer"),
        "referred": _("Referred"),
        "madeElsewhere": _("Made elsewhere"),
        "openPlan": _("Open in plan"),
        "unsent": _("not sent yet"),
        "notSaved": _("Not saved yet:"),
        "tryAgain": _("Try again"),
        "letGo": pgettext("entry", "Discard"),
        "open": _("Open"),
        "where": _("Where"),
        "what": _("What"),
        "state": _("State"),
        "who": _("Who and when"),
    }


def _details() -> dict[str, str]:
    return {
        "mouth": _(
            "Teeth of the patient; arrows move, Enter opens the palette, letters choose surfaces, with Shift those of the root, "
            "Y and N answer what the age proposes"
        ),
        "withDetail": _("With a number or a date"),
        "sinceWhen": _("since when (2015, 06.2015 or 03.06.2015)"),
        "sinceShort": pgettext("button", "when"),
        "rolesShort": pgettext("button", "teeth"),
        "withRoles": _("Say what each tooth is in it"),
        "roleOf": _("what it is in this act"),
        "notInAct": _("not in it"),
        "expected_unerupted": _("By age not erupted yet:"),
        "expected_erupting": _("By age erupting now:"),
        "expected_shed": _("By age shed already:"),
        "confirmByAge": _("It is so"),
        "denyByAge": _("In the mouth"),
    }


def _done() -> dict[str, str]:
    return {
        "done": _("Done"),
        "notAsked": _("The clinic cannot be reached: rules of interactions, consents and stock were not asked."),
        "notAskedMore": _(
            "If it is done, keep that on this device: chart, stock and bill follow when the clinic answers. "
            "What it then refuses, or warns of, you are asked about; nothing is lost."
        ),
        "keepDone": _("Keep as done"),
    }


def _days() -> dict[str, str]:
    return {
        "play": _("Play the days on which the chart changed"),
        "pause": _("Stop playing"),
        "came": pgettext("compared days", "new"),
        "went": pgettext("compared days", "no longer there"),
        "became": pgettext("compared days", "now"),
        "nothingChanged": _("Nothing has changed between these days."),
    }


def _canals() -> dict[str, str]:
    return {
        "canals": _("Root canals"),
        "canal": _("Canal"),
        "length": _("Length, mm"),
        "reference": _("Measured from"),
        "file": _("File, ISO"),
        "taper": _("Taper, per cent"),
        "method": _("Obturation"),
        "material": _("Filling material"),
        "quality": _("Quality"),
        "saveCanal": _("Save"),
        "canalLength": _("Type the working length: 5 to 40 mm, by half millimetres."),
    }


def canal_choices() -> dict[str, list[tuple[str, str]]]:
    """How a canal is filled, and how well, for the chart's lists."""
    return {
        "method": [(code, str(label)) for code, label in Obturation.choices],
        "quality": [(code, str(label)) for code, label in CanalQuality.choices],
    }


def mucosa_names() -> dict[str, dict[str, str]]:
    """The regions of the map of the mouth, and what is found there."""
    return {
        "numbers": {site: str(number) for site, number in sites.NUMBERS.items()},
        "sites": {site: str(finding_words.SITE_NAMES[site]) for site in sites.MUCOSA},
        "lesions": {kind: str(FindingKind(kind).label) for kind in sites.LESIONS},
    }


def _mucosa() -> dict[str, str]:
    return {
        "mucosaMap": _("Regions of the mouth; arrows move, Enter chooses a finding there"),
        "mucosaChoose": _("Tap a region of the mouth, then say what is there."),
        "mucosaSize": _("Size, mm"),
        "mucosaNote": _("In words: edges, colour, pain"),
        "mucosaSave": _("Put on the chart"),
        "mucosaWhere": _("Choose the region on the map, or type its number first: M20 ulc 5"),
        "mucosaKeys": _("A digit puts its finding on the region, R the last one once more, U or Escape leads back to the teeth."),
    }


def _favourites() -> dict[str, str]:
    return {
        "mayNotDiagnose": _("This gesture makes a diagnosis, and your role makes none. Nothing was recorded: enter the finding alone."),
        "keep": _("Keep under a number key"),
        "keptUnder": _("Kept under key"),
        "chooseKey": _("– under which key? Tap it or press its digit; the whole clinic sees it there."),
        "freeKey": _("free"),
        "freeThisKey": _("Take off key"),
        "leave": _("Leave as it is"),
    }


def note_words() -> dict[str, str]:
    """Sentences of the note's script."""
    return {
        "lost": _("The server could not be reached. Nothing was lost: try again."),
        "broken": _("The server could not answer. Nothing was lost: try again."),
        "saved": _("Saved at"),
        "saving": _("Saving…"),
        "typing": _("Not saved yet…"),
        "notSaved": _("Not saved. Your text is kept here."),
        "missing": _("Not signed yet. What the note must say is marked: fill it in, then sign."),
        "tryAgain": _("Try again"),
        "theirs": _("Somebody else has written here since:"),
        "gaps": _("Where ___ stands nothing was written. Sign the note all the same? It cannot be changed afterwards; corrections are addenda."),
        "keepMine": _("Keep mine"),
        "takeTheirs": _("Take theirs"),
        "nothingFound": _("Nothing found."),
        "findCode": _("Code or words, for example K02"),
        "codesLanguage": _("The dictionary has its titles in Russian: search by code or by Russian words."),
        **_outlines(),
    }


def _outlines() -> dict[str, str]:
    return {
        "fill": pgettext("note", "Fill in"),
        "fillKey": _("Key F2: every empty section is filled with what was charted; what is written stays"),
        "otherOutline": _("Another template"),
        "chooseOutline": _("Choose a template"),
        "noneFits": _("No template fits what was charted. Choose one beside."),
        "noOutlines": _("There are no templates of whole notes in this language yet."),
        "filled": _("The note is filled in. Read it, then sign."),
        "nothingToFill": _("Every section of this template is written already; nothing was changed."),
        "keptWritten": _("What was written before stayed as it was."),
        "blanks": _("Where ___ stands, nothing was charted: type over it."),
    }
