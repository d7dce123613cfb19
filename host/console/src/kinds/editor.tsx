// How the value of a field is edited: in place, in forms, in dialogs.
import { Group, Input, MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Schemas } from '../api/client';
import type { Reference } from '../api/records';
import { useSpeech, type Money } from '../i18n';
import { useOrganisation } from '../organisation';
import { localOf } from '../parts/local-moment';
import { RecordSelect } from '../parts/record-select';
import { AmountInput, asDraft, ItemsEditor, type LineDraft, type LineItem } from './items';
import { DatesEditor, NO_HOURS, Span, WeekEditor, WorkingDaysEditor } from './hours';
import { AbsencesEditor, StagesEditor, StepsEditor } from './lists';
import { DetailsEditor, ParticipantsEditor } from './parts';
import { stagesOf, usePipelines } from './pipelines';
import { KINDS, type Field, type KindName } from './table';

interface EditorProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Words over the control; without them it is named for screen readers alone. */
  labelled?: boolean;
  error?: string;
  /** The other fields: what a stage belongs to, and the like. */
  beside?: Record<string, unknown>;
  autoFocus?: boolean;
  required?: boolean;
}

const CURRENCIES = ['EUR', 'USD', 'RUB', 'GBP', 'CHF', 'PLN', 'KZT'];
const ABOUT: KindName[] = ['lead', 'deal', 'contact', 'company'];

export function Editor({ field, value, onChange, labelled, error, beside = {}, autoFocus, required }: EditorProps) {
  const speech = useSpeech();
  const pipelines = usePipelines();
  const { currency } = useOrganisation();
  const name = speech.field(field.word ?? field.name);
  const naming = labelled ? { label: name } : { 'aria-label': name };
  const common = { ...naming, error, required, withAsterisk: required, 'data-autofocus': autoFocus || undefined, autoFocus };
  const text = typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value);
  const take = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value);
  switch (field.shape) {
    case 'long':
      return <Textarea {...common} value={text} onChange={take} autosize minRows={3} maxRows={14} />;
    case 'words':
      if (field.choices) return <MultiSelect {...common} data={field.choices.map((one) => ({ value: one, label: speech.choice(one) }))} value={(value as string[] | null) ?? []} onChange={onChange} />;
      return <TagsInput {...common} value={(value as string[] | null) ?? []} onChange={onChange} splitChars={[',', ';']} />;
    case 'emails': case 'phones':
      return <TagsInput {...common} value={(value as string[] | null) ?? []} onChange={onChange} splitChars={[',', ';']} />;
    case 'integer': case 'seconds':
      return <NumberInput {...common} value={text === '' ? '' : Number(text)} allowDecimal={false} onChange={(given) => onChange(given === '' ? null : Number(given))} />;
    case 'rate':
      return <NumberInput {...common} value={text === '' ? '' : Number(text) / 100} min={0} max={100} suffix=" %" onChange={(given) => onChange(given === '' ? null : Math.round(Number(given) * 100))} />;
    case 'money':
      return <MoneyEditor naming={naming} value={value as Money | null} fallback={currency} error={error} onChange={onChange} />;
    case 'date':
      return <TextInput {...common} type="date" value={text} onChange={take} />;
    case 'instant':
      return <TextInput {...common} type="datetime-local" value={localOf(text)} onChange={(event) => onChange(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : null)} />;
    case 'bool':
      return <Switch label={name} checked={Boolean(value)} onChange={(event) => onChange(event.currentTarget.checked)} error={error} />;
    case 'choice':
      return <Select {...common} data={(field.choices ?? []).map((one) => ({ value: one, label: speech.choice(one) }))} value={text || null} onChange={onChange} allowDeselect={!required} />;
    case 'stage':
      return <Select {...common} data={stagesOf(pipelines, beside.pipeline).map((stage) => ({ value: stage.key, label: stage.title }))} value={text || null} onChange={onChange} allowDeselect={false} />;
    case 'ref':
      return <RecordSelect {...common} kind={field.to ?? 'user'} value={text || null} onChange={onChange} />;
    case 'about':
      return <AboutEditor label={name} value={value as Reference | null} error={error} onChange={onChange} />;
    case 'items':
      return <ItemsEditor items={((value as LineItem[] | null) ?? []).map(asDraft)} currency={currency} onChange={(items: LineDraft[]) => onChange(items)} />;
    case 'participants':
      return <ParticipantsEditor people={(value as Schemas['Participant'][] | null) ?? []} error={error} onChange={onChange} />;
    case 'details':
      return <DetailsEditor members={field.choices ?? []} value={(value as Record<string, unknown> | null) ?? {}} error={error} onChange={onChange} />;
    case 'stages':
      return <Labelled name={labelled ? name : null}><StagesEditor items={listOf(value)} error={error} onChange={onChange} /></Labelled>;
    case 'steps':
      return <Labelled name={labelled ? name : null}><StepsEditor items={listOf(value)} error={error} onChange={onChange} /></Labelled>;
    case 'absences':
      return <Labelled name={labelled ? name : null}><AbsencesEditor items={listOf(value)} error={error} onChange={onChange} /></Labelled>;
    case 'week':
      return <WeekEditor week={(value as Schemas['Week'] | null) ?? NO_HOURS} error={error} onChange={onChange} />;
    case 'dates':
      return <DatesEditor dates={listOf(value)} error={error} onChange={onChange} />;
    case 'working_days':
      return <WorkingDaysEditor days={listOf(value)} error={error} onChange={onChange} />;
    case 'hours': {
      const hours = (value as Schemas['Hours'] | null) ?? { from: '00:00', to: '00:00' };
      return <Group gap={4}><Span hours={hours} name={name} onChange={(by) => onChange({ ...hours, ...by })} /></Group>;
    }
    case 'data':
      return <JsonEditor label={name} labelled={labelled} value={value} error={error} onChange={onChange} />;
    default:
      return <TextInput {...common} type={field.shape === 'email' ? 'email' : field.shape === 'phone' ? 'tel' : 'text'} value={text} onChange={take} />;
  }
}

