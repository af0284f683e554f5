import {
  scannerAddPreset,
  scannerChangePreset,
  scannerListPresets,
  scannerRemovePreset,
  type Preset,
  type PresetBody,
} from "@/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

const ALL = ["presets"];

/** The caller's named parameters of a scanner; those of the scanner `formula` are scanners of their own. */
export const presets = (scanner: string) =>
  queryOptions({
    queryKey: [...ALL, scanner],
    queryFn: async () =>
      (await scannerListPresets({ query: { scanner_type: scanner, limit: 500 }, throwOnError: true })).data.items,
  });

const bodyOf = ({ name, scanner_type, config }: Preset): PresetBody => ({ name, scanner_type, config });

/** Keep parameters under a name, put others in their place, remove them; each has its opposite. */
export function usePresets() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ALL });
  const add = useMutation({
    mutationFn: async (body: PresetBody) => (await scannerAddPreset({ body, throwOnError: true })).data,
    onSettled,
  });
  const change = useMutation({
    mutationFn: async ({ id, ...body }: PresetBody & { id: string }) =>
      (await scannerChangePreset({ path: { preset_id: id }, body, throwOnError: true })).data,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (preset: Preset) => scannerRemovePreset({ path: { preset_id: preset.id }, throwOnError: true }),
    onSettled,
  });
  return { add, change, remove, bodyOf };
}
