// Rates pages with Lighthouse, one after the other, in a Chromium that is already there.
//
//   node lighthouse.mjs PORT < pages.json
//
// PORT is its port for debugging, pages.json a list of { "url", "cookie", "categories", "slowdown" }: "cookie" is sent with every
// request of the page, and "slowdown" is how many times slower than this machine the phone is that Lighthouse imagines. Prints a list
// of { "url", "scores", "failed", "index" }: where it ended, its scores from 0 to 100, the audits below their best, and Lighthouse's
// measure of this machine.
import { readFileSync } from 'node:fs';

import lighthouse, { defaultConfig } from 'lighthouse';

const port = Number(process.argv[2]);
const { throttling } = defaultConfig.settings;

// On a busy machine a recording of a page may lack its beginning, or come too late; Lighthouse then asks to be run again.
async function recorded(url, flags) {
  for (let left = 2; ; left -= 1) {
    const { lhr } = await lighthouse(url, flags);
    if (!lhr.runtimeError) return lhr;
    if (left === 0) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  }
}

const rated = [];
for (const { url, cookie, categories, slowdown } of JSON.parse(readFileSync(0, 'utf8'))) {
  const lhr = await recorded(url, {
    port,
    logLevel: 'error',
    onlyCategories: categories,
    disableFullPageScreenshot: true,
    disableStorageReset: true,
    extraHeaders: cookie ? { Cookie: cookie } : {},
    throttling: { ...throttling, cpuSlowdownMultiplier: slowdown },
  });
  const scores = Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
  const failed = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 1).map(({ id, score }) => `${id} ${score}`);
  rated.push({ url: lhr.finalDisplayedUrl, scores, failed, index: lhr.environment.benchmarkIndex });
}
console.log(JSON.stringify(rated));
