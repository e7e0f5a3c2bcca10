/** Where the command says something: results on stdout, what becomes of it meanwhile on stderr. */
export interface Terminal {
  /** Each takes whole lines, without the end of the last. */
  readonly result: (lines: string) => void;
  readonly progress: (line: string) => void;
}
