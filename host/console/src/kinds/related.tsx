// The records that point at one: its tasks, deals, documents, ….
import { Box, Button, Group, Stack, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { AnyRecord, Patch } from '../api/records';
import { useSpeech } from '../i18n';
import { CreateDialog } from './create';
import { RecordTable } from './record-table';
import { fieldOf, KINDS, type KindName } from './table';

export function Related({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const [making, setMaking] = useState<{ kind: KindName; given: Patch } | null>(null);
  const given = (kind: KindName, by: string): Patch => ({
    [by]: fieldOf(kind, by).shape === 'about' ? { kind: record.kind, id: record.id } : record.id,
  });
  return (
    <Stack>
      {pointingAt(record.kind).map(({ kind, by }) => (
        <Box key={`${kind}.${by}`} component="section" aria-label={speech.named(speech.w.plurals, kind)}>
          <Group justify="space-between" mb={6}>
            <Title order={2} size="h3">
              {speech.named(speech.w.plurals, kind)}
            </Title>
            {!KINDS[kind].setting && (
              <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setMaking({ kind, given: given(kind, by) })}>
                {speech.w.add}
              </Button>
            )}
          </Group>
          <RecordTable kind={kind} where={{ [by]: record.id }} small />
        </Box>
      ))}
      {making && <CreateDialog kind={making.kind} given={making.given} onClose={() => setMaking(null)} />}
    </Stack>
  );
}

/** Which kinds point at this one, and by which field a list of them is filtered. */
function pointingAt(kind: KindName): { kind: KindName; by: string }[] {
  // One list a kind, though a message is about a contact and goes to one.
  const found = new Map<KindName, string>();
  for (const name of Object.keys(KINDS) as KindName[]) {
    for (const one of KINDS[name].fields) {
      const points = one.shape === 'about' || (one.to === kind && kind !== 'user' && !KINDS[kind].setting);
      if (points && LISTED_BY[name]?.includes(one.name)) found.set(name, one.name);
    }
  }
  return [...found].map(([name, by]) => ({ kind: name, by }));
}

/** The references that lists can be filtered by. */
const LISTED_BY: Partial<Record<KindName, string[]>> = {
  deal: ['contact', 'company', 'lead'],
  contact: ['company'],
  task: ['about'],
  call: ['about'],
  meeting: ['about'],
  message: ['contact', 'about'],
  document: ['about'],
  invoice: ['deal', 'company', 'contact'],
};
