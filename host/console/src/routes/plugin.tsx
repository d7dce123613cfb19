// One plugin: what it is and may do, its configuration, its condition and budgets, its runs.
import { Alert, Badge, Box, Button, Checkbox, Group, List, Loader, NumberInput, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api, done, type Schemas } from '../api/client';
import { Condition } from '../automation/condition';
import { DryRun } from '../automation/dry-run';
import { Releases } from '../automation/releases';
import { useSpeech } from '../i18n';
import { Page } from '../parts/page';
import { PluginSwitch, stateOf, STATE_TONES } from '../parts/plugin-switch';
import { RouterAnchor } from '../parts/router-link';
import { RunList } from '../parts/run-list';
import { Section } from '../parts/section';
import { Shown } from '../parts/states';
import { TimerList } from '../parts/timer-list';
import { refuse, saying, tell } from '../parts/toast';
import { Moment } from '../kinds/value';
import { at, pluginQuery, usePluginChange, type PluginDetail } from '../plugins';

const SchemaForm = lazy(() => import('../parts/schema-form').then((module) => ({ default: module.SchemaForm })));

export function PluginPage() {
  const { name } = useParams({ from: '/shell/plugins/$name' });
  const query = useQuery(pluginQuery(name));
  return <Shown query={query}>{(plugin) => <Sheet plugin={plugin} />}</Shown>;
}

