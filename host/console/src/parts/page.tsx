import { Box, Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useRef, type ReactNode } from 'react';

interface PageProps {
  title: string;
  /** Beside the title: buttons. */
  aside?: ReactNode;
  /** Above the title. */
  above?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A screen: its heading gets the focus when it is come to, so that a screen reader says where one is. */
export function Page({ title, aside, above, wide, children }: PageProps) {
  useDocumentTitle(`${title} · Takt`);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <Box className={wide ? 'page wide' : 'page'}>
      {above}
      <Group justify="space-between" mb="md" gap="sm">
        <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none', overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Box>
  );
}
