import * as z from "zod";
import { valueType } from "./value-type.ts";

/** Powers of 1024, whatever the spelling: `1MB` is `1MiB`, as with the original. */
const POWERS = ["", "K", "M", "G", "T", "P", "E"];
const PART = /(\d+\.?\d*|\.\d+)([KMGTPE]?)i?B/g;
const SIZE = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i?)?B)+$/;

/** An amount of data, in bytes: `10MiB`, `1MiB512KiB` (R4.4). */
export const size = valueType(
  "size",
  z
    .string()
    .regex(SIZE, {
      error: 'not a valid size (examples: "512KiB", "10MiB"; units: B KiB MiB GiB TiB PiB EiB)',
    })
    .transform(toBytes),
);

function toBytes(text: string): number {
  let bytes = 0;
  for (const [, amount, power = ""] of text.matchAll(PART))
    bytes += Number(amount) * 1024 ** POWERS.indexOf(power);
  return Math.floor(text.startsWith("-") ? -bytes : bytes);
}
