// The installed plugins, as cards.
import { Alert, Badge, Box, Button, FileButton, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { IconPuzzle, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, done } from '../api/client';
import { useSpeech } from '../i18n';
import { Page } from '../parts/page';
import { PluginSwitch, stateOf, STATE_TONES } from '../parts/plugin-switch';
import { RouterAnchor } from '../parts/router-link';
import { Empty, Shown } from '../parts/states';
import { refuse, tell } from '../parts/toast';
import { Choice, Moment } from '../kinds/value';
import { component, pluginsQuery, usePluginChange, type PluginView } from '../plugins';

export function Plugins() {
  const { w } = useSpeech();
  const query = useQuery(pluginsQuery);
  return (
    <Page title={w.plugins} aside={<Install />}>
      <Text c="dimmed" mb="md">
        {w.pluginsText}
      </Text>
      <Shown query={query}>
        {(plugins) =>
          plugins.length === 0 ? (
            <Empty title={w.noPlugins} icon={IconPuzzle} />
          ) : (
            <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }}>
              {plugins.map((plugin) => (
                <PluginCard key={plugin.name} plugin={plugin} />
              ))}
            </SimpleGrid>
          )
        }
      </Shown>
    </Page>
  );
}

function Install() {
  const speech = useSpeech();
  const { w } = speech;
  const navigate = useNavigate();
  const install = usePluginChange(async (file: File) => {
    const made = await done(api.POST('/api/v1/plugins', component(file)));
    tell(speech.fill(w.installed, { name: made.title }));
    // Its page says what it asks for, before it may do anything.
    await navigate({ to: '/plugins/$name', params: { name: made.name } });
  });
  return (
    <FileButton accept=".wasm,application/wasm" onChange={(file) => file && install.mutate(file, { onError: (error) => refuse(error, speech) })}>
      {(props) => (
        <Button {...props} size="xs" variant="light" loading={install.isPending} leftSection={<IconUpload size={16} aria-hidden />}>
          {w.install}
        </Button>
      )}
    </FileButton>
  );
}

function PluginCard({ plugin }: { plugin: PluginView }) {
  const { w } = useSpeech();
  const state = stateOf(plugin);
  const { data } = useQuery({
    queryKey: ['runs', 'last', plugin.name],
    queryFn: () => done(api.GET('/api/v1/runs', { params: { query: { plugin: plugin.name, limit: 3 } } })),
  });
  return (
    <Box className="card" p="md" component="article" aria-label={plugin.title} style={{ display: 'flex', flexDirection: 'column' }}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h3">
          <RouterAnchor to="/plugins/$name" params={{ name: plugin.name }} c="inherit" inherit>
            {plugin.title}
          </RouterAnchor>
        </Title>
        <Badge color={STATE_TONES[state]}>{w[state]}</Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {`${plugin.name} ${plugin.version}`}
      </Text>
      <Text size="sm" mt="xs" style={{ flex: 1 }}>
        {plugin.summary}
      </Text>
      {plugin.broken && <Alert color="red" mt="xs">{plugin.broken}</Alert>}
      {plugin.missing_grants.length > 0 && (
        <Text size="sm" mt="xs" c="dimmed">
          {w.missingGrants}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <Group gap={6} mt="sm">
          {data.items.map((run) => (
            <Group key={run.id} gap={4} wrap="nowrap">
              <Choice value={run.outcome} />
              <Text size="xs" c="dimmed">
                <Moment value={run.at} brief />
              </Text>
            </Group>
          ))}
        </Group>
      )}
      <Group justify="space-between" mt="md">
        <RouterAnchor to="/plugins/$name" params={{ name: plugin.name }} size="sm" aria-label={`${w.configure}: ${plugin.title}`}>
          {w.configure}
        </RouterAnchor>
        <PluginSwitch plugin={plugin} />
      </Group>
    </Box>
  );
}
