/** The type of an error in plain text, with the header that Go's `http.Error` gives it. */
export const PLAIN_TEXT: Readonly<Record<"Content-Type" | "X-Content-Type-Options", string>> = {
  "Content-Type": "text/plain; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
};
