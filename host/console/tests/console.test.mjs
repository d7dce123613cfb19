// The console as people use it, in a real browser against a real host.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';
import { held, person } from './browser.mjs';
import { ADA, ANNA, BORIS, as, browser, call, host } from './fixture.mjs';
import { screens } from './screens.mjs';

before(async () => {
  // What the sample data lacks, for the screens that show one.
  await call('POST', '/templates', { name: 'Short offer', document_kind: 'offer', fills_from: 'deal', language: 'en', source: '= Offer' });
  const phone = { name: 'phone', label: 'Phone', required: true, to: 'phone' };
  await call('POST', '/custom_fields', { of: 'contact', key: 'floor', title: 'Floor', schema: { type: 'integer', minimum: 0 } });
  await call('POST', '/forms', { title: 'Call me back', slug: 'call-back', fields: [phone] });
});

test('a wrong password is told, the right one leads to where one was going', async () => {
  const page = await person(browser, host.address);
  await page.goto('/deals?view=table');
  await page.locator('input[name=email]').fill(ANNA);
  await page.locator('input[name=password]').fill('not the password');
  await page.locator('button[type=submit]').click();
  await page.getByRole('alert').getByText('password is wrong').waitFor();
  await page.locator('input[name=password]').fill(host.password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main table').waitFor();
  assert.match(page.url(), /\/deals\?view=table/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test('two people accept one lead: one wins, the other is told who took it', async () => {
  await as(ANNA, '/inbox', async (anna) => {
    await as(BORIS, '/inbox', async (boris) => {
      const lead = await call('POST', '/leads', { title: 'A bench for the garden', name: 'Rosa Klein' });
      // It comes by itself, to each in their language.
      const offer = (page) => page.locator('article', { hasText: 'A bench for the garden' }).first();
      const buttons = [offer(anna).getByRole('button', { name: 'Принять' }), offer(boris).getByRole('button', { name: 'Accept' })];
      // Neither press reaches the host before both are made: what comes of the first takes the other's button away.
      const both = held(2);
      await Promise.all([anna, boris].map((page) => page.route('**/notifications/*/commands/accept', both)));
      await Promise.all(buttons.map((button) => button.click()));
      const said = await Promise.all([anna, boris].map((page) => offer(page).getByRole('status').textContent()));
      const { owner } = await call('GET', `/leads/${lead.id}`);
      const names = new Map((await call('GET', '/users')).items.map((user) => [user.id, user.name]));
      const winner = names.get(owner) === 'Anna Petrova' ? 0 : 1;
      assert.ok(['Anna Petrova', 'Boris Weber'].includes(names.get(owner)), names.get(owner));
      assert.match(said[winner], /is yours|ваш/i);
      assert.match(said[1 - winner], winner === 0 ? /taken by Anna Petrova/i : /взят: Boris Weber/i);
      await Promise.all([anna, boris].map((page) => offer(page).getByRole('button', { name: /Accept|Принять/ }).waitFor({ state: 'detached' })));
    }, {});
  }, { locale: 'ru-RU' });
});

test('what comes while a screen is read for the first time is not missed', async () => {
  await as(BORIS, '/account', async (page) => {
    let answered;
    let letGo;
    const [read, told] = [new Promise((resolve) => (answered = resolve)), new Promise((resolve) => (letGo = resolve))];
    await page.route('**/api/v1/inbox?limit=30*', async (route) => {
      const response = await route.fetch();
      answered();
      await told;
      await route.fulfill({ response });
    }, { times: 1 });
    await page.getByRole('link', { name: /^Inbox/ }).click();
    await read;
    // The number of unread ones, which has been read before, tells that the event is there.
    const counted = page.waitForResponse(/\/inbox\?limit=1&/);
    await call('POST', '/leads', { title: 'A stool in between', name: 'Rosa Klein' });
    await counted;
    letGo();
    await page.locator('article', { hasText: 'A stool in between' }).first().waitFor();
  });
});

test('what comes while nobody looks is told by the browser, where they asked for it', async () => {
  await as(BORIS, '/inbox', async (page) => {
    // A browser without a screen shows nothing: what it was given to show is kept.
    await page.addInitScript(() => {
      window.shown = [];
      window.Notification = class {
        static permission = 'granted';
        static requestPermission = async () => 'granted';
        constructor(title) {
          window.shown.push(title);
        }
      };
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    });
    await page.reload();
    const lead = async (title) => {
      await call('POST', '/leads', { title, name: 'Rosa Klein' });
      await page.locator('article', { hasText: title }).first().waitFor();
    };
    await lead('A lamp that nobody asked for');
    await page.getByRole('switch', { name: 'Tell me in the browser' }).check();
    await lead('A lamp for the hall');
    await page.waitForFunction(() => window.shown.length > 0);
    const shown = await page.evaluate(() => window.shown);
    assert.equal(shown.length, 1);
    assert.match(shown[0], /A lamp for the hall/);
  });
});

test('what happens around a record stands in one stream, as it happens', async () => {
  const contact = await call('POST', '/contacts', { name: 'Eva Stream' });
  await as(ADA, `/contacts/${contact.id}`, async (page) => {
    const items = page.getByRole('tabpanel', { name: 'Timeline' }).getByRole('listitem');
    await items.filter({ hasText: 'created' }).waitFor();
    await call('POST', '/tasks', { title: 'Ring Eva', about: { kind: 'contact', id: contact.id } });
    await items.filter({ hasText: 'Ring Eva' }).getByText('Open').waitFor();
    await call('PATCH', `/contacts/${contact.id}`, { name: 'Eva Brook' });
    await items.filter({ hasText: 'Eva Brook' }).waitFor();
    await items.filter({ hasText: 'Ring Eva' }).getByRole('link', { name: 'Ring Eva' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ring Eva' }).waitFor();
  });
});

test('a deal is moved on the board by keyboard', async () => {
  const deal = (await call('GET', '/deals?title=Meeting room\\, 12 seats')).items[0];
  await as(ADA, '/deals', async (page) => {
    const card = page.getByRole('group', { name: 'Meeting room, 12 seats' });
    await card.focus();
    await page.keyboard.press('Space');
    await page.locator('.board-lifted').waitFor();
    await page.keyboard.press('ArrowRight');
    const agreed = page.getByRole('region', { name: 'Agreed' });
    await agreed.locator('.column-over').waitFor();
    await page.keyboard.press('Space');
    await page.getByText('“Meeting room, 12 seats” is in Agreed now').waitFor();
    await agreed.getByRole('group', { name: 'Meeting room, 12 seats' }).waitFor();
  });
  assert.equal((await call('GET', `/deals/${deal.id}`)).stage, 'agreed');
});

test('a move that is refused is explained, and the card goes back', async () => {
  const title = 'Acoustic panels';
  const deal = (await call('GET', `/deals?title=${title}`)).items[0];
  await as(ADA, '/deals', async (page) => {
    await page.getByRole('button', { name: `Actions: ${title}` }).click();
    await page.getByRole('menuitem', { name: 'Move to Lost' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason for the loss').fill(' ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('a lost deal must have a reason').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('region', { name: 'Documents' }).getByRole('group', { name: title }).waitFor();
    // Somebody changes the deal while the card is in the air: the board does not write over it.
    await page.route('**/api/v1/deals/*', async (route) => {
      if (route.request().method() === 'PATCH') await call('PATCH', `/deals/${deal.id}`, { expected_at: '2027-01-31' });
      await route.fallback();
    });
    await page.getByRole('button', { name: `Actions: ${title}` }).click();
    await page.getByRole('menuitem', { name: 'Move to Contract' }).click();
    await page.getByRole('alert').getByText(`“${title}” stays in Documents`).waitFor();
  });
  const now = await call('GET', `/deals/${deal.id}`);
  assert.deepEqual([now.stage, now.expected_at], ['documents', '2027-01-31']);
});

test('an edit that meets another’s is shown, and nothing is overwritten', async () => {
  const lead = await call('POST', '/leads', { title: 'Two sofas', name: 'Lina Hahn' });
  await as(ADA, `/leads/${lead.id}`, async (page) => {
    await page.getByRole('button', { name: 'Edit Title' }).press('Enter');
    await page.getByRole('textbox', { name: 'Title' }).fill('Two green sofas');
    await call('PATCH', `/leads/${lead.id}`, { title: 'Three sofas' });
    await page.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Somebody was faster' });
    await conflict.getByText('Three sofas').waitFor();
    await conflict.getByText('Two green sofas').waitFor();
    assert.equal((await call('GET', `/leads/${lead.id}`)).title, 'Three sofas');
    await conflict.getByRole('button', { name: 'Use mine' }).click();
    await page.getByRole('heading', { level: 1, name: 'Two green sofas' }).waitFor();
  });
  assert.equal((await call('GET', `/leads/${lead.id}`)).title, 'Two green sofas');
});

test('from a change to the run that made it, and to what led to it', async () => {
  const { items } = await call('GET', '/leads?title=40 office chairs');
  await as(ADA, `/leads/${items[0].id}`, async (page) => {
    await page.getByRole('link', { name: 'See the run' }).first().click();
    await page.getByRole('region', { name: 'What led to it' }).getByText('lead-intake').first().waitFor();
    await page.getByRole('region', { name: 'Changes' }).getByText('40 office chairs').first().waitFor();
  });
});

test('the language is switched, and kept', async () => {
  await as(ADA, '/leads?view=table', async (page) => {
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: 'Русский' }).click();
    await page.getByRole('heading', { level: 1, name: 'Лиды' }).waitFor();
    await page.getByText('В работе').first().waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Лиды' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'ru');
    await page.getByRole('button', { name: 'Язык' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor();
  });
});

test('a plugin is switched off and on', async () => {
  const enabled = async () => (await call('GET', '/plugins/deal-stage-notify')).enabled;
  await as(ADA, '/plugins', async (page) => {
    const card = page.getByRole('article', { name: 'Deal stage notifications' });
    await card.getByRole('button', { name: /^Switch off/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click();
    await card.getByText('Off', { exact: true }).waitFor();
    assert.equal(await enabled(), false);
    await card.getByRole('button', { name: /^Switch on/ }).click();
    await page.getByRole('dialog').getByLabel('Forget it').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click();
    await card.getByText('On', { exact: true }).waitFor();
    assert.equal(await enabled(), true);
  });
});

test('a plugin is configured by its schema; what breaks it is told', async () => {
  await as(ADA, '/plugins/lead-intake', async (page) => {
    await page.getByRole('tab', { name: 'Configuration' }).click();
    const times = page.getByLabel(/escalate.times/i).first();
    await times.fill('5');
    await page.getByRole('tabpanel').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').first().waitFor();
  });
  assert.equal((await call('GET', '/plugins/lead-intake/config')).set.escalate_times, 5);
});

/** The cell of a report's figure. */
const figure = (page, section, name) =>
  page.getByRole('region', { name: section, exact: true }).getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) }).getByRole('cell').first();

test('a report leads to the records that it counts', async () => {
  await as(ADA, '/reports', async (page) => {
    const { total } = await call('GET', '/reports?period=this_month');
    const received = figure(page, 'Leads', 'Came in');
    await received.getByText(String(total.leads.received), { exact: true }).waitFor();
    await received.getByRole('link').click();
    await page.getByRole('status').getByText(`${total.leads.received} records`).waitFor();
    await page.getByRole('search').getByText(/^Created: /).waitFor();
  });
});

test('a report is grouped, narrowed to one colleague and widened again', async () => {
  const boris = (await call('GET', `/users?email=${BORIS}`)).items[0].id;
  const { total } = await call('GET', `/reports?period=this_month&user=${boris}`);
  await as(ADA, '/reports', async (page) => {
    const groups = page.getByRole('region', { name: 'By colleague', exact: true });
    await groups.getByRole('combobox', { name: 'Figure' }).click();
    await page.getByRole('option', { name: 'Accepted' }).click();
    const bars = groups.getByRole('list', { name: 'Accepted' });
    await bars.getByRole('listitem').filter({ hasText: 'Boris Weber' }).getByText(new RegExp(`^${total.leads.accepted}\\b`)).waitFor();
    await bars.getByRole('link', { name: 'Boris Weber' }).click();
    await figure(page, 'Leads', 'Accepted').getByText(String(total.leads.accepted), { exact: true }).waitFor();
    await groups.waitFor({ state: 'detached' });
    await page.goBack();
    await bars.getByRole('link', { name: 'Boris Weber' }).waitFor();
  });
});

test('a report of other days, and what is wrong with them', async () => {
  await as(ADA, '/reports', async (page) => {
    await page.getByRole('columnheader', { name: 'Before' }).first().waitFor();
    await page.getByLabel('Compare with the period before').click();
    await page.getByRole('columnheader', { name: 'Before' }).first().waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Period' }).click();
    await page.getByRole('option', { name: 'Other days …' }).click();
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByLabel('To', { exact: true }).fill('2020-01-31');
    await page.getByText('Jan 1 – 31, 2020').waitFor();
    await figure(page, 'Leads', 'Came in').getByText('0', { exact: true }).waitFor();
    await page.getByLabel('To', { exact: true }).fill('2019-12-31');
    await page.getByRole('alert').getByText('must not be before `from`').waitFor();
  });
});

test('a report is saved as CSV', async () => {
  await as(ADA, '/reports?by=source&compare=false', async (page) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()]);
    const { from, to, total, groups } = await call('GET', '/reports?period=this_month&by=source');
    assert.equal(file.suggestedFilename(), `takt-${from}-${to}.csv`);
    const text = await readFile(await file.path(), 'utf8');
    const [head, ...lines] = text.trimEnd().split('\r\n').map((line) => line.split(','));
    assert.deepEqual(head.slice(0, 4), ['\ufeffFrom', 'To', 'Group', 'Leads: Came in']);
    const told = groups.map(({ title, key, figures }) => [from, to, title ?? key ?? 'Without', String(figures.leads.received)]);
    assert.deepEqual(lines.map((cells) => cells.slice(0, 4)), [...told, [from, to, 'Total', String(total.leads.received)]]);
  });
});

test('members are told of their own work', async () => {
  const boris = (await call('GET', `/users?email=${BORIS}`)).items[0].id;
  const { total } = await call('GET', `/reports?period=this_month&user=${boris}`);
  await as(BORIS, '/reports', async (page) => {
    await figure(page, 'Leads', 'Accepted').getByText(String(total.leads.accepted), { exact: true }).waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'User' }).count(), 0);
  });
});

test('a meeting is planned', async () => {
  await as(BORIS, '/meetings', async (page) => {
    await page.getByRole('button', { name: 'New' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Looking at the rooms');
    await dialog.getByLabel('Begins').fill('2027-03-01T10:00');
    await dialog.getByLabel('Ends').fill('2027-03-01T09:00');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('must come after starts_at').waitFor();
    await dialog.getByLabel('Ends').fill('2027-03-01T11:00');
    await dialog.getByLabel('Recurrence (RRULE)').fill('FREQ=WEEKLY;COUNT=3');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Looking at the rooms' }).waitFor();
    await page.getByText('Planned').first().waitFor();
  });
});

test('a message is written to a client', async () => {
  await as(BORIS, '/messages', async (page) => {
    await page.getByRole('button', { name: 'New' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Channel' }).click();
    await page.getByRole('option', { name: 'E-mail' }).click();
    await dialog.getByLabel('To', { exact: true }).fill('rosa@garden.example');
    await dialog.getByLabel('Subject').fill('Your bench');
    await dialog.getByLabel('Text').fill('It is ready.');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your bench' }).waitFor();
  });
  assert.equal((await call('GET', '/messages?to=rosa@garden.example')).items.length, 1);
});

test('words lead to a record from anywhere, and its own fields are filled in', async () => {
  await call('POST', '/contacts', { name: 'Jürgen Lüders', phones: ['+4915112340987'] });
  await as(ADA, '/inbox', async (page) => {
    const box = page.getByRole('searchbox', { name: 'Search everywhere' }).or(page.getByRole('combobox', { name: 'Search everywhere' }));
    await box.fill('juergen');
    await page.getByText('Nothing found').waitFor();
    await box.fill('340987');
    await page.getByRole('option', { name: 'Jürgen Lüders' }).click();
    await page.waitForURL(/\/contacts\/./);
    await page.getByText('Floor').waitFor();
    await page.getByRole('button', { name: 'Edit these fields' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Floor').fill('7');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('.field', { hasText: 'Floor' }).getByText('7').waitFor();
  });
});

test('a file is tried, refused with its lines, and taken', async () => {
  await as(ADA, '/contacts', async (page) => {
    const choose = async (text) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: /Choose a file|people\.csv/ }).click()]);
      await chooser.setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    };
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Import from a file' }).click();
    await choose('name,phones\nIda Import,12\n');
    await page.getByRole('alert').getByText(/Line 2, phones/).waitFor();
    await choose('name,phones\nIda Import,+4915112340986\n');
    await page.getByText('1 would be new, 0 changed.').waitFor();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.locator('#main table').getByText('Ida Import').waitFor();
    await page.getByRole('button', { name: 'Actions' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as a spreadsheet' }).click()]);
    assert.match(await readFile(await download.path(), 'utf8'), /Ida Import/);
  });
});

test('several records are chosen and changed at once, or not at all', async () => {
  const titles = ['Bulk one', 'Bulk two', 'Bulk three'];
  const made = await Promise.all(titles.map((title) => call('POST', '/contacts', { name: title })));
  await as(ADA, '/contacts', async (page) => {
    for (const title of titles) await page.getByRole('checkbox', { name: `Choose “${title}”` }).check();
    const bar = page.getByRole('group', { name: 'What is chosen' });
    await bar.getByText('3 chosen').waitFor();
    await bar.getByRole('combobox', { name: 'Set a field' }).click();
    await page.getByRole('option', { name: 'Language' }).click();
    await bar.getByRole('textbox', { name: 'Language' }).fill('no language at all');
    await bar.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('None of them was changed').waitFor();
    await bar.getByRole('textbox', { name: 'Language' }).fill('fr');
    await bar.getByRole('button', { name: 'Save' }).click();
    await page.getByText('3 records are changed').waitFor();
  });
  const now = await Promise.all(made.map(({ id }) => call('GET', `/contacts/${id}`)));
  assert.deepEqual(now.map(({ language, version }) => [language, version]), [['fr', 2], ['fr', 2], ['fr', 2]]);
});

test('a view of a list is saved, and looked at again', async () => {
  await as(ADA, '/leads?view=table', async (page) => {
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('chairs');
    await page.waitForURL(/q=chairs/);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('textbox', { name: 'Name of this view' }).fill('All about chairs');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'All about chairs', exact: true }).waitFor();
    await page.goto('/leads');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'All about chairs', exact: true }).click();
    await page.waitForURL(/view=table.*q=chairs|q=chairs.*view=table/);
  });
});

