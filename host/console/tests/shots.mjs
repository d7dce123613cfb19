// Pictures of every screen, in both themes: `node tests/shots.mjs ADDRESS EMAIL PASSWORD`, to be looked at.
import { mkdir } from 'node:fs/promises';
import { launch, person, signIn } from './browser.mjs';
import { screens } from './screens.mjs';

const [address, email, password, only] = process.argv.slice(2);
const folder = new URL('shots/', import.meta.url).pathname;
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const [theme, width, locale] of [['light', 1280, 'en-GB'], ['dark', 1280, 'ru-RU'], ['light', 360, 'ru-RU']]) {
  const page = await person(browser, address, { colorScheme: theme, viewport: { width, height: width < 500 ? 740 : 860 }, locale });
  await page.goto('/');
  await page.locator('input[name=email]').waitFor();
  await page.screenshot({ path: `${folder}sign-in-${theme}-${width}.png` });
  await signIn(page, email, password);
  for (const [name, path] of await screens(page)) {
    if (only && !name.includes(only)) continue;
    await page.goto(path);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(500);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) console.log(`${name} is ${wide}px too wide at ${width}`);
    await page.screenshot({ path: `${folder}${name}-${theme}-${width}.png` });
  }
  console.log(theme, width, page.faults);
  await page.context().close();
}
await browser.close();
