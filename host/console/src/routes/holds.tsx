// Rules that the loop guard holds for a record.
import { Box, Group, Stack, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { ConfirmButton } from '../parts/confirm';
import { RecordLink } from '../parts/links';
import { Page } from '../parts/page';
import { Empty, Shown } from '../parts/states';

export function Holds() {
  const { w } = useSpeech();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['runs', 'holds'], queryFn: async () => (await done(api.GET('/api/v1/holds'))).items });
  const release = async (plugin: string, record: string) => {
    await done(api.DELETE('/api/v1/holds/{plugin}/{record}', { params: { path: { plugin, record } } }));
    await client.invalidateQueries({ queryKey: ['runs'] });
  };
  return (
    <Page title={w.holds}>
      <Text c="dimmed" mb="md">
        {w.holdsText}
      </Text>
      <Shown query={query}>
        {(holds) =>
          holds.length === 0 ? (
            <Empty title={w.noHolds} icon={IconHandStop} color="teal" />
          ) : (
            <Stack gap="xs">
              {holds.map((hold) => (
                <Box key={`${hold.plugin} ${hold.record.id}`} className="card" p="sm">
                  <Group justify="space-between">
                    <div>
                      <Text fw={600} size="sm" component="div">
                        {`${hold.plugin} · `}
                        <RecordLink kind={hold.record.kind} id={hold.record.id} />
                      </Text>
                      <Text size="xs" c="dimmed">
                        <Moment value={hold.at} />
                      </Text>
                    </div>
                    <ConfirmButton label={w.releaseHold} question={`${w.releaseHold}: ${hold.plugin}?`} onConfirm={() => release(hold.plugin, hold.record.id)} />
                  </Group>
                </Box>
              ))}
            </Stack>
          )
        }
      </Shown>
    </Page>
  );
}