function listOf<T>(value: unknown): T[] {
  return (value as T[] | null) ?? [];
}

/** A word over what has no single control. */
function Labelled({ name, children }: { name: string | null; children: ReactNode }) {
  if (!name) return children;
  return <Input.Wrapper label={name} labelElement="div">{children}</Input.Wrapper>;
}

interface MoneyEditorProps {
  naming: { label?: string; 'aria-label'?: string };
  value: Money | null;
  fallback: string;
  error?: string;
  onChange: (value: Money | null) => void;
}

function MoneyEditor({ naming, value, fallback, error, onChange }: MoneyEditorProps) {
  const speech = useSpeech();
  const [currency, setCurrency] = useState(value?.currency ?? fallback);
  const all = CURRENCIES.includes(currency) ? CURRENCIES : [currency, ...CURRENCIES];
  const choose = (chosen: string | null) => {
    if (!chosen) return;
    setCurrency(chosen);
    if (value) onChange({ minor: value.minor, currency: chosen });
  };
  return (
    <div>
      <Group gap={6} align="end" wrap="nowrap">
        <AmountInput {...naming} value={value} currency={currency} onChange={onChange} />
        <Select aria-label={speech.field('currency')} data={all} value={currency} onChange={choose} w={90} allowDeselect={false} />
      </Group>
      {error && <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 13 }}>{error}</div>}
    </div>
  );
}

interface AboutEditorProps {
  label: string;
  value: Reference | null;
  error?: string;
  onChange: (value: Reference | null) => void;
}

function AboutEditor({ label, value, error, onChange }: AboutEditorProps) {
  const speech = useSpeech();
  const [kind, setKind] = useState<KindName>(value?.kind ?? 'deal');
  const choose = (chosen: string | null) => {
    setKind((chosen as KindName | null) ?? 'deal');
    onChange(null);
  };
  return (
    <Group gap={6} align="end" wrap="nowrap">
      <Select label={label} data={ABOUT.filter((one) => one in KINDS).map((one) => ({ value: one, label: speech.named(speech.w.kinds, one) }))} value={kind} onChange={choose} allowDeselect={false} w={130} />
      <div style={{ flex: 1 }}>
        <RecordSelect aria-label={label} kind={kind} value={value?.id ?? null} error={error} onChange={(id) => onChange(id ? { kind, id } : null)} />
      </div>
    </Group>
  );
}

interface JsonEditorProps {
  label: string;
  labelled?: boolean;
  value: unknown;
  error?: string;
  onChange: (value: unknown) => void;
}

function JsonEditor({ label, labelled, value, error, onChange }: JsonEditorProps) {
  const { w } = useSpeech();
  const [text, setText] = useState(() => (value === null || value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [broken, setBroken] = useState(false);
  const take = (given: string) => {
    setText(given);
    try {
      onChange(given.trim() === '' ? null : JSON.parse(given));
      setBroken(false);
    } catch {
      setBroken(true);
    }
  };
  return (
    <Textarea
      {...(labelled ? { label } : { 'aria-label': label })}
      value={text}
      onChange={(event) => take(event.currentTarget.value)}
      autosize
      minRows={4}
      maxRows={20}
      error={broken ? w.notJson : error}
      styles={{ input: { fontFamily: 'ui-monospace, monospace', fontSize: 13 } }}
      spellCheck={false}
    />
  );
}
