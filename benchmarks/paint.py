"""`python -m benchmarks.paint`: how soon a chart of twenty years is drawn in headless Chromium, from the click to the frame that shows it."""

import argparse
import importlib
import os
from statistics import median

from benchmarks.entrance import enter

LIMIT_MS = 300
WARM_UP = 3
DRAWN = """() => new Promise((resolve) => {
  const page = document.getElementById("chart-page");
  const after = () => requestAnimationFrame(() => setTimeout(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    resolve({drawn: performance.now(), answered: navigation.responseEnd, teeth: document.querySelectorAll("#arch [data-tooth]").length});
  }));
  if (page.dataset.state === "now") return after();
  new MutationObserver((_changes, watch) => { if (page.dataset.state === "now") { watch.disconnect(); after(); } }).observe(page, {attributes: true});
})"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paint", description="Measure how soon a long chart is drawn in a browser.")
    parser.add_argument("--clinic", default="200000-5", help="folder of a filled clinic (default 200000-5)")
    parser.add_argument("--times", type=int, default=20, help="measured openings (default 20)")
    arguments = parser.parse_args()
    enter(arguments.clinic)
    importlib.import_module("benchmarks.paint").measure(arguments.times)


def measure(times: int) -> None:
    """Prints the figures in milliseconds from the start of the navigation."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needs the environment that `enter` made

    from benchmarks import server  # noqa: PLC0415
    from benchmarks.long_record import long_record  # noqa: PLC0415
    from benchmarks.place import place  # noqa: PLC0415
    from clinic.demo.team import PASSWORD  # noqa: PLC0415
    from clinic.history.context import Context, acting  # noqa: PLC0415
    from clinic.local_run import mark_of_files  # noqa: PLC0415

    with acting(Context(actor="system:benchmark", actor_name="benchmark", actor_role="system", purpose="operation")):
        patient = long_record(place())
    os.environ["STATIC_MARK"] = mark_of_files()
    with server.serving("clinic.wsgi:application", "benchmarks.paint_settings") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=f"http://{address}", viewport={"width": 1280, "height": 800})
        page.goto("/login/")
        page.fill("[name=username]", "bench0")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"http://{address}/")
        found = []
        for _turn in range(WARM_UP + times):
            page.goto(f"/patients/{patient}/chart/", wait_until="commit")
            page.wait_for_selector("#chart-page", state="attached")
            found.append(page.evaluate(DRAWN))
        browser.close()
    counted = found[WARM_UP:]
    drawn, after = (sorted(values) for values in ([one["drawn"] for one in counted], [one["drawn"] - one["answered"] for one in counted]))
    verdict = "within" if median(drawn) <= LIMIT_MS else "OVER"
    print(f"{times} openings, {counted[0]['teeth']} teeth, load {os.getloadavg()[0]:.1f}; milliseconds, limit {LIMIT_MS}")
    print(f"drawn after the click: p50 {median(drawn):.0f}, slowest {drawn[-1]:.0f} ({verdict}); after the page's answer: p50 {median(after):.0f}")


if __name__ == "__main__":
    main()
