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

/** Another release of the same plugin: the component with a remark of its own at its end. */
async function another(name) {
  const { release } = await call('GET', `/plugins/${name}`);
  const answer = await fetch(`${host.address}/api/v1/releases/${release}`, { headers: { authorization: `Bearer ${host.key}` } });
  assert.equal(answer.status, 200);
  const remark = Buffer.from('remark');
  return Buffer.concat([Buffer.from(await answer.arrayBuffer()), Buffer.from([0, remark.length + 1, remark.length]), remark]);
}

test('a release is uploaded, compared, tried on the past, brought into use and taken back', async () => {
  const component = await another('deal-stage-notify');
  const { release: first } = await call('GET', '/plugins/deal-stage-notify');
  const inUse = async () => (await call('GET', '/plugins/deal-stage-notify')).release;
  await as(ADA, '/plugins/deal-stage-notify', async (page) => {
    await page.getByRole('tab', { name: 'Releases' }).click();
    const upload = async (buffer) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload a release' }).click()]);
      await chooser.setFiles({ name: 'deal-stage-notify.wasm', mimeType: 'application/wasm', buffer });
    };
    await upload(Buffer.from('not a component'));
    await page.getByRole('alert').first().waitFor();
    await upload(component);
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
    await older.getByRole('button', { name: 'Compare and use' }).click();
    await older.getByRole('button', { name: 'Roll back to it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to it' }).click();
    await older.getByText('In use').waitFor();
  });
  assert.equal(await inUse(), first);
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
