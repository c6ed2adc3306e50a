"""The steps of the chain as its people take them in the browser, in their own language, with a mouse or with a finger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from clinic.demo.people import Clinic
from clinic.patients.models import Patient
from clinic.scheduling.models import Appointment
from tests.journeys import hands
from tests.journeys.place import now

QUARTER = 15
LATEST = 22 * 60


@dataclass
class Walk:
    """One patient's way through the clinic; `dentist` names whose chair it is, `language` what everybody reads."""

    page: Page
    clinic: Clinic
    base_url: str
    language: str = "ru"
    dentist: str = "orlova"
    has_touch: bool = False

    # What everybody does

    def say(self, text: str, context: str | None = None) -> str:
        """What the page says for this text in the language of the walk."""
        with translation.override(self.language):
            return translation.pgettext(context, text) if context else translation.gettext(text)

    def enter_as(self, username: str) -> None:
        hands.login_as(self.page, self.clinic.users[username], self.base_url)
        self.page.goto("/")
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def hit(self, what: Locator) -> None:
        """A click of the mouse, or a tap where there is none."""
        if self.has_touch:
            what.tap()
        else:
            what.click()

    def press(self, text: str, *, inside: Locator | None = None) -> None:
        self.hit((inside or self.page.locator("body")).get_by_role("button", name=self.say(text), exact=True).first)

    def save_panel(self) -> None:
        """The panel's own verb; a panel that is left standing has refused."""
        self.hit(self.panel.locator("button.btn-primary"))
        expect(self.panel).to_be_hidden()

    def confirm(self, text: str) -> None:
        self.hit(self.page.locator("dialog[open]").get_by_role("button", name=self.say(text), exact=True))

    def open_tab(self, name: str) -> None:
        tab = self.page.locator(f".tabs a[href$='/{name}/']")
        self.hit(tab)
        self.page.wait_for_url(f"**/{name}/")
        expect(tab).to_have_attribute("aria-current", "page")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    # The administrator's desk

    def register(self, last_name: str, first_name: str, *, phone: str) -> Patient:
        """A new patient with a phone and an allergy."""
        self.page.goto("/patients/")
        self.hit(self.page.locator("a[href='/patients/new/']").first)
        for name, value in (("last_name", last_name), ("first_name", first_name)):
            self.page.locator(f"[name={name}]").fill(value)
        self.page.locator("[name=birth_date]").fill("17.05.1980" if self.language == "ru" else "17/05/1980")
        self.page.locator("[name$='-0-value']").fill(phone)
        self.page.locator("[name$='-0-severity']").select_option("critical")
        self.page.locator("select[name^=alerts][name$='-0-kind']").select_option("allergy")
        self.page.locator("[name^=alerts][name$='-0-text']").fill("Penicillin")
        self.press("Register")
        expect(self.page.locator(".patient-header, header").filter(has_text=last_name).first).to_be_visible()
        expect(self.page.locator(".chip-alert").first).to_contain_text("Penicillin")
        return Patient.objects.get(last_name=last_name)

    def insure(self, programme: str, *, number: str) -> None:
        """The patient's policy, since the beginning of the year."""
        self.open_tab("insurance")
        self.page.keyboard.press("n")
        self.panel.locator("[name=programme]").select_option(label=programme)
        self.panel.locator("[name=number]").fill(number)
        self.panel.locator("[name=valid_from]").fill(f"{now().year}-01-01")
        self.panel.locator("[name=annual_limit]").fill("60000")
        self.save_panel()
        expect(self.page.locator("main")).to_contain_text(number)
        expect(self.page.locator("main .state-active")).to_be_visible()

    def book(self, patient: Patient) -> None:
        """Pull over an hour of the chair's free time (a finger taps its beginning); the panel knows day, time, chair and dentist."""
        self.page.goto("/diary/")
        start = self.first_minute()
        if self.has_touch:
            self.page.touchscreen.tap(*self.at(start))
            self.panel.locator("[name=minutes]").fill("60")
        else:
            hands.drag(self.page, self.at(start), self.at(start + 60))
        expect(self.panel.locator("[name=minutes]")).to_have_value("60")
        expect(self.panel.locator("[name=dentist_id]")).to_have_value(str(self.clinic.users[self.dentist].pk))
        self.panel.locator("[name=q]").press_sequentially(patient.last_name, delay=20)
        self.hit(self.panel.locator("[data-hits] a").first)
        expect(self.panel.locator("[data-chosen]")).to_contain_text(patient.last_name)
        self.press("Book", inside=self.panel)
        self.stands(patient, start, 60)

    def move(self, patient: Patient, minutes: int) -> None:
        """Pull the card to another time."""
        start, card = self.first_minute(), hands.box_of(self.card(patient))
        middle = (card["x"] + 40, card["y"] + card["height"] / 2)
        self.page.wait_for_load_state("networkidle")
        hands.drag(self.page, middle, (middle[0], middle[1] + self.at(minutes)[1] - self.at(0)[1]))
        self.stands(patient, start + minutes, 60)

    def resize(self, patient: Patient, minutes: int) -> None:
        """Pull the card's lower edge."""
        grip = hands.box_of(self.card(patient).locator(".diary-grip"))
        edge = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        self.page.wait_for_load_state("networkidle")
        hands.drag(self.page, edge, (edge[0], edge[1] + self.at(minutes)[1] - self.at(0)[1]))
        appointment = Appointment.objects.get(patient=patient)
        self.stands(patient, self.minute_of(appointment.starts_at), 60 + minutes)

    def stands(self, patient: Patient, start: int, minutes: int) -> None:
        """The card tells this time."""
        words = "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (start, start + minutes))
        expect(self.card(patient)).to_contain_text(words)
        expect(self.page.locator(".diary-ghost")).to_have_count(0)

    def card(self, patient: Patient) -> Locator:
        return self.page.locator(".diary-card", has_text=patient.last_name)

    def first_minute(self) -> int:
        """The appointment's wall time: this quarter of an hour, or the last hours of a late evening."""
        return min(self.minute_of(now()) // QUARTER * QUARTER, LATEST)

    def minute_of(self, moment: datetime) -> int:
        local = moment.astimezone(ZoneInfo(self.clinic.working[self.dentist].branch.time_zone))
        return local.hour * 60 + local.minute

    def at(self, minute: int) -> hands.Point:
        """Where this minute stands in the column of the dentist's chair."""
        column = self.page.locator(f".diary-column[data-column='{self.clinic.working[self.dentist].pk}']")
        box, hours = hands.box_of(column), self.page.locator(".diary-hour")
        first = int(hours.first.inner_text()[:2]) * 60
        return box["x"] + box["width"] - 30, box["y"] + box["height"] * (minute - first) / (hours.count() * 60) + 1

    # The dentist's chair

    def seat(self, patient: Patient) -> None:
        """The dentist opens the appointment in the diary and begins the visit."""
        self.page.goto("/diary/")
        self.hit(self.card(patient))
        self.press("Seat and open the visit", inside=self.panel)
        self.page.wait_for_url("**/visits/*/")
        expect(self.page.locator("[name=complaint]")).to_be_visible()

    def find(self, tooth: int, surface: str, finding: str) -> None:
        """A click on a surface, the finding by its words."""
        self.open_tab("chart")
        expect(self.page.locator("#chart-page")).to_have_attribute("data-state", "now")
        self.sees_whole_mouth()
        self.hit(self.page.locator(f"[data-tooth='{tooth}'] .occlusal path[data-surface='{surface}']"))
        self.enter(finding)
        expect(self.page.locator("#chart-list")).to_contain_text(str(tooth))

    def sees_whole_mouth(self) -> None:
        """Both arches above the fold, however much the patient's header says."""
        self.page.wait_for_function("document.querySelector('#arch .odontogram').getBoundingClientRect().bottom <= window.innerHeight")

    def diagnose(self, tooth: int, surface: str, code: str) -> None:
        """The finding beside the arch gets its ICD-10 code."""
        self.choose(tooth, surface)
        story = self.page.locator("#story")
        self.press("ICD-10", inside=story)
        story.locator("input[type=search]").fill(code)
        self.hit(story.locator(".code-list button", has_text=code).first)
        expect(story.locator(".story-code")).to_contain_text(code)

    def propose(self, tooth: int, surface: str, service: str) -> None:
        """A service is proposed for the same surface."""
        self.hit(self.page.locator("#palette-mode label", has=self.page.locator("[value=proposed]")))
        self.choose(tooth, surface)
        self.enter(service)
        expect(self.page.locator("#chart-list tr", has_text=service)).to_be_visible()

    def choose(self, tooth: int, surface: str) -> None:
        if not self.page.locator(f"[data-tooth='{tooth}'][aria-selected=true]").count():
            self.hit(self.page.locator(f"[data-tooth='{tooth}'] .occlusal path[data-surface='{surface}']"))

    def enter(self, words: str) -> None:
        self.page.locator("#palette-search").fill(words)
        self.hit(self.page.locator("#palette-list button").first)
        expect(self.page.locator("#palette-search")).to_have_value("")

    def plan(self, title: str) -> None:
        """The proposed procedure goes into a new plan."""
        self.open_tab("plans")
        self.page.keyboard.press("n")
        self.panel.locator("[name=title]").fill(title)
        self.hit(self.panel.locator("button.btn-primary"))
        self.page.wait_for_url("**/plans/*/")
        expect(self.page.locator("#plan h2").first).to_contain_text(title)
        self.press("Add", inside=self.page.locator(".plan-proposals"))
        expect(self.page.locator("[data-item]")).to_have_count(1)

    def offer_instead(self, title: str, service: str, teeth: str) -> None:
        """A second alternative with a service found by its name."""
        self.hit(self.page.locator("#plan .menu summary").first)
        self.hit(self.page.locator("a[href$='/alternatives/new/']"))
        self.panel.locator("[name=title]").fill(title)
        self.save_panel()
        expect(self.page.locator(".plan-alternatives [aria-current=true]")).to_contain_text(title)
        self.page.locator("#adder-teeth").fill(teeth)
        self.page.locator("#adder-q").press_sequentially(service, delay=20)
        self.hit(self.page.locator("#adder-found button", has_text=service).first)
        expect(self.page.locator("[data-item]")).to_contain_text(service)

    def agree(self, service: str) -> None:
        """All alternatives are shown side by side; the patient chooses the one with this service."""
        self.press("Present to the patient")
        self.page.wait_for_url("**/presentation/")
        self.press("I choose this", inside=self.page.locator(".presentation section", has_text=service))
        expect(self.page.locator(".plan-alternatives .state-accepted")).to_have_count(1)

    def sign_contract(self) -> None:
        """On the plan: the contract is issued, read on the screen and signed by the patient's hand."""
        plan = self.page.url
        self.hit(self.page.locator(".alert-strip.is-warning a[data-panel]"))
        self.sign()
        self.page.goto(plan)
        expect(self.page.locator(".alert-strip.is-good a[href^='/documents/']")).to_be_visible()

    def sign_consents(self) -> None:
        """Every consent the plan asks for is issued and signed."""
        plan = self.page.url
        wanted = self.page.locator(".alert-strip a[data-panel][href*='kind=consent']")
        for left in range(wanted.count(), 0, -1):
            expect(wanted).to_have_count(left)
            self.hit(wanted.first)
            self.sign()
            self.page.goto(plan)
        expect(wanted).to_have_count(0)

    def sign_all(self) -> None:
        """The contract and every consent are prepared by one button and signed one after another."""
        plan, onward = self.page.url, self.page.locator(".alert-strip a[data-key=s]")
        self.press("Prepare all documents")
        self.sign_here()
        while onward.count():
            signed = self.page.url
            self.hit(onward)
            expect(self.page).not_to_have_url(signed)
            self.sign_here()
        self.page.goto(plan)
        expect(self.page.locator(".alert-strip.is-good a[href^='/documents/']")).to_be_visible()
        expect(self.page.locator(".alert-strip a[href*='kind=consent']")).to_have_count(0)

    def sign(self) -> None:
        self.hit(self.panel.locator("button.btn-primary"))
        self.sign_here()

    def sign_here(self) -> None:
        """By the patient's hand on the document's page."""
        self.page.wait_for_url("**/documents/*/")
        self.draw()
        self.press("Sign and lock")
        expect(self.page.locator("aside .state-signed")).to_be_visible()

    def draw(self) -> None:
        """Two strokes inside the frame."""
        canvas = self.page.locator("signature-field canvas")
        canvas.scroll_into_view_if_needed()
        draw = hands.draw_with_a_finger if self.has_touch else hands.draw_with_the_mouse
        for height in (0.3, 0.6):
            draw(self.page, hands.scribble(hands.box_of(canvas), height))
        expect(self.page.locator("[name=signature_strokes]")).not_to_have_value("")

    def order_lab_work(self) -> None:
        """Ordered, sent, taken into work and back."""
        self.open_tab("lab")
        self.hit(self.page.locator(".alert-strip a[data-panel]"))
        self.panel.locator("[name=lab]").select_option(index=1)
        self.panel.locator("[name=due_date]").fill(f"{now() + timedelta(days=7):%Y-%m-%d}")
        self.panel.locator("[name=shade]").fill("A2")
        self.save_panel()
        self.hit(self.page.locator("tbody a.row-link").first)
        for state in ("sent", "in_work", "returned"):
            self.hit(self.page.locator(f"form:has(input[name=state][value={state}]) button"))
            expect(self.page.locator(f"h2 .state-{state}, h2 .badge.state-{state}")).to_be_visible()

    def open_plan(self) -> None:
        self.open_tab("plans")
        self.hit(self.page.locator("tbody a.row-link").first)

    def complete(self) -> Locator:
        """One click on the plan; what happened is told in the panel."""
        self.open_plan()
        self.hit(self.page.locator("form[hx-post$='/complete/'] button"))
        expect(self.page.locator("[data-item] .state-done").first).to_be_visible()
        expect(self.panel.locator(".timeline > li")).to_have_count(4)
        return self.panel.locator(".timeline")

    def leave_panel(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.panel).to_be_hidden()

    def sign_note(self, complaint: str) -> None:
        self.open_tab("visits")
        self.hit(self.page.locator("a[href^='/visits/']").first)
        self.page.locator("[name=complaint]").fill(complaint)
        self.hit(self.page.locator("#note-outlines button.btn-primary"))
        expect(self.page.locator("#note-treatment")).not_to_have_value("")
        expect(self.page.locator("#note-status")).to_contain_text(self.say("Saved at"))
        self.press("Sign and lock")
        self.confirm("Sign and lock")
        expect(self.page.locator(".note-head .state-signed")).to_be_visible()

    # Money

    def cover(self, insurer: str, category: str, *, percent: str, at_most: str) -> None:
        """What the insurer's first programme pays of a category of services."""
        self.page.goto("/insurers/")
        card = self.page.locator("section.card", has=self.page.locator("h2", has_text=insurer))
        self.hit(card.locator("a[href$='/coverage/']").first)
        self.panel.locator(f"[name=percent_{category}]").fill(percent)
        self.panel.locator(f"[name=limit_{category}]").fill(at_most)
        self.save_panel()
        expect(card).to_contain_text(f"{percent} %")

    def claim(self, insurer: str) -> None:
        """The register of the month is gathered and sent."""
        self.page.goto("/insurers/")
        self.page.keyboard.press("n")
        self.panel.locator("[name=insurer]").select_option(label=insurer)
        self.panel.locator("[name=period_from]").fill(f"{now() - timedelta(days=1):%Y-%m-%d}")
        self.panel.locator("[name=period_to]").fill(f"{now() + timedelta(days=1):%Y-%m-%d}")
        self.hit(self.panel.locator("button.btn-primary"))
        self.page.wait_for_url("**/claims/*/")
        with self.page.expect_download() as register:
            self.hit(self.page.locator("a[href$='.xlsx']"))
        assert register.value.suggested_filename.endswith(".xlsx")
        self.press("Mark as sent")
        self.confirm("Mark as sent")
        expect(self.page.locator(".subtitle .state-sent")).to_be_visible()

    def pay(self, patient: Patient) -> None:
        """The administrator finds the patient in the list of debts and takes all that is due by card."""
        self.page.goto("/unpaid/")
        self.hit(self.page.locator("a.row-link", has_text=patient.last_name))
        self.page.wait_for_url("**/money/")
        self.page.keyboard.press("n")
        self.panel.locator("[name=method][value=card]").check()
        self.save_panel()
        expect(self.page.locator(".tile").first.locator("dd")).not_to_have_class("owed")
        expect(self.page.locator("dd.owed")).to_have_count(0)
