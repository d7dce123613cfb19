// One field of a record, edited in place. A change rests on the version at which editing began: where somebody else was
// faster, both values are shown and the person chooses.
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type KeyboardEvent } from 'react';
import { asProblem, Problem } from '../api/client';
import { change, history, read, type AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { useName } from '../parts/links';
import { saying } from '../parts/toast';
import { useIsAdmin } from '../session';
import { Editor } from './editor';
import { useStep } from './steps';
import { KINDS, type Field } from './table';
import { plainly, Value } from './value';

interface Draft {
  version: number;
  value: unknown;
}

interface Conflict {
  now: AnyRecord;
  by: string;
}

export function FieldRow({ field, record }: { field: Field; record: AnyRecord }) {
  const speech = useSpeech();
  const admin = useIsAdmin();
  const [draft, setDraft] = useState<Draft | null>(null);
  const opener = useRef<HTMLDivElement>(null);
  const name = speech.field(field.word ?? field.name);
  const fixed = field.kept || (KINDS[record.kind].setting && !admin);
  const begin = () => setDraft({ version: record.version, value: record[field.name] ?? null });
  const end = () => {
    setDraft(null);
    setTimeout(() => opener.current?.focus());
  };
  if (draft) {
    return (
      <div className="field">
        <div className="field-name">{name}</div>
        <FieldEditor field={field} record={record} draft={draft} onDraft={setDraft} onEnd={end} />
      </div>
    );
  }
  const shown = <Value field={field} record={record} />;
  const opens = (event: KeyboardEvent) => {
    if (event.target === event.currentTarget && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      begin();
    }
  };
  return (
    <div className="field">
      <div className="field-name">{name}</div>
      {fixed ? (
        <div className="fixed">{shown}</div>
      ) : (
        <div className="value" onClick={(event) => !(event.target as Element).closest('a') && begin()}>
          <div style={{ minWidth: 0, flex: 1 }}>{shown}</div>
          <div ref={opener} role="button" tabIndex={0} className="pencil-button" aria-label={speech.fill(speech.w.editField, { field: name })} onKeyDown={opens}>
            <IconPencil size={15} aria-hidden />
          </div>
        </div>
      )}
    </div>
  );
}

interface FieldEditorProps {
  field: Field;
  record: AnyRecord;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  onEnd: () => void;
}

function FieldEditor({ field, record, draft, onDraft, onEnd }: FieldEditorProps) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const name = useName();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [step, dialog] = useStep();

  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['record', record.kind, record.id] });
    void client.invalidateQueries({ queryKey: ['find', record.kind] });
  };
  const keep = (saved: AnyRecord) => {
    client.setQueryData(['record', record.kind, record.id], saved);
    refresh();
  };
  const send = async (value: unknown, version: number) => {
    if (field.name !== KINDS[record.kind].status) {
      return keep(await change(record.kind, record.id, version, { [field.name]: value }));
    }
    // Where it stands may take more than the status.
    if (await step({ ...record, version }, String(value))) refresh();
  };
  const save = async (value = draft.value, version = draft.version) => {
    if (JSON.stringify(value) === JSON.stringify(record[field.name] ?? null) && !conflict) return onEnd();
    setBusy(true);
    setProblem(null);
    try {
      await send(value, version);
      onEnd();
    } catch (error) {
      const refused = asProblem(error);
      if (refused.status === 412) setConflict(await whoWasFaster());
      else setProblem(refused);
    } finally {
      setBusy(false);
    }
  };
  const whoWasFaster = async (): Promise<Conflict> => {
    const [now, changes] = await Promise.all([read(record.kind, record.id), history(record.kind, record.id)]);
    const by = changes.items[0]?.by;
    return { now, by: by?.type === 'user' ? name(by.id) : (by?.id ?? w.unknown) };
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEnd();
    const writesLines = ['long', 'data', 'items', 'phones', 'emails', 'participants', 'stages', 'steps', 'absences', 'week', 'dates', 'working_days'].includes(field.shape);
    if (event.key === 'Enter' && (!writesLines || event.ctrlKey || event.metaKey) && event.target instanceof HTMLInputElement && event.target.getAttribute('aria-expanded') !== 'true') void save();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement) void save();
  };
  if (conflict) {
    const theirs = plainly(field, conflict.now[field.name], speech, name);
    return (
      <Alert color="orange" title={w.conflict} role="alert">
        <Stack gap="xs">
          <Text size="sm">{speech.fill(w.conflictText, { name: conflict.by })}</Text>
          <Text size="sm">{`${w.conflictTheirs}: `}<b>{theirs}</b></Text>
          <Text size="sm">{`${w.conflictMine}: `}<b>{plainly(field, draft.value, speech, name)}</b></Text>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => { keep(conflict.now); onEnd(); }}>
              {w.keepTheirs}
            </Button>
            <Button size="xs" color="orange.9" loading={busy} onClick={() => void save(draft.value, conflict.now.version)}>
              {w.useMine}
            </Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
  return (
    <Stack gap={6} onKeyDown={keys}>
      <Editor field={field} value={draft.value} onChange={(value) => onDraft({ ...draft, value })} beside={record} error={problem?.of(field.name)} autoFocus />
      {problem && !problem.of(field.name) && (
        <Text c="red" size="sm" role="alert">
          {saying(problem, speech)}
        </Text>
      )}
      <Group gap="xs">
        <Button size="compact-sm" loading={busy} onClick={() => void save()}>
          {w.save}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onEnd}>
          {w.cancel}
        </Button>
      </Group>
      {dialog}
    </Stack>
  );
}
