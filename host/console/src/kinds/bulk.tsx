// Several records at once: changed or deleted in one commit, or not at all.
import { Button, Group, Select, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import type { AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { ConfirmButton } from '../parts/confirm';
import { refuse, tell } from '../parts/toast';
import { Editor } from './editor';
import { fieldOf, KINDS, plural, type KindName, type Shape } from './table';

/** What can be set for many at once. */
const SHAPES: Shape[] = ['ref', 'choice', 'date', 'instant', 'bool', 'text', 'words', 'language'];
/** The most that one batch takes. */
export const MOST = 500;

interface BulkProps {
  kind: KindName;
  records: AnyRecord[];
  onDone: () => void;
}

export function Bulk({ kind, records, onDone }: BulkProps) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const fields = KINDS[kind].fields.filter((field) => !field.kept && SHAPES.includes(field.shape));
  const send = async (of: (record: AnyRecord) => Schemas['Operation'], words: string) => {
    await done(api.POST('/api/v1/batch', { body: { operations: records.map(of) } }));
    tell(words);
    onDone();
    await client.invalidateQueries();
  };
  const at = (record: AnyRecord) => ({ kind: plural(kind), id: record.id, version: record.version });
  const change = useMutation({
    mutationFn: (set: string) =>
      send((record) => ({ op: 'update', ...at(record), patch: { [set]: value } as never }), speech.count(w.bulkChanged, records.length)),
    onError: (error) => refuse(error, speech, w.bulkRefused),
  });
  return (
    <Group className="card" p="xs" mb="sm" gap="sm" role="group" aria-label={w.bulk}>
      <Text size="sm" fw={600} role="status">{speech.count(w.chosen, records.length)}</Text>
      <Select
        size="xs"
        aria-label={w.bulkField}
        placeholder={w.bulkField}
        data={fields.map((field) => ({ value: field.name, label: speech.field(field.word ?? field.name) }))}
        value={name}
        onChange={(chosen) => { setName(chosen); setValue(null); }}
        searchable
        w={180}
      />
      {name && (
        <>
          <div style={{ minWidth: 200 }}>
            <Editor key={name} field={fieldOf(kind, name)} value={value} onChange={setValue} beside={records[0]} />
          </div>
          <Button size="xs" loading={change.isPending} onClick={() => change.mutate(name)}>{w.save}</Button>
        </>
      )}
      <ConfirmButton
        label={w.remove}
        question={speech.count(w.bulkDelete, records.length)}
        text={w.deleteText}
        danger
        onConfirm={() => send((record) => ({ op: 'delete', ...at(record) }), w.deleted)}
      />
      <Button size="xs" variant="subtle" onClick={onDone}>{w.clear}</Button>
    </Group>
  );
}
