// The search in the bar: records of all kinds, by a few words.
import { Combobox, Text, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnyRecord } from '../api/records';
import { searchAll } from '../api/search';
import { useSpeech } from '../i18n';
import { isKind, KINDS, type KindName } from '../kinds/table';
import { titleOf } from '../parts/links';

export function Find() {
  const speech = useSpeech();
  const { w } = speech;
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 250);
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() });
  const { data, isFetching } = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => searchAll(asked, signal),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  const found = asked === '' ? [] : (data ?? []);
  const go = (id: string) => {
    const record = found.find((one) => one.id === id);
    if (!record) return;
    setText('');
    box.closeDropdown();
    void navigate({ to: '/$plural/$id', params: { plural: KINDS[record.kind].plural, id } });
  };
  return (
    <Combobox store={box} onOptionSubmit={go} withinPortal>
      <Combobox.Target>
        <TextInput
          type="search"
          size="sm"
          w={{ sm: 220, lg: 320 }}
          visibleFrom="sm"
          aria-label={w.searchAll}
          placeholder={w.searchAll}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            box.openDropdown();
            box.selectFirstOption();
          }}
          onFocus={() => text && box.openDropdown()}
          onBlur={() => box.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === ''}>
        <Combobox.Options aria-label={w.searchAll} mah={420} style={{ overflowY: 'auto' }}>
          {found.length === 0 && <Combobox.Empty>{isFetching ? w.loading : w.nothingFound}</Combobox.Empty>}
          {groups(found).map(([kind, records]) => (
            <Combobox.Group key={kind} label={speech.named(w.plurals, kind)}>
              {records.map((record) => (
                <Combobox.Option key={record.id} value={record.id}>
                  <Text size="sm" truncate>
                    {titleOf(record, speech)}
                  </Text>
                  <Text size="xs" c="dimmed" truncate>
                    {beside(record, titleOf(record, speech))}
                  </Text>
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** What tells records of the same title apart. */
function beside(record: AnyRecord, title: string): string {
  const told = [record.name, record.company_name, record.phone, record.phones, record.email, record.emails].flat();
  return told.filter((text) => typeof text === 'string' && text !== '' && text !== title).slice(0, 3).join(' · ');
}

function groups(found: AnyRecord[]): [KindName, AnyRecord[]][] {
  const kinds = [...new Set(found.map((record) => record.kind))].filter(isKind);
  return kinds.map((kind) => [kind, found.filter((record) => record.kind === kind)]);
}
