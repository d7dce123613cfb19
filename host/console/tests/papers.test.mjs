// Papers and times: documents, invoices, templates, meetings; and a second factor.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { person } from './browser.mjs';
import { ADA, BORIS, HELGA, as, browser, call, host } from './fixture.mjs';

/** Waits until a page of the paper is drawn: not all of it is white. */
async function drawn(page) {
  const sheet = page.getByRole('img', { name: /^Preview 1 / });
  await sheet.waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector('canvas.paper');
    const pixels = canvas?.width ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data : [];
    return pixels.some((value, at) => at % 4 < 3 && value < 128 && pixels[at - (at % 4) + 3] > 0);
  });
}

test('a document is filled from its deal, seen, and given on by a link that can be called back', async () => {
  const deal = (await call('GET', '/deals?limit=1')).items[0];
  const made = await call('POST', '/documents', { title: 'Our contract', document_kind: 'contract', about: { kind: 'deal', id: deal.id }, owner: deal.owner });
  await as(ADA, `/documents/${made.id}`, async (page) => {
    await drawn(page);
    await page.getByRole('button', { name: 'Fill from the record' }).click();
    await page.getByText('Filled').first().waitFor();
    await drawn(page);
    await page.getByRole('button', { name: 'Make a link' }).click();
    const link = await page.getByRole('textbox', { name: 'Address' }).inputValue();
    const paper = async () => (await fetch(link)).status;
    assert.equal(await paper(), 200);
    await page.getByText(/opened \d time/).first().waitFor();
    await page.getByRole('button', { name: 'Call back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Call back' }).click();
    await page.getByText('called back').waitFor();
    assert.notEqual(await paper(), 200);
  });
});

test('a template begins from one of the host’s, and is written beside its preview', async () => {
  await as(ADA, '/templates', async (page) => {
    await page.getByRole('button', { name: 'Templates of the host' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Begin from this: .*en/ }).first().click();
    await page.getByRole('textbox', { name: 'Source' }).waitFor();
    await drawn(page);
    await page.getByRole('textbox', { name: 'Source' }).fill('= Hello #nobody');
    await page.getByRole('alert').getByText(/nobody/).waitFor();
    await page.getByRole('textbox', { name: 'Source' }).fill('= A paper of our own');
    await drawn(page);
    await page.getByText('A paper of our own').last().waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Save the source' }).click();
    await page.getByText('Saved').first().waitFor();
  });
  assert.ok((await call('GET', '/templates?limit=50')).items.some(({ source }) => source === '= A paper of our own'));
});

