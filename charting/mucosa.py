"""The mucosa by regions of the map: which have findings, and what is told of them, in the reader's language."""

from dataclasses import dataclass

from charting import finding_words, sites
from charting.queries import Chart


@dataclass(frozen=True)
class Region:
    """A region with findings, under its number on the map."""

    site: str
    number: int
    name: str
    told: str


def regions_of(chart: Chart) -> list[Region]:
    """The regions in which something stands at the chart's instant, by their numbers."""
    drawn = {mark.source for mark in chart.mouth.marks}
    found: dict[str, list[str]] = {}
    for finding in chart.findings:
        if finding.site in sites.NUMBERS and str(finding.pk) in drawn:
            text = finding_words.title(finding)
            found.setdefault(finding.site, []).append(f"{text} ({finding.note})" if finding.note else text)
    ordered = sorted(found, key=sites.NUMBERS.__getitem__)
    return [Region(site, sites.NUMBERS[site], str(finding_words.SITE_NAMES[site]), "; ".join(found[site])) for site in ordered]
