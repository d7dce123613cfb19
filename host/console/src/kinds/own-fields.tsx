// The fields that the organisation has declared: their values, and a form made of their schemas.
import { Button, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { change, find, type AnyRecord } from '../api/records';
import { useSpeech, type Speech } from '../i18n';
import { Loading } from '../parts/states';
import { useIsAdmin } from '../session';
import { KINDS, type KindName } from './table';

// Few open it, and what makes forms of schemas is large.
const SchemaForm = lazy(() => import('../parts/schema-form').then((module) => ({ default: module.SchemaForm })));

type Values = Record<string, unknown>;

/** What is declared of a kind, in the order of its making. */
export function useOwnFields(kind: KindName): AnyRecord[] {
  const { data } = useQuery({
    queryKey: ['find', 'custom_field', 'of', kind],
    queryFn: async ({ signal }) => (await find('custom_field', { of: kind, limit: 100 }, signal)).items,
    staleTime: 60_000,
  });
  return data ?? [];
}

export function OwnFields({ record, declared }: { record: AnyRecord; declared: AnyRecord[] }) {
  const speech = useSpeech();
  const { w } = speech;
  const admin = useIsAdmin();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const values = (record.custom ?? {}) as Values;
  const names = declared.map((field) => String(field.key));
  const left = Object.keys(values).filter((key) => !names.includes(key));
  const save = async (given: unknown) => {
    const now = given as Values;
    const gone = names.filter((key) => now[key] === undefined && values[key] !== undefined).map((key) => [key, null]);
    const custom = { ...Object.fromEntries(gone), ...Object.fromEntries(names.filter((key) => now[key] !== undefined).map((key) => [key, now[key]])) };
    await change(record.kind, record.id, record.version, { custom });
    await client.invalidateQueries({ queryKey: ['record', record.kind, record.id] });
    setEditing(false);
  };
  return (
    <>
      {declared.map((field) => (
        <Row key={field.id} name={String(field.title)} value={values[String(field.key)]} speech={speech} />
      ))}
      {left.map((key) => (
        <Row key={key} name={key} value={values[key]} speech={speech} />
      ))}
      {(admin || !KINDS[record.kind].setting) && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setEditing(true)}>
          {w.editOwnFields}
        </Button>
      )}
      <Modal opened={editing} onClose={() => setEditing(false)} title={w.ownFields} closeButtonProps={{ 'aria-label': w.close }}>
        <Suspense fallback={<Loading />}>
          <SchemaForm schema={schemaOf(declared)} value={Object.fromEntries(names.map((key) => [key, values[key]]))} action={w.save} onSubmit={save} />
        </Suspense>
      </Modal>
    </>
  );
}

function schemaOf(declared: AnyRecord[]) {
  const properties = declared.map((field) => [field.key, { ...(field.schema as object), title: field.title }]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}

function Row({ name, value, speech }: { name: string; value: unknown; speech: Speech }) {
  return (
    <div className="field">
      <div className="field-name">{name}</div>
      <div className="fixed">{told(value, speech)}</div>
    </div>
  );
}

function told(value: unknown, speech: Speech): string {
  if (value === undefined || value === null) return speech.w.none;
  if (typeof value === 'boolean') return value ? speech.w.yes : speech.w.no;
  if (typeof value === 'number') return speech.number(value);
  if (Array.isArray(value)) return value.map((one) => told(one, speech)).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
