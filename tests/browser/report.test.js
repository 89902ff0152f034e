// Opens every HTML report in WELLPROOF_REPORT_DIR in headless Chromium, as a reader would: from the disk.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const directory = process.env.WELLPROOF_REPORT_DIR;
if (!directory) throw new Error("WELLPROOF_REPORT_DIR names no directory of reports");
const here = path.dirname(fileURLToPath(import.meta.url));
const screenshots = process.env.WELLPROOF_SCREENSHOTS ?? path.join(here, "screenshots");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const reports = (await readdir(directory)).filter((name) => name.endsWith(".html")).sort();
if (reports.length === 0) throw new Error(`${directory} holds no report`);
await mkdir(screenshots, { recursive: true });

// Chromium's own services must not look like requests of the page.
const args = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
const OPENS_WITHIN_MS = 10_000;

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args });
});
after(() => browser?.close());

/** Opens a report and collects what it must not do. */
async function open(name, { hash = "", bypassCSP = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(path.join(directory, name)).href;
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.isNavigationRequest() || !request.url().startsWith(url)) wrong.push(`request: ${request.url()}`);
  });
  await page.goto(url + hash, { timeout: OPENS_WITHIN_MS });
  return { page, wrong, close: () => context.close() };
}

const shownChoices = (page) => page.locator("details.choice").evaluateAll((all) => all.filter((one) => !one.closest("[hidden]")).map((one) => ({ ...one.dataset, pillar: one.closest(".question").dataset.pillar })));
const optionsOf = (page, id) => page.locator(`#${id} option`).evaluateAll((all) => all.map((one) => ({ value: one.value, text: one.textContent })).filter((one) => one.value));
const status = (page) => page.locator("#filter-status").textContent();

/** A choice that has a call, by its place among all. */
const choiceWithCalls = (page) => page.locator("details.choice").evaluateAll((all) => all.findIndex((one) => one.querySelector("a.call")));

