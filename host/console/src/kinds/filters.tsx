// The bar over a list: search, whose, and filters by field.
import { Button, Group, MultiSelect, Pill, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSpeech } from '../i18n';
import { RecordSelect } from '../parts/record-select';
import type { ListSearch } from '../router';
import { useMe } from '../session';
import { stagesOf, usePipelines } from './pipelines';
import { fieldOf, KINDS, type Field, type KindName } from './table';

type Where = Record<string, string>;

interface FiltersProps {
  kind: KindName;
  search: ListSearch;
  where: Where;
  /** A board has its columns: they are no filter. */
  board: boolean;
  onLook: (by: ListSearch) => void;
}

export function Filters({ kind, search, where, board, onLook }: FiltersProps) {
  const { w } = useSpeech();
  const { filters, status, owner } = KINDS[kind];
  const shown = filters.filter((name) => !(board && name === status) && name !== owner);
  const put = (name: string, value: string | undefined) => {
    const { [name]: _, ...others } = where;
    onLook({ where: value ? { ...others, [name]: value } : others });
  };
  const any = search.q || search.where;
  const narrow = useMediaQuery('(max-width: 48em)', window.innerWidth < 768);
  const [opened, setOpened] = useState(false);
  return (
    <Group gap="xs" mb="md" align="center" role="search" aria-label={w.filters}>
      <Search value={search.q ?? ''} onSearch={(q) => onLook({ q: q || undefined })} />
      {narrow && (
        <Button variant="default" size="sm" aria-expanded={opened} onClick={() => setOpened(!opened)}>
          {w.filters}
        </Button>
      )}
      {(!narrow || opened) && owner && <Whose value={where[owner]} onChange={(value) => put(owner, value)} />}
      {(!narrow || opened) && shown.map((name) => (
        <Filter key={name} field={fieldOf(kind, name)} value={where[name]} where={where} onChange={(value) => put(name, value)} />
      ))}
      {ranges(where).map((name) => (
        <Range key={name} name={name} where={where} onClear={(others) => onLook({ where: others })} />
      ))}
      {any && (
        <Button variant="subtle" size="xs" onClick={() => onLook({ q: undefined, where: undefined })}>
          {w.clearFilters}
        </Button>
      )}
    </Group>
  );
}

/** The fields that must lie in a range: links from reports bring such filters. */
const ranges = (where: Where) => [...new Set(Object.keys(where).flatMap((key) => /^(.+)\.(?:gte|lt)$/.exec(key)?.[1] ?? []))];

function Range({ name, where, onClear }: { name: string; where: Where; onClear: (others: Where) => void }) {
  const speech = useSpeech();
  const { [`${name}.gte`]: from, [`${name}.lt`]: to, ...others } = where;
  const text = `${speech.field(name)}: ${[from, to].map((moment) => (moment ? speech.moment(moment) : '…')).join(' – ')}`;
  return (
    <Pill size="md" withRemoveButton removeButtonProps={{ 'aria-label': `${speech.w.clear}: ${text}`, 'aria-hidden': false, tabIndex: 0 }} onRemove={() => onClear(others)}>
      {text}
    </Pill>
  );
}

function Search({ value, onSearch }: { value: string; onSearch: (text: string) => void }) {
  const { w } = useSpeech();
  const [text, setText] = useState(value);
  const send = useDebouncedCallback(onSearch, 350);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      type="search"
      size="sm"
      aria-label={w.search}
      placeholder={w.searchHint}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
      style={{ flex: '1 1 170px', maxWidth: 300 }}
    />
  );
}

function Whose({ value, onChange }: { value: string | undefined; onChange: (value: string | undefined) => void }) {
  const { w } = useSpeech();
  const me = useMe();
  const simple = value === undefined || value === me.id || value === 'null';
  return (
    <Group gap="xs">
      <SegmentedControl
        size="sm"
        aria-label={w.mine}
        value={value === undefined ? 'all' : simple ? value : ''}
        onChange={(chosen) => onChange(chosen === 'all' ? undefined : chosen)}
        data={[
          { value: 'all', label: w.all },
          { value: me.id, label: w.mine },
          { value: 'null', label: w.unassigned },
        ]}
      />
      {me.role !== 'member' && (
        <div style={{ width: 170 }}>
          <RecordSelect kind="user" aria-label={w.choosePerson} placeholder={w.choosePerson} value={simple ? null : (value ?? null)} onChange={(id) => onChange(id ?? undefined)} />
        </div>
      )}
    </Group>
  );
}

interface FilterProps {
  field: Field;
  value: string | undefined;
  where: Where;
  onChange: (value: string | undefined) => void;
}

function Filter({ field, value, where, onChange }: FilterProps) {
  const speech = useSpeech();
  const pipelines = usePipelines();
  const name = speech.field(field.name);
  const common = { 'aria-label': name, placeholder: name };
  if (field.shape === 'ref') {
    // Where there is but one pipeline there is nothing to choose.
    if (field.to === 'pipeline' && pipelines.length < 2) return null;
    return (
      <div style={{ width: 190 }}>
        <RecordSelect {...common} kind={field.to ?? 'user'} value={value ?? null} onChange={(id) => onChange(id ?? undefined)} />
      </div>
    );
  }
  if (field.shape === 'bool') {
    const data = [{ value: 'true', label: `${name}: ${speech.w.yes}` }, { value: 'false', label: `${name}: ${speech.w.no}` }];
    return <Select {...common} data={data} value={value ?? null} onChange={(chosen) => onChange(chosen ?? undefined)} clearable clearButtonProps={{ 'aria-label': speech.w.clear }} w={170} />;
  }
  if (field.shape === 'choice' || field.shape === 'stage') {
    const stages = stagesOf(pipelines, where.pipeline).map((stage) => ({ value: stage.key, label: stage.title }));
    const data = field.shape === 'stage' ? unique(stages) : (field.choices ?? []).map((one) => ({ value: one, label: speech.choice(one) }));
    const chosen = value ? value.split(',') : [];
    return (
      <MultiSelect
        {...common}
        placeholder={chosen.length ? undefined : name}
        data={data}
        value={chosen}
        onChange={(values) => onChange(values.join(',') || undefined)}
        clearable
        clearButtonProps={{ 'aria-label': speech.w.clear }}
        style={{ minWidth: 160, maxWidth: 320 }}
      />
    );
  }
  return <TextFilter {...common} value={value ?? ''} onChange={onChange} />;
}

interface TextFilterProps {
  'aria-label': string;
  placeholder: string;
  value: string;
  onChange: (value: string | undefined) => void;
}

function TextFilter({ value, onChange, ...naming }: TextFilterProps) {
  const [text, setText] = useState(value);
  const send = useDebouncedCallback((given: string) => onChange(given.replaceAll(',', '\\,') || undefined), 500);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      {...naming}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
      w={140}
    />
  );
}

function unique(options: { value: string; label: string }[]) {
  return options.filter((option, at) => options.findIndex((other) => other.value === option.value) === at);
}
