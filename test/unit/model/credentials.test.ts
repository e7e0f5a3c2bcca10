import { expect, it } from "vitest";
import { maskCredential } from "../../../shared/model/credentials.ts";

it("shows only the end of a key", () => {
  expect(maskCredential("sdk-98e2b0b4-2688-4a59-9810-1e0e3d799989")).toBe(
    "sdk-********-****-****-****-*******99989",
  );
  expect(maskCredential("SPREE_PROD_API_KEY")).toBe("SPR**_PRO*_*PI_KEY");
});
