// What stands where there is nothing to show: loading, empty, an error.
import { Button, Center, Loader, Stack, Text, ThemeIcon, Title, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconInbox, IconPlugConnectedX, type Icon } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asProblem, OFFLINE } from '../api/client';
import { useSpeech } from '../i18n';

export function Loading() {
  const { w } = useSpeech();
  return (
    <Center p="xl" role="status">
      <Loader type="dots" aria-hidden />
      <VisuallyHidden>{w.loading}</VisuallyHidden>
    </Center>
  );
}

interface EmptyProps {
  title: string;
  text?: string;
  icon?: Icon;
  color?: string;
  children?: ReactNode;
}

export function Empty({ title, text, icon: Sign = IconInbox, color = 'gray', children }: EmptyProps) {
  return (
    <Center p="xl">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <ThemeIcon size={52} radius="xl" variant="light" color={color}>
          <Sign size={28} aria-hidden />
        </ThemeIcon>
        <Title order={2} size="h3">
          {title}
        </Title>
        {text && <Text c="dimmed">{text}</Text>}
        {children}
      </Stack>
    </Center>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { w } = useSpeech();
  const problem = asProblem(error);
  const again = retry && (
    <Button variant="light" onClick={retry}>
      {w.retry}
    </Button>
  );
  if (problem.code === OFFLINE) {
    return (
      <div role="alert">
        <Empty title={w.offlineTitle} text={w.offlineText} icon={IconPlugConnectedX} color="orange">
          {again}
        </Empty>
      </div>
    );
  }
  if (problem.status === 404) return <Empty title={w.notFound} text={w.notFoundText} />;
  const title = problem.status === 403 ? w.forbidden : w.wrong;
  return (
    <div role="alert">
      <Empty title={title} text={problem.detail} icon={IconAlertTriangle} color="red">
        {problem.status !== 403 && again}
      </Empty>
    </div>
  );
}

/** Shows what a query gave, or why there is nothing. */
export function Shown<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}
