// All runs of all plugins.
import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Page } from '../parts/page';
import { RunList } from '../parts/run-list';
import { pluginsQuery } from '../plugins';

const OUTCOMES: Schemas['Outcome'][] = ['ok', 'refused', 'retry', 'failed', 'trap', 'budget', 'conflict', 'host'];

export function Runs() {
  const speech = useSpeech();
  const { w } = speech;
  const { plugin, outcome } = useSearch({ from: '/shell/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const { data: plugins } = useQuery(pluginsQuery);
  const look = (by: { plugin?: string; outcome?: string }) => void navigate({ search: (before) => ({ ...before, ...by }), replace: true });
  const query = { plugin, outcome: outcome as Schemas['Outcome'] | undefined, limit: 50 };
  return (
    <Page title={w.runs}>
      <Group mb="md" gap="xs">
        <Select aria-label={w.plugin} placeholder={w.plugin} clearable clearButtonProps={{ 'aria-label': w.clear }} data={(plugins ?? []).map(({ name, title }) => ({ value: name, label: title }))} value={plugin ?? null} onChange={(value) => look({ plugin: value ?? undefined })} w={220} />
        <Select aria-label={w.outcome} placeholder={w.outcome} clearable clearButtonProps={{ 'aria-label': w.clear }} data={OUTCOMES.map((value) => ({ value, label: speech.choice(value) }))} value={outcome ?? null} onChange={(value) => look({ outcome: value ?? undefined })} w={180} />
      </Group>
      <RunList queryKey={['runs', 'all', query]} load={(after) => done(api.GET('/api/v1/runs', { params: { query: { ...query, after } } }))} empty={w.noRuns} emptyText={w.noRunsText} about />
    </Page>
  );
}
