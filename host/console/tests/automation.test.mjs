// What an admin does with a plugin: tries it, compares its releases, sees what fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADA, as, call, host } from './fixture.mjs';

test('a condition is tried on what happened, and set', async () => {
  await as(ADA, '/plugins/lead-intake', async (page) => {
    await page.getByRole('tab', { name: 'Condition' }).click();
    const condition = page.getByRole('textbox', { name: 'Condition' });
    await condition.fill('after.title ==');
    await page.getByRole('button', { name: 'Would have fired?' }).click();
    await page.getByRole('tabpanel').getByText(/Syntax|syntax|parse|expected/i).first().waitFor();
    await condition.fill('after.title == "40 office chairs"');
    await page.getByRole('button', { name: 'Would have fired?' }).click();
    const said = page.getByRole('status').filter({ hasText: 'It would have fired' });
    await said.getByRole('link', { name: '40 office chairs' }).first().waitFor();
    const [, fires, subscribed] = /fired (\d+) times, of (\d+) events/.exec(await said.textContent());
    assert.ok(Number(fires) >= 1 && Number(fires) < Number(subscribed), `${fires} of ${subscribed}`);
    assert.equal((await call('GET', '/plugins/lead-intake')).condition ?? null, null);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').first().waitFor();
  });
  assert.equal((await call('GET', '/plugins/lead-intake')).condition, 'after.title == "40 office chairs"');
  await fetch(`${host.address}/api/v1/plugins/lead-intake/condition`, {
    method: 'PUT', headers: { authorization: `Bearer ${host.key}`, 'content-type': 'application/json' }, body: '{"condition": null}',
  });
});

test('a dry run shows what would be done, and does none of it', async () => {
  // What the plugin itself has done: others go on meanwhile.
  const done = async () => {
    const notices = (await call('GET', '/notifications?limit=200')).items.filter(({ plugin }) => plugin === 'lead-intake');
    const runs = (await call('GET', '/runs?plugin=lead-intake&limit=200')).items;
    return [...notices, ...runs].map(({ id }) => id);
  };
  const before = await done();
  await as(ADA, '/plugins/lead-intake', async (page) => {
    await page.getByRole('tab', { name: 'Dry run' }).click();
    await page.getByRole('combobox', { name: 'Woken by' }).click();
    await page.getByRole('option', { name: /lead\.created/ }).first().click();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('nothing was written').waitFor();
    await page.getByRole('region', { name: 'Log' }).waitFor();
  });
  assert.deepEqual(await done(), before);
});

/** The component of the release in use. */
async function componentOf(name) {
  const { release } = await call('GET', `/plugins/${name}`);
  const answer = await fetch(`${host.address}/api/v1/releases/${release}`, { headers: { authorization: `Bearer ${host.key}` } });
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Another release of the same plugin: the component with a remark of its own at its end. */
async function another(name) {
  const remark = Buffer.from('remark');
  return Buffer.concat([await componentOf(name), Buffer.from([0, remark.length + 1, remark.length]), remark]);
}

/** Gives a file to what a button asks for. */
async function upload(page, button, name, buffer) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: button }).click()]);
  await chooser.setFiles({ name, mimeType: 'application/wasm', buffer });
}

/** Brings another release into use, or takes one back. */
async function use(page, card, button) {
  await card.getByRole('button', { name: 'Compare and use' }).click();
  await card.getByRole('button', { name: button }).click();
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
  await card.getByText('In use').waitFor();
}