function Sheet({ plugin }: { plugin: PluginDetail }) {
  const { w } = useSpeech();
  const state = stateOf(plugin);
  const above = (
    <RouterAnchor to="/plugins" size="sm">
      {w.plugins}
    </RouterAnchor>
  );
  const aside = (
    <Group gap="sm">
      <Badge color={STATE_TONES[state]}>{w[state]}</Badge>
      <PluginSwitch plugin={plugin} />
    </Group>
  );
  return (
    <Page title={plugin.title} above={above} aside={aside}>
      <Text mb="xs">{plugin.summary}</Text>
      <Text size="xs" c="dimmed" mb="md" className="mono">
        {`${plugin.name} ${plugin.version} · ${plugin.release.slice(0, 12)}`}
      </Text>
      {plugin.broken && <Alert color="red" mb="md">{plugin.broken}</Alert>}
      {plugin.paused && <Paused paused={plugin.paused} />}
      {plugin.missing_grants.length > 0 && <Alert color="yellow" mb="md">{`${w.missingGrants}: ${plugin.missing_grants.join(', ')}`}</Alert>}
      <Tabs defaultValue="overview" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">{w.overview}</Tabs.Tab>
          <Tabs.Tab value="configuration">{w.configuration}</Tabs.Tab>
          <Tabs.Tab value="condition">{w.condition}</Tabs.Tab>
          <Tabs.Tab value="budgets">{w.budgets}</Tabs.Tab>
          <Tabs.Tab value="releases">{w.releases}</Tabs.Tab>
          <Tabs.Tab value="dry-run">{w.dryRun}</Tabs.Tab>
          <Tabs.Tab value="runs">{w.runs}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview plugin={plugin} />
        </Tabs.Panel>
        <Tabs.Panel value="configuration">
          <Configuration plugin={plugin} />
        </Tabs.Panel>
        <Tabs.Panel value="condition">
          <Condition plugin={plugin} />
        </Tabs.Panel>
        <Tabs.Panel value="budgets">
          <Budgets plugin={plugin} />
        </Tabs.Panel>
        <Tabs.Panel value="releases">
          <Releases name={plugin.name} />
        </Tabs.Panel>
        <Tabs.Panel value="dry-run">
          <DryRun plugin={plugin} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <RunList
            queryKey={['runs', 'plugin', plugin.name]}
            load={(after) => done(api.GET('/api/v1/runs', { params: { query: { plugin: plugin.name, after } } }))}
            empty={w.noRuns}
            emptyText={w.noRunsText}
            about
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** The host switched it off by itself. */
function Paused({ paused }: { paused: Schemas['Paused'] }) {
  const speech = useSpeech();
  return (
    <Alert color="orange" mb="md" title={speech.w.paused}>
      {speech.fill(speech.w.pausedText, { failed: paused.failed, runs: paused.runs })} <Moment value={paused.at} />
      <Text size="sm" mt={4} className="prose">{paused.error}</Text>
    </Alert>
  );
}

function Overview({ plugin }: { plugin: PluginDetail }) {
  const speech = useSpeech();
  const { w } = speech;
  const { manifest, queue, upcoming } = plugin;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Grants key={plugin.grants.join()} plugin={plugin} />
      <Stack>
        <Section title={w.wakes}>
          <List size="sm" spacing={6}>
            {manifest.subscriptions.map((subscription, index) => (
              <List.Item key={`s${index}`}>
                {`${w.onEvent} `}
                <b>{subscription.event}</b>
                {subscription.changed.length > 0 && ` ${speech.fill(w.ifChanged, { fields: speech.list(subscription.changed.map((name) => speech.field(name))) })}`}
                {subscription.when && <span className="mono">{` ${w.when} ${subscription.when}`}</span>}
              </List.Item>
            ))}
            {manifest.schedules.map((schedule) => (
              <List.Item key={schedule.name}>
                {`${schedule.title} — ${w.schedule} `}
                <span className="mono">{schedule.cron}</span>
                <NextTimes times={upcoming.find((one) => one.schedule === schedule.name)?.times ?? []} on={plugin.enabled} />
              </List.Item>
            ))}
            {manifest.commands.map((command) => (
              <List.Item key={command.name}>
                <b>{command.title}</b>
                {command.on.length > 0 && ` — ${speech.fill(w.commandOn, { kinds: speech.list(command.on.map((kind) => speech.named(w.kinds, kind))) })}`}
              </List.Item>
            ))}
          </List>
        </Section>
        <Section title={w.waiting}>
          <Group gap="xs">
            <Badge color="blue">{speech.count(w.waitingDeliveries, queue.deliveries)}</Badge>
            <Badge color="indigo">{speech.count(w.setTimers, queue.timers)}</Badge>
            <Badge color={queue.dead ? 'red' : 'gray'}>{speech.count(w.deadCount, queue.dead)}</Badge>
          </Group>
          {queue.timers > 0 && <Timers name={plugin.name} />}
        </Section>
      </Stack>
    </SimpleGrid>
  );
}

/** A schedule of a plugin that is off wakes nobody. */
function NextTimes({ times, on }: { times: string[]; on: boolean }) {
  const { w } = useSpeech();
  if (times.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="div">
      {`${on ? w.nextTimes : w.nextTimesOff}: `}
      {times.map((at, index) => <span key={at}>{index > 0 && ' · '}<Moment value={at} /></span>)}
    </Text>
  );
}

function Timers({ name }: { name: string }) {
  const query = useQuery({
    queryKey: ['runs', 'timers', name],
    queryFn: () => done(api.GET('/api/v1/plugins/{name}/timers', { params: { path: { name }, query: { limit: 20 } } })),
  });
  return (
    <Shown query={query}>
      {({ items }) => <Box mt="sm"><TimerList timers={items} /></Box>}
    </Shown>
  );
}

function Grants({ plugin }: { plugin: PluginDetail }) {
  const speech = useSpeech();
  const { w } = speech;
  const [granted, setGranted] = useState(plugin.grants);
  const { needs } = plugin.manifest;
  const put = usePluginChange(async (grants: string[]) => {
    await done(api.PUT('/api/v1/plugins/{name}/grants', { ...at(plugin.name), body: { grants } }));
    tell(w.saved);
  });
  const send = (grants: string[]) => put.mutate(grants, { onError: (error) => refuse(error, speech) });
  const same = [...granted].sort().join() === [...plugin.grants].sort().join();
  return (
    <Section title={w.grants}>
      <Checkbox.Group value={granted} onChange={setGranted}>
        <Stack gap="sm">
          {needs.map((need) => (
            <Checkbox key={need.capability} value={need.capability} label={<span className="mono">{need.capability}</span>} description={need.reason} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Group mt="md">
        <Button size="xs" disabled={same} loading={put.isPending} onClick={() => send(granted)}>
          {w.saveGrants}
        </Button>
        {plugin.missing_grants.length > 0 && (
          <Button size="xs" variant="light" onClick={() => send(needs.map((need) => need.capability))}>
            {w.grantAll}
          </Button>
        )}
      </Group>
      {plugin.manifest.imports && plugin.manifest.imports.length > 0 && (
        <Text size="xs" c="dimmed" mt="md">
          {`${w.imports}: ${plugin.manifest.imports.join(', ')}`}
        </Text>
      )}
    </Section>
  );
}

function Configuration({ plugin }: { plugin: PluginDetail }) {
  const { w } = useSpeech();
  const schema = plugin.manifest.config_schema as { properties?: object };
  const put = usePluginChange(async (config: unknown) => {
    await done(api.PUT('/api/v1/plugins/{name}/config', { ...at(plugin.name), body: config as Record<string, never> }));
    tell(w.saved);
  });
  if (!schema.properties || Object.keys(schema.properties).length === 0) return <Text c="dimmed">{w.noConfiguration}</Text>;
  return (
    <Box className="card" p="md" maw={760}>
      <Suspense fallback={<Loader type="dots" />}>
        <SchemaForm key={plugin.updated_at} schema={schema} value={plugin.config} action={w.save} onSubmit={(value) => put.mutateAsync(value)} aside={<Button variant="default" onClick={() => put.mutate({})}>{w.reset}</Button>} />
      </Suspense>
    </Box>
  );
}

const BUDGETS = ['fuel', 'deadline_ms', 'memory', 'host_calls', 'rows_read', 'records_written', 'log_bytes'] as const;

function Budgets({ plugin }: { plugin: PluginDetail }) {
  const speech = useSpeech();
  const { w } = speech;
  const [set, setSet] = useState<Record<string, number>>(plugin.budgets_set as Record<string, number>);
  const put = usePluginChange(async () => {
    await done(api.PUT('/api/v1/plugins/{name}/budgets', { ...at(plugin.name), body: set as Schemas['Budgets'] }));
    tell(w.saved);
  });
  const take = (name: string, value: string | number) => {
    const { [name]: _, ...others } = set;
    setSet(value === '' ? others : { ...others, [name]: Number(value) });
  };
  return (
    <Box className="card" p="md" maw={760}>
      <Text size="sm" c="dimmed" mb="md">
        {w.budgetsText}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {BUDGETS.map((name) => (
          <NumberInput key={name} label={speech.named(w.budgetNames, name)} placeholder={speech.number(plugin.budgets[name] ?? 0)} value={set[name] ?? ''} onChange={(value) => take(name, value)} min={0} allowDecimal={false} thousandSeparator=" " hideControls />
        ))}
      </SimpleGrid>
      {put.isError && (
        <Alert color="red" mt="md" role="alert">
          {saying(put.error, speech)}
        </Alert>
      )}
      <Button mt="md" loading={put.isPending} onClick={() => put.mutate(undefined)}>
        {w.save}
      </Button>
    </Box>
  );
}
