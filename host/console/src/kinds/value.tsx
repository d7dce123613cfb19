// How the value of a field is shown.
import { Anchor, Badge, Group, Text } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import type { AnyRecord, Reference } from '../api/records';
import { useSpeech, type Money, type Speech } from '../i18n';
import { Person, RecordLink } from '../parts/links';
import { Dates, hoursIn, weekIn, WeekView, workingDayIn, WorkingDays } from './hours';
import { Items, type LineItem } from './items';
import { absenceIn, Absences, Stages, Steps } from './lists';
import { DetailsView, Participants, Payments, Rounds, Totals } from './parts';
import { stagesOf, usePipelines } from './pipelines';
import type { Field } from './table';

const TONES: Record<string, string> = {
  new: 'blue', in_progress: 'indigo', processing: 'violet', waiting: 'yellow', converted: 'teal', rejected: 'gray',
  open: 'blue', done: 'teal', cancelled: 'gray', missed: 'red', ringing: 'yellow', answered: 'teal', ended: 'gray',
  draft: 'gray', approval: 'yellow', approved: 'teal', sent: 'blue', signed: 'green', void: 'gray', issued: 'blue',
  paid: 'green', overdue: 'red', won: 'green', lost: 'gray', admin: 'grape', head: 'indigo',
  ok: 'teal', refused: 'yellow', retry: 'orange', failed: 'red', trap: 'red', budget: 'red', conflict: 'yellow', host: 'red',
  queued: 'blue', dead: 'red', planned: 'indigo', suppressed: 'yellow',
};

export function Choice({ value }: { value: string }) {
  const speech = useSpeech();
  return <Badge color={TONES[value] ?? 'gray'}>{speech.choice(value)}</Badge>;
}

