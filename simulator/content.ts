import type { ItemKind } from "../shared/model/item.ts";

/** A flag or segment to put into an environment: JSON text, which is sent exactly as it stands here. */
export interface Content {
  readonly kind: ItemKind;
  readonly key: string;
  readonly raw: string;
}

/** What a flag may be given besides its key; properties that LaunchDarkly does not know are sent as well. */
export interface FlagProperties {
  readonly version?: number;
  readonly on?: boolean;
  readonly variations?: readonly unknown[];
  readonly offVariation?: number | null;
  readonly fallthrough?: object;
  readonly targets?: readonly object[];
  readonly rules?: readonly object[];
  readonly prerequisites?: readonly object[];
  readonly trackEvents?: boolean;
  /** Whether browsers may see it; mobile SDKs see every flag unless `clientSideAvailability` says otherwise. */
  readonly clientSide?: boolean;
  readonly [property: string]: unknown;
}

/** What a segment may be given besides its key. */
export interface SegmentProperties {
  readonly version?: number;
  readonly included?: readonly string[];
  readonly excluded?: readonly string[];
  readonly rules?: readonly object[];
  readonly [property: string]: unknown;
}

/**
 * A flag with every property that SDKs of any language need (S10). Unless told otherwise: on,
 * boolean, serving `true`, and `false` when off.
 */
export function flag(key: string, properties: FlagProperties = {}): Content {
  const { clientSide = false } = properties;
  return item("flags", key, {
    key,
    on: true,
    prerequisites: [],
    targets: [],
    contextTargets: [],
    rules: [],
    fallthrough: { variation: 0 },
    offVariation: 1,
    variations: [true, false],
    clientSideAvailability: { usingMobileKey: true, usingEnvironmentId: clientSide },
    clientSide,
    salt: `salt of ${key}`,
    trackEvents: false,
    trackEventsFallthrough: false,
    debugEventsUntilDate: null,
    version: 1,
    deleted: false,
    ...properties,
  });
}

/** A segment with every property that SDKs of any language need. Empty unless told otherwise. */
export function segment(key: string, properties: SegmentProperties = {}): Content {
  return item("segments", key, {
    key,
    included: [],
    excluded: [],
    includedContexts: [],
    excludedContexts: [],
    salt: `salt of ${key}`,
    rules: [],
    version: 1,
    deleted: false,
    ...properties,
  });
}

/** Any JSON text as a flag or segment, for what objects cannot say: `1.0`, large integers, blanks, odd order. */
export function rawItem(kind: ItemKind, key: string, raw: string): Content {
  return { kind, key, raw };
}

function item(kind: ItemKind, key: string, properties: object): Content {
  return rawItem(kind, key, JSON.stringify(properties));
}
