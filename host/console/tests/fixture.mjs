// A host with sample data and a browser, for all tests of a file.
import { after } from 'node:test';
import { launch, people } from './browser.mjs';
import { caller, start } from './host.mjs';

export const ADA = 'ada@nordlicht.example';
export const HELGA = 'helga@nordlicht.example';
export const ANNA = 'anna@nordlicht.example';
export const BORIS = 'boris@nordlicht.example';

export const host = await start(process.env.TAKT_BINARY);
export const call = caller(host.address, host.key);
export const browser = await launch();
/** `await as(email, path, async (page) => …)`: on a signed-in person's page. */
export const as = people(browser, host);

after(async () => {
  await browser.close();
  await host.stop();
});
