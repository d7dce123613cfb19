// The one table of kinds: what the console knows of each. A new kind is one entry here, its name and its fields' words in
// the dictionaries, and nothing else: lists, record pages, forms, links and boards are made from it.
import {
  IconBox, IconBriefcase, IconBuilding, IconBuildingSkyscraper, IconCalendarEvent, IconCalendarTime, IconChecklist,
  IconFileInvoice, IconFileText, IconForms, IconHierarchy2, IconListDetails, IconMessage, IconPhone, IconRoute, IconTargetArrow,
  IconTemplate, IconUserCircle, IconUsers, type Icon,
} from '@tabler/icons-react';
import type { Schemas } from '../api/client';

export type KindName = Exclude<Schemas['Kind'], 'notification'>;

/** How a field is shown and edited. */
export type Shape =
  | 'text' | 'long' | 'email' | 'phone' | 'emails' | 'phones' | 'words' | 'url' | 'language' | 'integer' | 'rate' | 'seconds'
  | 'money' | 'date' | 'instant' | 'bool' | 'choice' | 'stage' | 'ref' | 'about' | 'items' | 'participants' | 'payments' | 'rounds'
  | 'totals' | 'details' | 'stages' | 'steps' | 'absences' | 'week' | 'dates' | 'working_days' | 'hours' | 'data';

export interface Field {
  name: string;
  shape: Shape;
  /** Its word in the dictionaries, where other kinds have a field of the same name that means something else. */
  word?: string;
  /** The values of a choice, or of words that are chosen; the members of details. */
  choices?: readonly string[];
  /** The kind that a reference points to. */
  to?: KindName;
  /** Kept by the host. */
  kept?: boolean;
  /** Asked for where a record is made: it can't do without. */
  wanted?: boolean;
  /** Asked for where a record is made. */
  asked?: boolean;
  /** Shown on the record's page though it is empty, as what is asked for is. */
  shown?: boolean;
}

/** What a step to a status takes beside the status. */
export interface StepSpec {
  /** The field that must be filled. */
  asks?: string;
  /** The field that is emptied. */
  clears?: string;
  /** Nobody's record becomes that of whoever takes the step. */
  takes?: boolean;
  /** It is taken by converting the lead. */
  converts?: boolean;
}

export interface KindSpec {
  plural: string;
  icon: Icon;
  /** The field that names a record. */
  title: string;
  /** The field that says where it stands. */
  status?: string;
  /** The field that names whose it is. */
  owner?: string;
  fields: readonly Field[];
  /** Of a list, beside the title. */
  columns: readonly string[];
  /** What a list can be filtered by. */
  filters: readonly string[];
  /** What a list can be sorted by. */
  sorts: readonly string[];
  /** Shown as a board of columns, too. */
  board?: boolean;
  /** What a step to a status or stage takes beside it. */
  steps?: Record<string, StepSpec>;
  /** The filters that a list has where none were chosen. */
  start?: Record<string, string>;
  /** The order that a list has where none was chosen; the newest first where absent. */
  order?: string;
  /** Only admins change it. */
  setting?: boolean;
  /** Only admins find it in the navigation. */
  hidden?: boolean;
}

interface Options extends Partial<Omit<Field, 'name' | 'shape'>> {}

/** Fields of one kind, their names checked against the API's description. */
type Names<K extends keyof Schemas> = Extract<keyof Schemas[K], string>;
const field =
  <K extends keyof Schemas>() =>
  (name: Names<K>, shape: Shape, options: Options = {}): Field => ({ name, shape, ...options });
const choice = (choices: readonly string[], options: Options = {}): Options => ({ choices, ...options });
const to = (kind: KindName, options: Options = {}): Options => ({ to: kind, ...options });
const KEPT = { kept: true };
const WANTED = { wanted: true, asked: true };
const ASKED = { asked: true };
const ASKED_LATER = { shown: true };

const lead = field<'Lead'>();
const deal = field<'Deal'>();
const contact = field<'Contact'>();
const company = field<'Company'>();
const task = field<'Task'>();
const product = field<'Product'>();
const call = field<'Call'>();
const meeting = field<'Meeting'>();
const message = field<'Message'>();
const template = field<'Template'>();
const form = field<'Form'>();
const document = field<'Document'>();
const invoice = field<'Invoice'>();
const user = field<'User'>();
const department = field<'Department'>();
const pipeline = field<'Pipeline'>();
const calendar = field<'WorkCalendar'>();
const customField = field<'CustomField'>();
const organisation = field<'Organisation'>();