test('an invoice is issued, seen and paid', async () => {
  const invoice = await draft();
  await as(ADA, `/invoices/${invoice.id}`, async (page) => {
    await drawn(page);
    await page.getByRole('button', { name: 'Edit Payer' }).press('Enter');
    await page.getByLabel('Legal name').fill('Chair Lovers GmbH');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Chair Lovers GmbH').first().waitFor();
    await page.getByRole('button', { name: 'Edit Status' }).press('Enter');
    await page.getByRole('combobox', { name: 'Status' }).click();
    await page.getByRole('option', { name: 'Issued' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Record a payment' }).waitFor();
    await drawn(page);
    await page.getByRole('button', { name: 'Record a payment' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The payment is noted').waitFor();
    await page.getByText('Paid', { exact: true }).first().waitFor();
  });
  assert.equal((await call('GET', `/invoices/${invoice.id}`)).status, 'paid');
});

async function draft() {
  const company = (await call('GET', '/companies?limit=1')).items[0];
  const items = [{ title: 'Chairs', quantity: '4', price: { minor: 12_500, currency: 'EUR' }, vat_rate: 1900 }];
  return call('POST', '/invoices', { issuer: { key: 'main', details: { legal_name: 'Nordlicht Furniture GmbH' } }, company: company.id, due_date: '2030-01-31', items });
}

test('a lead becomes a paid invoice', async () => {
  const lead = await call('POST', '/leads', { title: 'Twelve stools', name: 'Mira Vogel', company_name: 'Vogel Cafés GmbH', email: 'mira@vogel.example' });
  let deal;
  await as(BORIS, `/leads/${lead.id}`, async (page) => {
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Convert' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Convert' }).click();
    await page.locator('.field', { hasText: 'Deal' }).getByRole('link').click();
    await page.waitForURL(/\/deals\/./);
    deal = page.url().split('/').at(-1);
    // What the papers need is missing: the rule says what.
    await page.getByRole('button', { name: 'Issue invoice' }).click();
    await page.getByRole('alert').getByText(/items/i).waitFor();
  });
  const { company } = await call('GET', `/deals/${deal}`);
  await call('PATCH', `/deals/${deal}`, { items: [{ title: 'Stool', quantity: '12', price: { minor: 9_900, currency: 'EUR' }, vat_rate: 1900 }] });
  await call('PATCH', `/companies/${company}`, { billing: { legal_name: 'Vogel Cafés GmbH', address: 'Markt 1, Hamburg' } });
  let number;
  await as(BORIS, `/deals/${deal}`, async (page) => {
    await page.getByRole('button', { name: 'Issue invoice' }).click();
    await page.waitForURL(/\/invoices\/./);
    await drawn(page);
    await page.getByRole('button', { name: 'Record a payment' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('The payment is noted').waitFor();
    number = page.url().split('/').at(-1);
  });
  const { status, paid, totals } = await call('GET', `/invoices/${number}`);
  assert.deepEqual([status, paid], ['paid', totals.gross]);
});

test('a time is found for a meeting, it stands in both calendars, and is answered', async () => {
  let address;
  await as(BORIS, '/calendar', async (page) => {
    await page.getByRole('button', { name: 'New meeting' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Fabric samples');
    await dialog.getByRole('combobox', { name: 'Who takes part' }).or(dialog.getByRole('textbox', { name: 'Who takes part' })).fill('Helga');
    await page.getByRole('option', { name: 'Helga Brandt' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Find a time' }).click();
    await dialog.getByRole('status').getByRole('button').first().click();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fabric samples' }).waitFor();
    address = new URL(page.url()).pathname;
  });
  const meeting = await call('GET', address);
  const day = meeting.starts_at.slice(0, 10);
  await as(HELGA, `/calendar?on=${day}`, async (page) => {
    await page.getByRole('link', { name: /Fabric samples/ }).waitFor();
    await page.getByText('Month', { exact: true }).click();
    await page.getByRole('link', { name: /Fabric samples/ }).waitFor();
    await page.goto('/inbox');
    const invitation = page.locator('article', { hasText: 'Fabric samples' }).first();
    await invitation.getByRole('button', { name: 'Accept' }).click();
    await invitation.getByRole('status').waitFor();
  });
  const { participants } = await call('GET', `/meetings/${meeting.id}`);
  assert.deepEqual(participants.map(({ answer }) => answer), ['accepted']);
});

/** RFC 6238, 30 s, six digits, of a base32 secret. */
function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(/[\s=]/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const cut = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(cut % 1_000_000).padStart(6, '0');
}

test('a second factor is set up, asked for and taken away', async () => {
  let recovery;
  await as(BORIS, '/account', async (page) => {
    const section = page.getByRole('region', { name: 'Second factor' });
    await section.getByLabel('Current password').fill(host.password);
    await section.getByRole('button', { name: 'Set it up' }).click();
    const secret = await section.locator('code').first().textContent();
    await section.getByLabel('Code of the device').fill('000000');
    await section.getByRole('button', { name: 'Confirm' }).click();
    await section.getByText('is not what the device shows now').waitFor();
    await section.getByLabel('Code of the device').fill(codeOf(secret));
    await section.getByRole('button', { name: 'Confirm' }).click();
    recovery = (await section.getByLabel('Recovery codes').textContent()).trim().split('\n');
    await section.getByRole('button', { name: 'Done' }).click();
    await section.getByText('A code is asked for at sign-in.').waitFor();
  });
  const page = await person(browser, host.address);
  await page.goto('/account');
  await page.locator('input[name=email]').fill(BORIS);
  await page.locator('input[name=password]').fill(host.password);
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=code]').fill('000000');
  await page.locator('button[type=submit]').click();
  await page.getByRole('alert').getByText(/wrong/).waitFor();
  await page.locator('input[name=code]').fill(recovery[0]);
  await page.locator('button[type=submit]').click();
  const section = page.getByRole('region', { name: 'Second factor' });
  await section.getByLabel('Current password').fill(host.password);
  await section.getByRole('button', { name: 'Take it away' }).click();
  await section.getByRole('button', { name: 'Set it up' }).waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
