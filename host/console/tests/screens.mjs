// Every screen, by an address that shows something.

/** The screens of an admin who is signed in on this page. */
export async function screens(page) {
  const first = async (path) => {
    const body = await (await page.request.get(`/api/v1/${path}`)).json();
    return body.items[0]?.id;
  };
  const lists = ['leads', 'deals', 'tasks', 'contacts', 'companies', 'calls', 'meetings', 'messages', 'documents', 'invoices', 'products', 'users', 'departments', 'pipelines', 'work_calendars', 'organisations', 'templates', 'forms', 'custom_fields'];
  const records = await Promise.all(['leads', 'deals', 'contacts', 'users', 'organisations', 'pipelines', 'templates', 'documents', 'invoices', 'meetings', 'messages', 'forms', 'custom_fields'].map(async (plural) => [plural, await first(plural)]));
  return [
    ['inbox', '/inbox'],
    ...lists.map((plural) => [plural, `/${plural}`]),
    ['leads-table', '/leads?view=table'],
    ['deals-table', '/deals?view=table'],
    ...records.filter(([, id]) => id).map(([plural, id]) => [`${plural}-record`, `/${plural}/${id}`]),
    ['calendar', '/calendar'],
    ['calendar-day', '/calendar?view=day'],
    ['calendar-month', '/calendar?view=month'],
    ['reports', '/reports'],
    ['reports-by-source', '/reports?by=source&period=last_month&measure=won_amount'],
    ['plugins', '/plugins'],
    ['plugin', '/plugins/lead-intake'],
    ['runs', '/runs'],
    ['run', `/runs/${await first('runs')}`],
    ['failures', '/failures'],
    ['dead-letters', '/dead-letters'],
    ['holds', '/holds'],
    ['channels', '/channels'],
    ['audit', '/audit'],
    ['audit-of-leads', '/audit?kind=lead&field=owner'],
    ['webhooks', '/webhooks'],
    ['tokens', '/tokens'],
    ['account', '/account'],
  ];
}