export function StageBadge({ record }: { record: AnyRecord }) {
  const stage = stagesOf(usePipelines(), record.pipeline).find((one) => one.key === record.stage);
  const tone = TONES[stage?.outcome ?? ''] ?? 'indigo';
  return <Badge color={tone}>{stage?.title ?? String(record.stage)}</Badge>;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A value in one line of plain words: for history and conflicts. */
export function plainly(field: Field, value: unknown, speech: Speech, name: (id: string) => string): string {
  if (isEmpty(value)) return speech.w.empty;
  switch (field.shape) {
    case 'money': return speech.money(value as Money);
    case 'instant': return speech.moment(String(value));
    case 'date': return speech.date(String(value));
    case 'bool': return value ? speech.w.yes : speech.w.no;
    case 'choice': return speech.choice(String(value));
    case 'rate': return speech.number(Number(value) / 10_000, { style: 'percent', maximumFractionDigits: 2 });
    case 'phones': case 'emails': case 'words': return wordsOf(field, value, speech);
    case 'ref': return field.to === 'user' ? name(String(value)) : String(value);
    case 'stages': return (value as Schemas['Stage'][]).map(({ title }) => title).join(' → ');
    case 'steps': return (value as Schemas['Step'][]).map(({ title, done }) => `${done ? '☑' : '☐'} ${title}`).join(', ');
    case 'absences': return (value as Schemas['Absence'][]).map((absence) => absenceIn(absence, speech)).join('; ');
    case 'week': return weekIn(value as Schemas['Week'], speech);
    case 'dates': return (value as string[]).map((date) => speech.date(date)).join(' · ');
    case 'working_days': return (value as Schemas['WorkingDay'][]).map((day) => workingDayIn(day, speech)).join('; ');
    case 'hours': return hoursIn([value as Schemas['Hours']], speech);
    default: return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}

interface ValueProps {
  field: Field;
  record: AnyRecord;
  /** In a list: one line. */
  brief?: boolean;
}

export function Value({ field, record, brief }: ValueProps): ReactNode {
  const speech = useSpeech();
  const value = record[field.name];
  if (isEmpty(value)) return <Text span c="dimmed" inherit>{speech.w.none}</Text>;
  switch (field.shape) {
    case 'email': return <Anchor href={`mailto:${String(value)}`} inherit>{String(value)}</Anchor>;
    case 'phone': return <Anchor href={`tel:${String(value)}`} inherit style={{ whiteSpace: 'nowrap' }}>{String(value)}</Anchor>;
    case 'phones': case 'emails': return <Addresses field={field} values={value as string[]} brief={brief} />;
    case 'words': return wordsOf(field, value, speech);
    case 'url': return <Anchor href={String(value)} target="_blank" rel="noreferrer" inherit>{String(value)}</Anchor>;
    case 'language': return languageName(String(value), speech);
    case 'integer': return speech.number(Number(value), { useGrouping: false });
    case 'rate': return speech.number(Number(value) / 10_000, { style: 'percent', maximumFractionDigits: 2 });
    case 'seconds': return duration(Number(value));
    case 'money': return <span style={{ whiteSpace: 'nowrap' }}>{speech.money(value as Money)}</span>;
    case 'date': return speech.date(String(value));
    case 'instant': return <Moment value={String(value)} brief={brief} />;
    case 'bool': return <Flag value={Boolean(value)} />;
    case 'choice': return <Choice value={String(value)} />;
    case 'stage': return <StageBadge record={record} />;
    case 'ref': return field.to === 'user' ? <Person id={String(value)} link={!brief} /> : <RecordLink kind={field.to ?? ''} id={String(value)} />;
    case 'about': return <RecordLink {...(value as Reference)} />;
    case 'items': return <Items items={value as LineItem[]} />;
    case 'participants': return <Participants people={value as Schemas['Participant'][]} />;
    case 'payments': return <Payments payments={value as Schemas['Payment'][]} />;
    case 'rounds': return <Rounds rounds={value as Schemas['Round'][]} />;
    case 'totals': return <Totals totals={value as Schemas['Totals']} />;
    case 'details': return <DetailsView members={field.choices ?? []} value={value as Record<string, unknown>} />;
    case 'stages': return <Stages stages={value as Schemas['Stage'][]} />;
    case 'steps': return <Steps steps={value as Schemas['Step'][]} />;
    case 'absences': return <Absences absences={value as Schemas['Absence'][]} />;
    case 'week': return <WeekView week={value as Schemas['Week']} />;
    case 'dates': return <Dates dates={value as string[]} />;
    case 'working_days': return <WorkingDays days={value as Schemas['WorkingDay'][]} />;
    case 'hours': return hoursIn([value as Schemas['Hours']], speech);
    case 'data': return brief ? JSON.stringify(value) : <pre className="pre mono">{JSON.stringify(value, null, 2)}</pre>;
    case 'long': return <span className="prose">{String(value)}</span>;
    default: return String(value);
  }
}

function Addresses({ field, values, brief }: { field: Field; values: string[]; brief?: boolean }) {
  const scheme = field.shape === 'phones' ? 'tel' : 'mailto';
  return (
    <Group gap={8} wrap={brief ? 'nowrap' : 'wrap'}>
      {(brief ? values.slice(0, 1) : values).map((value) => (
        <Anchor key={value} href={`${scheme}:${value}`} inherit style={{ whiteSpace: 'nowrap' }}>
          {value}
        </Anchor>
      ))}
    </Group>
  );
}

export function Moment({ value, brief }: { value: string; brief?: boolean }) {
  const speech = useSpeech();
  const [shown, hint] = brief ? [speech.ago(value), speech.moment(value)] : [speech.moment(value), speech.ago(value)];
  return (
    <time dateTime={value} title={hint} style={{ whiteSpace: 'nowrap' }}>
      {shown}
    </time>
  );
}

function Flag({ value }: { value: boolean }) {
  const { w } = useSpeech();
  const Sign = value ? IconCheck : IconMinus;
  return (
    <Group gap={4} wrap="nowrap" style={{ display: 'inline-flex' }}>
      <Sign size={16} aria-hidden />
      {value ? w.yes : w.no}
    </Group>
  );
}

function wordsOf(field: Field, value: unknown, speech: Speech): string {
  const words = value as string[];
  return speech.list(field.choices ? words.map((one) => speech.choice(one)) : words);
}

function languageName(tag: string, speech: Speech): string {
  try {
    return new Intl.DisplayNames(speech.language, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function duration(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
