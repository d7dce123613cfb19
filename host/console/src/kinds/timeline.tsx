// What happened with a record, in one stream: its changes, and the calls, tasks, papers and messages around it.
import { Box, Group, Text, ThemeIcon } from '@mantine/core';
import { timeline, type AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { titleOf } from '../parts/links';
import { Paged, usePages } from '../parts/paged';
import { RouterAnchor } from '../parts/router-link';
import { Empty } from '../parts/states';
import { Change, ChangeList } from './history';
import { fieldOf, KINDS } from './table';
import { Value } from './value';

export function Timeline({ record: { kind, id, version } }: { record: AnyRecord }) {
  const { w } = useSpeech();
  const pages = usePages(['record', kind, id, 'timeline', version], (after) => timeline(kind, id, after), { steady: true });
  return (
    <Paged pages={pages} empty={<Empty title={w.noHistory} />}>
      {(items) => {
        const known = new Set(items.flatMap((item) => (item.type === 'change' ? item.change.id : [])));
        return (
          <ChangeList>
            {items.map((item) => (item.type === 'change' ? <Change key={item.change.id} change={item.change} known={known} /> : <Beside key={item.record.id} record={item.record} />))}
          </ChangeList>
        );
      }}
    </Paged>
  );
}

/** Another record, as it is now, where it was made. */
function Beside({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { icon: Sign, plural, status } = KINDS[record.kind];
  const told = record.body;
  return (
    <Box component="li" className="card" p="sm">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" color="teal" size={26} radius="xl">
          <Sign size={15} aria-hidden />
        </ThemeIcon>
        <Box style={{ flex: 1, minWidth: 0 }}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
              {`${speech.named(speech.w.kinds, record.kind)} · `}
              <RouterAnchor to="/$plural/$id" params={{ plural, id: record.id }} inherit>{titleOf(record, speech)}</RouterAnchor>
            </Text>
            {status && <Value field={fieldOf(record.kind, status)} record={record} brief />}
          </Group>
          {typeof told === 'string' && told && <Text size="sm" c="dimmed" lineClamp={2}>{told}</Text>}
          <Text size="xs" c="dimmed" component="time" dateTime={record.created_at} title={speech.moment(record.created_at)}>
            {speech.ago(record.created_at)}
          </Text>
        </Box>
      </Group>
    </Box>
  );
}
