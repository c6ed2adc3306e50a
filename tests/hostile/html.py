"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

SENDERS = ("hx-post", "hx-put", "hx-patch", "hx-delete")


@dataclass
class Form:
    """Where a form goes and what stands in its fields."""

    action: str
    method: str = "POST"
    fields: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: int = 0
    """Those that send it."""

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.action.partition("?")[0], tuple(sorted(self.fields))


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.links: set[str] = set()
        self.open: Form | None = None
        self.select = ""
        self.text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.links |= {values[name] for name in ("href", "hx-get", "src") if values.get(name, "").startswith("/")}
        if tag == "button" and self.open is not None and values.get("type", "submit") == "submit" and "disabled" not in values:
            self.open.buttons += 1
        if tag == "form":
            self._open(values)
        elif any(name in values for name in SENDERS):
            self.forms.append(Form(next(values[name] for name in SENDERS if name in values)))
        elif self.open is not None and values.get("name"):
            self._field(tag, values)
        elif tag == "option" and self.open is not None and self.select and ("selected" in values or self.select not in self.open.fields):
            self.open.fields[self.select] = [values.get("value", "")]

    def _open(self, values: dict[str, str]) -> None:
        sender = next((values[name] for name in SENDERS if name in values), "")
        self.open = Form(sender or values.get("action") or self.address, "POST" if sender else values.get("method", "get").upper())
        self.forms.append(self.open)

    def _field(self, tag: str, values: dict[str, str]) -> None:
        assert self.open is not None
        name, kind = values["name"], values.get("type", tag)
        self.select = name if tag == "select" else ""
        self.open.kinds[name] = kind
        if tag == "textarea":
            self.text = (name, [])
        elif tag != "select" and (kind not in ("checkbox", "radio") or "checked" in values):
            self.open.fields.setdefault(name, []).append(values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.text:
            self.text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.text and self.open is not None:
            self.open.fields[self.text[0]] = ["".join(self.text[1])]
            self.text = None


def read(html: str, address: str) -> tuple[list[Form], set[str]]:
    """Forms and links of a page."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms, reader.links
