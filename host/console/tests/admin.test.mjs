// What an admin looks after: who did what, the ways out to clients, and what the organisation works by.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, ANNA, BORIS, HELGA, as, call, receiver } from './fixture.mjs';

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

test('the stages of a pipeline are edited in their order', async () => {
  const pipeline = await call('POST', '/pipelines', { title: 'Repairs', key: 'repairs', stages: [{ key: 'came-in', title: 'Came in' }, { key: 'repaired', title: 'Repaired', outcome: 'won' }] });
  await as(ADA, `/pipelines/${pipeline.id}`, async (page) => {
    await page.getByRole('button', { name: 'Edit Stages' }).press('Enter');
    await page.getByRole('button', { name: 'Add a stage' }).click();
    const row = page.getByRole('group', { name: '3', exact: true });
    await row.getByLabel('Title').fill('Waiting for parts');
    const added = page.getByRole('group', { name: 'Waiting for parts', exact: true });
    assert.equal(await added.getByLabel('Key').inputValue(), 'waiting-for-parts');
    await added.getByRole('button', { name: 'Move up: Waiting for parts' }).click();
    await page.getByRole('button', { name: 'Add a stage' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    await page.getByRole('button', { name: 'Delete: 4' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).getByText('Waiting for parts').waitFor();
  });
  const { stages } = await call('GET', `/pipelines/${pipeline.id}`);
  assert.deepEqual(stages.map(({ key, outcome }) => `${key} ${outcome}`), ['came-in open', 'waiting-for-parts open', 'repaired won']);
  await call('DELETE', `/pipelines/${pipeline.id}`);
});

test('a work calendar has its hours and its days off', async () => {
  const calendar = await call('POST', '/work_calendars', { title: 'Workshop', time_zone: 'Europe/Berlin' });
  await as(ADA, `/work_calendars/${calendar.id}`, async (page) => {
    await page.getByRole('button', { name: 'Edit Weekly hours' }).press('Enter');
    const monday = page.getByRole('group', { name: 'Monday' });
    await monday.getByRole('button', { name: 'Add hours: Monday' }).click();
    await monday.getByLabel('Monday: To').fill('12:30');
    await monday.getByRole('button', { name: 'Add hours: Monday' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('09:00–12:30, 12:30–24:00').first().waitFor();
    await page.getByRole('button', { name: 'Edit Holidays' }).press('Enter');
    await page.getByRole('button', { name: 'Add a day' }).click();
    await page.getByLabel('Day', { exact: true }).fill('2027-05-01');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('May 1, 2027').first().waitFor();
  });
  const { weekly, holidays } = await call('GET', `/work_calendars/${calendar.id}`);
  assert.deepEqual([weekly.mon, weekly.tue, holidays], [[{ from: '09:00', to: '12:30' }, { from: '12:30', to: '24:00' }], [], ['2027-05-01']]);
});

test('a time of being away is noted', async () => {
  const anna = await idOf(ANNA);
  await as(ADA, `/users/${anna}`, async (page) => {
    const more = page.getByRole('button', { name: /^Show \d+ empty field/ });
    await more.click();
    await page.getByRole('button', { name: 'Edit Absences' }).press('Enter');
    await page.getByRole('button', { name: 'Add a time of being away' }).click();
    await page.getByLabel('From', { exact: true }).fill('2030-07-01T00:00');
    await page.getByLabel('To', { exact: true }).fill('2030-06-01T00:00');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('must come after from').waitFor();
    await page.getByLabel('To', { exact: true }).fill('2030-07-15T00:00');
    await page.getByLabel('Reason', { exact: true }).fill('holiday');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).getByText('(holiday)').waitFor();
  });
  const { absences } = await call('GET', `/users/${anna}`);
  assert.deepEqual(absences.map(({ reason }) => reason), ['holiday']);
  await call('PATCH', `/users/${anna}`, { absences: [] });
});

test('a task is done step by step', async () => {
  const helga = await idOf(HELGA);
  const task = await call('POST', '/tasks', { title: 'Prepare the fair', assignee: helga, checklist: [{ title: 'Book the stand' }] });
  await as(HELGA, `/tasks/${task.id}`, async (page) => {
    await page.getByRole('button', { name: 'Edit Steps' }).press('Enter');
    await page.getByRole('group', { name: 'Book the stand' }).getByRole('checkbox', { name: 'Done' }).check();
    await page.getByRole('button', { name: 'Add a step' }).click();
    await page.getByRole('group', { name: '2', exact: true }).getByLabel('Step').fill('Print the flyers');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).getByRole('listitem').filter({ hasText: 'Print the flyers' }).getByRole('img', { name: 'To be done' }).waitFor();
  });
  const { checklist } = await call('GET', `/tasks/${task.id}`);
  assert.deepEqual(checklist, [{ title: 'Book the stand', done: true }, { title: 'Print the flyers', done: false }]);
});
