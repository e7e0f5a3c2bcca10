import { hash } from "node:crypto";

/** The longest text that fits into one block, beside the bit that ends it and its length in 8 bytes. */
const ONE_BLOCK = 55;
/** 15 hexadecimal digits. */
const DIGITS = 15;
const TWO_TO_28 = 2 ** 28;

/** The 16 words of a block, and what its rounds make of them (FIPS 180-4, section 6.1.2). */
const words = new Int32Array(80);

/**
 * Hashes texts that begin alike: gives the first 60 bits of their SHA-1 as a number. Short ASCII texts, which nearly all
 * keys are, are hashed in JavaScript: OpenSSL takes more than twice as long for one block, most of it before and after
 * the hashing, and evaluations spend a third of their time here.
 */
export class Sha1Prefix {
  readonly #prefix: string;
  /** The block with the prefix in it; `undefined` if it does not fit. */
  readonly #block: Int32Array | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
    words.fill(0);
    if (prefix.length <= ONE_BLOCK && putText(0, prefix)) this.#block = words.slice(0, 16);
  }

  bitsWith(rest: string): number {
    const length = this.#prefix.length + rest.length;
    if (this.#block === undefined || length > ONE_BLOCK) return this.#viaOpenSsl(rest);
    words.set(this.#block);
    if (!putText(this.#prefix.length, rest)) return this.#viaOpenSsl(rest);
    putByte(length, 0x80);
    words[15] = length * 8;
    return hashBlock();
  }

  #viaOpenSsl(rest: string): number {
    return Number.parseInt(hash("sha1", this.#prefix + rest).slice(0, DIGITS), 16);
  }
}

/** Puts a text into {@link words}, which are empty there; false if it is not all ASCII. */
function putText(start: number, text: string): boolean {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    seen |= code;
    putByte(start + at, code);
  }
  return seen < 0x80;
}

function putByte(at: number, byte: number): void {
  words[at >> 2] = word(at >> 2) | (byte << (24 - ((at & 3) << 3)));
}

/**
 * The compression function, from the initial hash value; only the first two words of the result are worked out. Its four
 * kinds of rounds have a loop each, because choosing between them in every round costs as much as the round.
 */
function hashBlock(): number {
  for (let t = 16; t < 80; t += 1)
    words[t] = rotl(word(t - 3) ^ word(t - 8) ^ word(t - 14) ^ word(t - 16), 1);
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  let t = 0;
  for (; t < 20; t += 1) {
    const next = (rotl(a, 5) + ((b & c) | (~b & d)) + e + word(t) + 0x5a827999) | 0;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  for (; t < 40; t += 1) {
    const next = (rotl(a, 5) + (b ^ c ^ d) + e + word(t) + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  for (; t < 60; t += 1) {
    const next = (rotl(a, 5) + ((b & c) | (b & d) | (c & d)) + e + word(t) + 0x8f1bbcdc) | 0;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  for (; t < 80; t += 1) {
    const next = (rotl(a, 5) + (b ^ c ^ d) + e + word(t) + 0xca62c1d6) | 0;
    e = d;
    d = c;
    c = rotl(b, 30);
    b = a;
    a = next;
  }
  return ((a + 0x67452301) >>> 0) * TWO_TO_28 + (((b + 0xefcdab89) >>> 0) >>> 4);
}

function rotl(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** All of 0 to 79 are there, so there is nothing to fall back on; a default would cost a third more. */
function word(t: number): number {
  return words[t] as number;
}
