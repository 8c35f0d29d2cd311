import type { PodRow } from '../sim/pod-source.ts';
import { bytesText, cpuText, durationText } from './quantity-text.ts';
import type { PodField } from './readers/pod-fields.ts';
import { listText, pairsText } from './text-lists.ts';

/** A pod as the texts of our own pod lists, which their readers read back to the same pod; '' where nothing is said. */
export function podTexts(row: PodRow): Record<PodField, string> {
  const request = row.request;
  const gpus = request.gpuCount ?? 0;
  return {
    name: row.name ?? '',
    arrives: durationText(row.arrivesUs),
    runs: durationText(row.runsUs),
    estimate: durationText(row.estimateUs),
    priority: row.priority === 0 ? '' : String(row.priority),
    user: row.user ?? '',
    gang: row.gang ?? '',
    gang_size: row.gang === undefined ? '' : String(row.gangSize),
    cpu: cpuText(request.cpuMilli),
    mem: bytesText(request.memBytes),
    storage: request.storageBytes ? bytesText(request.storageBytes) : '',
    gpus: gpus > 0 ? String(gpus) : '',
    gpu: gpus > 0 && (request.gpuMilli ?? 1000) < 1000 ? cpuText(request.gpuMilli ?? 1000) : '',
    gpu_models: gpus > 0 ? listText(request.gpuModels ?? [], '|') : '',
    node_selector: pairsText(request.nodeSelector ?? {}),
    tolerations: listText(request.tolerations ?? [], ';'),
    extended: pairsText(request.extended ?? {}),
  };
}
