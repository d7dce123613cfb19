import { Stack, VisuallyHidden } from '@mantine/core';
import { useQuery, type QueryKey } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useSpeech } from '../i18n';
import { Shown } from '../parts/states';
import { pagesOf, type PdfPage } from './pdf';

interface PdfViewProps {
  queryKey: QueryKey;
  load: (signal: AbortSignal) => Promise<ArrayBuffer>;
}

/** A PDF, page under page. */
export function PdfView({ queryKey, load }: PdfViewProps) {
  const query = useQuery({ queryKey, queryFn: async ({ signal }) => pagesOf(await load(signal)), gcTime: 0, retry: false });
  return (
    <Shown query={query}>
      {(pages) => (
        <Stack gap="sm">
          {pages.map((page, at) => <Sheet key={at} page={page} name={`${at + 1} / ${pages.length}`} />)}
        </Stack>
      )}
    </Shown>
  );
}

function Sheet({ page, name }: { page: PdfPage; name: string }) {
  const { w } = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const drawn = canvas.current;
    if (drawn) void page.draw(drawn, drawn.clientWidth || 600).catch(() => undefined);
  }, [page]);
  return (
    <div>
      <canvas ref={canvas} className="paper" role="img" aria-label={`${w.preview} ${name}`} />
      <VisuallyHidden>{page.text}</VisuallyHidden>
    </div>
  );
}
