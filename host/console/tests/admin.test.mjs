// What an admin looks after: who did what, the ways out to clients, and what the organisation works by.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, BORIS, as, call, receiver } from './fixture.mjs';

const idOf = async (email) => (await call('GET', `/users?email=${email}`)).items[0].id;

test('who changed what is searched, down to the run and what led to it', async () => {
  const boris = await idOf(BORIS);
  const lead = await call('POST', '/leads', { title: 'Audited stools', name: 'Nora Lang', owner: boris });
  await call('PATCH', `/leads/${lead.id}`, { title: 'Audited benches' });
  await as(ADA, '/audit', async (page) => {
    const bar = page.getByRole('search', { name: 'Filters' });
    const choose = async (name, option) => {
      await bar.getByRole('combobox', { name }).click();
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    const changes = page.getByRole('list', { name: 'Changes' });
    await choose('Kind of record', 'Lead');
    await choose('Changed field', 'Title');
    const renamed = changes.getByRole('listitem').filter({ hasText: 'Audited stools' }).filter({ hasText: ' changed ' });
    await renamed.getByText('Ada Lindqvist').waitFor();
    await renamed.getByRole('button', { name: 'All changes of it' }).click();
    await page.waitForURL(new RegExp(`record=${lead.id}`));
    await changes.getByText('created').waitFor();
    assert.equal(await changes.getByRole('listitem').count(), 2);

    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await choose('Who, or which plugin', 'Lead intake');
    await choose('Kind of record', 'Task');
    await changes.getByRole('link', { name: 'See the run' }).first().click();
    await page.getByRole('region', { name: /^What led to it/ }).getByText(/lead-intake/).first().waitFor();
  });
});

test('what nobody did in a period is told so, and days are the reader’s own', async () => {
  await as(ADA, '/audit?kind=lead&from=2020-01-01&to=2020-01-31', async (page) => {
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await page.getByLabel('From', { exact: true }).fill(new Date().toISOString().slice(0, 10));
    await page.getByLabel('To', { exact: true }).fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    await page.getByRole('list', { name: 'Changes' }).getByRole('listitem').first().waitFor();
  });
});

test('a channel is tried, and what came back is shown', async () => {
  await as(ADA, '/channels', async (page) => {
    await page.getByRole('article', { name: 'E-mail' }).getByText('TAKT_SMTP_URL').waitFor();
    await page.getByRole('button', { name: 'Send a test: SMS' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Phone').fill('+4930901820');
    await dialog.getByLabel('Text').fill('Does it work?');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByRole('status').getByText('the receiver answered 200 OK').waitFor();
    const { path, body } = receiver.arrived.at(-1);
    assert.deepEqual([path, body.to, body.body], ['/sms', '+4930901820', 'Does it work?']);
    receiver.answers.push(503);
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByRole('status').getByText('the receiver answered 503').waitFor();
  });
});

test('a webhook is tried before anything happens', async () => {
  const { id } = await call('POST', '/webhooks', { url: `${receiver.url}/hook`, events: ['invoice.*'], active: false });
  await as(ADA, '/webhooks', async (page) => {
    const card = page.getByRole('article', { name: `${receiver.url}/hook` });
    receiver.answers.push(202);
    await card.getByRole('button', { name: 'Send a test' }).click();
    await card.getByRole('status').getByText('the receiver answered 202').waitFor();
    assert.equal(receiver.arrived.at(-1).body.type, 'webhook.test');
  });
  await call('DELETE', `/webhooks/${id}`);
});
