// A browser, and what people do in it.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/** A person's own browser: faults of its pages are gathered in `page.faults`. */
export async function person(browser, address, options = {}) {
  const context = await browser.newContext({ baseURL: address, locale: 'en-GB', viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    // What the host refuses is logged by the browser as well.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.faults.push(message.text());
  });
  return page;
}

export async function signIn(page, email, password, at = '/') {
  await page.goto(at);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main').waitFor();
}

/** How the tests of one host use it: `await as(email, path, async (page) => …)` on a signed-in person's page, which must end
 *  without a fault, the policy for content included. */
export function people(browser, host) {
  return async (email, at, use, options) => {
    const page = await person(browser, host.address, options);
    try {
      await signIn(page, email, host.password, at);
      await use(page);
      assert.deepEqual(page.faults, []);
    } finally {
      await page.context().close();
    }
  };
}

/** A handler of routes that holds requests until so many have been sent, whoever sends them, and then lets all go on: for
 *  races that must happen. */
export function held(count) {
  let sent = 0;
  let letGo;
  const all = new Promise((resolve) => (letGo = resolve));
  return async (route) => {
    sent += 1;
    if (sent === count) letGo();
    await all;
    await route.continue();
  };
}