test('a session that ends leads to the sign-in, and back to where one was', async () => {
  const boris = (await call('GET', `/users?email=${BORIS}`)).items[0].id;
  await as(BORIS, '/contacts', async (page) => {
    await page.getByRole('heading', { level: 1, name: 'Contacts' }).waitFor();
    // It ends between the press of a link and what the link asks for: the page can't have learned of it before.
    await page.route('**/api/v1/companies?*', async (route) => {
      for (const { id } of (await call('GET', `/sessions?user=${boris}`)).items) await call('DELETE', `/sessions/${id}`);
      await route.continue();
    }, { times: 1 });
    await page.getByRole('link', { name: 'Companies' }).click();
    await page.locator('input[name=email]').fill(BORIS);
    await page.locator('input[name=password]').fill(host.password);
    await page.locator('button[type=submit]').click();
    await page.getByRole('heading', { level: 1, name: 'Companies' }).waitFor();
  });
});

test('the host is started again under an open page', async () => {
  await as(ADA, '/leads?view=table', async (page) => {
    await page.locator('#main table').waitFor();
    await host.halt();
    await page.getByRole('alert').getByText('The host does not answer').waitFor();
    await host.goOn();
    await page.getByRole('alert').getByText('The host does not answer').waitFor({ state: 'detached' });
    await call('POST', '/leads', { title: 'After the pause', name: 'Lina Hahn' });
    await page.getByRole('link', { name: 'After the pause' }).waitFor();
  });
});