const CHANNELS = choice(['email', 'sms', 'messenger']);
const DEAL_KINDS = ['goods', 'service'];
const BILLING = choice(['legal_name', 'address', 'bank', 'bank_account', 'signatory']);
const PAYER = choice(['legal_name', 'tax_id', 'address', 'bank', 'bank_account', 'signatory']);
const PAPERS = ['contract', 'invoice', 'waybill', 'act', 'receipt', 'offer', 'other'];

const NEWEST = ['number', 'created_at', 'updated_at'];

export const KINDS: Record<KindName, KindSpec> = {
  lead: {
    plural: 'leads', icon: IconTargetArrow, title: 'title', status: 'status', owner: 'owner', board: true,
    fields: [
      lead('title', 'text', ASKED),
      lead('status', 'choice', choice(['new', 'in_progress', 'processing', 'waiting', 'converted', 'rejected'])),
      lead('owner', 'ref', to('user')),
      lead('amount', 'money', ASKED),
      lead('name', 'text', ASKED),
      lead('phone', 'phone', ASKED),
      lead('email', 'email', ASKED),
      lead('company_name', 'text', ASKED),
      lead('tax_id', 'text'),
      lead('source', 'text', ASKED),
      lead('region', 'text'),
      lead('language', 'language'),
      lead('message', 'long', ASKED),
      lead('product', 'text'),
      lead('tags', 'words'),
      lead('campaign', 'data'),
      lead('extra', 'data'),
      lead('letters', 'data', KEPT),
      lead('consent', 'data', KEPT),
      lead('resume_at', 'instant'),
      lead('reject_reason', 'text'),
      lead('accepted_at', 'instant', KEPT),
      lead('closed_at', 'instant', KEPT),
      lead('contact', 'ref', to('contact', KEPT)),
      lead('company', 'ref', to('company', KEPT)),
      lead('deal', 'ref', to('deal', KEPT)),
      lead('custom', 'data'),
    ],
    columns: ['status', 'owner', 'name', 'phone', 'amount', 'source', 'created_at'],
    steps: {
      new: { clears: 'owner' }, in_progress: { takes: true }, processing: { takes: true },
      waiting: { takes: true, asks: 'resume_at' }, rejected: { asks: 'reject_reason' }, converted: { converts: true },
    },
    filters: ['status', 'owner', 'source'], sorts: [...NEWEST, 'title', 'status', 'amount', 'source'],
  },
  deal: {
    plural: 'deals', icon: IconBriefcase, title: 'title', status: 'stage', owner: 'owner', board: true,
    fields: [
      deal('title', 'text', WANTED),
      deal('pipeline', 'ref', to('pipeline', WANTED)),
      deal('stage', 'stage', WANTED),
      deal('owner', 'ref', to('user', ASKED)),
      deal('amount', 'money', ASKED),
      deal('deal_kind', 'choice', choice(DEAL_KINDS, ASKED)),
      deal('expected_at', 'date', ASKED),
      deal('contact', 'ref', to('contact', ASKED)),
      deal('company', 'ref', to('company', ASKED)),
      deal('lead', 'ref', to('lead')),
      deal('lost_reason', 'text'),
      deal('closed_at', 'instant', KEPT),
      deal('items', 'items', ASKED_LATER),
      deal('custom', 'data'),
    ],
    columns: ['stage', 'owner', 'company', 'amount', 'expected_at', 'updated_at'],
    filters: ['stage', 'owner', 'pipeline'], sorts: [...NEWEST, 'title', 'stage', 'amount', 'expected_at'],
  },
  task: {
    plural: 'tasks', icon: IconChecklist, title: 'title', status: 'status', owner: 'assignee',
    fields: [
      task('title', 'text', WANTED),
      task('status', 'choice', choice(['open', 'done', 'cancelled'])),
      task('assignee', 'ref', to('user', ASKED)),
      task('due', 'instant', ASKED),
      task('about', 'about'),
      task('body', 'long', ASKED),
      task('checklist', 'steps'),
      task('snoozed_until', 'instant'),
      task('plugin', 'text', KEPT),
      task('closed_at', 'instant', KEPT),
      task('custom', 'data'),
    ],
    columns: ['status', 'assignee', 'due', 'about', 'plugin'],
    start: { status: 'open' }, order: 'due',
    filters: ['status', 'assignee', 'plugin'], sorts: ['due', ...NEWEST, 'title', 'status'],
  },
  contact: {
    plural: 'contacts', icon: IconUserCircle, title: 'name', owner: 'owner',
    fields: [
      contact('name', 'text', WANTED),
      contact('owner', 'ref', to('user', ASKED)),
      contact('company', 'ref', to('company', ASKED)),
      contact('phones', 'phones', ASKED),
      contact('emails', 'emails', ASKED),
      contact('language', 'language', ASKED),
      contact('time_zone', 'text'),
      contact('messenger', 'text'),
      contact('consent', 'words', CHANNELS),
      contact('opted_out', 'words', CHANNELS),
      contact('tax_id', 'text'),
      contact('billing', 'details', BILLING),
      contact('custom', 'data'),
    ],
    columns: ['company', 'phones', 'emails', 'owner', 'created_at'],
    filters: ['owner', 'company'], sorts: ['name', ...NEWEST],
  },
  company: {
    plural: 'companies', icon: IconBuilding, title: 'name', owner: 'owner',
    fields: [
      company('name', 'text', WANTED),
      company('owner', 'ref', to('user', ASKED)),
      company('tax_id', 'text', ASKED),
      company('phones', 'phones', ASKED),
      company('emails', 'emails', ASKED),
      company('billing', 'details', BILLING),
      company('custom', 'data'),
    ],
    columns: ['tax_id', 'phones', 'emails', 'owner', 'created_at'],
    filters: ['owner'], sorts: ['name', ...NEWEST],
  },
  call: {
    plural: 'calls', icon: IconPhone, title: 'phone', status: 'status', owner: 'user',
    fields: [
      call('phone', 'phone', WANTED),
      call('direction', 'choice', choice(['in', 'out'], WANTED)),
      call('status', 'choice', choice(['ringing', 'answered', 'ended', 'missed'], ASKED)),
      call('user', 'ref', to('user', ASKED)),
      call('about', 'about'),
      call('line', 'phone', ASKED),
      call('started_at', 'instant', ASKED),
      call('answered_at', 'instant'),
      call('ended_at', 'instant'),
      call('duration', 'seconds', KEPT),
      call('recording', 'url', ASKED),
      call('external_id', 'text', KEPT),
      call('custom', 'data'),
    ],
    columns: ['direction', 'status', 'user', 'about', 'started_at', 'duration'],
    filters: ['direction', 'status', 'user'], sorts: ['started_at', 'created_at', 'status'],
  },
  meeting: {
    plural: 'meetings', icon: IconCalendarEvent, title: 'title', status: 'status', owner: 'organiser',
    fields: [
      meeting('title', 'text', WANTED),
      meeting('status', 'choice', choice(['planned', 'cancelled'])),
      meeting('starts_at', 'instant', WANTED),
      meeting('ends_at', 'instant', WANTED),
      meeting('organiser', 'ref', to('user', WANTED)),
      meeting('place', 'text', ASKED),
      meeting('participants', 'participants'),
      meeting('recurrence', 'text', ASKED),
      meeting('time_zone', 'text'),
      meeting('about', 'about', ASKED),
      meeting('body', 'long', ASKED),
      meeting('custom', 'data'),
    ],
    columns: ['status', 'starts_at', 'ends_at', 'organiser', 'place'], order: 'starts_at',
    filters: ['status', 'organiser'], sorts: ['starts_at', 'ends_at', ...NEWEST, 'title', 'status'],
  },
  message: {
    plural: 'messages', icon: IconMessage, title: 'subject', status: 'status', owner: 'owner',
    fields: [
      message('channel', 'choice', { ...CHANNELS, ...WANTED, ...KEPT }),
      message('status', 'choice', choice(['queued', 'sent', 'failed', 'suppressed'])),
      message('contact', 'ref', to('contact', { ...ASKED, ...KEPT })),
      message('to', 'text', { ...ASKED, ...KEPT }),
      message('subject', 'text', { ...ASKED, ...KEPT }),
      message('body', 'long', { ...WANTED, ...KEPT }),
      message('about', 'about', ASKED),
      message('owner', 'ref', to('user')),
      message('not_before', 'instant', ASKED),
      message('sent_at', 'instant', KEPT),
      message('error', 'text', KEPT),
      message('attempts', 'integer', KEPT),
      message('plugin', 'text', KEPT),
      message('attachments', 'data', KEPT),
      message('custom', 'data'),
    ],
    columns: ['status', 'channel', 'contact', 'to', 'owner', 'created_at'],
    filters: ['status', 'channel', 'owner'], sorts: [...NEWEST, 'status', 'not_before'],
  },
  document: {
    plural: 'documents', icon: IconFileText, title: 'title', status: 'status', owner: 'owner',
    fields: [
      document('title', 'text', WANTED),
      document('document_kind', 'choice', choice(PAPERS, ASKED)),
      document('status', 'choice', choice(['draft', 'approval', 'approved', 'sent', 'signed', 'void'])),
      document('owner', 'ref', to('user', ASKED)),
      document('about', 'about', WANTED),
      document('template', 'ref', to('template', ASKED)),
      document('items', 'items', ASKED_LATER),
      document('totals', 'totals', KEPT),
      document('fields', 'data'),
      document('edited', 'data'),
      document('signed_at', 'instant', KEPT),
      document('rounds', 'rounds', KEPT),
      document('custom', 'data'),
    ],
    columns: ['document_kind', 'status', 'owner', 'about', 'updated_at'],
    filters: ['document_kind', 'status', 'owner'], sorts: [...NEWEST, 'title', 'status'],
  },
  invoice: {
    plural: 'invoices', icon: IconFileInvoice, title: 'invoice_number', status: 'status', owner: 'owner',
    fields: [
      invoice('invoice_number', 'integer', KEPT),
      invoice('status', 'choice', choice(['draft', 'issued', 'sent', 'paid', 'overdue', 'void'])),
      invoice('owner', 'ref', to('user', ASKED)),
      invoice('deal', 'ref', to('deal', ASKED)),
      invoice('company', 'ref', to('company', ASKED)),
      invoice('contact', 'ref', to('contact', ASKED)),
      invoice('issuer', 'data', WANTED),
      invoice('issue_date', 'date'),
      invoice('due_date', 'date', ASKED),
      invoice('items', 'items', ASKED_LATER),
      invoice('totals', 'totals', KEPT),
      invoice('paid', 'money', KEPT),
      invoice('payments', 'payments', KEPT),
      invoice('payer', 'details', { ...PAYER, ...ASKED_LATER }),
      invoice('void_reason', 'text'),
      invoice('custom', 'data'),
    ],
    columns: ['status', 'company', 'owner', 'issue_date', 'due_date', 'paid'],
    steps: { void: { asks: 'void_reason' } },
    filters: ['status', 'owner', 'company'], sorts: ['invoice_number', 'due_date', 'created_at', 'status'],
  },
  product: {
    plural: 'products', icon: IconBox, title: 'title', setting: true,
    fields: [
      product('title', 'text', WANTED),
      product('sku', 'text', ASKED),
      product('price', 'money', ASKED),
      product('price_includes_vat', 'bool', ASKED),
      product('vat_rate', 'rate', ASKED),
      product('unit', 'text', ASKED),
      product('active', 'bool'),
      product('custom', 'data'),
    ],
    columns: ['sku', 'price', 'vat_rate', 'unit', 'active'],
    filters: ['active'], sorts: ['title', 'price', 'number', 'created_at'],
  },
  template: {
    plural: 'templates', icon: IconTemplate, title: 'name', setting: true, hidden: true,
    fields: [
      template('name', 'text', WANTED),
      template('document_kind', 'choice', choice(PAPERS, WANTED)),
      template('fills_from', 'choice', choice(['deal', 'invoice', 'lead', 'contact', 'company'], WANTED)),
      template('deal_kind', 'choice', choice(DEAL_KINDS, ASKED)),
      template('language', 'language', WANTED),
      template('default', 'bool'),
      template('source', 'long', { ...WANTED, word: 'template_source' }),
    ],
    columns: ['document_kind', 'fills_from', 'language', 'default'],
    filters: ['document_kind', 'fills_from'], sorts: ['name', ...NEWEST],
  },
  form: {
    plural: 'forms', icon: IconForms, title: 'title', setting: true, hidden: true,
    fields: [
      form('title', 'text', WANTED),
      form('slug', 'text', WANTED),
      form('enabled', 'bool'),
      form('fields', 'data', { ...WANTED, word: 'form_fields' }),
      form('source', 'text', ASKED),
      form('tags', 'words'),
      form('campaign', 'data'),
      form('origins', 'words'),
      form('consent', 'data'),
      form('button', 'text'),
      form('thanks', 'text'),
      form('redirect', 'url'),
      form('honeypot', 'text'),
      form('per_minute', 'integer'),
    ],
    columns: ['slug', 'enabled', 'source'],
    filters: ['enabled'], sorts: ['title', 'created_at'],
  },
  user: {
    plural: 'users', icon: IconUsers, title: 'name', setting: true, hidden: true,
    fields: [
      user('name', 'text', WANTED),
      user('email', 'email', WANTED),
      user('role', 'choice', choice(['member', 'head', 'admin'], ASKED)),
      user('department', 'ref', to('department', ASKED)),
      user('language', 'language', ASKED),
      user('phone', 'phone', ASKED),
      user('skills', 'words'),
      user('languages', 'words'),
      user('signature', 'long'),
      user('level', 'integer'),
      user('weight', 'integer'),
      user('absences', 'absences'),
      user('present', 'bool'),
      user('active', 'bool'),
    ],
    columns: ['email', 'role', 'department', 'present', 'active'],
    filters: ['role', 'department', 'active', 'present'], sorts: ['name', 'role', 'created_at'],
  },
  department: {
    plural: 'departments', icon: IconHierarchy2, title: 'title', setting: true, hidden: true,
    fields: [
      department('title', 'text', WANTED),
      department('key', 'text', WANTED),
      department('head', 'ref', to('user', ASKED)),
      department('parent', 'ref', to('department', ASKED)),
      department('work_calendar', 'ref', to('work_calendar', ASKED)),
    ],
    columns: ['key', 'head', 'parent', 'work_calendar'],
    filters: ['head', 'parent'], sorts: ['title', 'created_at'],
  },
  pipeline: {
    plural: 'pipelines', icon: IconRoute, title: 'title', setting: true, hidden: true,
    fields: [pipeline('title', 'text', WANTED), pipeline('key', 'text', WANTED), pipeline('stages', 'stages', WANTED)],
    columns: ['key', 'created_at'], filters: [], sorts: ['title', 'created_at'],
  },
  work_calendar: {
    plural: 'work_calendars', icon: IconCalendarTime, title: 'title', setting: true, hidden: true,
    fields: [
      calendar('title', 'text', WANTED),
      calendar('time_zone', 'text', WANTED),
      calendar('weekly', 'week', ASKED_LATER),
      calendar('holidays', 'dates', ASKED_LATER),
      calendar('working_days', 'working_days', ASKED_LATER),
    ],
    columns: ['time_zone', 'created_at'], filters: [], sorts: ['title', 'created_at'],
  },
  custom_field: {
    plural: 'custom_fields', icon: IconListDetails, title: 'title', setting: true, hidden: true,
    fields: [
      customField('title', 'text', WANTED),
      customField('of', 'choice', choice(['lead', 'contact', 'company', 'deal', 'task', 'call', 'meeting', 'message', 'document', 'invoice', 'product'], WANTED)),
      customField('key', 'text', WANTED),
      customField('schema', 'data', WANTED),
    ],
    columns: ['of', 'key', 'created_at'], filters: ['of'], sorts: ['title', 'of', 'key', 'created_at'],
  },
  organisation: {
    plural: 'organisations', icon: IconBuildingSkyscraper, title: 'name', setting: true, hidden: true,
    fields: [
      organisation('name', 'text', WANTED),
      organisation('language', 'language'),
      organisation('time_zone', 'text'),
      organisation('currency', 'text'),
      organisation('region', 'text'),
      organisation('work_calendar', 'ref', to('work_calendar')),
      organisation('member_reach', 'choice', choice(['own', 'all'])),
      organisation('quiet_hours', 'hours'),
      organisation('issuer', 'details', PAYER),
    ],
    columns: ['time_zone', 'currency', 'language'], filters: [], sorts: ['created_at'],
  },
};

export function isKind(text: string): text is KindName {
  return text in KINDS;
}

export function plural(kind: KindName): string {
  return KINDS[kind].plural;
}

export function kindOf(pluralName: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find((kind) => KINDS[kind].plural === pluralName);
}

/** The field of that name; the face's fields are known of every kind. */
export function fieldOf(kind: KindName, name: string): Field {
  const found = KINDS[kind].fields.find((one) => one.name === name);
  return found ?? knownOf(name);
}

/** A field of a kind that is not in the table: notifications stand in histories, too. */
export function knownOf(name: string): Field {
  const shape = name.endsWith('_at') ? 'instant' : name === 'about' ? 'about' : name === 'to' ? 'ref' : 'text';
  return { name, shape, kept: true, ...(shape === 'ref' ? { to: 'user' as const } : {}) };
}
