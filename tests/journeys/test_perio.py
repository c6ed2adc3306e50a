"""A periodontal exam alone at the chair: counted keys, signs, a cut line, two screens on one exam, a finger, closing."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Page, Route, expect

from charting import actions as charting
from charting import teeth
from charting.perio import actions, rules
from charting.perio.models import PerioExam, PerioTooth
from clinic.history.context import acting
from clinic.patients.models import Patient
from clinic.staff.actions import context_of
from clinic.staff.models import User
from tests.charting.factories import NOW, patient_petrov
from tests.journeys.hands import Keys, box_of, login_as
from tests.journeys.screens import TABLET, on_both_screens, on_the_laptop_and_at_night_on_the_tablet
from tests.staff.factories import dr_orlova

ZIGZAG = ((teeth.UPPER_ROW, "V", 1), (teeth.UPPER_ROW, "L", -1), (teeth.LOWER_ROW, "V", 1), (teeth.LOWER_ROW, "L", -1))


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """No copies of pages: a load that fails here fails."""
    return {**browser_context_args, "service_workers": "block"}


@pytest.fixture
def seat() -> tuple[User, Patient]:
    with transaction.atomic():
        return dr_orlova(), patient_petrov()


def begin(page: Page, base_url: str, seat: tuple[User, Patient]) -> PerioExam:
    """From the chart's button to an empty exam."""
    login_as(page, seat[0], base_url)
    page.goto(f"/patients/{seat[1].pk}/chart/")
    page.get_by_role("link", name="Periodontal exams").click()
    page.get_by_role("button", name="Begin an exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    return PerioExam.objects.get()


def places(absent: frozenset[int] = frozenset()) -> list[tuple[int, str]]:
    """Sites in the order of the path, worked out apart from the page's own script."""
    found = []
    for row, side, way in ZIGZAG:
        line = [
            (tooth, site)
            for tooth in row
            if tooth not in absent
            for site in ((f"D{side}", side, f"M{side}") if teeth.TEETH[tooth].is_right else (f"M{side}", side, f"D{side}"))
        ]
        found += line[::way]
    return found


def saved(exam: PerioExam, column: str) -> dict[tuple[int, str], int | None]:
    rows = PerioTooth.objects.filter(exam=exam)
    return {(row.tooth, site): value for row in rows for site, value in zip(rules.SITES, getattr(row, column), strict=True)}


def all_sent(page: Page) -> None:
    expect(page.locator("#perio-unsent")).to_be_hidden()
    expect(page.locator("#perio-saved")).not_to_have_attribute("hidden", "")


class Finger(Keys):
    """A finger on the pad: what it taps is counted like keys. The pad stands still, so that a finger finds its keys where they were."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        keys = page.locator("#perio-pad [data-does^='number ']").all()
        self.places = {(key.get_attribute("data-does") or "").removeprefix("number "): box_of(key) for key in keys}

    def press(self, *names: str) -> None:
        for name in names:
            box = self.places[name]
            self.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            self.count += 1


@on_the_laptop_and_at_night_on_the_tablet
def test_192_sites_take_192_keys_or_taps(page: Page, base_url: str, seat: tuple[User, Patient], *, has_touch: bool) -> None:
    exam = begin(page, base_url, seat)
    keys, depths = Finger(page) if has_touch else Keys(page), [place * 7 % 9 + 1 for place in range(192)]
    keys.press(*map(str, depths))
    expect(page.locator("#perio-count")).to_have_text("192 / 192")
    all_sent(page)
    assert keys.count <= 200
    assert saved(exam, "depths") == dict(zip(places(), depths, strict=True))


@on_the_laptop_and_at_night_on_the_tablet
def test_depths_and_margins_take_384_keys_or_taps(page: Page, base_url: str, seat: tuple[User, Patient], *, has_touch: bool) -> None:
    exam = begin(page, base_url, seat)
    page.get_by_label("How it is measured").click()
    page.get_by_label("Measured at each site").select_option("both")
    page.locator("#perio-sheets").focus()
    keys, depths, margins = (
        Finger(page) if has_touch else Keys(page),
        [place * 7 % 10 for place in range(192)],
        [place * 3 % 10 for place in range(192)],
    )
    for depth, margin in zip(depths, margins, strict=True):
        keys.press(str(depth), str(margin))
    expect(page.locator("#perio-count")).to_have_text("192 / 192")
    all_sent(page)
    assert keys.count <= 400
    assert saved(exam, "depths") == dict(zip(places(), depths, strict=True))
    assert saved(exam, "margins") == dict(zip(places(), margins, strict=True))


@pytest.mark.browser_context_args(viewport=TABLET, has_touch=True)
def test_the_pad_stands_still_whatever_is_told(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    """A key that moves under a finger is another number: a cut line, a refused sign and a long word are told without moving the pad."""
    exam = begin(page, base_url, seat)
    finger, key = Finger(page), page.locator("#perio-pad [data-does='number 3']")
    stands = box_of(key)
    finger.press(*"333")
    page.context.set_offline(offline=True)
    finger.press(*"333")
    expect(page.locator("#perio-unsent")).to_contain_text("could not be reached")
    assert box_of(key) == stands
    page.locator("#perio-pad [data-does='prefix mobility']").tap()
    assert box_of(key) == stands
    finger.press(*"2333")
    page.context.set_offline(offline=False)
    all_sent(page)
    assert box_of(key) == stands
    assert list(saved(exam, "depths").values()).count(3) == 9


def test_absent_teeth_are_skipped_and_hands_can_correct(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        charting.record_finding(patient=seat[1], kind="missing", tooth=18, actor=seat[0], at=NOW)
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    expect(page.locator("#perio-here")).to_have_text("17 DV")
    keys.press("3", "b", "Shift+2", "p", "Backspace", "5", "m", "2", "f", "1", "Space", "4", "s")
    all_sent(page)
    row = PerioTooth.objects.get(exam=exam, tooth=17)
    assert dict(zip(rules.SITES, row.depths, strict=True)) == {"DV": 3, "V": 5, "MV": None, "ML": None, "L": None, "DL": None}
    assert (row.bleeding, row.plaque, row.mobility, row.furcation_v) == (["DV"], ["V"], 2, 1)
    sixteen = PerioTooth.objects.get(exam=exam, tooth=16)
    assert (sixteen.depths[rules.SITES.index("DV")], sixteen.suppuration) == (4, ["DV"])
    keys.press("Control+z", "Control+z")
    all_sent(page)
    sixteen.refresh_from_db()
    assert (sixteen.depths[rules.SITES.index("DV")], sixteen.suppuration) == (None, [])
    page.locator("[data-site='46 L']").click()
    keys.press("7")
    all_sent(page)
    assert saved(exam, "depths")[46, "L"] == 7


def test_a_cut_line_loses_nothing(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    keys.press(*"333333")
    all_sent(page)
    page.route("**/entries", lambda route: route.abort("internetdisconnected"))
    keys.press(*"454545")
    expect(page.locator("#perio-unsent")).to_contain_text("Not sent yet: 6")
    expect(page.locator("#perio-unsent")).to_contain_text("Nothing was lost")
    page.unroute("**/entries")
    keys.press(*"21")
    all_sent(page)
    assert [saved(exam, "depths")[place] for place in places()[:14]] == [3, 3, 3, 3, 3, 3, 4, 5, 4, 5, 4, 5, 2, 1]


def test_what_the_server_refuses_is_told_and_taken_off_the_sheet(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    with acting(context_of(seat[0])), transaction.atomic():
        PerioExam.objects.filter(pk=exam.pk).update(absent=[17])
    Keys(page).press(*"3334")
    expect(page.get_by_role("alert").filter(has_text="Tooth 17 is not in the mouth")).to_contain_text("Not taken: 17 DV · Depth 4")
    all_sent(page)
    assert {place: value for place, value in saved(exam, "depths").items() if value is not None} == {(18, "DV"): 3, (18, "V"): 3, (18, "MV"): 3}


def test_two_screens_on_one_site_are_asked(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    with acting(context_of(seat[0])):
        actions.record_entries(exam=exam, entries=[actions.Sent(rules.Entry(18, "depth", "DV", 6))], actor=seat[0])
    Keys(page).press("4")
    asked = page.get_by_role("alert").filter(has_text="18 DV")
    expect(asked).to_contain_text("somebody measured here meanwhile")
    assert saved(exam, "depths")[18, "DV"] == 6
    asked.get_by_role("button", name="Write 4").click()
    all_sent(page)
    assert saved(exam, "depths")[18, "DV"] == 4


def test_a_failed_load_is_no_empty_exam(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)

    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route(f"**/api/v1/perio-exams/{exam.pk}", cut)
    page.reload()
    expect(page.get_by_text("The exam could not be loaded. This is not an empty exam.")).to_be_visible()
    page.unroute(f"**/api/v1/perio-exams/{exam.pk}")
    page.get_by_role("button", name="Load again").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")


@on_both_screens
def test_a_finger_measures_concludes_and_closes(page: Page, base_url: str, seat: tuple[User, Patient], *, has_touch: bool) -> None:
    exam = begin(page, base_url, seat)

    def tap(name: str) -> None:
        button = page.locator(f"#perio-pad [data-does='{name}']")
        button.tap() if has_touch else button.click()

    for name in ("number 6", "flag bleeding", "number 10", "back", "number 5"):
        tap(name)
    all_sent(page)
    assert (saved(exam, "depths")[18, "DV"], saved(exam, "depths")[18, "V"]) == (6, 5)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.locator("#conclusion")).to_contain_text("margins")
    page.get_by_label("Cigarettes a day").fill("12")
    page.get_by_label("Stage").select_option("III")
    page.get_by_role("button", name="Save the conclusion").click()
    expect(page.get_by_text("The conclusion is saved.")).to_be_visible()
    expect(page.get_by_label("Cigarettes a day")).to_have_value("12")
    page.get_by_role("link", name="Close the exam").click()
    expect(page.locator("#panel")).to_contain_text("2 of 192 sites are measured")
    page.locator("#panel").get_by_role("button", name="Close the exam").click()
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "closed")
    expect(page.locator("#perio-pad")).to_have_count(0)
    exam.refresh_from_db()
    assert (exam.stage, exam.cigarettes_a_day, exam.closed_by) == ("III", 12, seat[0])


def test_triplets_fill_three_sites_with_one_key(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    keys.press("t", "3", "b", "4")
    all_sent(page)
    assert PerioTooth.objects.get(exam=exam, tooth=18).bleeding == ["MV", "V", "DV"]
    assert [saved(exam, "depths")[17, site] for site in ("DV", "V", "MV")] == [4, 4, 4]
    keys.press("Control+z", "Backspace", "2", *["3"] * 63)
    expect(page.locator("#perio-count")).to_have_text("192 / 192")
    all_sent(page)
    assert keys.count <= 75
    assert [saved(exam, "depths")[18, site] for site in rules.SITES] == [2, 2, 2, 3, 3, 3]


def test_degrees_widths_and_prognosis_by_keys_and_by_the_pad(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    with transaction.atomic():
        charting.record_finding(patient=seat[1], kind="missing", tooth=18, actor=seat[0], at=NOW)
    exam = begin(page, base_url, seat)
    keys = Keys(page)
    keys.press("3", "g", "4", "r", "3", "m", "2", "f", "1")
    all_sent(page)
    row = PerioTooth.objects.get(exam=exam, tooth=17)
    assert (row.gingiva_v, row.prognosis, row.mobility, row.furcation_v) == (4, "poor", 2, 1)
    expect(page.locator("[data-grades='17']")).to_contain_text("M2 FV1 ◑")
    keys.press("m", "7")
    expect(page.locator("#perio-last")).to_have_text("This is no degree of the tooth: 0 to 3.")
    keys.press("m", "Minus", "r", "0")
    page.locator("#perio-pad [data-does='prefix gingiva']").click()
    page.locator("#perio-pad [data-does='number 2']").click()
    all_sent(page)
    row.refresh_from_db()
    assert (row.gingiva_v, row.prognosis, row.mobility) == (2, "", None)
    page.locator("[data-site='11 V']").click()
    keys.press("f", "1")
    expect(page.locator("#perio-last")).to_contain_text("No furcation is probed here")


def test_a_digit_that_is_held_is_ten_more(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    page.locator("#perio-pad [data-does='number 2']").click(delay=700)
    all_sent(page)
    assert (saved(exam, "depths")[18, "DV"], saved(exam, "depths")[18, "V"]) == (12, None)


def test_a_person_measures_in_an_order_of_their_own_on_every_screen(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = begin(page, base_url, seat)
    page.get_by_label("How it is measured").click()
    with page.expect_response("**/perio-script"):
        page.locator("#script-path").select_option("custom")
    runs = page.locator("#script-runs li")
    expect(runs).to_have_count(4)
    for name in (
        "Take out: Lower jaw · lingual ←",
        "Earlier: Lower jaw · vestibular →",
        "Earlier: Lower jaw · vestibular →",
        "The other way round: Lower jaw · vestibular →",
    ):
        with page.expect_response("**/perio-script"):
            page.get_by_role("button", name=name).click()
    expect(page.locator("#script-runs")).to_contain_text("Not on the path:")
    with page.expect_response("**/perio-script"):
        page.get_by_role("button", name="+ Lower left · lingual →").click()
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.locator("#perio-here")).to_have_text("38 DV")
    keys = Keys(page)
    keys.press(*["3"] * 48, *["2"] * 96, *["4"] * 24)
    expect(page.locator("#perio-asked")).to_have_text("The path is measured. Tap a site to change it.")
    keys.press("9")
    all_sent(page)
    depths = saved(exam, "depths")
    assert (depths[38, "DV"], depths[48, "DV"], depths[11, "V"], depths[31, "ML"], depths[38, "DL"], depths[41, "ML"]) == (3, 3, 2, 4, 4, None)
    keys.press("Backspace", "5")
    all_sent(page)
    assert saved(exam, "depths")[38, "DL"] == 5


EAR = """
const rises = (name) => new DOMException(name, name);
window.starts = 0;
window.SpeechRecognition = class {
  start() {
    if (this.on) throw rises("InvalidStateError");
    [this.on, this.results, window.ear] = [true, [], this];
    window.starts += 1;
    setTimeout(() => window.refuses ? this.fail(window.refuses) : this.onstart?.(), 100);
  }
  abort() { if (this.on) setTimeout(() => this.fail("aborted")); }
  fail(error) { this.onerror?.({ error }); this.end(); }
  end() { if (this.on) { this.on = false; this.onend?.(); } }
  tell(transcript, isFinal) {
    const open = this.results.findIndex((result) => !result.isFinal);
    const place = open < 0 ? this.results.length : open;
    this.results[place] = Object.assign([{ transcript, confidence: 0.9 }], { isFinal });
    this.onresult({ resultIndex: place, results: this.results });
  }
};
window.say = (text) => window.ear.tell(text, true);
"""
RESTLESS = """() => {
  const begin = SpeechRecognition.prototype.start;
  SpeechRecognition.prototype.start = function () { begin.call(this); setTimeout(() => this.end(), 5); };
}"""
"""A recogniser as Chromium's behaves: it begins and ends by itself, keeps its results, guesses before it is sure."""


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "323 bleeding tooth sixteen plus two"), ("ru", "три 23 кровь зуб 16 двенадцать"), ("fr", "3 deux trois saignement dent 16 douze")],
)
def test_an_exam_by_voice(page: Page, base_url: str, seat: tuple[User, Patient], language: str, said: str) -> None:
    with acting(context_of(seat[0])), transaction.atomic():
        User.objects.filter(pk=seat[0].pk).update(language=language)
    with acting(context_of(seat[0])):
        exam = actions.begin_exam(patient=seat[1], actor=seat[0], at=NOW)
    page.add_init_script(EAR)
    login_as(page, seat[0], base_url)
    page.goto(f"/perio/{exam.pk}/")
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    assert page.evaluate("window.ear === undefined")
    page.keyboard.press("v")
    expect(page.locator("#perio-heard")).to_be_visible()
    assert page.evaluate("window.ear.lang").startswith(language)
    page.evaluate("text => window.say(text)", said)
    all_sent(page)
    depths = saved(exam, "depths")
    assert [depths[18, site] for site in ("DV", "V", "MV")] == [3, 2, 3]
    assert (depths[16, "DV"], PerioTooth.objects.get(exam=exam, tooth=18).bleeding) == (12, ["MV"])
    page.evaluate("window.say('12')")
    expect(page.locator("#perio-heard")).to_contain_text("12")
    expect(page.locator("#perio-heard")).to_have_class("perio-heard chip chip-warning")
    page.keyboard.press("v")
    page.evaluate("window.say('5')")
    all_sent(page)
    assert saved(exam, "depths")[16, "V"] is None


