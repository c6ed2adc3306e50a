"""The steps of the chain as its people take them in the browser, in their own language."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from clinic.demo.people import Clinic
from clinic.patients.models import Patient
from tests.journeys.hands import login_as
from tests.journeys.place import now


@dataclass
class Walk:
    """One patient's way through the clinic; `dentist` names whose chair it is, `language` what everybody reads."""

    page: Page
    clinic: Clinic
    base_url: str
    language: str = "ru"
    dentist: str = "orlova"

    def say(self, text: str, context: str | None = None) -> str:
        """What the page says for this text in the language of the walk."""
        with translation.override(self.language):
            return translation.pgettext(context, text) if context else translation.gettext(text)

    def enter_as(self, username: str) -> None:
        login_as(self.page, self.clinic.users[username], self.base_url)
        self.page.goto("/")
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def press(self, text: str, *, inside: Locator | None = None) -> None:
        (inside or self.page.locator("body")).get_by_role("button", name=self.say(text), exact=True).first.click()

    def follow(self, text: str, *, inside: Locator | None = None) -> None:
        (inside or self.page.locator("body")).get_by_role("link", name=self.say(text), exact=True).first.click()

    def confirm(self, text: str) -> None:
        self.page.locator("dialog[open]").get_by_role("button", name=self.say(text), exact=True).click()

    def open_tab(self, name: str) -> None:
        self.page.locator(f".tabs a[href$='/{name}/']").click()
        self.page.wait_for_url(f"**/{name}/")
        expect(self.page.locator(f".tabs a[href$='/{name}/']")).to_have_attribute("aria-current", "page")

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def register(self, last_name: str, first_name: str, *, phone: str) -> Patient:
        """The administrator enters a new patient with a phone and an allergy."""
        self.page.goto("/patients/")
        self.page.locator("a[href='/patients/new/']").first.click()
        for name, value in (("last_name", last_name), ("first_name", first_name)):
            self.page.locator(f"[name={name}]").fill(value)
        self.page.locator("[name=birth_date]").fill("17.05.1980" if self.language == "ru" else "17/05/1980")
        self.page.locator("[name$='-0-value']").fill(phone)
        self.page.locator("[name$='-0-severity']").select_option("critical")
        self.page.locator("select[name^=alerts][name$='-0-kind']").select_option("allergy")
        self.page.locator("[name^=alerts][name$='-0-text']").fill("Penicillin")
        self.press("Register")
        expect(self.page.locator(".patient-header, header").filter(has_text=last_name).first).to_be_visible()
        expect(self.page.locator(".chip-alert").first).to_contain_text(self.say("Medical alert: ask the dentist"))
        return Patient.objects.get(last_name=last_name)

    def book(self, patient: Patient) -> None:
        """An hour from now on in the dentist's own chair, by the diary's panel."""
        chair = self.clinic.working[self.dentist]
        starts = now().astimezone(ZoneInfo(chair.branch.time_zone))
        self.page.goto("/diary/")
        self.page.keyboard.press("n")
        self.panel.locator("[name=q]").press_sequentially(patient.last_name, delay=20)
        self.panel.locator("[data-hits] a").first.click()
        expect(self.panel.locator("[data-chosen]")).to_contain_text(patient.last_name)
        self.panel.locator("[name=day]").fill(f"{starts:%Y-%m-%d}")
        self.panel.locator("[name=time]").fill(f"{starts:%H:%M}")
        self.panel.locator("[name=minutes]").fill("60")
        self.panel.locator("[name=dentist_id]").select_option(str(self.clinic.users[self.dentist].pk))
        self.panel.locator("[name=chair_id]").select_option(str(chair.pk))
        self.press("Book", inside=self.panel)
        expect(self.card(patient)).to_be_visible()

    def card(self, patient: Patient) -> Locator:
        return self.page.locator(".diary-card", has_text=patient.last_name)

    def seat(self, patient: Patient) -> None:
        """The dentist opens the appointment in the diary and begins the visit."""
        self.page.goto("/diary/")
        self.card(patient).focus()
        self.page.keyboard.press("Enter")
        self.press("Seat and open the visit", inside=self.panel)
        self.page.wait_for_url("**/visits/*/")
        expect(self.page.locator("[name=complaint]")).to_be_visible()

    def chart(self, tooth: int, surface: str, finding: str, service: str) -> None:
        """A click on a surface, the finding by its words; then a service is proposed for the same surface."""
        self.open_tab("chart")
        expect(self.page.locator("#chart-page")).to_have_attribute("data-state", "now")
        self.page.locator(f"[data-tooth='{tooth}'] .occlusal path[data-surface='{surface}']").click()
        self.enter(finding)
        expect(self.page.locator("#chart-list")).to_contain_text(str(tooth))
        self.page.locator("#palette-mode label", has=self.page.locator("[value=proposed]")).click()
        if not self.page.locator(f"[data-tooth='{tooth}'][aria-selected=true]").count():
            self.page.locator(f"[data-tooth='{tooth}'] .occlusal path[data-surface='{surface}']").click()
        self.enter(service)
        expect(self.page.locator("#chart-list tr", has_text=service)).to_be_visible()

    def enter(self, words: str) -> None:
        self.page.locator("#palette-search").fill(words)
        self.page.locator("#palette-list button").first.click()
        expect(self.page.locator("#palette-search")).to_have_value("")

    def plan(self, title: str) -> None:
        """The proposed procedure goes into a new plan, which is presented and accepted."""
        self.open_tab("plans")
        self.page.keyboard.press("n")
        self.panel.locator("[name=title]").fill(title)
        self.panel.locator("button.btn-primary").click()
        self.page.wait_for_url("**/plans/*/")
        expect(self.page.locator("#plan h2").first).to_contain_text(title)
        self.press("Add", inside=self.page.locator(".plan-proposals"))
        expect(self.page.locator("[data-item]")).to_have_count(1)

    def agree(self) -> None:
        self.press("Present to the patient")
        self.page.wait_for_url("**/presentation/")
        self.page.go_back()
        self.page.reload()
        self.press("Accept")
        self.confirm("Accept")

    def draw(self) -> None:
        """Two strokes of the mouse inside the frame."""
        canvas = self.page.locator("signature-field canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        for offset in (0.3, 0.6):
            self.page.mouse.move(box["x"] + 20, box["y"] + box["height"] * offset)
            self.page.mouse.down()
            for step in range(1, 12):
                self.page.mouse.move(box["x"] + 20 + 14 * step, box["y"] + box["height"] * (offset + (0.12 if step % 2 else -0.12)))
            self.page.mouse.up()
        expect(self.page.locator("[name=signature_strokes]")).not_to_have_value("")

    def sign_contract(self) -> None:
        """On the plan: the contract is issued, read on the screen and signed by the patient's hand."""
        plan = self.page.url
        self.page.locator(".alert-strip.is-warning a[data-panel]").click()
        self.panel.locator("button.btn-primary").click()
        self.page.wait_for_url("**/documents/*/")
        self.draw()
        self.press("Sign and lock")
        expect(self.page.locator("aside .state-signed")).to_be_visible()
        self.page.goto(plan)
        expect(self.page.locator(".alert-strip.is-good")).to_contain_text(self.say("Signed"))

    def order_lab_work(self) -> None:
        """Ordered, sent, taken into work and back."""
        self.open_tab("lab")
        self.page.locator(".alert-strip a[data-panel]").click()
        self.panel.locator("[name=lab]").select_option(index=1)
        self.panel.locator("[name=due_date]").fill(f"{now() + timedelta(days=7):%Y-%m-%d}")
        self.panel.locator("[name=shade]").fill("A2")
        self.panel.locator("button.btn-primary").click()
        self.page.locator("tbody a.row-link").first.click()
        for state in ("sent", "in_work", "returned"):
            self.page.locator(f"form:has(input[name=state][value={state}]) button").click()
            expect(self.page.locator(f"h2 .state-{state}, h2 .badge.state-{state}")).to_be_visible()

    def complete(self) -> None:
        """One click on the plan; what happened is told."""
        self.open_tab("plans")
        self.page.locator("tbody a.row-link").first.click()
        self.page.locator("form[hx-post$='/complete/'] button").click()
        expect(self.page.locator("[data-item] .state-done").first).to_be_visible()
        expect(self.panel.locator(".timeline > li")).to_have_count(4)
        self.page.keyboard.press("Escape")
        expect(self.panel).to_be_hidden()

    def sign_note(self, complaint: str) -> None:
        self.open_tab("visits")
        self.page.locator("a[href^='/visits/']").first.click()
        self.page.locator("[name=complaint]").fill(complaint)
        expect(self.page.locator("#note-status")).to_contain_text(self.say("Saved at"))
        self.press("Sign and lock")
        self.confirm("Sign and lock")
        expect(self.page.locator(".note-head .state-signed")).to_be_visible()

    def pay(self, patient: Patient) -> None:
        """The administrator finds the patient in the list of debts and takes all that is due by card."""
        self.page.goto("/unpaid/")
        self.page.locator("a.row-link", has_text=patient.last_name).click()
        self.page.wait_for_url("**/money/")
        self.page.keyboard.press("n")
        self.panel.locator("[name=method][value=card]").check()
        self.panel.locator("button.btn-primary").click()
        expect(self.page.locator(".tile").first.locator("dd")).not_to_have_class("owed")
        expect(self.page.locator("dd.owed")).to_have_count(0)
