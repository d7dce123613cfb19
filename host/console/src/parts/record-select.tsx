// Choosing a record: people by their names, others by typing.
import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { find } from '../api/records';
import { search } from '../api/search';
import { useSpeech } from '../i18n';
import type { KindName } from '../kinds/table';
import { useMe } from '../session';
import { recordQuery, titleOf } from './links';

interface RecordSelectProps {
  kind: KindName;
  value: string | null;
  onChange: (id: string | null) => void;
  label?: string;
  'aria-label'?: string;
  error?: string;
  required?: boolean;
  withAsterisk?: boolean;
  autoFocus?: boolean;
  placeholder?: string;
  /** Further choices, before the records. */
  first?: { value: string; label: string }[];
}

export function RecordSelect({ kind, value, onChange, first = [], placeholder, ...rest }: RecordSelectProps) {
  const speech = useSpeech();
  const me = useMe();
  const [typed, setTyped] = useState('');
  const [asked] = useDebouncedValue(typed, 250);
  const { data } = useQuery({
    queryKey: ['find', kind, 'choose', asked],
    queryFn: async ({ signal }) =>
      asked.trim() ? (await search(kind, asked, {}, signal)).items : (await find(kind, { limit: 100, sort: '-created_at' }, signal)).items,
    placeholderData: keepPreviousData,
  });
  const special = first.some((one) => one.value === value);
  const chosen = useQuery({ ...recordQuery(kind, value ?? ''), enabled: Boolean(value) && !special, staleTime: 60_000 });
  const records = (data ?? []).filter((record) => record.active !== false);
  const all = chosen.data && !records.some((record) => record.id === value) ? [chosen.data, ...records] : records;
  const options = all.slice(0, 100).map((record) => {
    const title = titleOf(record, speech);
    return { value: record.id, label: record.id === me.id ? `${title} (${speech.w.me})` : title };
  });
  options.sort((a, b) => a.label.localeCompare(b.label, speech.language));
  return (
    <Select
      {...rest}
      data={[...first, ...options]}
      value={value}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': speech.w.clear, tabIndex: 0 }}
      placeholder={placeholder ?? speech.w.chooseRecord}
      nothingFoundMessage={speech.w.nothingFound}
      // The name that was chosen is no search.
      onSearchChange={(text) => setTyped(options.some((option) => option.label === text) ? '' : text)}
      filter={({ options: given }) => given}
      maxDropdownHeight={280}
    />
  );
}