def listen(page: Page, base_url: str, seat: tuple[User, Patient]) -> PerioExam:
    with acting(context_of(seat[0])):
        exam = actions.begin_exam(patient=seat[1], actor=seat[0], at=NOW)
    page.add_init_script(EAR)
    login_as(page, seat[0], base_url)
    page.goto(f"/perio/{exam.pk}/")
    expect(page.locator("#perio-page")).to_have_attribute("data-state", "draft")
    return exam


@pytest.mark.parametrize(
    ("error", "words"), [("not-allowed", "Allow it beside the page"), ("network", "over the internet"), ("audio-capture", "no microphone was found")]
)
def test_a_voice_that_cannot_be_says_why_and_how_to_go_on(page: Page, base_url: str, seat: tuple[User, Patient], error: str, words: str) -> None:
    listen(page, base_url, seat)
    page.evaluate("error => { window.refuses = error; }", error)
    page.keyboard.press("v")
    heard = page.locator("#perio-heard")
    expect(heard).to_contain_text(words)
    expect(heard).to_have_class("perio-heard chip chip-warning")
    expect(page.locator("#script-voice")).to_have_attribute("aria-pressed", "false")
    page.evaluate("() => { window.refuses = ''; }")
    page.keyboard.press("v")
    expect(heard).to_contain_text("Listening")
    assert page.evaluate("window.starts") == 2


