// Records of any kind over the one client: the endpoints of all kinds are alike, so the paths of leads stand for them.
import { api, done, type Schemas } from './client';
import { plural, type KindName } from '../kinds/table';

export type Face = Schemas['RecordFace'];
/** A record of any kind: its face, and its kind's fields. */
export type AnyRecord = Omit<Face, 'kind'> & { kind: KindName } & Record<string, unknown>;
export type Reference = { kind: KindName; id: string };
export type Patch = Record<string, unknown>;
export type Params = Record<string, string | number | undefined>;
export type Audit = Schemas['AuditView'];
/** What happened: a change of the record, or another record that has to do with it. */
export type Happening = { type: 'change'; at: string; change: Audit } | { type: 'record'; at: string; record: AnyRecord };
export type Run = Schemas['RunView'];
export type Command = Schemas['CommandView'];
export type Press = Schemas['PressView'];

export interface Page<T> {
  items: T[];
  next?: string | null;
}

const list = (kind: KindName) => `/api/v1/${plural(kind)}` as '/api/v1/leads';
const one = (kind: KindName) => `/api/v1/${plural(kind)}/{id}` as '/api/v1/leads/{id}';
const below = <T extends 'history' | 'timeline' | 'runs' | 'commands'>(kind: KindName, part: T) =>
  `/api/v1/${plural(kind)}/{id}/${part}` as `/api/v1/leads/{id}/${T}`;
const path = (id: string) => ({ params: { path: { id } } });
const once = () => ({ 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
const tag = (version: number) => ({ 'If-Match': `"v${version}"` });

export function find(kind: KindName, query: Params, signal?: AbortSignal): Promise<Page<AnyRecord>> {
  return done(api.GET(list(kind), { params: { query: query as object }, signal })) as Promise<Page<AnyRecord>>;
}

export function read(kind: KindName, id: string, signal?: AbortSignal): Promise<AnyRecord> {
  return done(api.GET(one(kind), { ...path(id), signal })) as Promise<unknown> as Promise<AnyRecord>;
}

export function create(kind: KindName, fields: Patch): Promise<AnyRecord> {
  const made = done(api.POST(list(kind), { params: { header: once() }, body: fields as Schemas['Lead'] }));
  return made as Promise<unknown> as Promise<AnyRecord>;
}

/** Changes a record, where it is still at that version; without one, wherever it stands. */
export function change(kind: KindName, id: string, version: number, patch: Patch): Promise<AnyRecord> {
  const changed = done(
    api.PATCH(one(kind), {
      params: { path: { id }, header: tag(version) },
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: patch as Schemas['LeadPatch'],
    }),
  );
  return changed as Promise<unknown> as Promise<AnyRecord>;
}

/** What an import came to. */
export type Imported = Schemas['Imported'];

/** Where a kind's records come out as a spreadsheet. */
export function exportAddress(kind: KindName, query: Params): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const asked = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1/${plural(kind)}/export${asked ? `?${asked}` : ''}`;
}

/** Takes a file of records, or only tries it. */
export function importFile(kind: KindName, file: File, tried: boolean): Promise<Imported> {
  const media = file.name.endsWith('.csv') ? 'text/csv' : 'application/x-ndjson';
  const path = `/api/v1/${plural(kind)}/import` as '/api/v1/leads/import';
  const sent = api.POST(path, {
    params: { query: { try: tried }, header: once() },
    headers: { 'Content-Type': media },
    body: file as never,
    bodySerializer: (body) => body as never,
  });
  return done(sent) as Promise<unknown> as Promise<Imported>;
}

export function remove(kind: KindName, id: string, version: number): Promise<unknown> {
  return done(api.DELETE(one(kind), { params: { path: { id }, header: tag(version) } }));
}

export function convert(id: string, version: number): Promise<unknown> {
  return done(
    api.POST('/api/v1/leads/{id}/convert', { params: { path: { id }, header: { ...tag(version), ...once() } } }),
  );
}

export function history(kind: KindName, id: string, after?: string): Promise<Page<Audit>> {
  return done(api.GET(below(kind, 'history'), { params: { path: { id }, query: { limit: 50, after } } })) as Promise<
    Page<Audit>
  >;
}

export function timeline(kind: KindName, id: string, after?: string): Promise<Page<Happening>> {
  return done(api.GET(below(kind, 'timeline'), { params: { path: { id }, query: { limit: 50, after } } })) as Promise<unknown> as Promise<Page<Happening>>;
}

export function runs(kind: KindName, id: string, after?: string): Promise<Page<Run>> {
  return done(api.GET(below(kind, 'runs'), { params: { path: { id }, query: { limit: 50, after } } })) as Promise<
    Page<Run>
  >;
}

/** The kinds that people work with, by the API's description: they have buttons of rules, files and a timeline. */
const WORKED_WITH: KindName[] = ['lead', 'contact', 'company', 'deal', 'document', 'invoice', 'call', 'task', 'meeting'];

export function isWorkedWith(kind: KindName): boolean {
  return WORKED_WITH.includes(kind);
}

export async function commands(kind: KindName, id: string): Promise<Command[]> {
  return (await done(api.GET(below(kind, 'commands'), path(id)))).items;
}

export function press(kind: KindName, id: string, name: string, body: Schemas['PressBody']): Promise<Press> {
  const at = `/api/v1/${plural(kind)}/{id}/commands/{name}` as '/api/v1/leads/{id}/commands/{name}';
  return done(api.POST(at, { params: { path: { id, name }, header: once() }, body }));
}

export function pressNotice(id: string, name: string, answer?: string): Promise<Press> {
  const params = { path: { id, name }, header: once() };
  return done(api.POST('/api/v1/notifications/{id}/commands/{name}', { params, body: { answer: answer ?? null } }));
}
