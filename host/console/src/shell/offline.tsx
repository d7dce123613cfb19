import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useSpeech } from '../i18n';

/** A stream that breaks off for a moment is no reason to tell. */
const PATIENCE = 2500;

export function Offline() {
  const { w } = useSpeech();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <Alert color="orange" icon={<IconPlugConnectedX aria-hidden />} mb="md" role="alert">
      {w.offline}
    </Alert>
  );
}