def test_the_voice_goes_on_after_silence_and_takes_nothing_twice(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    exam = listen(page, base_url, seat)
    page.keyboard.press("v")
    heard = page.locator("#perio-heard")
    expect(heard).to_contain_text("Listening")
    page.evaluate("window.ear.tell('thr', false)")
    expect(heard).to_contain_text("thr …")
    page.evaluate("window.say('three')")
    page.evaluate("window.say('two')")
    page.evaluate("() => { window.ear.onerror({ error: 'no-speech' }); window.ear.end(); }")
    for _try in range(50):
        if page.evaluate("window.ear.on && window.starts === 2"):
            break
        page.wait_for_timeout(100)
    expect(heard).to_contain_text("two")
    page.evaluate("window.say('four')")
    all_sent(page)
    depths = saved(exam, "depths")
    assert [depths[18, site] for site in ("DV", "V", "MV")] == [3, 2, 4]
    assert depths.get((17, "DV")) is None


def test_a_voice_that_is_taken_or_restless_goes_off_in_words(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    listen(page, base_url, seat)
    page.keyboard.press("v")
    heard = page.locator("#perio-heard")
    expect(heard).to_contain_text("Listening")
    page.evaluate("window.ear.fail('aborted')")
    expect(heard).to_contain_text("another page has taken the microphone")
    page.evaluate(RESTLESS)
    page.keyboard.press("v")
    expect(heard).to_contain_text("again and again", timeout=20_000)


def test_where_the_browser_cannot_listen_no_voice_is_offered(page: Page, base_url: str, seat: tuple[User, Patient]) -> None:
    page.add_init_script("delete window.SpeechRecognition; delete window.webkitSpeechRecognition;")
    begin(page, base_url, seat)
    page.get_by_label("How it is measured").click()
    expect(page.locator("#script-aloud")).to_be_visible()
    expect(page.locator("#script-voice")).to_be_hidden()
