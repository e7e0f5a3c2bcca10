import { CompiledEnvironment } from "../../../services/edge/evaluation/compiled-environment.ts";
import { parseContext } from "../../../services/edge/evaluation/context/parse-context.ts";
import type { SdkKind } from "../../../services/edge/evaluation/view.ts";
import { type FlagData, type Item, parseItem } from "../../../shared/model/item.ts";
import type { Entry } from "./entry.ts";
import type { RandomEnvironmentData, RandomItem } from "./random-environment.ts";

/** Items as they are held by the product. */
export function flagDataOf({ flags, segments }: RandomEnvironmentData): FlagData {
  return { flags: itemsOf(flags), segments: itemsOf(segments) };
}

function itemsOf(items: ReadonlyMap<string, RandomItem>): FlagData["flags"] {
  return new Map([...items].map(([key, item]) => [key, heldItem(item)]));
}

export function heldItem(item: RandomItem): Item {
  return parseItem(JSON.stringify(item));
}

/** Compiles an environment; what is returned gives the results for a context in the form in which the oracles do. */
export function compile(data: RandomEnvironmentData) {
  const environment = CompiledEnvironment.of(flagDataOf(data));
  return (
    contextJson: string,
    withReasons: boolean,
    sdkKind: SdkKind = "server",
  ): Readonly<Record<string, Entry>> => {
    const text = environment.view(sdkKind).results(parseContext(contextJson), withReasons).toString();
    const entries = Object.entries(JSON.parse(text) as Record<string, Entry>).map(([key, entry]) => {
      const { variation, flagVersion, ...members } = entry;
      if (flagVersion !== members.version || variation === undefined)
        throw new Error(`an entry without all its members: ${JSON.stringify(entry)}`);
      return [key, variation === null ? members : { variation, ...members }];
    });
    return Object.fromEntries(entries);
  };
}
