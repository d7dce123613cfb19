// A host with sample data, a program outside that it sends to, and a browser, for all tests of a file.
import { after } from 'node:test';
import { launch, people } from './browser.mjs';
import { caller, outside, start } from './host.mjs';

export const ADA = 'ada@nordlicht.example';
export const HELGA = 'helga@nordlicht.example';
export const ANNA = 'anna@nordlicht.example';
export const BORIS = 'boris@nordlicht.example';

export const receiver = await outside();
export const host = await start(process.env.TAKT_BINARY, {
  TAKT_SMS_URL: `${receiver.url}/sms`, TAKT_SMS_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', TAKT_PRIVATE_WEBHOOKS: 'true',
});
export const call = caller(host.address, host.key);
export const browser = await launch();
/** `await as(email, path, async (page) => …)`: on a signed-in person's page. */
export const as = people(browser, host);

after(async () => {
  await browser.close();
  await host.stop();
  await receiver.stop();
});
