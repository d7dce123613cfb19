// The console's words in English. `ru.ts` has the same keys: the compiler sees to it.

/** A counted noun; `{n}` is the number. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

const plural = (words: Plural): Plural => words;

const words = {
  // The shell
  skip: 'Skip to the content', menu: 'Menu', work: 'Work', automation: 'Automation', administration: 'Administration',
  language: 'Language', theme: 'Light or dark', account: 'Your account', signOut: 'Sign out', apiDocs: 'API documentation',
  offline: 'The host does not answer. What you see may be old; it is tried again by itself.',
  // Everywhere
  save: 'Save', cancel: 'Cancel', close: 'Close', edit: 'Edit', add: 'Add', create: 'Create', remove: 'Delete', retry: 'Try again',
  more: 'Load more', loading: 'Loading …', yes: 'Yes', no: 'No', none: '—', nobody: 'Nobody', me: 'Me', copy: 'Copy', copied: 'Copied',
  actions: 'Actions', justNow: 'just now', all: 'All', search: 'Search', clear: 'Clear', back: 'Back', done: 'Done', open: 'Open', confirm: 'Confirm',
  details: 'Details', optional: 'optional', unknown: 'Unknown',
  offlineTitle: 'No connection', offlineText: 'The host does not answer. Check the connection and try again.',
  wrong: 'That did not work', notFound: 'There is nothing here', notFoundText: 'It was deleted, or it is not for you to see.', toInbox: 'To the inbox',
  forbidden: 'This is not for your role',
  // Sign-in
  signIn: 'Sign in', welcome: 'Sign in to work with leads, deals and everything around them.', email: 'E-mail', password: 'Password',
  // Inbox
  inbox: 'Inbox', toDo: 'To do', unread: 'Unread', markRead: 'Mark as read', markAllRead: 'Mark all as read',
  nothingHere: 'All done', nothingInbox: 'Offers, reminders and questions for you appear here by themselves.',
  newNotices: plural({ one: '{n} unread notification', other: '{n} unread notifications' }), answer: 'Answer', choosePerson: 'Choose a person', send: 'Send',
  browserNotices: 'Tell me in the browser', noticesDenied: 'The browser does not allow it: see its settings for this site.', settled: 'Settled', by: 'by {name}',
  // Lists
  bulk: 'What is chosen', chosen: plural({ one: '{n} chosen', other: '{n} chosen' }), chooseAll: 'Choose all', chooseOne: 'Choose “{title}”', bulkField: 'Set a field', bulkChanged: plural({ one: '{n} record is changed', other: '{n} records are changed' }), bulkRefused: 'None of them was changed', bulkDelete: plural({ one: 'Delete {n} record?', other: 'Delete {n} records?' }), savedViews: 'Views', viewName: 'Name of this view',
  board: 'Board', table: 'Table', filters: 'Filters', noRecords: 'Nothing yet', noRecordsText: 'What is made, or comes in, appears here.',
  nothingFound: 'Nothing found', nothingFoundText: 'No record fits these filters.', clearFilters: 'Clear the filters', make: 'New',
  sortBy: 'Sort by {field}', records: plural({ one: '{n} record', other: '{n} records' }), atLeast: '{n} and more',
  searchAll: 'Search everywhere', exportFile: 'Export as a spreadsheet', importFile: 'Import from a file', importText: 'A CSV (as an export gives it, or with some of its columns) or lines of JSON. Rows with an id change that record, others make new ones. All rows are taken, or none.', chooseFile: 'Choose a file', importWould: '{created} would be new, {updated} changed.', importGo: 'Import', imported: 'Imported: {created} new, {updated} changed', line: 'Line',
  importErrors: plural({ one: '{n} error, nothing was imported', other: '{n} errors, nothing was imported' }), ownFields: 'Fields of your own', editOwnFields: 'Edit these fields',
  searchedNewest: 'The newest {n} are shown.', searchHint: 'Name, №, phone or e-mail', mine: 'Mine', unassigned: 'Nobody’s',
  // Boards
  moved: '“{title}” is in {stage} now', notMoved: '“{title}” stays in {stage}', moveTo: 'Move to {stage}', emptyColumn: 'Nothing here',
  dragHint: 'Press space to lift the card, arrow keys to move it, space to drop it.', convertQuestion: 'Convert “{title}” to a contact, a company and a deal?',
  convert: 'Convert', take: 'Take it',
  // Records
  history: 'History', timeline: 'Timeline', runs: 'Runs', related: 'Related', noHistory: 'No changes yet', noRuns: 'No rule has acted yet',
  noRunsText: 'As soon as a rule wakes, what it did stands here.', newRecord: 'New: {kind}', deleteQuestion: 'Delete “{title}”?', deleteText: 'What was done with it stays in the history.',
  deleted: 'Deleted', saved: 'Saved', editField: 'Edit {field}', made: 'made this', changed: 'changed', deletedIt: 'deleted this', ruleName: 'rule {name}', systemName: '{name}',
  because: 'because of', causedBy: 'What led to it', seeRun: 'See the run', byHand: 'by hand', version: 'version {n}', empty: 'empty',
  conflict: 'Somebody was faster', conflictText: '{name} changed this record while you were editing. Nothing was overwritten.',
  conflictTheirs: 'Now it says', conflictMine: 'You wrote', keepTheirs: 'Keep theirs', useMine: 'Use mine',
  pressed: 'Done', chooseRecord: 'Type to find', addLine: 'Add a line', quantity: 'Quantity', price: 'Price', vatRate: 'VAT, %', total: 'Total', discount: 'Discount, %', item: 'Item', unit: 'Unit', net: 'Net', vat: 'VAT', notJson: 'This is not valid JSON',
  moveUp: 'Move up', moveDown: 'Move down', addStage: 'Add a stage', addStep: 'Add a step', step: 'Step', toBeDone: 'To be done', addAbsence: 'Add a time of being away', addHours: 'Add hours', addDay: 'Add a day', day: 'Day', dayOff: 'off', outcomes: { open: 'Open', won: 'Won', lost: 'Lost' } as Record<string, string>,
  moreFields: plural({ one: 'Show {n} empty field', other: 'Show {n} empty fields' }), fewerFields: 'Hide empty fields',
  // Automation
  plugins: 'Plugins', plugin: 'Plugin', pluginsText: 'Rules that work for you. Each runs in a sandbox of its own and may do only what you grant.', noPlugins: 'No plugin is installed', enabled: 'On', disabled: 'Off', broken: 'Broken',
  enable: 'Switch on', disable: 'Switch off', configure: 'Open', disableText: 'From now on nothing of it lands any more. What waits is kept until it is switched on again.', enableText: 'What waited while it was off:', keepWaiting: 'Do it now', dropWaiting: 'Forget it',
  disableQuestion: 'Switch off {name}?', enableQuestion: 'Switch on {name}?', nothingWaits: 'Nothing waits.', switchedOn: '{name} is on', switchedOff: '{name} is off',
  grants: 'What it may do', grantAll: 'Grant all', missingGrants: 'It needs grants before it can be switched on', saveGrants: 'Save the grants', wakes: 'What wakes it', waiting: 'Waiting', timers: 'Timers', noTimers: 'No timer is set', configuration: 'Configuration', noConfiguration: 'There is nothing to configure',
  condition: 'Condition', conditionText: 'A CEL expression over before, after and config. Events for which it does not hold do not wake the plugin.', budgets: 'Budgets', budgetsText: 'What one run may use.', lastRuns: 'Last runs', overview: 'Overview', install: 'Install a component', installed: '{name} is installed', reset: 'Reset to defaults',
  onEvent: 'when', ifChanged: 'if {fields} changed', when: 'only if', schedule: 'at', commandOn: 'button on {kinds}', imports: 'Imports of the component',
  waitingDeliveries: plural({ one: '{n} delivery', other: '{n} deliveries' }), setTimers: plural({ one: '{n} timer', other: '{n} timers' }), deadCount: plural({ one: '{n} given up', other: '{n} given up' }),
  run: 'Run', outcome: 'Outcome', trigger: 'Woken by', at: 'When', cost: 'Cost', log: 'Log', noLog: 'It logged nothing', effects: 'Timers and state', changes: 'Changes', noChanges: 'It changed nothing', chain: 'What led to it, and what it led to', calls: 'Calls of the host', noCalls: 'It asked the host nothing.', noJournal: 'Its calls were not kept: they are of runs that fail, and of some of the others.', journalCut: 'There were too many to keep them all.', callTook: '{call}, at {at}, took {took}', asked: 'Asked', answeredYes: 'Answered', answeredNo: 'Refused', stateWritten: 'State', nextTimes: 'next', nextTimesOff: 'once it is on', runAgain: 'Run again', queuedAgain: 'It will be run again', attempt: 'Attempt', reruns: 'Reruns', fuel: 'Fuel', memory: 'Memory', hostCalls: 'Host calls', rowsRead: 'Rows read', written: 'Records written', time: 'Time', release: 'Release', about: 'About', pressedBy: 'Pressed by', depth: 'Depth',
  releases: 'Releases', releasesText: 'An uploaded release waits until it is brought into use. One that was in use before can be taken back in one step.', uploadRelease: 'Upload a release', releaseKept: 'Release {version} is kept', inUse: 'In use', uploadedAt: 'Uploaded', lastUsed: 'Last brought into use', contract: 'Contract', compareRelease: 'Compare and use', bringIntoUse: 'Bring into use', rollBack: 'Roll back to it', activateQuestion: 'Bring {version} into use?', activateText: 'Runs that are under way end with the release that they began with. Timers and what waits go on with this one.', releaseInUse: '{version} is in use', wantsGrants: 'It needs grants that it does not have: {grants}', configDoesNotFit: 'The configuration does not fit its schema', sameManifest: 'What wakes it, what it needs and what can be set are the same.',
  manifestParts: { needs: 'What it needs', imports: 'What it imports', subscriptions: 'Events that wake it', schedules: 'Clock times that wake it', commands: 'Buttons', settings: 'Settings' } as Record<string, string>,
  backtest: 'Try on the past', backtestText: 'Runs this release on the last events that woke the plugin, beside what was done then. Nothing is written.', lastEvents: 'Last events', tryIt: 'Try it', fuelBeside: 'Fuel {fuel}, then {recorded}',
  shadow: 'Shadow', runBeside: 'Run beside', shadowText: 'Runs this release beside the one in use, on all that wakes the plugin, and shows what it would do otherwise. Nothing that it does is written.', startShadow: 'Start it', endShadow: 'End it', shadowSince: 'It runs since', shadowNothing: 'Nothing has woken the plugin since', fuelInUse: 'Fuel {fuel}, of the release in use {recorded}',
  verdicts: { same: 'Same', different: 'Different', failed: 'Failed', not_woken: 'Not woken', new: 'New' } as Record<string, string>,
  dryRun: 'Dry run', dryRunText: 'Runs the plugin on what is there now and shows all that it would do. Nothing is written, nobody is told.', wokenBy: 'Woken by', recentEvents: 'Events of the last days', noRecentEvents: 'Nothing has woken it lately', eventNumber: 'Event №', wouldSleep: 'This event would not wake it: its condition does not hold.', nothingWritten: 'nothing was written', takenAway: 'taken away',
  overDays: 'Over so many days', tryCondition: 'Would have fired?', wouldFire: 'It would have fired {fires} times, of {subscribed} events.', wouldFireCut: 'It would have fired {fires} times, of {subscribed} events. There were too many to look at all.',
  paused: 'The host has switched it off', pausedText: '{failed} of its last {runs} runs failed. Switch it on again when that is mended.',
  failures: 'Failures', failuresText: 'What failed in the last 7 days, by plugin and cause. Retry when the cause is mended.', noFailures: 'Nothing fails', retryAll: 'Run all again', discardAll: 'Discard all', discardAllQuestion: 'Discard all deliveries of this failure?', failedRuns: plural({ one: '{n} failed run', other: '{n} failed runs' }), putBack: plural({ one: '{n} will be run again', other: '{n} will be run again' }), since: 'since', last: 'last',
  // Calendar
  calendar: 'Calendar', oneDay: 'Day', week: 'Week', month: 'Month', today: 'Today', earlier: 'Earlier', later: 'Later', whose: 'Whose', busy: 'Busy', newMeeting: 'New meeting', zoneHint: 'Times are in your time zone, {zone}.', findTime: 'Find a time', freeTimes: 'Times at which all are free', noFreeTime: 'No time fits all in these days.', minutesLong: 'Minutes', outsiders: 'Others, by e-mail', roundNumber: 'Round {n}', takePart: 'Who takes part', moreMeetings: plural({ one: '{n} more', other: '{n} more' }), answered: 'Your answer is noted', subscribe: 'Subscribe', subscribeText: 'Give this address to your calendar program. Whoever has it sees your meetings; making another one ends it.', makeAddress: 'Make an address',
  // Documents
  preview: 'Preview', openPdf: 'Open the PDF', makeLink: 'Make a link', linkText: 'Whoever has the link sees the PDF. Copy it now: it is not shown again.', links: 'Links', views: plural({ one: 'opened {n} time', other: 'opened {n} times' }), revoke: 'Call back', revoked: 'called back', fillAgain: 'Fill from the record', filled: 'Filled', editTemplate: 'Source', saveTemplate: 'Save the source', recordPayment: 'Record a payment', paymentMethod: 'Paid by', paymentReference: 'Reference of the bank', paymentNoted: 'The payment is noted', gallery: 'Templates of the host', galleryText: 'What papers are made from as long as you have no template of your own for them. Begin yours from one of these.', beginFrom: 'Begin from this', beganFrom: 'Your template is made',
  secondFactor: 'Second factor', secondFactorText: 'A code of your phone is asked for at sign-in, beside the password.', secondFactorOn: 'A code is asked for at sign-in.', setUp: 'Set it up', takeOff: 'Take it away', secretForDevice: 'Add this key to your authenticator app', deviceCode: 'Code of the device', recoveryCodes: 'Recovery codes', recoveryText: 'Keep them safe: each signs you in once if the device is lost. They are not shown again.', code: 'Code', enterCode: 'Enter the code that your device shows, or a recovery code.',
  embed: 'On your site', embedText: 'Put this line where the form shall stand. The address of the site must be among the form’s origins.', formPage: 'The form’s own page',
  deadLetters: 'Given up', deadText: 'Deliveries that failed too often. Put them back, or discard them.', noDead: 'Nothing was given up', discard: 'Discard', discardQuestion: 'Discard this delivery?', discardText: 'What it should have done will not be done.', reason: 'Reason', attempts: plural({ one: '{n} attempt', other: '{n} attempts' }),
  holds: 'Holds', holdsText: 'Rules that went in circles are held for the record at which they did.', noHolds: 'No rule is held', releaseHold: 'Release',
  webhooks: 'Webhooks', webhooksText: 'Events are sent to these addresses, signed (Standard Webhooks).', noWebhooks: 'No webhook yet', url: 'Address', events: 'Events', eventsHint: 'lead.created, deal.*, *', active: 'Active', messages: 'Messages', noMessages: 'Nothing was sent yet', resend: 'Send again', rotate: 'New secret', secretOnce: 'Copy the secret now: it is not shown again.', state: 'State', error: 'Error',
  // Reports
  reports: 'Reports', period: 'Period', fromDay: 'From', toDay: 'To', groupedBy: 'Grouped by', group: 'Group', compare: 'Compare with the period before', comparedWith: 'compared with', before: 'Before', beforeHint: 'The thin bars, and the numbers in brackets, are the period before.', thisPeriod: 'This period', changeOf: 'Change', measure: 'Figure', showRecords: 'Show the records', showDeals: 'Show the deals', funnel: 'Funnel', lostByNow: 'Lost by now', noFigures: 'Nothing happened in this period.', without: 'Without',
  periods: { today: 'Today', yesterday: 'Yesterday', this_week: 'This week', last_week: 'Last week', this_month: 'This month', last_month: 'Last month', days: 'Other days …' } as Record<string, string>,
  groups: { none: 'All together', user: 'By colleague', department: 'By department', source: 'By source', pipeline: 'By pipeline' } as Record<string, string>,
  measures: {
    received: 'Came in', accepted: 'Accepted', converted: 'Converted', rejected: 'Rejected', accept_median: 'Time to accept, median', accept_p90: 'Time to accept, 9 of 10', process_median: 'Time to process, median', process_p90: 'Time to process, 9 of 10',
    won: 'Won', won_amount: 'Won, amount', lost: 'Lost', contracts: 'Contracts signed', issued: 'Issued', issued_amount: 'Issued, amount', paid: 'Paid', paid_amount: 'Paid, amount', overdue: 'Overdue', overdue_amount: 'Overdue, amount',
    incoming: 'Incoming', outgoing: 'Outgoing', missed: 'Missed', tasks_done: 'Done', tasks_overdue: 'Late',
  } as Record<string, string>,
  // Administration
  channels: 'Channels', channelsText: 'How messages leave for clients. What takes them is named in the host’s settings.', webhooksToo: 'Webhooks have a test of their own.', channelSet: 'Set up', channelUnset: 'Not set up', channelHowTo: 'Nothing is sent: the host’s settings name nothing for it ({settings}).',
  channelThrough: { smtp: 'Through a mail server', webhook: 'Through a gateway, by signed webhooks', bot: 'Through a bot' } as Record<string, string>,
  sendTest: 'Send a test', testSubject: 'Takt: a test message', testText: 'This is a test message. Whoever reads it knows that the channel works.', testArrived: 'It was taken', testFailed: 'It did not arrive', testTook: 'within {ms} ms',
  audit: 'Audit', auditText: 'Every change of every record: who or which rule made it, when, and why. Nobody can alter what stands here.', kindOfRecord: 'Kind of record', changedField: 'Changed field', whoOrWhat: 'Who, or which plugin', allOfRecord: 'All changes of it', lookFurther: 'Nothing among the newest changes. There are older ones: load more.', noChangesFit: 'No change fits these filters.',
  tokens: 'Tokens', tokensText: 'Keys for programs. Each may do only what its scopes say.', noTokens: 'No token yet', scopes: 'Scopes', scopesHint: 'leads:write, runs:read, admin', actsFor: 'Acts for', expires: 'Expires', never: 'never', takeAway: 'Take away', takeAwayQuestion: 'Take “{name}” away?', takeAwayText: 'Programs that use it stop working at once.', name: 'Name',
  setPassword: 'Set a password', newPassword: 'New password', currentPassword: 'Current password', passwordHint: '10 to 200 characters', passwordSet: 'The password is set', endSessions: 'End all sessions', sessionsEnded: 'All sessions are ended', changePassword: 'Change your password', endOtherSessions: 'End your other sessions',

  budgetNames: { fuel: 'Fuel', deadline_ms: 'Time, ms', memory: 'Memory, bytes', host_calls: 'Host calls', rows_read: 'Rows read', records_written: 'Records written', log_bytes: 'Log, bytes' } as Record<string, string>,
  kinds: {
    lead: 'Lead', deal: 'Deal', task: 'Task', contact: 'Contact', company: 'Company', call: 'Call', meeting: 'Meeting', message: 'Message', template: 'Template', form: 'Form', document: 'Document', invoice: 'Invoice', product: 'Product', user: 'User', department: 'Department', pipeline: 'Pipeline', work_calendar: 'Work calendar', custom_field: 'Field of your own', organisation: 'Organisation', notification: 'Notification',
  } as Record<string, string>,
  plurals: {
    lead: 'Leads', deal: 'Deals', task: 'Tasks', contact: 'Contacts', company: 'Companies', call: 'Calls', meeting: 'Meetings', message: 'Messages', template: 'Templates', form: 'Forms', document: 'Documents', invoice: 'Invoices', product: 'Products', user: 'Users', department: 'Departments', pipeline: 'Pipelines', work_calendar: 'Work calendars', custom_field: 'Fields of your own', organisation: 'Organisation', notification: 'Notifications',
  } as Record<string, string>,
  fields: {
    legal_name: 'Legal name', address: 'Address', bank: 'Bank', bank_account: 'Account', signatory: 'Signatory',
    to: 'To', open: 'Open', buttons: 'Buttons', outcome: 'Outcome', title: 'Title', status: 'Status', owner: 'Responsible', amount: 'Amount', name: 'Name', phone: 'Phone', email: 'E-mail', company_name: 'Company (as written)', tax_id: 'Tax id', source: 'Source', region: 'Region', language: 'Language', message: 'Message', resume_at: 'Comes back', reject_reason: 'Reason for rejection', accepted_at: 'Accepted', closed_at: 'Closed', contact: 'Contact', company: 'Company', deal: 'Deal', lead: 'Lead', custom: 'More fields',
    pipeline: 'Pipeline', stage: 'Stage', deal_kind: 'Kind', expected_at: 'Expected', lost_reason: 'Reason for the loss', items: 'Items', assignee: 'Assignee', due: 'Due', about: 'About', body: 'Text', plugin: 'Made by', phones: 'Phones', emails: 'E-mails', direction: 'Direction', user: 'Colleague', line: 'Line', started_at: 'Started', answered_at: 'Answered', ended_at: 'Ended', duration: 'Duration', recording: 'Recording', external_id: 'Id in telephony',
    document_kind: 'Kind', totals: 'Totals', fields: 'Filled in', rounds: 'Approval rounds', edited: 'Edited', template: 'Template', file: 'File', invoice_number: 'Number', issuer: 'Issuer', issue_date: 'Issued on', due_date: 'Due on', paid: 'Paid', payments: 'Payments', payer: 'Payer', void_reason: 'Reason for voiding', year: 'Year', sku: 'SKU', price: 'Price', price_includes_vat: 'Price with VAT', vat_rate: 'VAT', unit: 'Unit', active: 'Active', role: 'Role', department: 'Department', present: 'Present', key: 'Key', head: 'Head', parent: 'Belongs to', work_calendar: 'Work calendar', stages: 'Stages', time_zone: 'Time zone', weekly: 'Weekly hours', holidays: 'Holidays', working_days: 'Moved days', currency: 'Currency',
    product: 'Asks for', tags: 'Tags', campaign: 'Campaign', extra: 'Also told', letters: 'Later mail', consent: 'Agreed to', opted_out: 'Asked not to be written to', messenger: 'Id in the messenger', billing: 'For papers', checklist: 'Steps', snoozed_until: 'Snoozed until', signed_at: 'Signed', skills: 'Skills', languages: 'Languages', signature: 'Signature under mail', level: 'Experience, 0–10', weight: 'Share of work', absences: 'Absences', member_reach: 'Members see', quiet_hours: 'Quiet hours of clients',
    starts_at: 'Begins', ends_at: 'Ends', organiser: 'Organiser', place: 'Place', participants: 'Participants', recurrence: 'Recurrence (RRULE)', sequence: 'Sequence', channel: 'Channel', subject: 'Subject', not_before: 'Not before', sent_at: 'Sent', error: 'Error', attempts: 'Attempts', attachments: 'Attachments', fills_from: 'Filled from', default: 'Default', template_source: 'Text (Typst)', template_version: 'Version of the template',
    slug: 'Address (slug)', enabled: 'Open', form_fields: 'What it asks for', origins: 'Sites that may post it', button: 'Button', thanks: 'Thanks', redirect: 'Leads on to', honeypot: 'Field against machines', per_minute: 'Posts a minute',
    created_at: 'Created', updated_at: 'Changed', number: '№', read_at: 'Read', settled_at: 'Settled', of: 'Records that have it', schema: 'Values (JSON Schema)', password: 'Password',
  } as Record<string, string>,
  choices: {
    new: 'New', in_progress: 'In progress', processing: 'Processing', waiting: 'Waiting', converted: 'Converted', rejected: 'Rejected', goods: 'Goods', service: 'Service', open: 'Open', done: 'Done', cancelled: 'Cancelled', in: 'Incoming', out: 'Outgoing', ringing: 'Ringing', answered: 'Answered', ended: 'Ended', missed: 'Missed', contract: 'Contract', invoice: 'Invoice', waybill: 'Waybill', act: 'Act of acceptance', receipt: 'Receipt', offer: 'Offer', other: 'Other', draft: 'Draft', approval: 'In approval', approved: 'Approved', sent: 'Sent', signed: 'Signed', void: 'Void', issued: 'Issued', paid: 'Paid', overdue: 'Overdue', member: 'Member', head: 'Head', admin: 'Admin',
    ok: 'Done', refused: 'Refused', retry: 'To be tried again', failed: 'Failed', trap: 'Crashed', budget: 'Over budget', conflict: 'Conflict', host: 'Host’s fault', event: 'Event', timer: 'Timer', tick: 'Schedule', command: 'Button', queued: 'Queued', dead: 'Given up', coalesce: 'Once for all', skip: 'Skip', catch_up: 'Catch up',
    task: 'Task', call: 'Call', meeting: 'Meeting', message: 'Message', document: 'Document', product: 'Product',
    planned: 'Planned', suppressed: 'Held back', email: 'E-mail', sms: 'SMS', messenger: 'Messenger', own: 'Their own', all: 'Everything', deal: 'Deal', lead: 'Lead', contact: 'Contact', company: 'Company',
    accepted: 'Accepted', declined: 'Declined', tentative: 'Tentative', pending: 'No answer yet', approve: 'Approves', remarks: 'Has remarks', rework: 'To be reworked', withdrawn: 'Withdrawn', 'bank-transfer': 'Bank transfer', card: 'Card', cash: 'Cash', created: 'created', updated: 'changed', deleted: 'deleted',
  } as Record<string, string>,
};

export type Dictionary = typeof words;
export const en: Dictionary = words;