test('the first load is light', async () => {
  await as(ADA, '/account', async (page) => {
    await settled(page, '/inbox');
    const size = await page.evaluate(() => {
      const files = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'));
      return files.reduce((sum, file) => sum + file.encodedBodySize, 0);
    });
    assert.ok(size > 50_000 && size < 250_000, `${size} bytes`);
  });
});

test('members see no administration', async () => {
  await as(BORIS, '/plugins', async (page) => {
    await page.getByText('This is not for your role').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Tokens' }).count(), 0);
  });
});

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What stands in the way of people who see, hear or point otherwise: serious findings. */
async function barriers(page) {
  // A script of the page's own would be stopped by the policy for content; the debugger's is not.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
}

async function settled(page, path) {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  // Everything that was asked for is there.
  await page.waitForFunction(() => !document.querySelector('#main [role=status] .mantine-Loader-root'));
}

for (const [theme, width] of [['light', 1280], ['dark', 1280], ['light', 360]]) {
  test(`every screen can be used by everybody: ${theme}, ${width} px wide`, async () => {
    const found = [];
    await as(ADA, '/inbox', async (page) => {
      for (const [name, path] of await screens(page)) {
        await settled(page, path);
        for (const barrier of await barriers(page)) found.push(`${name}: ${barrier}`);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (over > 1) found.push(`${name}: ${over} px wider than the window`);
      }
    }, { colorScheme: theme, viewport: { width, height: 800 } });
    const page = await person(browser, host.address, { colorScheme: theme });
    await page.goto('/');
    await page.locator('input[name=email]').waitFor();
    for (const barrier of await barriers(page)) found.push(`sign-in: ${barrier}`);
    await page.context().close();
    assert.equal(found.join('\n'), '');
  });
}