test('a release is uploaded, compared, tried on the past, brought into use and taken back', async () => {
  const component = await another('deal-stage-notify');
  const { release: first } = await call('GET', '/plugins/deal-stage-notify');
  const inUse = async () => (await call('GET', '/plugins/deal-stage-notify')).release;
  await as(ADA, '/plugins/deal-stage-notify', async (page) => {
    await page.getByRole('tab', { name: 'Releases' }).click();
    await upload(page, 'Upload a release', 'wrong.wasm', Buffer.from('not a component'));
    await page.getByRole('alert').first().waitFor();
    await upload(page, 'Upload a release', 'deal-stage-notify.wasm', component);
    const cards = page.getByRole('article');
    await cards.nth(1).waitFor();
    assert.equal(await inUse(), first);
    const newer = cards.filter({ hasNotText: 'In use' });
    await newer.getByRole('button', { name: 'Compare and use' }).click();
    await newer.getByText('What wakes it, what it needs and what can be set are the same.').waitFor();
    await newer.getByRole('button', { name: 'Try on the past' }).click();
    await newer.getByRole('button', { name: 'Try it' }).click();
    await newer.getByRole('status').getByText(/Same: \d+|Nothing has woken it lately/).waitFor();
    await newer.getByRole('button', { name: 'Compare and use' }).click();
    await newer.getByRole('button', { name: 'Bring into use' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring into use' }).click();
    await page.getByText(/is in use$/).first().waitFor();
    assert.notEqual(await inUse(), first);
    const older = page.getByRole('article').filter({ hasText: first.slice(0, 16) });
    await use(page, older, 'Roll back to it');
  });
  assert.equal(await inUse(), first);
});

test('a release runs beside the one in use, and what it would do otherwise is shown', async () => {
  // The same rule, but for a word of the same length.
  const other = Buffer.from((await componentOf('lead-intake')).toString('latin1').replaceAll('New lead', 'Our lead'), 'latin1');
  await as(ADA, '/plugins/lead-intake', async (page) => {
    await page.getByRole('tab', { name: 'Releases' }).click();
    const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === 'POST' && /\/releases$/.test(response.url())), upload(page, 'Upload a release', 'lead-intake.wasm', other)]);
    const { digest } = await answer.json();
    const card = page.getByRole('article').filter({ hasText: digest.slice(0, 16) });
    await card.getByRole('button', { name: 'Run beside' }).click();
    await card.getByRole('button', { name: 'Start it' }).click();
    await card.getByText('It runs since').waitFor();
    const lead = await call('POST', '/leads', { title: 'A lead for two', name: 'Lina Hahn' });
    await card.getByText(/Different: 1/).waitFor();
    await card.getByText(/Our lead/).first().waitFor();
    assert.equal((await call('GET', '/plugins/lead-intake')).shadow, digest);
    await card.getByRole('button', { name: 'End it' }).click();
    await card.getByRole('button', { name: 'Start it' }).waitFor();
    await call('DELETE', `/leads/${lead.id}`);
  });
  assert.equal((await call('GET', '/plugins/lead-intake')).shadow, undefined);
});

test('when a schedule wakes its plugin next is told', async () => {
  const { upcoming } = await call('GET', '/plugins/sales-digest');
  await as(ADA, '/plugins/sales-digest', async (page) => {
    const times = page.getByRole('region', { name: 'What wakes it' }).getByRole('time');
    await times.nth(2).waitFor();
    assert.deepEqual(await times.evaluateAll((all) => all.map((one) => one.dateTime)), upcoming[0].times);
  });
});

