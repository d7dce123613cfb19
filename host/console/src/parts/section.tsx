import { Box, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a screen, on a card of its own. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box className="card" p="md" component="section" aria-label={title}>
      <Title order={2} size="h3" mb="sm">
        {title}
      </Title>
      {children}
    </Box>
  );
}
