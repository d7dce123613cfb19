// Lists that records have, as people read and edit them: stages of a pipeline, steps of a task, times of being away.
import { Checkbox, Group, List, Select, Text, TextInput, ThemeIcon } from '@mantine/core';
import { IconCheck, IconCircle } from '@tabler/icons-react';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { useSpeech, type Speech } from '../i18n';
import { localOf } from '../parts/local-moment';
import type { Stage } from './pipelines';
import { Rows } from './rows';

type Step = Schemas['Step'];
type Absence = Schemas['Absence'];

interface ListProps<T> {
  items: T[];
  error?: string;
  onChange: (items: T[]) => void;
}

const OUTCOMES: Schemas['StageOutcome'][] = ['open', 'won', 'lost'];

export function Stages({ stages }: { stages: Stage[] }) {
  const speech = useSpeech();
  return (
    <List type="ordered" size="sm" spacing={2}>
      {stages.map((stage) => (
        <List.Item key={stage.key}>
          {stage.title}
          {stage.outcome && stage.outcome !== 'open' && <Text span c="dimmed" size="sm">{` — ${speech.named(speech.w.outcomes, stage.outcome)}`}</Text>}
        </List.Item>
      ))}
    </List>
  );
}

/** A key for a title: what deals and rules name the stage by. */
function keyOf(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{Diacritic}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
}

export function StagesEditor({ items, error, onChange }: ListProps<Stage>) {
  const speech = useSpeech();
  const { w } = speech;
  // Deals stand in these: their keys stay.
  const [kept] = useState(() => new Set(items.map(({ key }) => key)));
  const titled = (stage: Stage, title: string): Stage => {
    const follows = !kept.has(stage.key) && stage.key === keyOf(stage.title);
    return { ...stage, title, key: follows ? keyOf(title) : stage.key };
  };
  return (
    <Rows items={items} blank={(): Stage => ({ key: '', title: '', outcome: 'open' })} name={({ title }, at) => title || `${at + 1}`} add={w.addStage} ordered error={error} onChange={onChange}>
      {(stage, put) => (
        <>
          <TextInput aria-label={speech.field('title')} placeholder={speech.field('title')} value={stage.title} onChange={(event) => put(titled(stage, event.currentTarget.value))} style={{ flex: '2 1 140px' }} />
          <TextInput aria-label={speech.field('key')} placeholder={speech.field('key')} value={stage.key} readOnly={kept.has(stage.key)} onChange={(event) => put({ ...stage, key: event.currentTarget.value })} style={{ flex: '1 1 110px' }} />
          <Select aria-label={w.outcome} data={OUTCOMES.map((value) => ({ value, label: speech.named(w.outcomes, value) }))} value={stage.outcome ?? 'open'} onChange={(value) => put({ ...stage, outcome: (value ?? 'open') as Stage['outcome'] })} allowDeselect={false} w={130} />
        </>
      )}
    </Rows>
  );
}

export function Steps({ steps }: { steps: Step[] }) {
  const { w } = useSpeech();
  return (
    <List size="sm" spacing={2} listStyleType="none">
      {steps.map((step, at) => (
        <List.Item
          key={at}
          icon={
            <ThemeIcon size={18} radius="xl" variant="light" color={step.done ? 'teal' : 'gray'}>
              {step.done ? <IconCheck size={12} role="img" aria-label={w.done} /> : <IconCircle size={10} role="img" aria-label={w.toBeDone} />}
            </ThemeIcon>
          }
        >
          {step.title}
        </List.Item>
      ))}
    </List>
  );
}

export function StepsEditor({ items, error, onChange }: ListProps<Step>) {
  const { w } = useSpeech();
  return (
    <Rows items={items} blank={(): Step => ({ title: '', done: false })} name={({ title }, at) => title || `${at + 1}`} add={w.addStep} ordered error={error} onChange={onChange}>
      {(step, put) => (
        <>
          <Checkbox aria-label={w.done} checked={step.done ?? false} onChange={(event) => put({ ...step, done: event.currentTarget.checked })} style={{ alignSelf: 'center' }} />
          <TextInput aria-label={w.step} value={step.title} onChange={(event) => put({ ...step, title: event.currentTarget.value })} style={{ flex: '1 1 180px' }} />
        </>
      )}
    </Rows>
  );
}

export function absenceIn({ from, to, reason }: Absence, speech: Speech): string {
  return `${speech.moment(from)} – ${speech.moment(to)}${reason ? ` (${reason})` : ''}`;
}

export function Absences({ absences }: { absences: Absence[] }) {
  const speech = useSpeech();
  return (
    <List size="sm" spacing={2} listStyleType="none">
      {absences.map((absence, at) => <List.Item key={at}>{absenceIn(absence, speech)}</List.Item>)}
    </List>
  );
}

export function AbsencesEditor({ items, error, onChange }: ListProps<Absence>) {
  const speech = useSpeech();
  const { w } = speech;
  const tomorrow = (hours: number) => {
    const at = new Date();
    at.setDate(at.getDate() + 1);
    at.setHours(hours, 0, 0, 0);
    return at.toISOString();
  };
  const taken = (text: string, before: string) => (text ? new Date(text).toISOString() : before);
  return (
    <Rows items={items} blank={(): Absence => ({ from: tomorrow(0), to: tomorrow(24) })} name={(absence) => absenceIn(absence, speech)} add={w.addAbsence} error={error} onChange={onChange}>
      {(absence, put) => (
        <Group gap={6} style={{ flex: 1 }}>
          <TextInput label={w.fromDay} type="datetime-local" value={localOf(absence.from)} onChange={(event) => put({ ...absence, from: taken(event.currentTarget.value, absence.from) })} />
          <TextInput label={w.toDay} type="datetime-local" value={localOf(absence.to)} onChange={(event) => put({ ...absence, to: taken(event.currentTarget.value, absence.to) })} />
          <TextInput label={w.reason} value={absence.reason ?? ''} onChange={(event) => put({ ...absence, reason: event.currentTarget.value || null })} style={{ flex: '1 1 120px' }} />
        </Group>
      )}
    </Rows>
  );
}