for (const name of reports) {
  describe(name, () => {
    test("opens without an error, a warning or a request, and says which edition it is about", async () => {
      const { page, wrong, close } = await open(name);
      assert.match(await page.title(), /review by evidence$/);
      assert.match(await page.locator("h1").textContent(), /edition \S+/);
      const known = await page.locator("details.question").count();
      assert.ok(known > 0, "no question");
      assert.match(await status(page), new RegExp(`of ${known} questions?$`));
      await page.click("#open-all");
      assert.deepEqual(wrong, []);
      await close();
    });

    test("draws every pillar with words beside the picture", async () => {
      const { page, close } = await open(name);
      const bars = page.locator("table.pillars svg[role=img]");
      const rows = await page.locator("table.pillars tbody tr").count();
      assert.ok(rows > 0);
      assert.equal(await bars.count(), rows);
      for (const bar of await bars.all()) {
        assert.match(await bar.getAttribute("aria-label"), /: \d[\d,]* met, .* not proven/);
        const { width, right, end } = await bar.evaluate((one) => ({
          width: one.getBoundingClientRect().width,
          right: one.getBoundingClientRect().right,
          end: Math.max(...[...one.children].map((part) => part.getBoundingClientRect().right)),
        }));
        assert.ok(width > 100 && Math.abs(end - right) < width / 50, "the bar fills its column");
      }
      await close();
    });

    test("filters by pillar, suggestion, account, region and text, and says how many it found", async () => {
      const { page, wrong, close } = await open(name);
      const all = await shownChoices(page);
      const holds = {
        "filter-pillar": (choice, value) => choice.pillar === value,
        "filter-verdict": (choice, value) => choice.verdict === value,
        "filter-account": (choice, value) => choice.accounts.split(" ").includes(value),
        "filter-region": (choice, value) => choice.regions.split(" ").includes(value),
      };
      for (const [id, fits] of Object.entries(holds)) {
        const options = await optionsOf(page, id);
        assert.ok(options.length > 0, `${id} has no option`);
        for (const { value } of options.slice(0, 6)) {
          await page.selectOption(`#${id}`, value);
          const expected = all.filter((choice) => fits(choice, value));
          const shown = await shownChoices(page);
          assert.deepEqual(shown, expected, `${id}=${value}`);
          const said = await status(page);
          if (expected.length === 0) assert.match(said, /^No choice matches/);
          else assert.match(said.replaceAll(",", ""), new RegExp(`^${expected.length} choice`));
          const strangers = await page.locator(".resources > ul > li:not([hidden])").evaluateAll(
            (rows, [id, value]) => rows.filter((row) => !row.closest("li[hidden], details.question[hidden]") && id in { "filter-account": 1, "filter-region": 1 } && row.dataset[id.slice(7)] !== value).length,
            [id, value],
          );
          assert.equal(strangers, 0, "resources from elsewhere are hidden");
        }
        await page.selectOption(`#${id}`, "");
        assert.equal((await shownChoices(page)).length, all.length);
      }
      const title = await page.locator("details.choice h5").first().textContent();
      await page.fill("#filter-text", title.toUpperCase());
      await page.waitForFunction(() => location.hash.startsWith("#q="));
      const found = await shownChoices(page);
      assert.ok(found.length >= 1 && found.length <= all.length);
      await page.fill("#filter-text", "no-such-thing-anywhere");
      await page.waitForFunction(() => document.getElementById("filter-status").textContent.startsWith("No choice"));
      await page.click("#filters button[type=reset]");
      await page.waitForFunction((count) => [...document.querySelectorAll("details.choice")].filter((one) => !one.closest("[hidden]")).length === count, all.length);
      assert.equal(await page.locator("#filter-status").getAttribute("aria-live"), "polite");
      assert.deepEqual(wrong, []);
      await close();
    });

    test("keeps the filters in the address", async () => {
      const first = await open(name);
      const region = (await optionsOf(first.page, "filter-region"))[0];
      await first.page.selectOption("#filter-verdict", "not_proven");
      await first.page.selectOption("#filter-region", region.value);
      const hash = await first.page.evaluate(() => location.hash);
      const shown = await shownChoices(first.page);
      await first.close();
      const second = await open(name, { hash });
      assert.equal(await second.page.inputValue("#filter-verdict"), "not_proven");
      assert.equal(await second.page.inputValue("#filter-region"), region.value);
      assert.deepEqual(await shownChoices(second.page), shown);
      await second.close();
    });

    test("the keyboard alone gets from the top of the page to a call", async () => {
      const { page, wrong, close } = await open(name);
      const at = await choiceWithCalls(page);
      assert.ok(at >= 0, "no choice cites a call");
      await page.keyboard.press("Tab");
      assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
      await page.keyboard.press("Enter");
      const until = async (what, test, arg) => {
        for (let presses = 0; presses < 3_000; presses += 1) {
          await page.keyboard.press("Tab");
          if (await page.evaluate(test, arg)) {
            const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
            assert.notEqual(ring, "none", `focus is seen on ${what}`);
            return;
          }
        }
        assert.fail(`Tab never reaches ${what}`);
      };
      await until("the question", (at) => document.activeElement.parentElement === document.querySelectorAll("details.choice")[at].closest(".question"), at);
      await page.keyboard.press("Enter");
      await until("the choice", (at) => document.activeElement.parentElement === document.querySelectorAll("details.choice")[at], at);
      await page.keyboard.press("Space");
      await until("a call", (at) => document.activeElement.matches("a.call") && document.querySelectorAll("details.choice")[at].contains(document.activeElement), at);
      await page.keyboard.press("Enter");
      const said = await page.locator("#call-dialog").innerText();
      for (const part of ["Call", "Operation", "Account", "Region", "Answered at", "Request id", "SHA-256", "wellproof explain SNAPSHOT"]) assert.ok(said.includes(part), part);
      assert.match(said, /\b[0-9a-f]{64}\b/);
      await page.keyboard.press("Escape");
      assert.ok(await page.evaluate(() => document.activeElement.matches("a.call")), "focus returns to the call");
      assert.deepEqual(wrong, []);
      await close();
    });

    test("how do you know: two clicks from what is not met, a question, a choice and a resource", async () => {
      const { page, wrong, close } = await open(name);
      const dialog = page.locator("#call-dialog");
      const shows = async (call) => {
        await call.click();
        assert.match(await dialog.innerText(), /wellproof explain SNAPSHOT/);
        await page.click("#call-dialog-close");
        assert.equal(await dialog.isVisible(), false);
      };
      const finding = page.locator(".findings a.call").first();
      if (await finding.count()) await shows(finding);
      const at = await choiceWithCalls(page);
      const choice = page.locator("details.choice").nth(at);
      const question = page.locator("details.question", { has: choice }).first();
      await question.locator(":scope > summary").click();
      await shows(question.locator(":scope > .body > .proof a.call").first());
      await choice.locator(":scope > summary").click();
      await shows(choice.locator(":scope > .body > .proof a.call").first());
      const listed = choice.locator("details.resources").first();
      if (await listed.count()) {
        await listed.locator(":scope > summary").click();
        const call = listed.locator("a.call").first();
        if (await call.count()) await shows(call);
      }
      const rule = choice.locator('a[href^="#rule-"]').first();
      if (await rule.count()) {
        await rule.click();
        await shows(page.locator("details.rule-line[open] a.call").first());
      }
      assert.deepEqual(wrong, []);
      await close();
    });

    test("links within the page lead to what they name, filtered out or not", async () => {
      const { page, close } = await open(name, { hash: "#verdict=not_applicable&q=zzz" });
      const link = page.locator(".findings .finding-head a").first();
      if (await link.count()) {
        const target = (await link.getAttribute("href")).slice(1);
        await link.click();
        assert.ok(await page.locator(`[id="${target}"] > .body`).isVisible());
        assert.equal(await page.evaluate(() => document.activeElement.parentElement.id), target);
      }
      const broken = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')].map((a) => a.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id)));
      assert.deepEqual(broken, []);
      await close();
    });

    test("what AWS calls a thing stays text", async () => {
      const { page, wrong, close } = await open(name);
      await page.click("#open-all");
      const made = await page.evaluate(() => ({
        scripts: document.scripts.length,
        foreign: document.querySelectorAll("img, iframe, object, embed, link, base, video, audio").length,
        handlers: [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some((attribute) => attribute.name.startsWith("on"))).length,
        inline: document.querySelectorAll("[style]").length,
        unseen: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent),
        repeated: (() => {
          const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
          return ids.filter((id, at) => ids.indexOf(id) !== at).slice(0, 3);
        })(),
      }));
      assert.deepEqual(made, { scripts: 1, foreign: 0, handlers: 0, inline: 0, unseen: false, repeated: [] });
      assert.match(await page.title(), /review by evidence$/);
      assert.deepEqual(wrong, []);
      await close();
    });

    test("reads without its script", async () => {
      const { page, close } = await open(name, { javaScriptEnabled: false });
      assert.equal(await page.locator("#filters").isVisible(), false);
      await page.locator("details.question > summary").first().click();
      assert.ok(await page.locator("details.question > .body").first().isVisible());
      await close();
    });

    for (const colorScheme of ["light", "dark"]) {
      test(`axe finds nothing serious in ${colorScheme}`, async () => {
        // The policy would keep axe out as it keeps everything else out.
        const { page, close } = await open(name, { colorScheme, bypassCSP: true });
        // What is closed cannot be judged; a few of each kind stand for the others.
        await page.evaluate(() => {
          for (const list of ["details.question", ".findings > li", ".gaps > li", "details.rule-line"]) {
            for (const one of [...document.querySelectorAll(list)].slice(24)) one.remove();
          }
          for (const question of [...document.querySelectorAll("details.question")].slice(0, 6)) {
            question.open = true;
            for (const choice of [...question.querySelectorAll("details.choice")].slice(0, 6)) {
              choice.open = true;
              for (const list of choice.querySelectorAll("details.resources")) {
                list.open = true;
                for (const row of [...list.querySelectorAll(":scope > ul > li")].slice(8)) row.remove();
              }
            }
          }
          for (const rule of [...document.querySelectorAll("details.rule-line")].slice(0, 6)) rule.open = true;
          for (const row of [...document.querySelectorAll(".register tbody tr")].slice(20)) row.remove();
          for (const details of document.querySelectorAll("details.plain")) details.open = true;
        });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
        );
        const said = violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
        assert.deepEqual(said.filter((line) => /^(serious|critical)/.test(line)), []);
        if (said.length) console.log(said.join("\n"));
        await page.evaluate(() => document.querySelector("a.call")?.click());
        if (await page.locator("#call-dialog").isVisible()) {
          const inDialog = await page.evaluate(() => window.axe.run("#call-dialog"));
          assert.deepEqual(inDialog.violations.map(({ id }) => id), []);
        }
        await close();
      });
    }

    test("nothing is cut off or overlaps sideways, wide or narrow", async () => {
      for (const width of [1280, 900, 640, 360]) {
        const { page, close } = await open(name, { viewport: { width, height: 900 } });
        await page.locator("details.question").first().evaluate((one) => {
          for (const details of [one, ...one.querySelectorAll("details")]) details.open = true;
        });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${over} px too wide at ${width}`);
        await close();
      }
    });

    test("prints with its disclosures open", async () => {
      const { page, wrong, close } = await open(name);
      await page.emulateMedia({ media: "print" });
      const body = page.locator("details.question > .body").first();
      assert.ok(await body.isVisible());
      assert.equal(await page.locator("#filters").isVisible(), false);
      // A thousand pages take longer than they are worth here.
      if ((await page.locator("details.choice").count()) < 400 && (await page.locator(".resources li").count()) < 1_000) {
        const pdf = await page.pdf({ path: path.join(screenshots, `${path.basename(name, ".html")}.pdf`), format: "A4", printBackground: true });
        assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
        assert.ok(pdf.length > 20_000);
      }
      assert.deepEqual(wrong, []);
      await close();
    });

    test("is photographed", async () => {
      const base = path.join(screenshots, path.basename(name, ".html"));
      for (const [label, options] of [
        ["light", { colorScheme: "light" }],
        ["dark", { colorScheme: "dark" }],
        ["narrow", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
      ]) {
        const { page, close } = await open(name, options);
        await page.screenshot({ path: `${base}-${label}.png` });
        const at = await choiceWithCalls(page);
        await page.locator("details.choice").nth(at).evaluate((one) => {
          for (const details of [one.closest(".question"), one, ...one.querySelectorAll("details")]) details.open = true;
          one.closest(".question").scrollIntoView();
        });
        await page.screenshot({ path: `${base}-${label}-open.png` });
        await page.locator("details.choice").nth(at).locator("a.call").first().click();
        await page.screenshot({ path: `${base}-${label}-call.png` });
        await close();
      }
    });
  });
}
