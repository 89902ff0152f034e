// Opens the reports in the Tool's layout in headless Chromium, prints them, and reads back what was printed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const { WELLPROOF_REPORT_DIR: reports, WELLPROOF_READ_REVIEW: reader } = process.env;
if (!reports || !reader) throw new Error("WELLPROOF_REPORT_DIR and WELLPROOF_READ_REVIEW name no directory of reports and no reader");
const directory = path.join(reports, "wa");
const here = path.dirname(fileURLToPath(import.meta.url));
const screenshots = process.env.WELLPROOF_SCREENSHOTS ?? path.join(here, "screenshots");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const run = promisify(execFile);
await mkdir(screenshots, { recursive: true });

const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args });
});
after(() => browser?.close());

async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(path.join(directory, `${name}.html`)).href;
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.isNavigationRequest() || !request.url().startsWith(url)) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong, close: () => context.close() };
}

/** What a review says, without where it was read from. */
function said(json) {
  const { source, ...review } = JSON.parse(json);
  return { ...review, questions: review.questions.map(({ line, ...answer }) => answer) };
}

const read = async (file) => said((await run(reader, [file], { maxBuffer: 64 << 20 })).stdout);

async function printed(name) {
  const { page, close } = await open(name);
  const file = path.join(screenshots, `wa-${name}.pdf`);
  await page.pdf({ path: file, format: "A4" });
  await close();
  return file;
}

for (const name of ["seed", "suggested"]) {
  describe(`${name} in the Tool's layout`, () => {
    test("opens without a script, an error or a request", async () => {
      const { page, wrong, close } = await open(name);
      const made = await page.evaluate(() => ({
        foreign: document.querySelectorAll("script, img, svg, iframe, object, embed, link, base, video, audio, [style]").length,
        handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some((it) => it.name.startsWith("on"))).length,
        unseen: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent),
        broken: [...document.querySelectorAll('a[href^="#"]')].filter((a) => !document.getElementById(a.getAttribute("href").slice(1))).length,
      }));
      assert.deepEqual(made, { foreign: 0, handlers: 0, unseen: false, broken: 0 });
      assert.deepEqual(wrong, []);
      await close();
    });

    test("its headings are in order, and all is there", async () => {
      const { page, close } = await open(name);
      const levels = await page.locator("h1, h2, h3, h4, h5, h6").evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
      assert.equal(levels[0], 1);
      assert.deepEqual(levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1), []);
      assert.equal(await page.locator(".question").count(), 46);
      assert.equal(await page.getByText("Suggestions from evidence").count(), name === "suggested" ? 1 : 0);
      await close();
    });

    test("axe finds nothing", async () => {
      const { page, close } = await open(name, { bypassCSP: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
      );
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`), []);
      await close();
    });

    test("nothing is cut off sideways, wide or narrow, on paper or not", async () => {
      for (const [width, media] of [[1280, "screen"], [400, "screen"], [320, "screen"], [680, "print"]]) {
        const { page, close } = await open(name, { viewport: { width, height: 900 } });
        await page.emulateMedia({ media });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${over} px too wide at ${width}, ${media}`);
        await close();
      }
    });

    test("is photographed", async () => {
      for (const width of [1280, 400]) {
        const { page, close } = await open(name, { viewport: { width, height: 900 } });
        await page.screenshot({ path: path.join(screenshots, `wa-${name}-${width}.png`) });
        await page.locator(".question").first().scrollIntoViewIfNeeded();
        await page.locator(".question").first().evaluate((one) => one.scrollIntoView());
        await page.screenshot({ path: path.join(screenshots, `wa-${name}-${width}-question.png`) });
        await close();
      }
    });
  });
}

test("what is printed, copied or saved of a review says what the review says", async () => {
  const review = said(await readFile(path.join(directory, "seed.json"), "utf8"));
  assert.deepEqual(await read(path.join(directory, "seed.html")), review);
  assert.deepEqual(await read(await printed("seed")), review);
  const { page, close } = await open("seed");
  const copied = path.join(screenshots, "wa-seed.txt");
  await writeFile(copied, await page.evaluate(() => document.body.innerText));
  await close();
  assert.deepEqual(await read(copied), review);
});

test("suggestions are no answers on paper either", async () => {
  await assert.rejects(read(await printed("suggested")), /suggestions from evidence/);
});
