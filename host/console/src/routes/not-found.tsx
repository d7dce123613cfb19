import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSpeech } from '../i18n';
import { Empty } from '../parts/states';

export function NotFound() {
  const { w } = useSpeech();
  return (
    <Empty title={w.notFound} text={w.notFoundText}>
      <Button component={Link} to="/inbox" variant="light">
        {w.toInbox}
      </Button>
    </Empty>
  );
}
