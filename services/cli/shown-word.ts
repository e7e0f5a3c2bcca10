/** How keys of LaunchDarkly begin, and a URL with a user in it. */
const SECRET = /(?:^|[^a-z0-9])((?:sdk|mob|rel|api)-).*|(\w+:\/\/).*@.*/is;

/**
 * A word of the command line as an error may repeat it. People put keys there by mistake, and what is written to
 * stderr ends in logs: of `NAME=value` only the name stays, of a key or a URL with a user only the beginning.
 */
export function shownWord(word: string): string {
  const [name = "", ...value] = word.split("=");
  const shown = name.replace(SECRET, (all, key?: string, scheme?: string) =>
    key === undefined ? `${scheme}…` : `${all.slice(0, all.indexOf(key))}${key}…`,
  );
  return value.length > 0 ? `${shown}=…` : shown;
}
