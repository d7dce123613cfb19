// What changes where a release comes into use, and the step itself.
import { Alert, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, done, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { ConfirmButton } from '../parts/confirm';
import { Shown } from '../parts/states';
import { tell } from '../parts/toast';
import { usePluginChange } from '../plugins';

type Difference = Schemas['DiffView'];
const PARTS = ['needs', 'imports', 'subscriptions', 'schedules', 'commands', 'settings'] as const;

interface ComparisonProps {
  name: string;
  digest: string;
  onActive: () => void;
}

export function Comparison({ name, digest, onActive }: ComparisonProps) {
  const speech = useSpeech();
  const { w } = speech;
  const path = { params: { path: { name, digest } } };
  const query = useQuery({
    queryKey: ['plugins', name, 'diff', digest],
    queryFn: () => done(api.GET('/api/v1/plugins/{name}/releases/{digest}/diff', path)),
  });
  const activate = usePluginChange(async (version: string) => {
    await done(api.POST('/api/v1/plugins/{name}/releases/{digest}/activate', { ...path, body: {} }));
    tell(speech.fill(w.releaseInUse, { version }));
    onActive();
  });
  return (
    <Shown query={query}>
      {(diff) => (
        <Stack mt="md" gap="sm" role="status">
          <Text fw={600}>{`${diff.from.version} → ${diff.to.version}`}</Text>
          {diff.blocked && <Alert color="red">{diff.blocked}</Alert>}
          {diff.missing_grants.length > 0 && <Alert color="yellow">{speech.fill(w.wantsGrants, { grants: speech.list(diff.missing_grants) })}</Alert>}
          {!diff.config_fits && (
            <Alert color="red" title={w.configDoesNotFit}>
              {diff.config_errors.map((error) => `${error.field} ${error.message}`).join('; ')}
            </Alert>
          )}
          <ManifestDiff diff={diff} />
          <ConfirmButton
            label={diff.to.used_at ? w.rollBack : w.bringIntoUse}
            question={speech.fill(w.activateQuestion, { version: diff.to.version })}
            text={w.activateText}
            disabled={Boolean(diff.blocked) || !diff.config_fits}
            onConfirm={() => activate.mutateAsync(diff.to.version)}
            style={{ alignSelf: 'start' }}
          />
        </Stack>
      )}
    </Shown>
  );
}

function ManifestDiff({ diff }: { diff: Difference }) {
  const speech = useSpeech();
  const { w } = speech;
  const parts = PARTS.filter((part) => {
    const { added, changed, removed } = diff.manifest[part];
    return added.length + changed.length + removed.length > 0;
  });
  if (parts.length === 0) return <Text size="sm" c="dimmed">{w.sameManifest}</Text>;
  return (
    <>
      {parts.map((part) => {
        const { added, changed, removed } = diff.manifest[part];
        return (
          <div key={part}>
            <Text size="sm" fw={600}>{speech.named(w.manifestParts, part)}</Text>
            <List size="sm">
              {added.map((entry) => <List.Item key={`+${named(entry)}`}>{`+ ${named(entry)}`}</List.Item>)}
              {removed.map((entry) => <List.Item key={`-${named(entry)}`}>{`− ${named(entry)}`}</List.Item>)}
              {changed.map((entry) => <List.Item key={`~${named(entry.after)}`}><span className="before">{told(entry.before)}</span> → {told(entry.after)}</List.Item>)}
            </List>
          </div>
        );
      })}
    </>
  );
}

/** What people call an entry of a manifest. */
function named(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return String(entry);
  const { capability, reason, name, event, cron, title } = entry as Record<string, string | undefined>;
  const known = [capability ?? event ?? name, reason ?? cron ?? title].filter(Boolean);
  return known.length > 0 ? known.join(' — ') : told(entry);
}

function told(entry: unknown): string {
  return typeof entry === 'object' ? JSON.stringify(entry) : String(entry);
}
