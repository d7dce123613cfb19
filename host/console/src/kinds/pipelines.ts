import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { findAll } from '../session';

export type Stage = Schemas['Stage'];
export type Pipeline = Schemas['PipelineRecord'];

const NONE: Pipeline[] = [];

/** The pipelines: few, and known everywhere. */
export function usePipelines(): Pipeline[] {
  const { data } = useQuery({
    queryKey: ['find', 'pipeline', 'all'],
    queryFn: async ({ signal }) => (await findAll('pipeline', signal)) as unknown as Pipeline[],
    staleTime: 300_000,
  });
  return data ?? NONE;
}

/** The stages of one pipeline, or of all of them. */
export function stagesOf(pipelines: Pipeline[], pipeline?: unknown): Stage[] {
  return pipelines.filter((one) => !pipeline || one.id === pipeline).flatMap((one) => one.stages);
}