test('what fails is grouped, and leads to the run that failed', async () => {
  const put = (body) =>
    fetch(`${host.address}/api/v1/plugins/lead-intake/budgets`, {
      method: 'PUT', headers: { authorization: `Bearer ${host.key}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
  assert.equal((await put({ fuel: 10_000 })).status, 200);
  const lead = await call('POST', '/leads', { title: 'Too dear to run', name: 'Lina Hahn' });
  await as(ADA, '/failures', async (page) => {
    const group = page.getByRole('article', { name: /^lead-intake: .*fuel/ });
    await group.waitFor();
    await group.getByText(/\d+ failed run/).waitFor();
    await group.getByRole('link', { name: 'See the run' }).click();
    await page.getByText(/fuel/).first().waitFor();
    await page.getByRole('link', { name: 'Too dear to run' }).first().waitFor();
  });
  assert.equal((await put({})).status, 200);
  await call('DELETE', `/leads/${lead.id}`);
});

test('a plugin comes from a file, is granted, set, tried and switched on; it fails, is rolled back and mended, and catches up', async () => {
  // One that the host does not have: its name stands in it, and is as long as the one that it takes the place of.
  const file = Buffer.from((await componentOf('lead-intake')).toString('latin1').replaceAll('lead-intake', 'lead-outset'), 'latin1');
  const plugin = () => call('GET', '/plugins/lead-outset');
  await as(ADA, '/plugins', async (page) => {
    await upload(page, 'Install a component', 'lead-outset.wasm', file);
    await page.waitForURL(/\/plugins\/lead-outset/);
    const asks = page.getByText(/^It needs grants before it can be switched on: /);
    await asks.waitFor();
    assert.equal(await page.getByRole('button', { name: 'Switch on: Lead intake' }).isDisabled(), true);
    await page.getByRole('region', { name: 'What it may do' }).getByText('leads:write').waitFor();
    await page.getByRole('button', { name: 'Grant all' }).click();
    await asks.waitFor({ state: 'detached' });

    const configure = async (name, value) => {
      await page.getByRole('tab', { name: 'Configuration' }).click();
      await page.getByRole('tabpanel').getByLabel(name).first().fill(value);
      const [answer] = await Promise.all([page.waitForResponse(/\/plugins\/lead-outset\/config$/), page.getByRole('tabpanel').getByRole('button', { name: 'Save' }).click()]);
      assert.equal(answer.status(), 200);
    };
    await configure(/escalate.times/i, '1');
    await page.getByRole('tab', { name: 'Dry run' }).click();
    await page.getByRole('combobox', { name: 'Woken by' }).click();
    await page.getByRole('option', { name: /lead\.created/ }).first().click();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('nothing was written').waitFor();
    await page.getByRole('button', { name: 'Switch on: Lead intake' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('On', { exact: true }).waitFor();

    // Another release, with a setting that makes it fail.
    await page.getByRole('tab', { name: 'Releases' }).click();
    await upload(page, 'Upload a release', 'lead-outset.wasm', await another('lead-outset'));
    const { release: first } = await plugin();
    await use(page, page.getByRole('article').filter({ hasNotText: first.slice(0, 16) }), 'Bring into use');
    await configure(/department/i, 'nowhere');
    const lead = await call('POST', '/leads', { title: 'A lead for nobody', name: 'Lina Hahn' });
    await page.goto('/failures');
    const failure = page.getByRole('article', { name: 'lead-outset: there is no department `nowhere`' });
    await failure.getByText('1 given up').waitFor();
    await failure.getByRole('button', { name: 'Run all again' }).click();
    await failure.getByText('2 failed runs').waitFor();
    await failure.getByText('1 given up').waitFor();
    await failure.getByRole('link', { name: 'See the run' }).click();
    const calls = page.getByRole('region', { name: 'Calls of the host' });
    await calls.getByText('records.find').click();
    await calls.getByText(/nowhere/).waitFor();

    await page.goto('/plugins/lead-outset');
    await page.getByRole('tab', { name: 'Releases' }).click();
    await use(page, page.getByRole('article').filter({ hasText: first.slice(0, 16) }), 'Roll back to it');
    assert.equal((await plugin()).release, first);
    await configure(/department/i, 'sales');
    await page.goto('/failures');
    await failure.getByRole('button', { name: 'Run all again' }).click();
    await failure.getByText('0 given up').waitFor();
    await page.goto(`/leads/${lead.id}`);
    await page.getByRole('tab', { name: 'Runs' }).click();
    const run = page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: 'lead-outset' }).filter({ hasText: 'Done' });
    await run.getByRole('link').first().waitFor();
  });
  await call('POST', '/plugins/lead-outset/disable');
});
