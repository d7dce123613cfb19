// A plugin's releases: another is uploaded, compared and tried on the past before it comes into use, and taken back in one step.
import { Badge, Box, Button, FileButton, Group, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Moment } from '../kinds/value';
import { Shown } from '../parts/states';
import { refuse, tell } from '../parts/toast';
import { at, component, pluginQuery, usePluginChange } from '../plugins';
import { Backtest } from './backtest';
import { Comparison } from './comparison';
import { Shadow } from './shadow';

type Release = Schemas['ReleaseView'];
type Part = 'comparison' | 'backtest' | 'shadow';

export function Releases({ name }: { name: string }) {
  const speech = useSpeech();
  const { w } = speech;
  const query = useQuery({
    queryKey: ['plugins', name, 'releases'],
    queryFn: async () => (await done(api.GET('/api/v1/plugins/{name}/releases', at(name)))).items,
  });
  const upload = usePluginChange(async (file: File) => {
    const made = await done(api.POST('/api/v1/plugins/{name}/releases', { ...at(name), ...component(file) }));
    tell(speech.fill(w.releaseKept, { version: made.version }));
  });
  return (
    <Stack maw={900}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" style={{ flex: '1 1 300px' }}>{w.releasesText}</Text>
        <FileButton accept=".wasm,application/wasm" onChange={(file) => file && upload.mutate(file, { onError: (error) => refuse(error, speech) })}>
          {(props) => (
            <Button {...props} size="xs" variant="light" loading={upload.isPending} leftSection={<IconUpload size={16} aria-hidden />}>
              {w.uploadRelease}
            </Button>
          )}
        </FileButton>
      </Group>
      <Shown query={query}>{(releases) => <>{releases.map((release) => <ReleaseCard key={release.digest} name={name} release={release} />)}</>}</Shown>
    </Stack>
  );
}

function ReleaseCard({ name, release }: { name: string; release: Release }) {
  const speech = useSpeech();
  const { w } = speech;
  const [shown, setShown] = useState<Part | null>(null);
  const toggle = (part: Part) => setShown(shown === part ? null : part);
  const { data: plugin } = useQuery(pluginQuery(name));
  const shadows = plugin?.shadow === release.digest;
  return (
    <Box className="card" p="md" component="article" aria-label={`${w.release} ${release.version}`}>
      <Group justify="space-between" align="flex-start">
        <Box style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{release.version}</Text>
            {release.active && <Badge color="teal">{w.inUse}</Badge>}
            {shadows && <Badge color="grape">{w.shadow}</Badge>}
          </Group>
          <Text size="xs" c="dimmed" className="mono">{release.digest.slice(0, 16)}</Text>
          <Text size="xs" c="dimmed" component="div">
            {`${w.uploadedAt} `}
            <Moment value={release.uploaded_at} />
            {release.used_at && <>{` · ${w.lastUsed} `}<Moment value={release.used_at} /></>}
            {` · ${speech.number(release.size / 1024, { maximumFractionDigits: 0 })} KiB`}
            {release.contract && ` · ${w.contract} ${release.contract}`}
          </Text>
        </Box>
        <Group gap="xs">
          {!release.active && (
            <Button size="xs" variant="default" onClick={() => toggle('comparison')} aria-expanded={shown === 'comparison'}>
              {w.compareRelease}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => toggle('backtest')} aria-expanded={shown === 'backtest'}>
            {w.backtest}
          </Button>
          {!release.active && (
            <Button size="xs" variant="default" onClick={() => toggle('shadow')} aria-expanded={shown === 'shadow'}>
              {w.runBeside}
            </Button>
          )}
        </Group>
      </Group>
      {shown === 'comparison' && <Comparison name={name} digest={release.digest} onActive={() => setShown(null)} />}
      {shown === 'backtest' && <Backtest name={name} digest={release.digest} />}
      {shown === 'shadow' && <Shadow name={name} digest={release.digest} runs={shadows} />}
    </Box>
  );
}
