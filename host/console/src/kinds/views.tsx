// Views of a list that a person has saved: filters, words and order under a name. They are kept in the browser.
import { ActionIcon, Button, Group, Popover, Stack, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useSpeech } from '../i18n';
import type { ListSearch } from '../router';
import { useMe } from '../session';
import type { KindName } from './table';

interface View {
  name: string;
  search: ListSearch;
}

interface ViewsProps {
  kind: KindName;
  search: ListSearch;
  onLook: (by: ListSearch) => void;
}

export function Views({ kind, search, onLook }: ViewsProps) {
  const { w } = useSpeech();
  const me = useMe();
  const [views, setViews] = useLocalStorage<View[]>({ key: `takt.views.${me.id}.${kind}`, defaultValue: [] });
  const [name, setName] = useState('');
  const [opened, setOpened] = useState(false);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim();
    if (!called) return;
    setViews([...views.filter((view) => view.name !== called), { name: called, search }]);
    setName('');
  };
  const look = (view: View) => {
    onLook({ view: undefined, q: undefined, sort: undefined, where: undefined, ...view.search });
    setOpened(false);
  };
  return (
    <Popover position="bottom-end" opened={opened} onChange={setOpened} trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" onClick={() => setOpened(!opened)} leftSection={<IconBookmark size={16} aria-hidden />}>{w.savedViews}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={w.savedViews}>
        <Stack gap={4}>
          {views.map((view) => (
            <Group key={view.name} gap={0} wrap="nowrap">
              <Button variant="subtle" size="xs" justify="start" onClick={() => look(view)} style={{ flex: 1 }}>{view.name}</Button>
              <ActionIcon variant="subtle" color="gray" aria-label={`${w.remove}: ${view.name}`} onClick={() => setViews(views.filter((one) => one.name !== view.name))}>
                <IconX size={14} aria-hidden />
              </ActionIcon>
            </Group>
          ))}
          <form onSubmit={save}>
            <Group gap="xs" wrap="nowrap">
              <TextInput size="xs" aria-label={w.viewName} placeholder={w.viewName} value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <Button size="xs" type="submit" disabled={!name.trim()}>{w.save}</Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
