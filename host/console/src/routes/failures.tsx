// The error inbox: what fails, by plugin and fault, with what can be done about each.
import { Badge, Box, Button, Group, Stack, Text } from '@mantine/core';
import { IconMoodCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { ConfirmButton } from '../parts/confirm';
import { Page } from '../parts/page';
import { RouterAnchor } from '../parts/router-link';
import { Empty, Shown } from '../parts/states';
import { refuse, tell } from '../parts/toast';

type Failure = Schemas['Failure'];
/** Over the last so many days. */
const DAYS = 7;
const REFRESH = 5000;

export function Failures() {
  const { w } = useSpeech();
  const query = useQuery({
    queryKey: ['runs', 'failures'],
    queryFn: async () => (await done(api.GET('/api/v1/failures', { params: { query: { days: DAYS } } }))).items,
    // No event tells of a run that failed.
    refetchInterval: REFRESH,
  });
  return (
    <Page title={w.failures}>
      <Text c="dimmed" mb="md">{w.failuresText}</Text>
      <Shown query={query}>
        {(failures) =>
          failures.length === 0 ? (
            <Empty title={w.noFailures} icon={IconMoodCheck} color="teal" />
          ) : (
            <Stack gap="xs">
              {failures.map((failure) => <FailureCard key={failure.plugin + failure.fault} failure={failure} />)}
            </Stack>
          )
        }
      </Shown>
    </Page>
  );
}

function FailureCard({ failure }: { failure: Failure }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const { plugin, fault } = failure;
  const refresh = () => client.invalidateQueries({ queryKey: ['runs'] });
  const retry = async () => {
    try {
      const { count } = await done(api.POST('/api/v1/failures/retry', { body: { plugin, fault } }));
      tell(speech.count(w.putBack, count));
    } catch (error) {
      refuse(error, speech);
    }
    await refresh();
  };
  const discard = async () => {
    await done(api.POST('/api/v1/failures/discard', { body: { plugin, fault } }));
    await refresh();
  };
  return (
    <Box className="card" p="sm" component="article" aria-label={`${plugin}: ${fault}`}>
      <Group justify="space-between" align="flex-start">
        <Box style={{ flex: '1 1 260px', minWidth: 0 }}>
          <Group gap="xs" mb={4}>
            <RouterAnchor to="/plugins/$name" params={{ name: plugin }} size="sm" fw={600}>{plugin}</RouterAnchor>
            <Badge color={failure.dead_letters ? 'red' : 'gray'}>{speech.count(w.deadCount, failure.dead_letters)}</Badge>
            <Badge color="orange">{speech.count(w.failedRuns, failure.failed_runs)}</Badge>
          </Group>
          <Text size="sm" className="prose">{fault}</Text>
          <Text size="xs" c="dimmed" component="div" mt={4}>
            {`${w.since} `}<Moment value={failure.first_at} />{` · ${w.last} `}<Moment value={failure.last_at} brief />
            {failure.last_run && <span className="inline">{' · '}<RouterAnchor to="/runs/$id" params={{ id: failure.last_run }} size="xs">{w.seeRun}</RouterAnchor></span>}
          </Text>
        </Box>
        {failure.dead_letters > 0 && (
          <Group gap="xs">
            <Button size="xs" variant="light" onClick={() => void retry()}>{w.retryAll}</Button>
            <ConfirmButton label={w.discardAll} question={w.discardAllQuestion} text={w.discardText} danger onConfirm={discard} />
          </Group>
        )}
      </Group>
    </Box>
  );
}
